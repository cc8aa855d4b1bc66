/** What a folder of `src` may import besides itself: the folders `imports`, without some of their files, and all packages but some. */
interface Layer {
  readonly imports: readonly string[];
  readonly withoutFiles?: readonly string[];
  readonly withoutPackages: readonly string[];
}

const MCP = '@modelcontextprotocol/**';
const AWS = ['@aws-sdk/**', '@smithy/**'];
const SQLITE = 'libsql';
const POSTGRES = 'pg';
const DATABASES = [SQLITE, POSTGRES];
const SERVERS = ['node:*', 'pino', 'hono', 'hono/**', '@hono/**'];
/** Cached replies: code that decides whether a call is safe must not use them. */
const REPLY_CACHE = 'inventory/reply-cache.ts';

/** Which folder of `src` may import which. `npm run docs` writes the rules of `biome.json` and the picture of CONTRIBUTING.md from it. */
const LAYERS: Readonly<Record<string, Layer>> = {
  operations: { imports: [], withoutPackages: [MCP, ...AWS, ...DATABASES, ...SERVERS] },
  kinds: { imports: ['operations'], withoutPackages: ['zod', MCP, ...AWS, ...DATABASES, ...SERVERS] },
  sqlite: { imports: [], withoutPackages: [MCP, ...AWS, POSTGRES] },
  finspace: { imports: ['operations'], withoutPackages: [MCP, ...DATABASES] },
  local: { imports: ['operations', 'kinds', 'sqlite'], withoutPackages: [MCP, ...AWS, ...DATABASES] },
  inventory: { imports: ['operations', 'kinds'], withoutPackages: [MCP, ...AWS, ...DATABASES] },
  safety: {
    imports: ['operations', 'kinds', 'inventory', 'sqlite'],
    withoutFiles: [REPLY_CACHE],
    withoutPackages: [MCP, ...AWS, ...DATABASES],
  },
  store: { imports: ['operations', 'safety', 'sqlite', 'local'], withoutPackages: [...AWS, SQLITE] },
  'approval-page': {
    imports: ['operations', 'inventory', 'safety'],
    withoutFiles: [REPLY_CACHE],
    withoutPackages: [MCP, ...AWS, ...DATABASES],
  },
  tools: { imports: ['operations', 'inventory', 'safety'], withoutPackages: [...AWS, ...DATABASES] },
  resources: { imports: ['operations', 'inventory', 'safety'], withoutPackages: [...AWS, ...DATABASES] },
  prompts: { imports: ['operations', 'inventory'], withoutPackages: [...AWS, ...DATABASES] },
  extensions: {
    imports: ['operations', 'inventory', 'safety', 'tools', 'resources', 'prompts'],
    withoutPackages: [...AWS, ...DATABASES],
  },
  transports: { imports: ['operations', 'safety', 'approval-page', 'server'], withoutPackages: [...AWS, ...DATABASES] },
};

/** The folders and files above the layers. A layer may import one only if it names it. */
const TOP_FOLDERS = ['commands'];
const TOP_FILES = ['server', 'answers', 'main', 'start', 'cli', 'config', 'api'];
/** Import paths from a file of a layer, and from its folders at two depths. */
const UPWARD = ['../', '../../', '../../../'];

const MAX_LINES_OF_A_FUNCTION = 40;
/** Functions that can be read once: short, and without a conditional operator inside another. */
const PLAIN_FUNCTIONS = {
  includes: ['src/**'],
  linter: {
    rules: {
      style: { noNestedTernary: 'error' },
      complexity: {
        noExcessiveLinesPerFunction: {
          level: 'error',
          options: { maxLines: MAX_LINES_OF_A_FUNCTION, skipBlankLines: true },
        },
      },
    },
  },
};

/** `biome.json` with the rules for `src`, which replace those that it has: plain functions, and the imports of each layer. */
export function withLayers(biome: string): string {
  const config = JSON.parse(biome) as { overrides: { includes: string[] }[] };
  const others = config.overrides.filter(({ includes }) => !includes.some((path) => path.startsWith('src/')));
  return JSON.stringify(
    { ...config, overrides: [...others, PLAIN_FUNCTIONS, ...Object.keys(LAYERS).map(override)] },
    null,
    2,
  );
}

function override(name: string) {
  const { imports, withoutFiles = [], withoutPackages } = LAYERS[name] as Layer;
  const isForbidden = (other: string) => other !== name && !imports.includes(other);
  const folders = [...Object.keys(LAYERS), ...TOP_FOLDERS].filter(isForbidden);
  const files = TOP_FILES.filter(isForbidden);
  const group = UPWARD.flatMap((up) => [
    ...folders.map((folder) => `${up}${folder}/**`),
    ...files.map((file) => `${up}${file}.ts`),
    ...withoutFiles.map((file) => `${up}${file}`),
  ]);
  const message = `src/${name} may import only: ${imports.join(', ') || 'packages'} (scripts/layers.ts)`;
  const packages = `this package does not belong in src/${name} (scripts/layers.ts)`;
  const patterns = [
    { group, message },
    { group: withoutPackages, message: packages },
  ];
  const noRestrictedImports = { level: 'error', options: { patterns } };
  return { includes: [`src/${name}/**`], linter: { rules: { style: { noRestrictedImports } } } };
}

/** The layers as a Mermaid flowchart; an arrow leads to what a folder may import, unless that follows from another arrow. */
export function layersPicture(): string {
  const top = {
    server: ['tools', 'resources', 'prompts', 'extensions'],
    commands: ['transports', 'local', 'finspace', 'store'],
  };
  const below: Record<string, readonly string[]> = {
    ...top,
    ...Object.fromEntries(Object.entries(LAYERS).map(([name, { imports }]) => [name, imports])),
  };
  const reaches = (from: string, to: string): boolean =>
    (below[from] ?? []).some((next) => next === to || reaches(next, to));
  const arrows = Object.entries(below).flatMap(([name, imports]) =>
    imports
      .filter((to) => !imports.some((other) => other !== to && reaches(other, to)))
      .map((to) => `  ${name} --> ${to}`),
  );
  return ['```mermaid', 'flowchart TD', ...arrows, '```'].join('\n');
}
