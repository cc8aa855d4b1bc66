import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SETTINGS, type SettingName, variableOf } from '../src/config.ts';
import { packedManifest } from './packed-manifest.ts';
import { homeOf, ROOT, readManifest, SUMMARY } from './project.ts';

/** The systems for which there is a bundle, each with all its processors: a manifest cannot name a processor. */
export const SYSTEMS = ['darwin', 'linux', 'win32'] as const;
export type System = (typeof SYSTEMS)[number];

const manifest = readManifest();

/** What Claude Desktop asks for, and passes on as variables. An empty text counts as unset. */
const ASKED_SETTINGS: readonly SettingName[] = ['backend', 'endpoint', 'region', 'profile', 'readOnly', 'stateDir'];

/** The name of a setting in the manifest. */
const key = (setting: SettingName) => variableOf(setting).replace('FINSPACE_MCP_', '').toLowerCase();
/** The placeholder that the host replaces with a value. */
const placeholder = (name: string) => `\${${name}}`;
const FOLDER = placeholder('__dirname');

/** The manifest of the bundle for one system: https://github.com/modelcontextprotocol/mcpb, version 0.3. */
export function bundleManifest(system: System) {
  const { name, version, license, author } = manifest;
  const questions = ASKED_SETTINGS.map((setting) => [key(setting), question(setting)] as const);
  const env = ASKED_SETTINGS.map(
    (setting) => [variableOf(setting), placeholder(`user_config.${key(setting)}`)] as const,
  );
  return {
    manifest_version: '0.3',
    name,
    display_name: 'FinSpace (Managed kdb Insights)',
    version,
    description: SUMMARY,
    author: { name: author },
    homepage: homeOf(manifest).homepage,
    license,
    icon: 'icon.png',
    server: {
      type: 'node',
      entry_point: 'dist/cli.js',
      mcp_config: {
        command: 'node',
        args: [`${FOLDER}/dist/cli.js`, 'stdio'],
        env: Object.fromEntries(env),
        platform_overrides: { darwin: { command: '/bin/sh', args: [`${FOLDER}/launch.sh`] } },
      },
    },
    tools_generated: true,
    prompts_generated: true,
    compatibility: { platforms: [system], runtimes: { node: manifest.engines.node } },
    user_config: Object.fromEntries(questions),
  };
}

/** Each has a default, because a host passes an optional value without one as the text of its placeholder. */
function question(setting: SettingName) {
  const title = key(setting).replaceAll('_', ' ');
  const rest = { title, description: SETTINGS[setting].description ?? title, required: false };
  if (setting === 'readOnly') return { type: 'boolean', ...rest, default: false };
  return { type: 'string', ...rest, default: setting === 'backend' ? 'local' : '' };
}

/** Claude Desktop on macOS runs `node` in a process that rejects third-party native code, so this finds the user's own Node.js. */
const LAUNCH = `#!/bin/sh
PATH="$PATH:/opt/homebrew/bin:/usr/local/bin:/usr/bin"
command -v node >/dev/null || { echo 'finspace-mcp: needs Node.js ${manifest.engines.node}: https://nodejs.org' >&2; exit 1; }
exec node "$(dirname "$0")/dist/cli.js" stdio
`;

/** The native parts for a system, with their versions. */
export const partsFor = (system: System): [name: string, version: string][] =>
  Object.entries(packedManifest(manifest).optionalDependencies).filter(([name]) =>
    name.startsWith(`@libsql/${system}-`),
  );

/** Writes the content of the bundle for a system into a folder. The build must be up to date. */
export function stageBundle(system: System, folder: string, parts = partsFor(system)): void {
  cpSync(join(ROOT, 'dist'), join(folder, 'dist'), { recursive: true });
  cpSync(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'));
  cpSync(join(ROOT, 'docs', 'icon.png'), join(folder, 'icon.png'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', version: manifest.version }));
  writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(bundleManifest(system), null, 2)}\n`);
  writeFileSync(join(folder, 'launch.sh'), LAUNCH);
  chmodSync(join(folder, 'launch.sh'), 0o755);
  for (const [name, version] of parts) addPackage(name, version, join(folder, 'node_modules', name));
}

/** Copies a package that is installed here, or fetches it from the registry if it is for another system. */
function addPackage(name: string, version: string, folder: string): void {
  const installed = join(ROOT, 'node_modules', name);
  if (existsSync(installed)) {
    cpSync(installed, folder, { recursive: true });
    return;
  }
  const downloads = mkdtempSync(join(tmpdir(), 'finspace-mcp-part-'));
  try {
    const options = ['pack', '--silent', '--pack-destination', downloads, `${name}@${version}`];
    const tarball = execFileSync('npm', options, { encoding: 'utf8', shell: process.platform === 'win32' }).trim();
    mkdirSync(folder, { recursive: true });
    execFileSync('tar', ['-xzf', join(downloads, tarball), '--strip-components=1', '-C', folder]);
  } finally {
    rmSync(downloads, { recursive: true });
  }
}

// tsx scripts/mcpb.ts SYSTEM: writes finspace-mcp-SYSTEM.mcpb. Needs the tools of test/package/tools.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const system = SYSTEMS.find((one) => one === process.argv[2]);
  if (system === undefined) throw new Error(`expects one of ${SYSTEMS.join(', ')}`);
  const folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-bundle-'));
  const tool = join(ROOT, 'test', 'package', 'tools', 'node_modules', '@anthropic-ai', 'mcpb', 'dist', 'cli', 'cli.js');
  try {
    stageBundle(system, folder);
    const file = join(ROOT, `${manifest.name}-${system}.mcpb`);
    execFileSync(process.execPath, [tool, 'pack', folder, file], { stdio: 'inherit' });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
