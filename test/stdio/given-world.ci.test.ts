import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLI } from '../support/hosts.ts';

const WORLD = {
  format: 'finspace-mcp world',
  version: 1,
  account: '111122223333',
  region: 'us-east-1',
  settings: { quotas: 'raised' },
  entities: [],
};

describe('--world', { timeout: 60_000 }, () => {
  let folder: string;
  let state: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-world-'));
    state = join(folder, 'world.db');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** What a server writes to stderr until it has started, or ended by itself. */
  const started = (...args: string[]) =>
    new Promise<{ code: number | null; said: string }>((resolve) => {
      const server = spawn(process.execPath, [CLI, ...args, '--state-dir', folder], {
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      let said = '';
      server.stderr.on('data', (chunk) => {
        said += chunk;
        if (/serving MCP|service on/.test(said)) server.kill();
      });
      server.stdout.once('data', () => server.stdin.end());
      server.stdin.on('error', () => {});
      server.stdin.write(`${JSON.stringify(INITIALIZE)}\n`);
      server.once('close', (code) => resolve({ code, said }));
    });
  const clientInfo = { name: 'raw', version: '1' };
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo };
  const INITIALIZE = { jsonrpc: '2.0', id: 1, method: 'initialize', params };
  const PORT: Record<string, string[]> = { stdio: [], http: ['--port', '0'], local: ['--port', '0'] };

  it.each<[string, string | undefined, string]>([
    ['does not exist', undefined, 'none.json: does not exist'],
    ['is not JSON', '{', 'none.json: is not JSON'],
    [
      'is of another region',
      JSON.stringify({ ...WORLD, region: 'eu-west-1' }),
      'in eu-west-1, not of 111122223333 in us-east-1',
    ],
  ])('that %s ends every server at start-up, with one line that names it', async (_, content, words) => {
    const file = join(folder, 'none.json');
    if (content !== undefined) writeFileSync(file, content);
    for (const [command, port] of Object.entries(PORT)) {
      const { code, said } = await started(command, '--world', file, ...port);
      expect(said).toMatch(/^finspace-mcp: --world: .*\n$/);
      expect(said).toContain(words);
      expect(said).not.toContain('--state');
      expect(code).toBe(2);
    }
  });

  it.each(Object.entries(PORT))(
    'next to a state file that has a world is reported by %s as unused',
    async (command, port) => {
      expect(await started('world', 'reset', '--world', 'empty')).toMatchObject({ code: 0, said: '' });
      for (const world of ['demo', join(folder, 'none.json')]) {
        const { said } = await started(command, '--world', world, ...port);
        const [line = ''] = said.split('\n').filter((one) => one.includes('--world'));
        expect(JSON.parse(line)).toMatchObject({
          level: 40,
          world,
          state,
          msg: '--world is not used: this world database already has a world in us-east-1',
        });
      }
      const { said } = await started(command, '--quotas', 'raised', ...port);
      expect(said).toContain('--quotas is not used: this world database already has a world in us-east-1');
      expect((await started(command, ...port)).said).not.toContain('not used');
      const elsewhere = await started(command, '--world', 'demo', '--region', 'eu-west-1', ...port);
      expect(elsewhere.said).not.toContain('not used');
    },
  );

  it('is reported as unused on another backend', async () => {
    const { said } = await started('--backend', 'aws', '--endpoint', 'http://127.0.0.1:1', '--world', 'empty');
    expect(said).toContain('--world is not used: it is for the local backend');
    const quotas = await started('--backend', 'aws', '--endpoint', 'http://127.0.0.1:1', '--quotas', 'raised');
    expect(quotas.said).toContain('--quotas is not used: it is for the local backend');
  });
});
