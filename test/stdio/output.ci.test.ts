import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { sqlJournal } from '../../src/safety/journal.ts';
import { openState } from '../../src/safety/state.ts';
import { CLI } from '../support/hosts.ts';

/** Reads its stdin 4 kB at a time with pauses, and writes all of it at the end. */
const SLOW_READER = `
  const fs = require('node:fs');
  const pause = new Int32Array(new SharedArrayBuffer(4));
  const chunks = [];
  for (;;) {
    Atomics.wait(pause, 0, 0, 1);
    const chunk = Buffer.alloc(4096);
    const length = fs.readSync(0, chunk);
    if (length === 0) break;
    chunks.push(chunk.subarray(0, length));
  }
  fs.writeFileSync(1, Buffer.concat(chunks));`;

const REQUESTS = [
  {
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'pipe', version: '1' } },
  },
  { method: 'notifications/initialized' },
  ...Array.from({ length: 8 }, (_, at) => ({ id: at + 1, method: 'tools/list' })),
].map((message) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

describe.skipIf(process.platform === 'win32')('the output of', () => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-output-'));
    writeFileSync(join(folder, 'requests'), REQUESTS.join(''));
    expect(await shell('finspace world reset')).toMatchObject({ code: 0 });
    const demo = JSON.parse((await shell('finspace world export')).out) as { entities: { in: string; name: string }[] };
    writeFileSync(join(folder, 'big.json'), JSON.stringify({ ...demo, entities: withManyUsers(demo.entities) }));
    expect(await shell('finspace world import --world "$FOLDER/big.json"')).toMatchObject({ code: 0, said: '' });
    const state = await openState(join(folder, 'state.db'));
    const journal = sqlJournal(async () => state, Date.now);
    const entry = { backend: 'local', target: { databaseName: 'trades' }, arguments: 'a', principal: 'local' } as const;
    await Promise.all(Array.from({ length: 1_000 }, () => journal.begin({ operation: 'DeleteKxDatabase', ...entry })));
    await state.close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs a line of bash in which `finspace` is the built binary on the folder's state. */
  const shell = (line: string) =>
    new Promise<{ code: number; out: string; said: string }>((resolve) => {
      const finspace = `finspace() { "$NODE" "$CLI" "$@"; }`;
      const env = {
        ...process.env,
        NODE: process.execPath,
        CLI,
        FOLDER: folder,
        SLOW_READER,
        FINSPACE_MCP_STATE_DIR: folder,
      };
      const child = execFile(
        'bash',
        ['--norc', '-c', `set -o pipefail; ${finspace}\n${line}`],
        { env, maxBuffer: 1 << 26 },
        (_, out, said) => resolve({ code: child.exitCode ?? -1, out, said }),
      );
    });
  const lines = (text: string) => text.split('\n').sort();

  const COMMAND_LINES = [
    'stdio --log-level silent < "$FOLDER/requests"',
    'world list',
    'world export',
    'approve',
    'journal show --json',
    'journal verify',
    'tools',
    'tools --json --output-schemas',
    'tools --tokens',
    '--version',
    'help',
  ];
  const BIG = ['stdio', 'world export', 'journal show', 'tools --json'];

  it.each(COMMAND_LINES)('%s is complete through a slow pipe', async (line) => {
    const whole = await shell(`finspace ${line} > "$FOLDER/whole"`);
    const expected = readFileSync(join(folder, 'whole'), 'utf8');
    const slow = await shell(`finspace ${line} | "$NODE" -e "$SLOW_READER"`);
    expect(slow).toMatchObject({ code: 0, said: '' });
    expect(whole).toMatchObject({ code: 0, said: '' });
    expect(lines(slow.out)).toEqual(lines(expected));
    if (BIG.some((name) => line.startsWith(name))) expect(expected.length).toBeGreaterThan(140_000);
  });

  it.each(COMMAND_LINES)('%s ends quietly when its reader leaves early', async (line) => {
    const { code, said } = await shell(`finspace ${line} | head -c 1 > /dev/null`);
    expect({ code, said }).toEqual({ code: 0, said: '' });
  });

  it.each(['world export', 'journal show', 'tools', '--version'])(
    '%s reports a full disk as an error in one line',
    async (line) => {
      if (!existsSync('/dev/full')) return;
      const { code, said } = await shell(`finspace ${line} > /dev/full`);
      expect(code).toBe(1);
      expect(said).toMatch(/^finspace-mcp: the output could not be written: .*no space left.*\n$/);
    },
  );

  it('a file that is written only in part is an error', async () => {
    const { code, said } = await shell('ulimit -f 16; finspace tools --json > "$FOLDER/part"');
    expect(statSync(join(folder, 'part')).size).toBe(16 * 1_024);
    expect(code).toBe(1);
    expect(said).toMatch(/^finspace-mcp: the output could not be written: .*file too large.*\n$/);
  });

  it('a process that ends before its output is written reports a failure', async () => {
    const unwritten = 'data:text/javascript,process.stdout.write=()=>false';
    expect(await shell(`"$NODE" --import '${unwritten}' "$CLI" --version`)).toMatchObject({ code: 1, out: '' });
  });

  it.each(['http', 'local'])('%s continues without the reader of its log', async (command) => {
    const args = [CLI, command, '--port', '0', '--state', ':memory:', '--state-dir', folder];
    const server = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    onTestFinished(() => void server.kill('SIGKILL'));
    const [said] = (await once(server.stderr, 'data')) as [Buffer];
    server.stderr.destroy();
    const origin = /http:\/\/127\.0\.0\.1:\d+/.exec(String(said))?.[0];
    for (let turn = 0; turn < 3; turn += 1) expect((await fetch(`${origin}/healthz`)).status).toBe(200);
    expect(server.exitCode).toBe(null);
  });
});

/** So many that the world is larger than the buffer of a pipe. */
function withManyUsers(entities: readonly { in: string; name: string }[]): object[] {
  const user = entities.find((entity) => entity.in.endsWith('/kxUser'));
  const more = Array.from({ length: 600 }, (_, at) =>
    JSON.parse(JSON.stringify(user).replaceAll(String(user?.name), `user-${at}`)),
  );
  return [...entities, ...more];
}
