import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { sqlJournal } from '../../src/safety/journal.ts';
import { openState } from '../../src/safety/state.ts';
import { HOUR, SECOND } from '../safety/support/backend.ts';
import { KEY } from '../safety/support/call-environment-builder.ts';
import { openProduct, type Product } from '../safety/support/wire.ts';
import { call, callApproved, contentOf, ended, getTask, heldDeletions, runDueWork, TASKS, TOOL } from './teardown.ts';

const NO_TASK = { code: -32602, message: 'There is no task with that id.' };
const DAY_MS = 24 * HOUR;
const LEASE_MS = 30 * SECOND;
const ROLES = 'arn:aws:iam::123456789012:role/';
const USERS = ['ann', 'bob', 'eve'];

describe('a teardown as a task', () => {
  const opened: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of opened.splice(0).reverse()) await close();
  });
  const open = (settings: object = {}) => {
    const gate = heldDeletions();
    const product = openProduct(settings, { durable: true, around: gate.around });
    opened.push(async () => {
      gate.open();
      await product.close();
    });
    return { product, ...gate };
  };
  /** Another process on the same state and world. */
  const beside = ({ folder }: Product) => open({ stateDir: folder, state: join(folder, 'world.db') });

  /** An environment with three users, on a server whose deletions wait. */
  const started = async (settings: object = {}) => {
    const at = open(settings);
    const client = await at.product.connect('2026-07-28', TASKS);
    const made = await call(client, 'create_kx_environment', { name: 'trading', kmsKeyId: KEY });
    const { environmentId } = made['structuredContent'] as { environmentId: string };
    for (const userName of USERS)
      await call(client, 'create_kx_user', { environmentId, userName, iamRole: `${ROLES}${userName}` });
    at.hold();
    const begin = () => callApproved(client, TOOL, { environmentId });
    const entries = async () => {
      const state = await openState(join(at.product.folder, 'state.db'));
      onTestFinished(() => state.close());
      return (await sqlJournal(async () => state, at.product.clock.now).entries()).slice(-20);
    };
    return { ...at, client, environmentId, begin, entries };
  };
  const deleting = (waiting: readonly unknown[], count: number) =>
    expect.poll(() => waiting.length, { interval: 5 }).toBe(count);

  it('is created once a person has approved, and completes with the result of the call', async () => {
    const { client, environmentId, begin, waiting, product, open } = await started();
    const { taskId, ...task } = await begin();
    expect(task).toMatchObject({ resultType: 'task', status: 'working', ttlMs: DAY_MS, pollIntervalMs: 3_000 });
    await deleting(waiting, 1);
    expect(await getTask(client, taskId)).toMatchObject({
      ...{ resultType: 'complete', taskId, status: 'working', createdAt: task['createdAt'], ttlMs: DAY_MS },
      statusMessage: 'Requested 0 of 4 deletions. Deleting user "ann".',
    });
    expect(await getTask(client, taskId)).not.toHaveProperty('result');
    open();
    expect(await ended(client, taskId)).toMatchObject({
      status: 'completed',
      result: {
        resultType: 'complete',
        structuredContent: {
          ...{ finished: true, requested: 4, gone: 4, left: 0 },
          entities: ['user "ann"', 'user "bob"', 'user "eve"', 'kdb environment "trading"'],
        },
      },
    });
    const { resources } = (await client.request('resources/list', {})).result as { resources: { uri: string }[] };
    expect(resources.filter(({ uri }) => uri.startsWith('finspace://recovery/'))).toHaveLength(1);
    const deletions = product.spy().reached.filter(({ name }) => name.startsWith('Delete'));
    const [first] = deletions.map(({ options }) => options?.actor);
    expect(first).toMatchObject({ principal: 'local', approval: { channel: 'form' } });
    expect(deletions.map(({ options }) => options?.actor)).toEqual(Array(4).fill(first));
    expect(await call(client, 'get_kx_environment', { environmentId })).toMatchObject({
      structuredContent: { status: 'DELETED' },
    });
  });

  it('is created neither before a person has approved nor when the form has other text than it requires', async () => {
    const { client, environmentId, product } = await started();
    const asked = await call(client, TOOL, { environmentId });
    expect(asked).not.toHaveProperty('taskId');
    const answer = { inputResponses: { approval: { action: 'accept', content: { name: 'trading' } } } };
    const refused = await call(client, TOOL, { environmentId }, { requestState: asked['requestState'], ...answer });
    expect(refused).toMatchObject({ resultType: 'complete', isError: true });
    expect(product.spy().destructive()).toEqual([]);
  });

  it('finishes the deletion in progress when it is cancelled, and starts no other', async () => {
    const { client, begin, waiting, product, open, entries } = await started();
    const { taskId } = await begin();
    await deleting(waiting, 1);
    waiting[0]?.release();
    await deleting(waiting, 2);
    for (let times = 0; times < 2; times += 1)
      expect(await client.request('tasks/cancel', { taskId })).toMatchObject({ result: { resultType: 'complete' } });
    await runDueWork();
    expect(await getTask(client, taskId)).toMatchObject({ status: 'working' });
    open();
    const task = await ended(client, taskId);
    expect(task).toMatchObject({ status: 'cancelled' });
    expect(task).not.toHaveProperty('result');
    expect(task['statusMessage']).toBe(
      [
        'The task was cancelled. Requested 2 of 4 deletions: user "ann", user "bob".',
        'Not deleted: user "eve", kdb environment "trading".',
        'To continue, call the tool again: it plans what is left, and requests approval if the plan needs it.',
      ].join(' '),
    );
    expect(product.spy().destructive()).toHaveLength(2);
    expect((await entries()).slice(-2)).toMatchObject([
      { kind: 'intent', operation: 'DeleteKxUser', target: { userName: 'bob' } },
      { kind: 'outcome', result: 'succeeded' },
    ]);
    expect(await client.request('tasks/cancel', { taskId })).toMatchObject({ result: {} });
    expect(await getTask(client, taskId)).toMatchObject({ status: 'cancelled' });
  });

  it('counts what it has deleted when it is cancelled at once', async () => {
    const { client, begin, product, environmentId, open } = await started();
    open();
    const { taskId } = await begin();
    await client.request('tasks/cancel', { taskId });
    const task = await ended(client, taskId);
    const deleted = product.spy().destructive().length;
    if (task['status'] === 'cancelled') expect(task['statusMessage']).toContain(`Requested ${deleted} of 4 deletions`);
    else expect(contentOf(task)).toMatchObject({ finished: true, requested: deleted });
    const { structuredContent } = await call(client, 'list_kx_users', { environmentId });
    if (deleted < 4) expect((structuredContent as { users: unknown[] }).users).toHaveLength(3 - deleted);
  });

  it('continues when its client disconnects, and another connection sees it', async () => {
    const { client, begin, waiting, product, open } = await started();
    const { taskId } = await begin();
    await deleting(waiting, 1);
    await client.close();
    open();
    const next = await product.connect('2026-07-28', TASKS);
    expect(contentOf(await ended(next, taskId))).toMatchObject({ finished: true, requested: 4 });
  });

  it('stops before its next deletion when the server stops, and keeps its result', async () => {
    const { client, environmentId, product, entries } = await started();
    const stopping = beside(product);
    stopping.hold();
    const { taskId } = await callApproved(await stopping.product.connect('2026-07-28', TASKS), TOOL, { environmentId });
    await deleting(stopping.waiting, 1);
    const closed = stopping.product.close();
    await runDueWork();
    expect(await getTask(client, taskId)).toMatchObject({ status: 'working' });
    stopping.open();
    await closed;
    expect(await getTask(client, taskId)).toMatchObject({ status: 'completed' });
    expect(contentOf(await getTask(client, taskId))).toMatchObject({
      ...{ finished: false, requested: 1, left: 3, why: 'The server was stopped.', deleted: ['user "ann"'] },
    });
    expect((await entries()).slice(-2)).toMatchObject([
      { kind: 'intent', target: { userName: 'ann' } },
      { kind: 'outcome', result: 'succeeded' },
    ]);
  });

  it('stops before its next deletion when it is cancelled through another process', async () => {
    const { begin, waiting, product, open } = await started();
    const { taskId } = await begin();
    await deleting(waiting, 1);
    const client = await beside(product).product.connect('2026-07-28', TASKS);
    expect(await client.request('tasks/cancel', { taskId })).toMatchObject({ result: {} });
    open();
    const task = await ended(client, taskId);
    expect(task).toMatchObject({ status: 'cancelled' });
    expect(task['statusMessage']).toContain('Requested 1 of 4 deletions');
    expect(product.spy().destructive()).toHaveLength(1);
  });

  it('is interrupted once its process has not reported for half a minute, and can then delete nothing more', async () => {
    const { begin, waiting, product, open, client: first } = await started();
    const { taskId } = await begin();
    await deleting(waiting, 1);
    const other = beside(product);
    const client = await other.product.connect('2026-07-28', TASKS);
    other.product.clock.advance(LEASE_MS);
    expect(await getTask(client, taskId)).toMatchObject({ status: 'working' });
    other.product.clock.advance(1);
    const interrupted = await getTask(client, taskId);
    expect(interrupted).toMatchObject({ status: 'completed' });
    expect(contentOf(interrupted)).toEqual({
      ...{ finished: false, requested: 0, left: 4, deleted: [] },
      why: 'The server that ran this task has ended, or was out of reach. It may have deleted user "ann".',
      rest: ['user "ann"', 'user "bob"', 'user "eve"', 'kdb environment "trading"'],
    });
    open();
    await product.mutationsSettled();
    await runDueWork();
    expect(await getTask(first, taskId)).toEqual(interrupted);
    expect(product.spy().destructive()).toHaveLength(1);
  });

  it('runs on in a process that was suspended, if nobody saw it as interrupted', async () => {
    const { client, begin, waiting, product, open } = await started();
    const { taskId } = await begin();
    await deleting(waiting, 1);
    product.clock.advance(2 * LEASE_MS);
    expect(await getTask(client, taskId)).toMatchObject({ status: 'working' });
    open();
    expect(contentOf(await ended(client, taskId))).toMatchObject({ finished: true });
  });

  it('shows what a deletion waits for, and stops waiting when it is cancelled', async () => {
    const { product } = open({ world: 'demo', lifecycle: 'realistic' });
    const client = await product.connect('2026-07-28', TASKS);
    const { taskId } = await callApproved(client, TOOL, { environmentId: 'kdb-prod' });
    const message = async () => (await getTask(client, taskId))?.['statusMessage'];
    await expect.poll(message).toMatch(/^Requested \d+ of 36 deletions\. [a-z ]+".+ waits for [a-z ]+".+\.$/);
    const begun = product.spy().destructive().length;
    await client.request('tasks/cancel', { taskId });
    expect(await ended(client, taskId)).toMatchObject({
      status: 'cancelled',
      statusMessage: expect.stringContaining(`Requested ${begun} of 36 deletions: `),
    });
    expect(product.spy().destructive()).toHaveLength(begun);
  });

  it('lasts until everything is gone', async () => {
    const { product } = open({ world: 'demo', lifecycle: 'fast' });
    const client = await product.connect('2026-07-28', TASKS);
    const { taskId } = await callApproved(client, TOOL, { environmentId: 'kdb-uat', only: ['gw-uat', 'hdb-uat'] });
    const message = async () => (await getTask(client, taskId))?.['statusMessage'];
    await expect.poll(message).toBe('Requested 2 of 2 deletions. Completed: 0.');
    expect(contentOf(await ended(client, taskId))).toMatchObject({ finished: true, requested: 2, gone: 2 });
  });

  it('says what is still being deleted when it is cancelled after the last deletion was requested', async () => {
    const { product } = open({ world: 'demo', lifecycle: 'realistic' });
    const client = await product.connect('2026-07-28', TASKS);
    const { taskId } = await callApproved(client, TOOL, { environmentId: 'kdb-uat' });
    await expect.poll(async () => (await getTask(client, taskId))?.['statusMessage']).toContain('Completed: 2.');
    await client.request('tasks/cancel', { taskId });
    const { status, statusMessage } = await ended(client, taskId);
    expect(status).toBe('cancelled');
    expect(statusMessage).toMatch(
      /^The task was cancelled\. Requested 6 of 6 deletions\. Still being deleted: (?:\w[\w ]* "[\w-]+"(?:, )?){4}\. Nothing is left to approve\.$/,
    );
  });

  it('can be read for a day', async () => {
    const { client, begin, product, open } = await started();
    open();
    const { taskId } = await begin();
    await ended(client, taskId);
    product.clock.advance(DAY_MS - 1);
    expect(await getTask(client, taskId)).toMatchObject({ status: 'completed' });
    product.clock.advance(1);
    for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel'])
      expect((await client.request(method, { taskId })).error).toEqual(NO_TASK);
  });

  it('ignores input', async () => {
    const { client, begin, open } = await started();
    const { taskId } = await begin();
    const update = { taskId, inputResponses: { approval: { action: 'accept' } } };
    expect(await client.request('tasks/update', update)).toMatchObject({ result: { resultType: 'complete' } });
    open();
    expect(await ended(client, taskId)).toMatchObject({ status: 'completed' });
  });

  it('does not exist for clients that have not declared tasks', async () => {
    const { begin, product } = await started();
    const { taskId } = await begin();
    const client = await product.connect('2026-07-28');
    for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel'])
      expect((await client.request(method, { taskId })).error).toMatchObject({
        code: -32021,
        data: { requiredCapabilities: { extensions: { 'io.modelcontextprotocol/tasks': {} } } },
      });
  });

  it('is not created for clients that have not declared tasks, which get the result as before', async () => {
    const { environmentId, product, open } = await started();
    open();
    const client = await product.connect('2026-07-28');
    expect(await callApproved(client, TOOL, { environmentId })).toMatchObject({
      resultType: 'complete',
      structuredContent: { finished: true, requested: 4 },
    });
  });

  it('is created through call_write_tool, too', async () => {
    const { client, environmentId, open } = await started({ catalog: 'search' });
    open();
    const task = await callApproved(client, 'call_write_tool', { tool: TOOL, arguments: { environmentId } });
    expect(contentOf(await ended(client, task['taskId']))).toMatchObject({ finished: true });
  });
});
