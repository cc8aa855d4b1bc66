import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { SETTINGS, type SettingName, variableOf } from '../src/config.ts';
import { skills } from '../src/prompts/skills.ts';
import { SERVER } from './clients.ts';
import { homeOf, ROOT, readManifest, SUMMARY } from './project.ts';

const manifest = readManifest();
const { name, version, license, author } = manifest;
const { owner, mcpName, homepage, image } = homeOf(manifest);
const TITLE = 'FinSpace MCP';
const { command, args } = SERVER;
const mcpServers = { [SERVER.name]: { command, args } };

/** The settings that people choose where a client installs the server for them. */
const OFFERED: readonly SettingName[] = [
  ...(['backend', 'endpoint', 'region', 'profile', 'stateDir', 'world', 'lifecycle', 'readOnly'] as const),
  ...(['toolsets', 'deny', 'environments', 'approve', 'secrets', 'catalog', 'logLevel'] as const),
];

/** Generated files, most of which registries and marketplaces read, by path. */
export const ENTRIES: Readonly<Record<string, object | string>> = {
  '.github/CODEOWNERS': `# Generated (npm run docs) from the repository in package.json.\n* @${owner}\n`,
  // https://github.com/modelcontextprotocol/registry
  'server.json': {
    $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
    name: mcpName,
    title: TITLE,
    description: SUMMARY,
    version,
    repository: { url: homepage, source: 'github' },
    icons: [
      {
        src: `${homepage.replace('://github.', '://raw.githubusercontent.')}/v${version}/docs/icon.png`,
        mimeType: 'image/png',
        sizes: ['256x256'],
      },
    ],
    packages: [
      {
        registryType: 'npm',
        identifier: name,
        version,
        runtimeHint: 'npx',
        transport: { type: 'stdio' },
        environmentVariables: OFFERED.map(variable),
      },
      {
        registryType: 'oci',
        identifier: `${image}:${version}`,
        runtimeHint: 'docker',
        transport: { type: 'stdio' },
        runtimeArguments: [{ type: 'named', name: '-v', value: `${name}-state:/var/lib/${name}` }],
        packageArguments: [{ type: 'positional', value: 'stdio' }],
        environmentVariables: OFFERED.filter((setting) => !['profile', 'stateDir'].includes(setting)).map(variable),
      },
    ],
  },
  // The folder of the plugin is the one with the skills: Claude Code runs `npm ci` in a plugin that has a package.json.
  'skills/.claude-plugin/plugin.json': {
    ...{ name, version, description: SUMMARY, author: { name: author }, homepage, license },
    skills: './',
    mcpServers,
  },
  '.claude-plugin/marketplace.json': {
    name,
    description: SUMMARY,
    owner: { name: author },
    plugins: [{ name, source: './skills', description: SUMMARY }],
  },
  'gemini-extension.json': {
    ...{ name, version, description: SUMMARY, mcpServers },
    settings: (['backend', 'endpoint', 'region', 'profile'] as const).map((setting) => ({
      ...{ name: setting, description: SETTINGS[setting].description, envVar: variableOf(setting) },
    })),
  },
  // Both plugins find the skills in this folder.
  ...Object.fromEntries(skills().map(({ name, text }) => [`skills/${name}/SKILL.md`, text])),
};

function variable(setting: SettingName) {
  const schema = z.toJSONSchema(SETTINGS[setting], { io: 'input' }) as Described;
  const format = schema.type === 'boolean' ? 'boolean' : schema.type === 'integer' ? 'number' : 'string';
  return {
    ...{ name: variableOf(setting), description: SETTINGS[setting].description, format },
    ...(schema.enum === undefined ? {} : { choices: schema.enum }),
    ...(schema.default === undefined || Array.isArray(schema.default) ? {} : { default: String(schema.default) }),
  };
}

interface Described {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
}

/** Files that are written by hand and name the home of the project or its version. */
export const NAMING = ['Dockerfile', 'deploy/kubernetes/base/kustomization.yaml'];

/** A text that names the home and the version that `package.json` has. */
export const withHome = (text: string): string =>
  text
    .replaceAll(new RegExp(`io\\.github\\.[\\w-]+/${name}`, 'g'), mcpName)
    .replaceAll(new RegExp(`https://github\\.com/[\\w-]+/${name}`, 'g'), homepage)
    .replaceAll(new RegExp(`ghcr\\.io/[\\w-]+/${name}`, 'g'), image)
    .replaceAll(/(?<=newTag: ).*/g, version);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const path of NAMING) writeFileSync(join(ROOT, path), withHome(readFileSync(join(ROOT, path), 'utf8')));
  for (const [path, content] of Object.entries(ENTRIES)) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`);
  }
}
