import { afterEach, describe, expect, it } from 'vitest';
import { bearer, tokens } from './people.ts';
import { closeAll, HTTP_HOSTS, INITIALIZE, post, product, stack } from './support.ts';

afterEach(closeAll);

const LIST = { jsonrpc: '2.0', id: 2, method: 'tools/list' };
const idle = async () => {};

async function initialize(url: string, headers: Record<string, string> = {}): Promise<Record<string, string>> {
  const response = await post(url, INITIALIZE, headers);
  await response.text();
  return {
    'mcp-session-id': response.headers.get('mcp-session-id') as string,
    'mcp-protocol-version': '2025-11-25',
    ...headers,
  };
}
const statusOf = async (response: Promise<Response>) => {
  const { status, body } = await response;
  await body?.cancel();
  return status;
};

describe('a session of the 2025 era', () => {
  it('starts with initialize and is required afterwards', async () => {
    const { url } = await stack(idle);
    expect(await statusOf(post(url, LIST))).toBe(400);
    const session = await initialize(url);
    expect(session['mcp-session-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(await statusOf(post(url, LIST, session))).toBe(200);
    expect(await statusOf(post(url, LIST, { ...session, 'mcp-session-id': 'guessed' }))).toBe(404);
  });

  it('ends when the client deletes it', async () => {
    const { url } = await stack(idle);
    const headers = await initialize(url);
    expect(await statusOf(fetch(url, { method: 'DELETE', headers }))).toBe(200);
    expect(await statusOf(post(url, LIST, headers))).toBe(404);
    expect(await statusOf(fetch(url, { method: 'DELETE', headers }))).toBe(404);
  });

  it('ends after its idle time', async () => {
    let now = 0;
    const { url } = await stack(idle, { sessionIdle: 10_000, now: () => now });
    const headers = await initialize(url);
    now = 9_000;
    expect(await statusOf(post(url, LIST, headers))).toBe(200);
    await settle();
    now = 18_000;
    expect(await statusOf(post(url, LIST, headers))).toBe(200);
    await settle();
    now = 28_000;
    expect(await statusOf(post(url, LIST, headers))).toBe(404);
  });

  it('ends the response to a call that the client cancels, and then is idle', async () => {
    let now = 0;
    const server = await stack(() => new Promise<void>(() => {}), { sessionIdle: 10_000, now: () => now });
    const { url, metrics } = server;
    const headers = await initialize(url);
    const response = await post(
      url,
      { jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'wait' } },
      headers,
    );
    const cancel = (requestId: unknown) => ({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId },
    });
    expect(await statusOf(post(url, cancel(8), headers))).toBe(202);
    expect(metrics.text()).toContain('finspace_mcp_in_flight_requests 1');
    expect(await statusOf(post(url, cancel(7), headers))).toBe(202);
    expect(await response.text()).toContain('The client cancelled this request.');
    await settle();
    expect(metrics.text()).toContain('finspace_mcp_in_flight_requests 0');
    now = 11_000;
    expect(await statusOf(post(url, LIST, headers))).toBe(404);
  });

  it('refuses the id of a request that is not answered yet, whose answer would be lost', async () => {
    let release = () => {};
    const { url } = await stack(() => new Promise<void>((resolve) => (release = resolve)));
    const session = await initialize(url);
    const call = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'work', arguments: {} } };
    const called = await post(url, call, session);
    const refused = await post(url, LIST, session);
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain('A request with the same id is not answered yet');
    expect(await statusOf(post(url, [LIST, LIST], session))).toBe(400);
    release();
    expect(await called.text()).toContain('"content":[]');
    expect(await statusOf(post(url, LIST, session))).toBe(200);
  });

  it('does not end while its stream is open', async () => {
    let now = 0;
    const { url } = await stack(idle, { sessionIdle: 10_000, now: () => now });
    const headers = await initialize(url);
    const stream = await fetch(url, { headers: { ...headers, accept: 'text/event-stream' } });
    expect(stream.status).toBe(200);
    now = 100_000;
    expect(await statusOf(post(url, LIST, headers))).toBe(200);
    await stream.body?.cancel();
  });

  it('is idle after a request whose client went away before the request was served', async () => {
    let now = 0;
    let held: Promise<number> | number = 0;
    let go = () => {};
    const limiterFor = () => () => held;
    const { url } = await stack(idle, { sessionIdle: 10_000, now: () => now, limiterFor });
    const headers = await initialize(url);
    held = new Promise((resolve) => {
      go = () => resolve(0);
    });
    const leaving = new AbortController();
    const left = post(url, LIST, headers, leaving.signal).catch(() => 'left');
    await settle();
    leaving.abort();
    expect(await left).toBe('left');
    await settle();
    go();
    await settle();
    now = 10_000;
    expect(await statusOf(post(url, LIST, headers))).toBe(404);
  });

  it('is rejected above the limit, unless another has been idle for a minute', async () => {
    let now = 0;
    const { url } = await stack(idle, { maxSessions: 2, now: () => now });
    const first = await initialize(url);
    await initialize(url);
    await settle();
    const refused = await post(url, INITIALIZE);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('30');
    now = 60_000;
    expect(await statusOf(post(url, INITIALIZE))).toBe(200);
    expect(await statusOf(post(url, LIST, first))).toBe(404);
  });

  it('is rejected above the limit, although many are opened at the same moment', async () => {
    let held: Promise<number> | number = 0;
    let go = () => {};
    held = new Promise((resolve) => {
      go = () => resolve(0);
    });
    const server = await stack(idle, { maxSessions: 3, limiterFor: () => () => held });
    const all = Promise.all(Array.from({ length: 10 }, () => statusOf(post(server.url, INITIALIZE))));
    await settle();
    go();
    expect((await all).filter((status) => status === 200)).toHaveLength(3);
  });

  it('continues a call after a broken connection, although many events of other streams followed', async () => {
    let release = () => {};
    let isHeld = true;
    const { url } = await stack(() =>
      isHeld ? new Promise<void>((resolve) => (release = resolve)) : Promise.resolve(),
    );
    const session = await initialize(url);
    const call = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'work', arguments: {} } };
    const reader = ((await post(url, call, session)).body as ReadableStream<Uint8Array>).getReader();
    const [id = ''] = /(?<=^id: ).+/m.exec(new TextDecoder().decode((await reader.read()).value)) ?? [];
    await reader.cancel();
    isHeld = false;
    for (let at = 3; at < 40; at += 1) await (await post(url, { ...LIST, id: at }, session)).text();
    const headers = { ...session, accept: 'text/event-stream' };
    const resumed = await fetch(url, { headers: { ...headers, 'last-event-id': id } });
    release();
    expect(await resumed.text()).toContain('"content":[]');
    expect(await statusOf(fetch(url, { headers: { ...headers, 'last-event-id': 'unknown.1' } }))).toBe(400);
  });

  it('replays the events that a broken connection missed', async () => {
    const { url } = await stack(idle);
    const headers = await initialize(url);
    const events = await (await post(url, LIST, headers)).text();
    const [first = ''] = /(?<=^id: ).+/m.exec(events) ?? [];
    const replayed = await fetch(url, { headers: { ...headers, accept: 'text/event-stream', 'last-event-id': first } });
    const { value } = await (replayed.body as ReadableStream<Uint8Array>).getReader().read();
    expect(new TextDecoder().decode(value)).toContain('"tools":[]');
  });
});

