import type { JWTPayload } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { KMS_KEY } from '../support/session-calls.ts';
import { ALL_SCOPES, guarded, reading } from './guarded.ts';
import { issuer, type TestIssuer } from './issuer.ts';
import { bearer } from './people.ts';
import { closeAll, INITIALIZE, post, product, type Running } from './support.ts';

afterEach(closeAll);

/** Claims to sign; undefined ones are left out. */
type Claims = { [claim: string]: unknown };
describe('a token', () => {
  const past = { exp: Math.floor(Date.now() / 1_000) - 60 };
  const future = { nbf: Math.floor(Date.now() / 1_000) + 600 };

  it.each<[string, Claims, { alg?: string; foreignKey?: boolean }, number]>([
    ['that is valid', {}, {}, 200],
    ['whose scopes are in scp', { scope: undefined, scp: ['finspace:read'] }, {}, 200],
    ['for this server among others', { aud: ['https://other.example'] }, {}, 200],
    ['that has expired', past, {}, 401],
    ['that never expires', { exp: undefined }, {}, 401],
    ['that is not valid yet', future, {}, 401],
    ['without a subject', { sub: undefined }, {}, 401],
    ['whose scopes are a list', { scope: ['finspace:read'] }, {}, 200],
    ['of a person with spaces in the name', { sub: 'Ann Lee <ann@desk.example>' }, {}, 200],
    ['for another audience', { aud: 'https://other.example/mcp' }, {}, 401],
    ['for no audience', { aud: undefined }, {}, 401],
    ['of another issuer', { iss: 'https://other.example' }, {}, 401],
    ['of no issuer', { iss: undefined }, {}, 401],
    ['signed with a key that the issuer does not have', {}, { foreignKey: true }, 401],
    ['without a signature (alg: none)', {}, { alg: 'none' }, 401],
    ['signed with the public key as a shared secret', {}, { alg: 'HS256' }, 401],
  ])('%s', async (_, claims, options, status) => {
    const { server, as } = await guarded();
    const others = claims['aud'];
    const aud = Array.isArray(others) ? [...others, server.url] : others;
    const given = { scope: 'finspace:read', ...claims, ...('aud' in claims ? { aud } : {}) } as JWTPayload;
    const response = await reading(server.url, bearer(await as.token(given, options)));
    expect(response.status).toBe(status);
    if (status === 401) expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });

  it.each<[string, Claims, string]>([
    ['an object as subject', { sub: { id: 'alice' } }, 'claim sub'],
    ['a list as subject', { sub: ['alice'] }, 'claim sub'],
    ['a number as subject', { sub: 7 }, 'claim sub'],
    ['an empty subject', { sub: '' }, 'claim sub'],
    ['a blank subject', { sub: '   ' }, 'claim sub'],
    ['a subject with a trailing space', { sub: 'alice ' }, 'claim sub'],
    ['a subject with a hidden character', { sub: 'alice\u200b' }, 'claim sub'],
    ['a subject of two lines', { sub: 'alice\nbob' }, 'claim sub'],
    ['a subject of 256 characters', { sub: 'a'.repeat(256) }, 'claim sub'],
    ['an object as scope', { scope: { 'finspace:read': true } }, 'claim scope'],
    ['scopes that are no text', { scope: [['finspace:read']] }, 'claim scope'],
  ])('with %s is rejected with the reason', async (_, claims, why) => {
    const { server, as } = await guarded();
    const token = await as.token({ scope: 'finspace:read', ...claims } as JWTPayload);
    const response = await reading(server.url, bearer(token));
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain(why);
    expect(JSON.stringify(await response.json())).toContain(why);
  });

  it('is required', async () => {
    const { server } = await guarded();
    for (const response of [
      await reading(server.url, {}),
      await post(server.url, INITIALIZE),
      await fetch(server.url),
    ]) {
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe(
        `Bearer scope="finspace:read", resource_metadata="${server.url.replace('/mcp', '/.well-known/oauth-protected-resource/mcp')}"`,
      );
    }
  });

  it('is rejected in a URL, in a cookie, as Basic, or malformed', async () => {
    const { server, as } = await guarded();
    const token = await as.token({ scope: ALL_SCOPES });
    expect((await reading(`${server.url}?access_token=${token}`, {})).status).toBe(401);
    expect((await reading(`${server.url}?access_token=${token}`, bearer(token))).status).toBe(401);
    for (const authorization of [`Basic ${token}`, token, 'Bearer', 'Bearer ', `Bearer ${token} x`, `Bearer ${token}x`])
      expect((await reading(server.url, { authorization })).status).toBe(401);
    expect((await reading(server.url, { cookie: `access_token=${token}` })).status).toBe(401);
  });

  it('is rejected after it expires', async () => {
    let now = Date.now();
    let server: Running | undefined;
    const as = await issuer(() => (server as Running).url);
    server = await product({ authIssuer: as.url }, { now: () => now });
    const headers = bearer(await as.token({ scope: 'finspace:read' }));
    expect((await reading(server.url, headers)).status).toBe(200);
    now += 310_000;
    expect((await reading(server.url, headers)).status).toBe(401);
  });

  it("is verified with the issuer's key of the same id", async () => {
    const { server, as } = await guarded();
    const read = async (options: Parameters<TestIssuer['token']>[1]) =>
      (await reading(server.url, bearer(await as.token({ scope: 'finspace:read' }, options)))).status;
    expect(await read({})).toBe(200);
    expect(await read({ kid: 'unknown' })).toBe(401);
    expect(await read({ kid: 'k1', foreignKey: true })).toBe(401);
  });

  it('may be signed with any key that the issuer publishes', async () => {
    const { server, as } = await guarded();
    const next = { kid: 'k2', foreignKey: true };
    await as.rotate('k2');
    for (const options of [{}, next])
      expect((await reading(server.url, bearer(await as.token({ scope: 'finspace:read' }, options)))).status).toBe(200);
  });

  it('may leave out the id of its key only while its issuer has one key, and is otherwise rejected with the reason', async () => {
    const { server, as } = await guarded();
    const read = async () => reading(server.url, bearer(await as.token({ scope: 'finspace:read' }, { kid: null })));
    expect((await read()).status).toBe(200);
    const { server: other, as: rotated } = await guarded();
    await rotated.rotate('k2');
    const response = await reading(other.url, bearer(await rotated.token({ scope: 'finspace:read' }, { kid: null })));
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain('(kid)');
    expect(JSON.stringify(await response.json())).toContain('(kid)');
  });

  it('works for a minute after its key was revoked, and longer only while the issuer is unreachable', async () => {
    let now = Date.now();
    let server: Running | undefined;
    const as = await issuer(() => (server as Running).url);
    server = await product({ authIssuer: as.url }, { now: () => now });
    const { url } = server;
    await as.rotate('k2');
    const headers = bearer(await as.token({ scope: 'finspace:read' }));
    const statusAfter = async (ms: number) => {
      now += ms;
      return (await reading(url, headers)).status;
    };
    expect(await statusAfter(0)).toBe(200);
    as.revokeAllBut('k2');
    as.outage(true);
    expect(await statusAfter(61_000)).toBe(200);
    as.outage(false);
    expect(await statusAfter(29_000)).toBe(200);
    expect(await statusAfter(31_000)).toBe(401);
  });

  it('is accepted with cached keys while the issuer is unreachable', async () => {
    const { server, as } = await guarded();
    expect((await reading(server.url, bearer(await as.token({ scope: 'finspace:read' })))).status).toBe(200);
    as.outage(true);
    const other = bearer(await as.token({ sub: 'bob', scope: 'finspace:read' }));
    expect((await reading(server.url, other)).status).toBe(200);
  });

  it('tolerates a clock difference of a few seconds, and no more', async () => {
    const ms = Date.now();
    const now = Math.floor(ms / 1_000);
    let server: Running | undefined;
    const as = await issuer(() => (server as Running).url);
    server = await product({ authIssuer: as.url }, { now: () => ms });
    const { url } = server;
    const read = async (claims: Claims) =>
      (await reading(url, bearer(await as.token({ scope: 'finspace:read', ...claims } as JWTPayload)))).status;
    expect([await read({ exp: now - 2 }), await read({ nbf: now + 3 })]).toEqual([200, 200]);
    expect([await read({ exp: now - 10 }), await read({ nbf: now + 30 })]).toEqual([401, 401]);
  });

  it('is neither rejected nor accepted while the issuer is unreachable', async () => {
    const server = await product({ authIssuer: 'http://127.0.0.1:9' });
    const as = await issuer(() => server.url);
    const response = await reading(
      server.url,
      bearer(await as.token({ iss: 'http://127.0.0.1:9', scope: ALL_SCOPES })),
    );
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
  });
});

