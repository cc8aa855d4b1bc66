import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqlJournal } from '../../src/safety/journal.ts';
import { openState } from '../../src/safety/state.ts';
import { CLI } from '../support/hosts.ts';
import { typedIn } from '../support/typed.ts';

type Members = Record<string, unknown>;

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {
    elicitation: { form: {} },
    extensions: { 'io.modelcontextprotocol/tasks': {} },
  },
};

describe('the task of a teardown over stdio', () => {
  let folder: string;
  const children: ChildProcessWithoutNullStreams[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-test-'));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  });

  /** Starts the built binary on the demo world, whose deletions take minutes. */
  function start() {
    const files = ['--state', join(folder, 'world.db'), '--state-dir', folder];
    const child = spawn(process.execPath, [CLI, ...files, '--lifecycle', 'realistic', '--log-level', 'warn']);
    children.push(child);
    const waiting = new Map<number, (result: Members) => void>();
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { id, result } = JSON.parse(line) as { id: number; result: Members };
      waiting.get(id)?.(result);
    });
    let id = 0;
    const request = (method: string, params: Members) =>
      new Promise<Members>((resolve) => {
        id += 1;
        waiting.set(id, resolve);
        child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta: META } })}\n`);
      });
    return { child, request, get: (taskId: unknown) => request('tasks/get', { taskId }) };
  }

  /** A teardown that has removed a part and waits. */
  async function begun() {
    const server = start();
    const call = { name: 'tear_down_kx_environment', arguments: { environmentId: 'kdb-prod' } };
    const { inputRequests, requestState } = await server.request('tools/call', call);
    const { approval } = inputRequests as { approval: { params: { message: string } } };
    const answer = { action: 'accept', content: { name: typedIn(approval.params.message) } };
    const given = { ...call, requestState, inputResponses: { approval: answer } };
    const { taskId } = await server.request('tools/call', given);
    const message = async () => (await server.get(taskId))['statusMessage'];
    await expect.poll(message).toMatch(/^Requested \d+ of 36 deletions\. .+ waits for /);
    return { ...server, taskId };
  }
  const state = () => openState(join(folder, 'state.db'));
  /** How many deletions the service has accepted. */
  const accepted = async () => {
    const db = await state();
    const entries = await sqlJournal(async () => db, Date.now).entries();
    await db.close();
    return entries.filter((entry) => entry.kind === 'outcome' && entry.result === 'succeeded').length;
  };
  const contentOf = (task: Members) => (task['result'] as Members)['structuredContent'];

  it.each<[string, (child: ChildProcessWithoutNullStreams) => unknown]>([
    ['its input ends', (child) => child.stdin.end()],
    ['SIGTERM comes', (child) => child.kill('SIGTERM')],
  ])('stops when %s, and a later process knows its result', async (_, stop) => {
    const { child, taskId } = await begun();
    stop(child);
    expect(await once(child, 'exit')).toEqual([0, null]);
    const requested = await accepted();
    const stopped = await start().get(taskId);
    expect(stopped).toMatchObject({ status: 'completed' });
    expect(contentOf(stopped)).toMatchObject({
      ...{ finished: false, why: 'The server was stopped.', requested, left: 36 - requested },
    });
    expect(requested).toBeGreaterThan(0);
  });

  it('is interrupted when its process is killed, and a later process says what was deleted', async () => {
    const { child, taskId } = await begun();
    child.kill('SIGKILL');
    await once(child, 'exit');
    const requested = await accepted();
    const later = start();
    expect(await later.get(taskId)).toMatchObject({ status: 'working' });
    const db = await state();
    await db.write((sql) => sql.prepare('UPDATE tasks SET updated = updated - 30000').run());
    await db.close();
    expect(contentOf(await later.get(taskId))).toMatchObject({
      ...{ finished: false, requested, left: 36 - requested },
      why: 'The server that ran this task has ended, or was out of reach.',
    });
  });
});
