import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bearer } from '../http/people.ts';
import { startReplica } from '../http/replica.ts';
import { closeAll, modern, product } from '../http/support.ts';
import { CLI } from '../support/hosts.ts';
import { PAGES, read } from './pages.ts';

/** The files that our documents show: client settings, configuration, tokens, targets, a service unit. Tests replace paths and tokens. */
const blocks = (page: string, language: string) =>
  [...read(page).matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, block = '']) => block);
const json = (page: string, at: number) => blocks(page, 'json')[at] ?? expect.fail(`${page} has no example ${at}`);

/** Where the documents expect a clone, and the client settings that start the server from there; others start the published package. */
const CLONE = '/path/to/finspace-mcp/dist/cli.js';
const clientSettings = (page: string) => blocks(page, 'json').filter((block) => block.includes(CLONE));

const AGENT = 'a'.repeat(32);
const ANN = 'b'.repeat(32);
const digest = (token: string) => createHash('sha256').update(token).digest('hex');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-examples-'));
});
afterEach(async () => {
  await closeAll();
  rmSync(folder, { recursive: true, force: true });
});

const written = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
/** The tokens of an example, with digests in place of those of the people named here. */
const withDigests = (text: string) => {
  const given = [AGENT, ANN].map(digest);
  return text.replaceAll(/"sha256": "[^"]*"/g, () => `"sha256": "${given.shift()}"`);
};
const listed = (url: string, token: string) => modern(url, 'tools/list', {}, bearer(token));

describe('an example', () => {
  it.each([
    ['mcpServers', 'README.md', 0],
    ['mcpServers', 'docs/clients.md', 0],
    ['servers', 'docs/clients.md', 1],
    ['mcpServers', 'docs/configuration.md', 0],
  ])('of client settings under "%s" in %s starts a server', async (key, page, at) => {
    const settings = JSON.parse(
      clientSettings(page)[at]?.replaceAll(CLONE, CLI) ?? expect.fail(`${page} has no example ${at}`),
    );
    const { command, args } = settings[key].finspace as { command: string; args: string[] };
    const client = new Client({ name: 'test-host', version: '1.0.0' });
    const env = { PATH: process.env['PATH'] as string, HOME: folder, LOCALAPPDATA: folder };
    await client.connect(new StdioClientTransport({ command, args, env, stderr: 'ignore' }));
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('list_kx_environments');
    await client.close();
  });

  it('of a configuration file limits the offered tools', () => {
    const config = written('config.json', json('docs/configuration.md', 0));
    const tools = execFileSync(process.execPath, [CLI, 'tools', '--config', config], { encoding: 'utf8' });
    expect(tools).toMatch(/^list_kx_clusters /m);
    expect(tools).not.toMatch(/^(?:delete_|list_kx_users|tag_)/m);
  });

  it.each([
    ['of a fixed token', 0, [200, 401]],
    ['of tokens for an agent and a person', 1, [200, 200]],
  ])('%s admits the principals that it names', async (_, at, statuses) => {
    const authTokens = written('tokens.json', withDigests(json('docs/deploy.md', at)));
    const { url } = await product({ authTokens }, { now: () => Date.UTC(2026, 11, 1) });
    expect([(await listed(url, AGENT)).status, (await listed(url, ANN)).status]).toEqual(statuses);
  });

  it('of named targets serves them', async () => {
    const targets = json('docs/deploy.md', 2).replaceAll('/var/lib/finspace-mcp', folder);
    const authTokens = written('tokens.json', withDigests(json('docs/deploy.md', 1)));
    const { url } = await product({ targets: written('targets.json', targets), authTokens });
    for (const target of ['lab', 'prod'])
      expect((await listed(url.replace('/mcp', `/t/${target}/mcp`), AGENT)).status).toBe(200);
  });

  it('of a service unit starts a server with the files that it names', async () => {
    const [unit = ''] = blocks('docs/deploy.md', 'ini');
    const start = /^ExecStart=\S+ \S+\/dist\/cli\.js http --config \/etc\/finspace-mcp\/config\.json$/m;
    expect(unit).toMatch(start);
    const tokens = written('tokens.json', withDigests(json('docs/deploy.md', 1)));
    const config = json('docs/deploy.md', 3).replace('/etc/finspace-mcp/tokens.json', tokens);
    const { url } = await startReplica(['--config', written('config.json', config), '--state-dir', folder]);
    expect(url).toBe('https://finspace.example');
  });

  it('is counted here, unless it starts the published package; another test reads those of docs/fidelity.md', () => {
    const published = (block: string) => block.includes('npx');
    const count = Object.fromEntries(
      PAGES.map((page) => [page, blocks(page, 'json').filter((block) => !published(block)).length]),
    );
    const used = {
      'README.md': 1,
      'docs/clients.md': 2,
      'docs/configuration.md': 2,
      'docs/deploy.md': 4,
      'docs/fidelity.md': 2,
    };
    expect(count).toEqual({ ...Object.fromEntries(PAGES.map((page) => [page, 0])), ...used });
    // The service unit, and the lines that replace one of its lines for key files that belong to root.
    expect(PAGES.flatMap((page) => blocks(page, 'ini'))).toHaveLength(2);
  });
});

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;
it.skipIf(!hasSystemd)(`the service unit passes systemd-analyze ${hasSystemd ? '' : '(SKIPPED: no systemd)'}`, () => {
  const [unit = '', withKeys = ''] = blocks('docs/deploy.md', 'ini');
  for (const text of [unit, unit.replace(/^ExecStart=.*$/m, () => withKeys.trim())]) {
    const here = text.replace(/^ExecStart=\S+ \S+/m, `ExecStart=${process.execPath} ${CLI}`);
    const path = written('finspace-mcp.service', here);
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', path], { encoding: 'utf8' });
    const about = stderr.split('\n').filter((line) => line.includes('finspace-mcp.service'));
    expect({ status, about }).toEqual({ status: 0, about: [] });
  }
});
