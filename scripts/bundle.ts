import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { operationOutlines } from '../src/operations/outline.ts';
import { toolCatalog } from '../src/tools/tool-catalog.ts';
import { commonJs } from './common-js.ts';
import { lazySchemas } from './lazy-schemas.ts';
import { EXTERNAL } from './packed-manifest.ts';

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/**
 * How every program is bundled, including those that a bench compares with ours. Identifiers are kept, so that stack traces are readable.
 */
export const BUNDLE = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // The AWS client's CommonJS entry loses its exports in a split bundle; its module entry does not.
  mainFields: ['module', 'main'],
  alias: {
    '@modelcontextprotocol/server/_shims': at('scripts/sdk-shims.ts'),
    'pg-native': at('scripts/no-pg-native.ts'),
    undici: at('scripts/undici-client.mjs'),
  },
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
} as const satisfies BuildOptions;

/** Bundles the product into a folder and returns its sources; with `eager`, the MCP SDK builds all its schemas when it is loaded. */
export async function bundleProduct(outdir: string, { eager = false } = {}): Promise<string[]> {
  const { metafile, outputFiles } = await build({
    ...BUNDLE,
    // CommonJS has none.
    supported: { 'top-level-await': false },
    entryPoints: [at('src/cli.ts'), at('src/api.ts')],
    metafile: true,
    outdir,
    splitting: true,
    external: [...EXTERNAL],
    plugins: [embedded, oneStart, ...(eager ? [] : [lazySchemas()])],
    write: false,
  });
  mkdirSync(outdir, { recursive: true });
  for (const { path, text } of outputFiles) writeFileSync(path, commonJs(basename(path), text));
  writeFileSync(join(outdir, 'package.json'), JSON.stringify({ type: 'commonjs' }));
  return Object.keys(metafile.inputs);
}

/** What a start reads of the operations and tools, by the module that computes it from their declarations. */
const EMBEDDED: ReadonlyMap<string, Readonly<Record<string, () => unknown>>> = new Map([
  [at('src/operations/outline.ts'), { operationOutlines }],
  [at('src/tools/tool-catalog.ts'), { toolCatalog }],
]);

/** Our sources. */
const SOURCES = /[\\/]src[\\/].*\.ts$/;

/** Replaces these modules by their values as JSON, which a start reads faster than it loads the declarations. */
const embedded: Plugin = {
  name: 'embedded',
  setup({ onLoad }) {
    onLoad({ filter: SOURCES }, ({ path }) => {
      const values = EMBEDDED.get(path);
      return values && { contents: Object.entries(values).map(embeddedValue).join('\n') };
    });
  },
};

function embeddedValue([name, value]: [string, () => unknown]): string {
  const text = JSON.stringify(JSON.stringify(value()));
  return `let ${name}Value;\nexport const ${name} = () => (${name}Value ??= JSON.parse(${text}));`;
}

/**
 * Splitting makes one file of each set of modules that the same entries reach, and every file costs a start about a millisecond.
 * So each part of ours that is loaded later is made to reach all that a start over stdio loads, which then is one file.
 */
const oneStart: Plugin = {
  name: 'one-start',
  setup({ onLoad }) {
    onLoad({ filter: SOURCES }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const imports = AT_START.map((part) => `import ${JSON.stringify(part)};\n`).join('');
      return {
        loader: 'ts',
        contents: laterParts.has(path) && !FIRST_PARTS.has(path) ? `${imports}${source}` : source,
      };
    });
  },
};

/** What a start over stdio loads, without the imports of the other commands. */
const AT_START = ['src/main.ts', 'src/commands/stdio.ts'].map(at);

/** What `cli.ts` imports on demand. These parts stay separate, because `--help` loads only the first. */
const FIRST_PARTS = new Set(['src/main.ts', 'src/start.ts'].map(at));

/** Our modules that are imported dynamically. */
const laterParts = new Set(
  readdirSync(at('src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => at(`src/${name}`))
    .flatMap((path) =>
      Array.from(readFileSync(path, 'utf8').matchAll(/\bimport\('(\.[^']+)'\)/g), (match) =>
        resolve(dirname(path), match[1] as string),
      ),
    ),
);
