import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { issuer } from './issuer.ts';
import { closeAll, INITIALIZE, modernBody, modernHeaders, post, product, type Running, stack } from './support.ts';

afterEach(closeAll);

const idle = async () => {};
const LIST = { jsonrpc: '2.0', id: 2, method: 'tools/list' };

/** Posts with no headers but these, which `fetch` does not allow. */
function postBare(url: string, body: object, headers: Record<string, string>) {
  return new Promise<{ status: number | undefined; headers: NodeJS.Dict<string | string[]>; text: string }>(
    (resolve, reject) => {
      const sent = request(
        url,
        { method: 'POST', headers: { 'content-type': 'application/json', ...headers } },
        async (response) => {
          const chunks = await response.toArray();
          resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString() });
        },
      );
      sent.on('error', reject);
      sent.end(JSON.stringify(body));
    },
  );
}

describe.each([
  ['no Accept header', {}],
  ['Accept: */*', { accept: '*/*' }],
  ['Accept: application/json, */*;q=0.1', { accept: 'application/json, */*;q=0.1' }],
])('a client with %s', (_, accept) => {
  it('is served in a session', async () => {
    const { url } = await stack(idle);
    const opened = await postBare(url, INITIALIZE, accept);
    expect(opened.status).toBe(200);
    const session = { 'mcp-session-id': opened.headers['mcp-session-id'] as string, ...accept };
    const listed = await postBare(url, LIST, session);
    expect(listed.status).toBe(200);
    expect(listed.text).toContain('"tools":[]');
  });

  it('is served in the era of 2026-07-28', async () => {
    const { url } = await stack(idle);
    const listed = await postBare(url, modernBody('tools/list'), { ...modernHeaders('tools/list'), ...accept });
    expect(listed.status).toBe(200);
    expect(listed.text).toContain('"tools":[]');
  });
});

it('rejects a client that accepts neither JSON nor events', async () => {
  const { url } = await stack(idle);
  expect((await postBare(url, INITIALIZE, { accept: 'text/html' })).status).toBe(406);
});

describe('the paths of the server', () => {
  it('include /mcp/ as well as /mcp', async () => {
    const { url } = await stack(idle);
    const response = await post(`${url}/`, modernBody('tools/list'), modernHeaders('tools/list'));
    expect(response.status).toBe(200);
    expect((await post(`${url}/`, INITIALIZE)).status).toBe(200);
  });

  it.each(['GET', 'POST'])('tell %s / where MCP is served', async (method) => {
    const { url } = await stack(idle);
    const response = await fetch(new URL('/', url), { method });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      error: { message: 'Not found. MCP is served at /mcp.' },
    });
  });
});

describe('a session', () => {
  it.each(['not-of-here', '0000'])('starts with an initialize that names the stale session %s', async (stale) => {
    const { url } = await stack(idle);
    const opened = await post(url, INITIALIZE, { 'mcp-session-id': stale });
    expect(opened.status).toBe(200);
    const id = opened.headers.get('mcp-session-id') as string;
    expect(id).not.toBe(stale);
    expect((await post(url, LIST, { 'mcp-session-id': id })).status).toBe(200);
  });

  it('starts again with an initialize after a long idle time', async () => {
    let now = 0;
    const { url } = await stack(idle, { sessionIdle: 10_000, now: () => now });
    const opened = await post(url, INITIALIZE);
    await opened.text();
    await new Promise((resolve) => setImmediate(resolve));
    now = 60_000;
    const headers = { 'mcp-session-id': opened.headers.get('mcp-session-id') as string };
    expect((await post(url, INITIALIZE, headers)).status).toBe(200);
    expect((await post(url, LIST, headers)).status).toBe(404);
  });

  it.each(['2099-01-01', '1.0', '2026-07-28'])('lists supported versions instead of %s', async (version) => {
    const { url } = await stack(idle);
    const opened = await post(url, INITIALIZE);
    const headers = { 'mcp-session-id': opened.headers.get('mcp-session-id') as string };
    const response = await post(url, LIST, { ...headers, 'mcp-protocol-version': version });
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as { error: { message: string } };
    expect(error.message).toContain(`Unsupported protocol version: ${version}`);
    expect(error.message).toContain('2025-11-25, 2025-06-18');
  });
});

it.each(['/.well-known/oauth-protected-resource/mcp', '/.well-known/oauth-protected-resource'])(
  'answers preflights of %s from every origin',
  async (path) => {
    let server: Running | undefined;
    const as = await issuer(() => (server as Running).url);
    server = await product({ authIssuer: as.url });
    const preflight = await fetch(new URL(path, server.url), {
      method: 'OPTIONS',
      headers: {
        origin: 'https://inspector.example',
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'mcp-protocol-version',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
    expect(preflight.headers.get('access-control-allow-methods')).toContain('GET');
    expect(preflight.headers.get('access-control-allow-headers')).toBe('*');
  },
);