describe('sessions of several principals', () => {
  const openWithSlots = async (maxSessions = 4) => {
    const at = { now: Date.now() };
    const { file, ann, ben, cid } = tokens({ ann: ['finspace:read'], ben: ['finspace:read'], cid: ['finspace:read'] });
    const { url } = await product({ authTokens: file, maxSessions }, { now: () => at.now });
    const begin = async (token: string) => {
      const session = await initialize(url, bearer(token));
      await settle();
      at.now += 1;
      return session;
    };
    const isRefused = async (token: string) => (await statusOf(post(url, INITIALIZE, bearer(token)))) === 503;
    const isAlive = async (session: Record<string, string>) => (await statusOf(post(url, LIST, session))) === 200;
    return { url, at, ann, ben, cid, begin, isRefused, isAlive };
  };

  it('are shared fairly: the principal that holds most loses one, even one in use', async () => {
    const { url, ann, ben, begin, isRefused, isAlive } = await openWithSlots();
    const greedy: Record<string, string>[] = [];
    const streams: Response[] = [];
    for (let at = 0; at < 4; at += 1) {
      const session = await begin(ann);
      greedy.push(session);
      streams.push(await fetch(url, { headers: { ...session, accept: 'text/event-stream' } }));
    }
    expect(await isRefused(ann)).toBe(true);
    const own = [await begin(ben), await begin(ben)];
    expect([await isRefused(ben), await isRefused(ann)]).toEqual([true, true]);
    for (const session of own) expect(await isAlive(session)).toBe(true);
    expect([await isAlive(greedy[0] ?? {}), await isAlive(greedy[1] ?? {})]).toEqual([false, false]);
    expect([await isAlive(greedy[2] ?? {}), await isAlive(greedy[3] ?? {})]).toEqual([true, true]);
    for (const { body } of streams) await body?.cancel();
  });

  it('are evicted after a minute of idle time, but never one of a principal that holds fewer', async () => {
    const { at, ann, ben, cid, begin, isAlive } = await openWithSlots();
    const bens = await begin(ben);
    const idle = await begin(ann);
    at.now += 60_000;
    const used = [await begin(ann), await begin(ann)];
    await begin(ann);
    expect([await isAlive(idle), await isAlive(bens)]).toEqual([false, true]);
    await begin(cid);
    expect([await isAlive(used[0] ?? {}), await isAlive(used[1] ?? {}), await isAlive(bens)]).toEqual([
      false,
      true,
      true,
    ]);
  });
});

it.each(HTTP_HOSTS)(
  'a client continues with a new session after a restart of the server: $name',
  async ({ connect }) => {
    const first = await stack(idle);
    await (await connect(first.url)).listTools();
    await first.close();
    const second = await stack(idle);
    await (await connect(second.url)).listTools();
  },
);

/** Lets the server notice that a response has been read. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 20));
