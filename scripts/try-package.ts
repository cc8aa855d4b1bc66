import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

/** Packs the package, installs it in an empty folder, and calls a tool of what was installed. Exits with 1 when any of it fails. */
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-package-'));
const npm = (cwd: string, ...args: string[]) =>
  execFileSync('npm', args, { cwd, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });

try {
  npm(root, 'pack', '--silent', '--pack-destination', folder);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) as string;
  npm(folder, 'init', '--yes');
  npm(folder, 'install', '--silent', '--no-audit', '--no-fund', join(folder, tarball));
  const command = join(folder, 'node_modules', '.bin', 'finspace-mcp');
  const client = new Client({ name: 'try-package', version: '1.0.0' });
  await client.connect(new StdioClientTransport({ command, args: ['--state', join(folder, 'world.db')] }));
  const { structuredContent } = await client.callTool({ name: 'list_kx_environments', arguments: {} });
  await client.close();
  const { environments } = structuredContent as { environments: { name: string }[] };
  if (environments.length === 0) throw new Error('the installed package shows no environments');
  const tokens = spawnSync(command, ['tools', '--tokens'], { encoding: 'utf8' });
  if (!tokens.stderr.includes('gpt-tokenizer')) throw new Error('--tokens does not say what it needs');
  console.log(`the installed package works: ${environments.map(({ name }) => name).join(', ')}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
