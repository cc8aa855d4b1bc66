import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CLI, FRESH_WORLD } from '../support/hosts.ts';
import { closeAll, INITIALIZE, modern, modernBody, modernHeaders, post, product } from './support.ts';

interface Reply {
  readonly id?: unknown;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string };
}
type Send = (message: object) => Promise<Reply>;

/** The JSON-RPC reply in a response, whether it is JSON or a stream. */
async function replyIn(response: Response): Promise<Reply> {
  const text = await response.text();
  const last = text.startsWith('{')
    ? text
    : (text
        .match(/^data: (\{.*)$/gm)
        ?.at(-1)
        ?.slice('data: '.length) ?? '{}');
  return JSON.parse(last) as Reply;
}

async function overHttp(): Promise<Send> {
  const { url } = await product();
  const opened = await post(url, INITIALIZE);
  await opened.text();
  const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') as string };
  return async (message) => {
    const begins = (message as { method?: string }).method === 'initialize';
    return replyIn(await post(url, message, begins ? {} : session));
  };
}

async function overHttp2026(): Promise<Send> {
  const { url } = await product();
  return async (message) => {
    const { method, params } = message as { method: string; params?: Record<string, unknown> };
    return replyIn(await modern(url, method, params ?? {}));
  };
}

/** Sends to the built binary, which is initialized unless the first message does that. */
async function overStdio(): Promise<Send> {
  const child = spawn(process.execPath, [CLI, ...FRESH_WORLD], { stdio: ['pipe', 'pipe', 'ignore'] });
  stopped.push(() => void child.kill());
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const send: Send = async (message) => {
    child.stdin.write(`${JSON.stringify(message)}\n`);
    for (;;) {
      const reply = JSON.parse((await lines.next()).value as string) as Reply;
      if ('id' in reply) return reply;
    }
  };
  let isOpen = false;
  return async (message) => {
    if (!isOpen && (message as { method?: string }).method !== 'initialize') await send(INITIALIZE);
    isOpen = true;
    return send(message);
  };
}
const stopped: (() => void)[] = [];

async function closeConnections(): Promise<void> {
  for (const stop of stopped.splice(0)) stop();
  await closeAll();
}

/** One connection for all tests of a `describe`, because no message affects the answer to the next one. */
function sharedConnection(open: () => Promise<Send>): Send {
  let send: Send;
  beforeAll(async () => {
    send = await open();
  });
  afterAll(closeConnections);
  return (message) => send(message);
}

const request = (method: string, params?: unknown) => ({
  jsonrpc: '2.0',
  id: 2,
  method,
  ...(params === undefined ? {} : { params }),
});

const OF_2025 = [
  ['over stdio', overStdio],
  ['over HTTP in a session', overHttp],
] as const;
const ALL = [...OF_2025, ['over HTTP of 2026-07-28', overHttp2026]] as const;

describe.each(ALL)('%s, null is treated as omitted', (_, open) => {
  const send = sharedConnection(open);

  it.each([
    ['arguments', 'tools/call', { name: 'list_kx_environments', arguments: null }, 'structuredContent'],
    ['arguments of the dispatched tool', 'tools/call', { name: 'list_kx_environments', arguments: {}, _meta: null }],
    ['cursor of tools', 'tools/list', { cursor: null }, 'tools'],
    ['cursor of resources', 'resources/list', { cursor: null }, 'resources'],
    ['cursor of prompts', 'prompts/list', { cursor: null }, 'prompts'],
  ])('in %s', async (_, method, params, member = 'content') => {
    const { _meta, ...others } = params as { _meta?: unknown };
    const given = open === overHttp2026 ? others : params;
    expect((await send(request(method, given))).result).toHaveProperty(member);
  });
});

describe.each(OF_2025)('%s, params', (_, open) => {
  const send = sharedConnection(open);

  it.each(['ping', 'tools/list', 'prompts/list', 'resources/list'])('of %s may be null', async (method) => {
    expect(await send(request(method, null))).toHaveProperty('result');
  });

  it('may contain a null progress token', async () => {
    const params = { name: 'list_kx_environments', _meta: { progressToken: null } };
    expect(await send(request('tools/call', params))).toHaveProperty('result.content');
  });

  it.each([[[]], [5], ['x'], [true]])('of %j are rejected with a readable message', async (params) => {
    const { error } = await send(request('tools/list', params));
    expect(error?.code).toBe(-32_602);
    expect(error?.message).toContain('params: expects an object');
  });
});

describe.each(OF_2025)('the first message %s', (_, open) => {
  afterEach(closeConnections);

  const { protocolVersion } = INITIALIZE.params;
  it.each([
    ['clientInfo', { protocolVersion, capabilities: {} }],
    ['capabilities', { protocolVersion, clientInfo: { name: 'x', version: '1' } }],
    ['either', { protocolVersion }],
    ['either but null', { protocolVersion, capabilities: null, clientInfo: null }],
    ['the version of the client', { protocolVersion, capabilities: {}, clientInfo: { name: 'x' } }],
  ])('is an initialize without %s', async (_, params) => {
    const send = await open();
    expect(await send(request('initialize', params))).toMatchObject({ id: 2, result: { protocolVersion } });
  });

  it.each([
    [undefined, 'params.protocolVersion: required'],
    [{}, 'params.protocolVersion: required'],
    [{ protocolVersion: 5 }, 'params.protocolVersion: expects text, not 5'],
    [{ protocolVersion, clientInfo: 'x' }, 'params.clientInfo: expects an object, not "x"'],
  ])('is rejected as an initialize of %j with a readable message', async (params, message) => {
    const send = await open();
    expect(await send(request('initialize', params))).toMatchObject({
      id: 2,
      error: { code: -32_602, message: expect.stringContaining(message) },
    });
  });
});

describe.each(ALL)('%s, wrong params are rejected with a readable message', (_, open) => {
  const send = sharedConnection(open);

  it.each([
    ['tools/call', {}, 'params.name: required'],
    ['tools/call', { name: 5 }, 'params.name: expects text, not 5'],
    ['tools/call', { name: 'list_kx_environments', arguments: [] }, 'params.arguments: expects an object, not a list'],
    ['tools/list', { cursor: 5 }, 'params.cursor: expects text, not 5'],
    ['resources/read', {}, 'params.uri: required'],
    ['resources/read', { uri: {} }, 'params.uri: expects text, not an object'],
    [
      'completion/complete',
      { ref: { type: 'ref/tool', name: 'x' }, argument: { name: 'a', value: '' } },
      'params.ref.type: expects one of ref/prompt, ref/resource',
    ],
    ['skills/list', { cursor: 5 }, 'params.cursor: expects text, not 5'],
    ['skills/get', {}, 'params.uri: required'],
    ['skills/get', { uri: 5 }, 'params.uri: expects text, not 5'],
    ['prompts/get', { name: 'inventory', arguments: { a: 1 } }, 'params.arguments.a: expects text, not 1'],
    ['completion/complete', {}, 'params.ref: required'],
    ['completion/complete', { ref: { type: 'x' } }, 'params.ref'],
    ['completion/complete', { ref: { type: 'ref/prompt', name: 'inventory' } }, 'params.argument: required'],
    ['subscriptions/listen', { notifications: { resourceSubscriptions: 'x' } }, 'expects a list, not "x"'],
  ])('%s %j', async (method, params, message) => {
    const { id, error } = await send(request(method, params));
    expect(id).toBe(open === overHttp2026 ? 1 : 2);
    expect(error?.code).toBe(-32_602);
    expect(error?.message).toContain(message);
    expect(error?.message).not.toMatch(/"code"|\n/);
  });

  it.each(['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list'])(
    'a cursor that %s never issued',
    async (method) => {
      expect((await send(request(method, { cursor: 'invented' }))).error).toEqual({
        code: -32_602,
        message: 'This server did not issue that cursor: pass nextCursor complete and unchanged.',
      });
    },
  );
});

it('a progress token of another type is rejected with the types that it can have', async () => {
  const { error } = await (await overHttp())(request('tools/list', { _meta: { progressToken: true } }));
  expect(error?.message).toContain('params._meta.progressToken: expects text or a number, not true');
  await closeConnections();
});

describe('over HTTP of 2026-07-28', () => {
  afterEach(closeConnections);

  it.each(['initialize', 'resources/subscribe', 'resources/unsubscribe'])(
    'answers %s of the era of 2026-07-28 as unknown, whatever its params are',
    async (method) => {
      const { url } = await product();
      const response = await modern(url, method);
      expect(response.status).toBe(404);
      expect((await replyIn(response)).error?.code).toBe(-32_601);
    },
  );

  it('rejects a batch with wrong params with a readable message', async () => {
    const { url } = await product();
    const batch = [modernBody('tools/list'), request('tools/call', { name: 5 })];
    const { error } = await replyIn(await post(url, batch, modernHeaders('tools/list')));
    expect(error?.message).toContain('params.name: expects text, not 5');
  });
});
