import { afterEach, describe, expect, it } from 'vitest';
import { bearer, tokens } from '../http/people.ts';
import { closeAll, modernBody, modernHeaders, post, product } from '../http/support.ts';

const TASKS = { extensions: { 'io.modelcontextprotocol/tasks': {} } };

interface Reply {
  readonly result: Readonly<Record<string, unknown>> & { readonly taskId: string; readonly structuredContent: object };
  readonly error?: { readonly code: number; readonly message: string };
}

/** Sends a request of 2026-07-28 from a client that supports tasks, or from another. */
async function sent(
  url: string,
  method: string,
  params: Record<string, unknown>,
  capabilities: object = TASKS,
  headers = {},
) {
  const body = modernBody(method, params);
  Object.assign(body.params._meta, { 'io.modelcontextprotocol/clientCapabilities': capabilities });
  const name = typeof params['taskId'] === 'string' ? { 'mcp-name': params['taskId'] } : {};
  const response = await post(url, body, { ...modernHeaders(method, params), ...name, ...headers });
  return (await response.json()) as Reply;
}

const call = (url: string, name: string, given: object, capabilities?: object) =>
  sent(url, 'tools/call', { name, arguments: given }, capabilities);

describe('waits as tasks', () => {
  afterEach(closeAll);

  const started = async (settings = {}) => {
    const { url } = await product({ world: 'demo', lifecycle: 'fast', ...settings });
    const environmentId = 'kdb-uat';
    const model = await call(url, 'get_kx_scaling_group', { environmentId, scalingGroupName: 'sg-uat' });
    const { hostType, availabilityZoneId } = model.result.structuredContent as Record<string, string>;
    const later = { environmentId, scalingGroupName: 'later', hostType, availabilityZoneId };
    expect((await call(url, 'create_kx_scaling_group', later)).result).not.toHaveProperty('isError');
    return { url, wait: { environmentId, kind: 'scaling-group', name: 'later' } };
  };

  it('return a task at once, which returns the result when it is available', { timeout: 90_000 }, async () => {
    const { url, wait } = await started();
    const began = performance.now();
    const { result: task } = await call(url, 'wait_for_kx_entity', wait);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(task).toMatchObject({ resultType: 'task', status: 'working', ttlMs: null, pollIntervalMs: 5_000 });
    const { result: working } = await sent(url, 'tasks/get', { taskId: task.taskId });
    expect(working).toMatchObject({ taskId: task.taskId, status: 'working', createdAt: task['createdAt'] });
    expect(working['statusMessage']).toBe('Still CREATING.');
    expect(working).not.toHaveProperty('result');
    const get = () => sent(url, 'tasks/get', { taskId: task.taskId });
    await expect
      .poll(async () => (await get()).result['status'], { timeout: 60_000, interval: 1_000 })
      .toBe('completed');
    const { result: completed } = await get();
    expect(completed).toMatchObject({
      taskId: task.taskId,
      status: 'completed',
      result: { resultType: 'complete', structuredContent: { reached: true, status: 'ACTIVE' } },
    });
  });

  it('return the result if there is nothing to wait for', async () => {
    const { url, wait } = await started();
    const { result } = await call(url, 'wait_for_kx_entity', { ...wait, name: 'sg-uat' });
    expect(result).toMatchObject({ resultType: 'complete', structuredContent: { reached: true } });
  });

  it('return a task through call_read_tool, too', async () => {
    const { url, wait } = await started({ catalog: 'search' });
    const { result } = await call(url, 'call_read_tool', { tool: 'wait_for_kx_entity', arguments: wait });
    expect(result).toMatchObject({ resultType: 'task', status: 'working' });
    expect((await sent(url, 'tasks/get', { taskId: result.taskId })).result['status']).toBe('working');
  });

  it('continue although a client cancels them, and ignore input', async () => {
    const { url, wait } = await started();
    const { taskId } = (await call(url, 'wait_for_kx_entity', wait)).result;
    expect((await sent(url, 'tasks/cancel', { taskId })).error).toBeUndefined();
    expect((await sent(url, 'tasks/update', { taskId, inputResponses: {} })).error).toBeUndefined();
    expect((await sent(url, 'tasks/get', { taskId })).result['status']).toBe('working');
  });

  it.each(['tasks/get', 'tasks/update', 'tasks/cancel'])('%s rejects an id that is not a task', async (method) => {
    const { url } = await product({ world: 'empty' });
    for (const taskId of ['x', Buffer.from('{"arguments":1}').toString('base64url'), 'e30'])
      expect((await sent(url, method, { taskId })).error).toMatchObject({
        code: -32602,
        message: 'There is no task with that id.',
      });
  });

  it('allow a caller no more than the tool does', async () => {
    const { file, ann, bob } = tokens({ ann: ['finspace:read'], bob: ['finspace:approve'] });
    const { url } = await product({ world: 'demo', authTokens: file });
    const wait = {
      createdAt: '2026-01-01T00:00:00Z',
      arguments: { environmentId: 'kdb-uat', kind: 'cluster', name: 'hdb-uat' },
    };
    const taskId = Buffer.from(JSON.stringify(wait)).toString('base64url');
    const body = modernBody('tasks/get', { taskId });
    Object.assign(body.params._meta, { 'io.modelcontextprotocol/clientCapabilities': TASKS });
    const status = async (token: string) =>
      (await post(url, body, { ...modernHeaders('tasks/get'), 'mcp-name': taskId, ...bearer(token) })).status;
    expect([await status(ann), await status(bob)]).toEqual([200, 403]);
  });

  it('are not returned to clients that do not support tasks, which wait for the result', {
    timeout: 60_000,
  }, async () => {
    const { url, wait } = await started();
    const { result } = await call(url, 'wait_for_kx_entity', wait, {});
    expect(result).toMatchObject({ resultType: 'complete', structuredContent: { reached: true, status: 'ACTIVE' } });
  });
});