it('tells clients where to get a token (RFC 9728)', async () => {
  const { server, as } = await guarded();
  for (const path of ['/.well-known/oauth-protected-resource/mcp', '/.well-known/oauth-protected-resource']) {
    const metadata = (await (await fetch(new URL(path, server.url))).json()) as { scopes_supported: string[] };
    expect(metadata).toMatchObject({ resource: server.url, authorization_servers: [as.url] });
    // A client that requests all of these scopes must not be able to approve in its own forms.
    expect(metadata.scopes_supported).toEqual([
      'finspace:read',
      'finspace:write',
      'finspace:destroy',
      'finspace:secrets',
    ]);
  }
});

const environment = { name: 'scoped', kmsKeyId: KMS_KEY };

describe('two principals', () => {
  it('do not see each other’s sessions', async () => {
    const { server, as } = await guarded();
    const alice = bearer(await as.token({ sub: 'alice', scope: ALL_SCOPES }));
    const bob = bearer(await as.token({ sub: 'bob', scope: ALL_SCOPES }));
    const opened = await post(server.url, INITIALIZE, alice);
    const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') as string };
    const list = { jsonrpc: '2.0', id: 2, method: 'tools/list' };
    expect((await post(server.url, list, { ...alice, ...session })).status).toBe(200);
    expect((await post(server.url, list, { ...bob, ...session })).status).toBe(404);
    expect((await fetch(server.url, { method: 'DELETE', headers: { ...bob, ...session } })).status).toBe(404);
    expect((await fetch(server.url, { headers: { ...bob, ...session, accept: 'text/event-stream' } })).status).toBe(
      404,
    );
    expect((await post(server.url, list, { ...alice, ...session })).status).toBe(200);
  });

  it('have the scopes of the token of each request, not of the first one in the session', async () => {
    const { server, as } = await guarded();
    const write = bearer(await as.token({ scope: 'finspace:write' }));
    const read = bearer(await as.token({ scope: 'finspace:read' }));
    const opened = await post(server.url, INITIALIZE, write);
    const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') as string };
    const preview = { tool: 'create_kx_environment', arguments: environment };
    const plan = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'plan_change', arguments: preview } };
    const planned = async (headers: object) => (await post(server.url, plan, { ...headers, ...session })).text();
    expect(await planned(write)).not.toContain('It needs the scope');
    expect(await planned(read)).toContain('It needs the scope finspace:write');
  });
});

it('forwards the token to no upstream service', async () => {
  const seen: string[] = [];
  const upstream = vi.spyOn(globalThis, 'fetch');
  const { server, as } = await guarded();
  const token = await as.token({ scope: ALL_SCOPES });
  const response = await reading(server.url, bearer(token));
  seen.push(await response.text(), JSON.stringify([...response.headers]));
  const others = upstream.mock.calls.filter(([to]) => !String(to).startsWith(server.url));
  seen.push(JSON.stringify(others));
  upstream.mockRestore();
  expect(seen.join()).not.toContain(token);
});
