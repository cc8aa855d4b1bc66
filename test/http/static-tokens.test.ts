import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { closeAll, modern, product } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-tokens-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(closeAll);

const digest = (token: string) => createHash('sha256').update(token).digest('hex');
const AGENT = randomBytes(32).toString('base64url');
const OLD = randomBytes(32).toString('base64url');
const agent = { name: 'agent', sha256: digest(AGENT), scopes: ['finspace:write'] };

function file(content: unknown): string {
  const path = join(folder, `${randomBytes(4).toString('hex')}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}
const list = (url: string, token: string) =>
  modern(url, 'tools/list', {}, token === '' ? {} : { authorization: `Bearer ${token}` });

describe('fixed tokens', () => {
  it('admit the principals of the file, until they expire', async () => {
    const expired = { name: 'old', sha256: digest(OLD), scopes: ['finspace:read'], expires: '2020-01-01T00:00:00Z' };
    const { url } = await product({ authTokens: file({ tokens: [agent, expired] }) });
    expect((await list(url, AGENT)).status).toBe(200);
    expect((await list(url, OLD)).status).toBe(401);
    expect((await list(url, digest(AGENT))).status).toBe(401);
    expect(await (await list(url, digest(AGENT))).text()).toContain('The token is unknown');
    const without = await list(url, '');
    expect(without.status).toBe(401);
    expect(without.headers.get('www-authenticate')).toBe('Bearer scope="finspace:read"');
  });

  it('are refused with the reason if they are too short to be safe', async () => {
    const short = { ...agent, sha256: digest('only-31-characters-are-too-few.') };
    const { url } = await product({ authTokens: file({ tokens: [short] }) });
    const refused = await list(url, 'only-31-characters-are-too-few.');
    expect(refused.status).toBe(401);
    expect(await refused.text()).toContain('The token has fewer than 32 characters');
  });

  it('list only the tools that they may call, because they cannot get more scopes', async () => {
    const { url } = await product({ authTokens: file({ tokens: [agent] }) });
    const listed = await (await list(url, AGENT)).text();
    expect(listed).toContain('"create_kx_environment"');
    expect(listed).not.toMatch(/"(?:delete_kx_database|get_kx_connection_string|tear_down_kx_environment)"/);
  });

  it('have scopes like tokens of an issuer', async () => {
    const { url } = await product({ authTokens: file({ tokens: [agent] }) });
    const call = { name: 'delete_kx_database', arguments: { environmentId: 'x', databaseName: 'y' } };
    const response = await modern(url, 'tools/call', call, { authorization: `Bearer ${AGENT}` });
    expect(response.status).toBe(403);
    expect(response.headers.get('www-authenticate')).toContain('scope="finspace:read finspace:write finspace:destroy"');
  });

  it('need finspace:destroy for a changeset that deletes data, in any notation of its list, and not for one that loads', async () => {
    const { url } = await product({ authTokens: file({ tokens: [agent] }) });
    const load = (changeRequests: unknown) => {
      const given = { environmentId: 'x', databaseName: 'trades', changeRequests };
      const call = { name: 'create_kx_changeset', arguments: given };
      return modern(url, 'tools/call', call, { authorization: `Bearer ${AGENT}` });
    };
    const removal = [{ changeType: 'DELETE', dbPath: '/2026.03.16/' }];
    const refused = await load(removal);
    expect(refused.status).toBe(403);
    expect(refused.headers.get('www-authenticate')).toContain('finspace:destroy');
    expect(await (await load(JSON.stringify(removal))).text()).toContain('finspace:destroy');
    const put = { changeType: 'PUT', s3Path: 's3://some-bucket/a/', dbPath: '/2026.03.16/' };
    expect((await load([put])).status).toBe(200);
  });

  it('need no scope for an unknown argument of a tool', async () => {
    const { url } = await product({ authTokens: file({ tokens: [agent] }) });
    const user = { userName: 'ann', iamRole: 'arn:aws:iam::111122223333:role/x' };
    const stray = { changeRequests: [{ changeType: 'DELETE', dbPath: '/' }] };
    const given = { environmentId: 'kdb-prod', create: [{ tool: 'create_kx_user', arguments: user }], ...stray };
    const call = { name: 'create_kx_entities', arguments: given };
    const response = await modern(url, 'tools/call', call, { authorization: `Bearer ${AGENT}` });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('changeRequests: there is no such argument');
  });

  it('allow listening beyond loopback', async () => {
    const { port } = await product({ host: '0.0.0.0', authTokens: file({ tokens: [agent] }) });
    expect((await list(`http://127.0.0.1:${port}/mcp`, AGENT)).status).toBe(200);
  });

  it.each([
    ['is not JSON', '{'],
    ['tokens: ', { tokens: [] }],
    ['tokens.0.sha256: expects 64', { tokens: [{ ...agent, sha256: AGENT }] }],
    ['tokens.0.scopes.0: expects some of', { tokens: [{ ...agent, scopes: ['finspace:everything'] }] }],
    ['tokens.0: ', { tokens: [{ ...agent, token: AGENT }] }],
    ['two tokens have the same name', { tokens: [agent, { ...agent, sha256: digest(OLD) }] }],
    ['two tokens have the same sha256', { tokens: [agent, { ...agent, name: 'other' }] }],
  ])('stop start-up if the file is invalid: %s', async (message, content) => {
    await expect(product({ authTokens: file(content) })).rejects.toThrow(message);
  });

  it('stop start-up if the file is missing', async () => {
    await expect(product({ authTokens: join(folder, 'none.json') })).rejects.toThrow('cannot be read');
  });
});

it.each([
  [{ publicUrl: 'https://finspace.example' }, '--public-url: finspace.example is beyond loopback'],
  [{ authAudience: 'x' }, '--auth-audience: needs --auth-issuer'],
  [{ authJwks: 'https://issuer.example/keys' }, '--auth-jwks: needs --auth-issuer'],
  [{ authIssuer: 'https://issuer.example', host: '0.0.0.0' }, '--public-url: needed with --auth-issuer'],
  [{ authIssuer: 'http://issuer.example' }, 'expects an https URL'],
])('refuses to start with %j', async (settings, message) => {
  await expect(product(settings)).rejects.toThrow(message);
});
