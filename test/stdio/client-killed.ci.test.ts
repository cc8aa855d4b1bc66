import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Entry, sqlJournal } from '../../src/safety/journal.ts';
import { openState } from '../../src/safety/state.ts';
import { type HeldEndpoint, openHeldEndpoint } from '../support/held-endpoint.ts';
import { CLI } from '../support/hosts.ts';

/** A client that starts the server, sends requests, and reads no answer. Its stderr is also the server's. */
const CLIENT = `
  const { spawn } = require('node:child_process');
  const [requests, ...command] = process.argv.slice(1);
  const server = spawn(process.execPath, command, { stdio: ['pipe', 'pipe', 'inherit'] });
  server.stdin.write(requests);
  server.stdout.once('readable', () => process.stdout.write('answers came'));`;

const initialize = {
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'killed', version: '1' } },
};
const lines = (messages: readonly object[]) =>
  [initialize, { method: 'notifications/initialized' }, ...messages]
    .map((message) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
    .join('');
const tool = (id: number, name: string, args: object) => ({
  id,
  method: 'tools/call',
  params: { name, arguments: args },
});

describe.skipIf(process.platform === 'win32')('the server of a client that is killed', () => {
  let folder: string;
  let endpoint: HeldEndpoint;
  let client: ChildProcess;
  let aws: string[];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-test-'));
    endpoint = await openHeldEndpoint();
    aws = [...endpoint.args, '--attempt-timeout', '600000'];
  });
  afterEach(async () => {
    await endpoint.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (args: readonly string[], messages: readonly object[]) => {
    const env = { ...process.env, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
    const server = [CLI, ...args, '--state-dir', folder, '--log-level', 'silent'];
    client = spawn(process.execPath, ['-e', CLIENT, lines(messages), ...server], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  };
  /** Kills the client, and returns how long the server outlives it. Ends when the last process that holds its stderr has ended. */
  const outlived = async () => {
    client.kill('SIGKILL');
    await once(client, 'exit');
    const began = performance.now();
    client.stderr?.resume();
    await once(client.stderr as NonNullable<typeof client.stderr>, 'close');
    return performance.now() - began;
  };
  const outcomes = async (): Promise<Entry[]> => {
    const state = await openState(join(folder, 'state.db'));
    const entries = await sqlJournal(async () => state, Date.now).entries();
    await state.close();
    return entries.filter(({ kind }) => kind === 'outcome');
  };
  const create = tool(2, 'create_kx_database', { environmentId: 'abcdefghijklmnopqrstuv', databaseName: 'trades' });

  it('exits within 2 s, even with 60 unread answers', async () => {
    start(
      ['--state', ':memory:'],
      Array.from({ length: 60 }, (_, at) => ({ id: at + 1, method: 'tools/list' })),
    );
    await once(client.stdout as NonNullable<typeof client.stdout>, 'data');
    expect(await outlived()).toBeLessThan(2_000);
  });

  it('exits within 2 s, even if a read has no reply yet', async () => {
    start(aws, [tool(1, 'list_kx_environments', {})]);
    await endpoint.reached;
    expect(await outlived()).toBeLessThan(2_000);
  });

  it('exits within 2 s after the end of a mutation that was sent, and journals it', async () => {
    start(aws, [create]);
    const response = await endpoint.reached;
    setTimeout(() => response.end('{"databaseName":"trades"}'), 2_500);
    expect(await outlived()).toBeLessThan(4_500);
    expect(await outcomes()).toMatchObject([{ result: 'succeeded' }]);
  });

  it('exits within 2 s after the time limit of a mutation without a reply, and journals it as unknown', async () => {
    start([...aws, '--call-timeout', '3000'], [create]);
    await endpoint.reached;
    expect(await outlived()).toBeLessThan(5_000);
    expect(await outcomes()).toMatchObject([{ result: 'unknown' }]);
  });
});
