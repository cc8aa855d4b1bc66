import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config.ts';
import { closeAll, modern, modernBody, modernHeaders, post, product, stack } from './support.ts';

afterEach(closeAll);

/** The status of a request with the given Host header, which `fetch` does not allow. */
function statusFor(port: number, path: string, headers: Record<string, string>, method = 'POST'): Promise<number> {
  const body = JSON.stringify(modernBody('tools/list'));
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, method, headers: { ...JSON_POST, ...headers } },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
const JSON_POST = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  ...modernHeaders('tools/list'),
};

describe('Host and Origin', () => {
  it.each([
    ['localhost:1234', 200],
    ['127.0.0.1', 200],
    ['[::1]:80', 200],
    ['LOCALHOST', 200],
    ['evil.example', 403],
    ['evil.example:80', 403],
    ['localhost.evil.example', 403],
    ['127.0.0.1.nip.io', 403],
    ['127.0.0.1@evil.example', 400],
  ])('answers a request for host %s with %i', async (host, status) => {
    const { port } = await stack(async () => {});
    expect(await statusFor(port, '/mcp', { host })).toBe(status);
  });

  it('serves the host of --public-url and of --allowed-hosts', async () => {
    const { port } = await stack(async () => {}, {
      publicUrl: 'https://finspace.example/mcp',
      allowedHosts: ['internal.example'],
    });
    expect(await statusFor(port, '/mcp', { host: 'finspace.example' })).toBe(200);
    expect(await statusFor(port, '/mcp', { host: 'internal.example:8080' })).toBe(200);
    expect(await statusFor(port, '/mcp', { host: 'other.example' })).toBe(403);
  });

  it.each([
    ['http://localhost:5173', 200],
    ['https://evil.example', 403],
    ['null', 403],
    ['http://localhost.evil.example', 403],
    ['https://inspector.example', 200],
    ['https://inspector.example.evil.example', 403],
    ['http://inspector.example', 403],
  ])('answers a page of %s with %i', async (origin, status) => {
    const { url } = await stack(async () => {}, { allowedOrigins: ['https://inspector.example'] });
    const response = await modern(url, 'tools/list', {}, { origin });
    expect(response.status).toBe(status);
    expect(response.headers.get('access-control-allow-origin')).toBe(
      origin === 'https://inspector.example' ? origin : null,
    );
  });

  it('answers preflights of named origins only', async () => {
    const { url } = await stack(async () => {}, { allowedOrigins: ['https://inspector.example'] });
    const preflight = (origin: string) =>
      fetch(url, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });
    const allowed = await preflight('https://inspector.example');
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-headers')).toContain('mcp-protocol-version');
    expect((await preflight('http://localhost:5173')).headers.get('access-control-allow-origin')).toBeNull();
    expect((await preflight('https://evil.example')).status).toBe(403);
  });
});

describe('an invalid request', () => {
  it.each(['/', '/mcp/x', '/mcpx', '/.env', '/t/x/mcp', '/sse'])('to %s is answered with 404', async (path) => {
    const { url } = await stack(async () => {});
    expect((await post(new URL(path, url).href, modernBody('tools/list'))).status).toBe(404);
  });

  it.each(['PUT', 'PATCH', 'OPTIONS'])(
    'with method %s is answered with 405 and the allowed methods',
    async (method) => {
      const { url } = await stack(async () => {});
      const response = await fetch(url, { method });
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('GET, POST, DELETE');
    },
  );

  it('that is not JSON is rejected', async () => {
    const { url } = await stack(async () => {});
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''])
      expect((await post(url, modernBody('tools/list'), { 'content-type': type })).status).toBe(415);
    expect((await post(url, '{', {})).status).toBe(400);
    expect((await post(url, '', {})).status).toBe(400);
  });

  it.each([
    ['1 MiB', 1_048_576, {}],
    ['what --max-body says', 2_048, { maxBody: 2_048 }],
  ])('with a body above %s is rejected, declared or not', async (_, most, options) => {
    const { url } = await stack(async () => {}, options);
    const base = JSON.stringify({ ...modernBody('tools/list'), padding: '' });
    const sized = (bytes: number) => base.replace('"padding":""', `"padding":"${'x'.repeat(bytes - base.length)}"`);
    expect((await post(url, sized(most), modernHeaders('tools/list'))).status).not.toBe(413);
    const big = sized(most + 1);
    expect((await post(url, big).catch(() => ({ status: 413 }))).status).toBe(413);
    const body = new Blob([big]).stream();
    const chunked = { method: 'POST', headers: JSON_POST, body, duplex: 'half' } as RequestInit;
    expect((await fetch(url, chunked).catch(() => ({ status: 413 }))).status).toBe(413);
  });

  it.each([
    ['values', Object.fromEntries(Array.from({ length: 10_001 }, (_, at) => [`a${at}`, 0])), 'more than 10000 values'],
    ['levels', JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`), 'nested deeper than 64 levels'],
  ])('with too many %s is rejected with the reason', async (_, given, message) => {
    const { url } = await stack(async () => {});
    const response = await modern(url, 'tools/call', { name: 'x', arguments: { given } });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { code: -32_600, message: expect.stringContaining(message) },
    });
  });

  it('with a batch of more than 50 messages is rejected', async () => {
    const { url } = await stack(async () => {});
    const ping = (id: number) => ({ jsonrpc: '2.0', id, method: 'ping' });
    const batch = (count: number) => Array.from({ length: count }, (_, at) => ping(at));
    const response = await post(url, batch(51));
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('at most 50 messages');
    expect(await (await post(url, batch(50))).text()).not.toContain('at most');
  });

  it.each([
    ['tools/call', { name: { toString: 1 } }],
    ['tools/call', { name: 'call_read_tool', arguments: { tool: { toString: 1 } } }],
    [{ toString: 1 }, {}],
  ])('with a method or tool that is not text is answered with a client error: %j %j', async (method, params) => {
    const { url } = await stack(async () => {});
    const body = modernBody(method as string, params);
    const { status } = await post(url, body, { 'mcp-protocol-version': '2026-07-28' });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
  });
});

describe('the listening address', () => {
  it.each(['0.0.0.0', '::', '10.0.0.1', 'finspace.example'])('%s requires authorization', async (host) => {
    await expect(product({ host })).rejects.toThrow(ConfigError);
  });

  it('is reported in one line if the port is in use', async () => {
    const { port } = await stack(async () => {});
    await expect(product({ port })).rejects.toThrow(`cannot listen on 127.0.0.1:${port}: the port is already in use`);
  });
});
