import { afterEach, describe, expect, it } from 'vitest';
import type { HttpExchange } from '../../src/transports/http/exchange.ts';
import { issuer } from './issuer.ts';
import { closeAll, modern, post, product, type Running, stack } from './support.ts';

afterEach(closeAll);

const page = (server: Running, path: string, headers = {}) => fetch(new URL(path, server.url), { headers });
const call = (server: Running, name: string, args: object = {}, headers = {}) =>
  modern(server.url, 'tools/call', { name, arguments: args }, headers);

describe('health probes', () => {
  it('report that the process is alive and that the backend answers', async () => {
    const server = await product();
    expect(await (await page(server, '/healthz')).text()).toBe('ok\n');
    // A backend that takes more than three seconds counts as one that does not answer.
    await expect.poll(async () => (await page(server, '/readyz')).status).toBe(200);
  });

  it('report not ready, without details, while the backend does not answer, and ready afterwards', async () => {
    let now = 0;
    let answers = false;
    const ready = async () => {
      if (!answers) throw new Error('ECONNREFUSED secret-host');
      return true;
    };
    const server = await stack(async () => {}, { ready, now: () => now });
    const response = await page(server, '/readyz');
    expect(response.status).toBe(503);
    expect(await response.text()).toBe('not ready\n');
    answers = true;
    expect((await page(server, '/readyz')).status).toBe(503);
    now = 5_000;
    expect((await page(server, '/readyz')).status).toBe(200);
    expect((await page(server, '/healthz')).status).toBe(200);
  });
});

