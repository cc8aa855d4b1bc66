import { deepEqual, equal, ok } from 'node:assert/strict';
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { emptyRegistry } from '../test/package/registry.ts';
import { copySource } from '../test/package/source-copy.ts';
import { packedManifest } from './packed-manifest.ts';
import { ROOT, readManifest } from './project.ts';
import { tryNodes } from './try-nodes.ts';

/** What a user gets: the goals for a fresh machine. */
const LIMITS = { packages: 6, megabytes: 20, seconds: 5 };

/**
 * Publishes the package to a registry in this process, installs it from there into an empty folder, and uses it: the command, the
 * API and its types, and the command on other versions of Node.js. Exits with 1 when any of it fails or exceeds the limits.
 */
const folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-package-'));
try {
  const tarball = await publish(join(folder, 'source'));
  const seconds = Math.min(...(await inTurn(3, (turn) => install(join(folder, `user-${turn}`), tarball))));
  const user = join(folder, 'user-0');
  const measured = { packages: packagesIn(user), megabytes: megabytesIn(join(user, 'node_modules')), seconds };
  console.log(
    `packages ${measured.packages}, ${measured.megabytes.toFixed(1)} MB, ${seconds.toFixed(1)} s to install and list tools`,
  );
  // On a busy machine, times mean little.
  const isBusy = (loadavg()[0] ?? 0) > cpus().length;
  for (const [name, limit] of Object.entries(LIMITS))
    ok(measured[name as keyof typeof LIMITS] <= limit || (name === 'seconds' && isBusy), `${name}: more than ${limit}`);
  await useCommand(user);
  await tryNodes(user);
  await lint(tarball);
  useApi(user);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The tarball that a registry receives, with the manifest that it shows to clients before they download it. */
async function publish(source: string): Promise<string> {
  copySource(source);
  const before = readFileSync(join(source, 'package.json'), 'utf8');
  const registry = await emptyRegistry();
  await npm(source, 'publish', '--silent', '--access', 'public', ...registry.args);
  await registry.close();
  const [{ versions, _attachments }] = registry.published as [(typeof registry.published)[number]];
  const tarball = join(folder, 'published.tgz');
  writeFileSync(tarball, Buffer.from(Object.values(_attachments)[0]?.data ?? '', 'base64'));
  const expected = packedManifest(readManifest(join(source, 'package.json')));
  const manifest = JSON.parse(execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' }));
  deepEqual(manifest, expected);
  const shown = versions[expected.version] ?? {};
  deepEqual(shown['optionalDependencies'], expected.optionalDependencies);
  deepEqual(shown['dependencies'] ?? {}, {});
  equal(readFileSync(join(source, 'package.json'), 'utf8'), before);

  const unset = before.replace('/example/', '/OWNER/');
  writeFileSync(join(source, 'package.json'), unset);
  await npm(source, 'pack', '--silent', '--pack-destination', folder);
  equal(readFileSync(join(source, 'package.json'), 'utf8'), unset);
  const refused = await npm(source, 'publish', '--dry-run').catch((error: { stderr: string }) => error.stderr);
  ok(refused.includes('names the placeholder OWNER'), 'a publish under the placeholder is not refused');
  return tarball;
}

/** Seconds until the tools of a new installation are listed. */
async function install(user: string, tarball: string): Promise<number> {
  mkdirSync(user);
  writeFileSync(join(user, 'package.json'), '{"private":true,"type":"module"}');
  const began = performance.now();
  await npm(user, 'install', '--silent', '--no-audit', '--no-fund', tarball);
  const client = await connected(user);
  ok((await client.listTools()).tools.length > 50);
  const seconds = (performance.now() - began) / 1_000;
  await client.close();
  return seconds;
}

function commandOf(user: string): string {
  return join(user, 'node_modules', '.bin', 'finspace-mcp');
}

async function connected(user: string): Promise<Client> {
  const client = new Client({ name: 'try-package', version: '1.0.0' });
  const args = ['--state', join(user, 'world.db'), '--state-dir', join(user, 'state')];
  await client.connect(new StdioClientTransport({ command: commandOf(user), args }));
  return client;
}

async function useCommand(user: string): Promise<void> {
  const client = await connected(user);
  const { structuredContent } = await client.callTool({ name: 'list_kx_environments', arguments: {} });
  await client.close();
  const { environments } = structuredContent as { environments: { name: string }[] };
  ok(environments.length > 0, 'the installed package shows no environments');
  const tokens = spawnSync(commandOf(user), ['tools', '--tokens'], { encoding: 'utf8' });
  ok(tokens.stderr.includes('gpt-tokenizer'), '--tokens does not say what it needs');
  console.log(`the command works: ${environments.map(({ name }) => name).join(', ')}`);
}

/** Compiles a program against the types, strictly and with those of its libraries, and runs it. */
function useApi(user: string): void {
  const modules = join(user, 'node_modules');
  for (const scope of ['@aws-sdk', '@types'])
    symlinkSync(join(ROOT, 'node_modules', scope), join(modules, scope), 'junction');
  copyFileSync(join(ROOT, 'test', 'package', 'api-consumer.ts'), join(user, 'consumer.ts'));
  const options = { strict: true, module: 'nodenext', target: 'es2022', types: ['node'], skipLibCheck: true };
  writeFileSync(join(user, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['consumer.ts'] }));
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [compiler, '--project', user], { stdio: 'inherit' });
  execFileSync(process.execPath, [join(user, 'consumer.js')], { stdio: 'inherit' });
}

/** What publint finds in the tarball, where it is installed. */
async function lint(tarball: string): Promise<void> {
  const tool = join(ROOT, 'test', 'package', 'tools', 'node_modules', 'publint', 'src', 'cli.js');
  if (statSync(tool, { throwIfNoEntry: false }) === undefined)
    return console.log('SKIPPED: publint is not installed; npm ci --prefix test/package/tools does it');
  execFileSync(process.execPath, [tool, 'run', '--strict', tarball], { stdio: 'inherit' });
}

function packagesIn(user: string): number {
  const lock = JSON.parse(readFileSync(join(user, 'node_modules', '.package-lock.json'), 'utf8'));
  return Object.keys(lock.packages).length;
}

function megabytesIn(path: string): number {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0) / 1_000_000;
}

async function npm(cwd: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('npm', args, { cwd, shell: process.platform === 'win32' });
  return stdout;
}

async function inTurn<T>(count: number, work: (turn: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let turn = 0; turn < count; turn += 1) results.push(await work(turn));
  return results;
}
