import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { deferred } from '../support/deferred.ts';
import { closeAll, closing, INITIALIZE, modern, post, stack } from './support.ts';

afterEach(closeAll);

/** Work that waits until it is released. */
function heldWork() {
  const [begun, released] = [deferred(), deferred()];
  const work = () => {
    begun.resolve();
    return released.promise;
  };
  return { work, begun: begun.promise, release: released.resolve };
}
const call = (url: string) => modern(url, 'tools/call', { name: 'work', arguments: {} });

describe('load', () => {
  it('above the cap is rejected at once, and accepted again afterwards', async () => {
    const { work, begun, release } = heldWork();
    const { url } = await stack(work, { maxInFlight: 1 });
    const held = call(url);
    await begun;
    const refused = await call(url);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    release();
    expect((await held).status).toBe(200);
    expect((await call(url)).status).toBe(200);
  });

  it('does not include the streams of idle clients', async () => {
    const { url } = await stack(async () => {}, { maxInFlight: 1 });
    const initialized = await post(url, INITIALIZE);
    await initialized.text();
    const headers = { 'mcp-session-id': initialized.headers.get('mcp-session-id') as string };
    const stream = await fetch(url, { headers: { ...headers, accept: 'text/event-stream' } });
    expect((await call(url)).status).toBe(200);
    await stream.body?.cancel();
  });

  it('from slow senders is cut off without delaying others', async () => {
    const timeouts = { headersTimeout: 300, requestTimeout: 300, connectionsCheckingInterval: 50 };
    const { url, port } = await stack(async () => {}, { timeouts });
    const slow = await Promise.all(Array.from({ length: 200 }, () => slowly(port)));
    const begin = performance.now();
    expect((await call(url)).status).toBe(200);
    expect(performance.now() - begin).toBeLessThan(1_000);
    await Promise.all(slow.map(({ closed }) => closed));
  });
});

describe('a drain', () => {
  it('completes accepted requests, rejects new ones, and ends', async () => {
    const { work, begun, release } = heldWork();
    const server = await stack(work);
    const held = call(server.url);
    await begun;
    const closed = server.close();
    await expect(call(server.url).then(({ status }) => status)).rejects.toThrow();
    release();
    expect((await held).status).toBe(200);
    await closed;
  });

  it('has a time limit', async () => {
    const { work, begun } = heldWork();
    const server = await stack(work, { drainMs: 100 });
    const held = call(server.url).catch(() => undefined);
    await begun;
    const begin = performance.now();
    await server.close();
    expect(performance.now() - begin).toBeLessThan(2_000);
    await held;
  });

  it('waits until the backend has answered mutations', async () => {
    let settled = () => {};
    const server = await stack(async () => {}, {
      mutationsSettled: () =>
        new Promise((resolve) => {
          settled = resolve;
        }),
    });
    let closed = false;
    const closing = server.close().then(() => {
      closed = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(closed).toBe(false);
    settled();
    await closing;
  });
});

/** A connection that sends a header line and then nothing. */
function slowly(port: number): Promise<{ closed: Promise<void> }> {
  return new Promise((resolve) => {
    const socket: Socket = connect(port, '127.0.0.1', () => {
      socket.write('POST /mcp HTTP/1.1\r\nHost: localhost\r\n');
      resolve({ closed });
    });
    socket.on('error', () => {});
    const closed = new Promise<void>((ended) => socket.on('close', () => ended()).resume());
    closing({ close: async () => socket.destroy() });
  });
}