describe('metrics', () => {
  it('count requests, refusals and backend calls', async () => {
    const server = await product();
    await (await call(server, 'list_kx_environments')).text();
    await (await call(server, 'get_kx_environment', { environmentId: 'nothere' })).text();
    await (await call(server, 'no_such_tool"} 1 fake')).text();
    await (await modern(server.url, 'tools/list', {}, { origin: 'https://evil.example' })).text();
    const text = await (await page(server, '/metrics')).text();
    const request = (tool: string) =>
      `finspace_mcp_http_requests_total{method="POST",path="/mcp",rpc="tools/call",tool="${tool}",status="200"} 1`;
    expect(text).toContain(request('list_kx_environments'));
    expect(text).toContain('tool="other"');
    expect(text).not.toContain('fake');
    expect(text).toContain('finspace_mcp_http_refusals_total{reason="host"} 1');
    // One read by the tool, and one to suggest an environment for an id that does not exist.
    expect(text).toContain('finspace_mcp_operations_total{operation="ListKxEnvironments",outcome="ok"} 2');
    expect(text).toContain('finspace_mcp_operations_total{operation="GetKxEnvironment",outcome="ResourceNotFound"} 1');
    expect(text).toMatch(/^finspace_mcp_resident_memory_bytes \d+$/m);
    for (const line of text.trim().split('\n'))
      expect(line).toMatch(/^(?:# (?:HELP|TYPE) .+|[a-z0-9_]+(?:\{.*\})? \S+)$/);
    expect(text.match(/(?<=^# HELP )\S+(?= .)/gm)).toEqual(text.match(/(?<=^# TYPE )\S+/gm));
  });

  it('require a token if calls do', async () => {
    let server: Running | undefined;
    const as = await issuer(() => [(server as Running).url, new URL('/metrics', (server as Running).url).href]);
    server = await product({ authIssuer: as.url });
    const refused = await page(server, '/metrics');
    expect(refused.status).toBe(401);
    const [, place = ''] = /resource_metadata="([^"]*)"/.exec(refused.headers.get('www-authenticate') ?? '') ?? [];
    expect(await (await fetch(place)).json()).toMatchObject({
      resource: new URL('/metrics', server.url).href,
      authorization_servers: [as.url],
    });
    const authorization = `Bearer ${await as.token({ scope: 'finspace:read' })}`;
    expect((await page(server, '/metrics', { authorization })).status).toBe(200);
    expect((await page(server, '/healthz')).status).toBe(200);
  });
});

describe('rate limits', () => {
  it('limit one principal and one class of tools, and say for how long', async () => {
    let now = Date.now();
    let server: Running | undefined;
    const as = await issuer(() => (server as Running).url);
    server = await product({ authIssuer: as.url, rateRead: 2, rateWrite: 1 }, { now: () => now });
    const as_ = async (sub: string) => ({
      authorization: `Bearer ${await as.token({ sub, scope: 'finspace:write' })}`,
    });
    const [alice, bob] = [await as_('alice'), await as_('bob')];
    const read = async (headers: object) => (await call(server as Running, 'list_kx_environments', {}, headers)).status;
    expect([await read(alice), await read(alice), await read(alice)]).toEqual([200, 200, 429]);
    expect(await read(bob)).toBe(200);
    const write = await call(server, 'tag_resource', { resourceArn: 'x', tags: {} }, alice);
    expect(write.status).toBe(200);
    const refused = await call(server, 'list_kx_environments', {}, alice);
    expect(refused.headers.get('retry-after')).toBe('30');
    now += 30_000;
    expect([await read(alice), await read(alice)]).toEqual([200, 429]);
  });

  it('count a dispatched tool in its own class', async () => {
    const server = await product({ catalog: 'search', rateDestroy: 1, rateRead: 1 });
    const run = async (dispatcher: string, tool: string) =>
      (await call(server, dispatcher, { tool, arguments: {} })).status;
    const deletes = [await run('call_write_tool', 'delete_kx_user'), await run('call_write_tool', 'delete_kx_user')];
    expect(deletes).toEqual([200, 429]);
    expect(await run('call_write_tool', 'tag_resource')).toBe(200);
    const reads = [await run('call_read_tool', 'list_kx_users'), await run('call_read_tool', 'list_kx_users')];
    expect(reads).toEqual([200, 429]);
    expect(server.metrics.text()).toContain('delete_kx_user');
  });

  const asText = ({ changeRequests, ...given }: Record<string, unknown>) => ({
    ...given,
    changeRequests: JSON.stringify(changeRequests),
  });
  const tool = 'create_kx_changeset';

  it.each<[string, (given: Record<string, unknown>) => [string, object]]>([
    ['directly', (given) => [tool, given]],
    ['with requests as text', (given) => [tool, asText(given)]],
    ['through a dispatcher', (given) => ['call_write_tool', { tool, arguments: given }]],
    [
      'through a dispatcher with arguments as text',
      (given) => ['call_write_tool', { tool, arguments: JSON.stringify(asText(given)) }],
    ],
    ['through a dispatcher with requests as text', (given) => ['call_write_tool', { tool, arguments: asText(given) }]],
  ])('count a changeset that deletes data as a delete, called %s', async (_, called) => {
    const server = await product({ catalog: 'search', rateDestroy: 1 });
    const change = async (changeType: string) => {
      const given = { environmentId: 'a', databaseName: 'b', changeRequests: [{ changeType, dbPath: '/' }] };
      return (await call(server, ...called(given))).status;
    };
    expect([await change('PUT'), await change('PUT')]).toEqual([200, 200]);
    expect([await change('DELETE'), await change('DELETE'), await change('PUT')]).toEqual([200, 429, 200]);
  });

  it('count every message of a batch', async () => {
    const server = await product({ rateDestroy: 2 });
    const remove = { method: 'tools/call', params: { name: 'delete_kx_user', arguments: {} } };
    const batch = (deletes: number) =>
      [{ method: 'ping' }, ...Array(deletes).fill(remove)].map((one, id) => ({ jsonrpc: '2.0', id, ...one }));
    expect((await post(server.url, batch(3))).status).toBe(429);
    const other = await product({ rateDestroy: 2 });
    expect((await post(other.url, batch(2))).status).not.toBe(429);
    expect((await post(other.url, batch(1))).status).toBe(429);
  });

  it('do not limit the local user unless they are set', async () => {
    const server = await product();
    const statuses = await Promise.all(
      Array.from({ length: 100 }, async () => (await call(server, 'list_kx_environments')).status),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
  });
});

it('the log names the principal and the tool of each request, without contents', async () => {
  const seen: (HttpExchange & { status: number })[] = [];
  const server = await stack(async () => {}, {
    observe: (exchange, status) => void seen.push({ ...exchange, status }),
  });
  const secret = 'canary-5f1c';
  const headers = { authorization: `Bearer ${secret}`, cookie: secret };
  await (await modern(server.url, 'tools/call', { name: 'get_kx_cluster', arguments: { secret } }, headers)).text();
  await expect
    .poll(() => seen)
    .toMatchObject([
      { method: 'POST', path: '/mcp', principal: 'local', rpc: 'tools/call', tool: 'get_kx_cluster', status: 200 },
    ]);
  expect(JSON.stringify(seen)).not.toContain(secret);
});
