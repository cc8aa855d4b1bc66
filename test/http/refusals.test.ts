import type { JWTPayload } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { openHttp } from '../../src/commands/http.ts';
import { configure, type SettingName } from '../../src/config.ts';
import { issuer, type TestIssuer } from './issuer.ts';
import { closeAll, closing, modern, product, type Running } from './support.ts';

afterEach(closeAll);

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const reading = (url: string, token: string) =>
  modern(url, 'tools/call', { name: 'list_kx_environments', arguments: {} }, bearer(token));

async function guarded(settings: Partial<Record<SettingName, unknown>> = {}) {
  let server: Running | undefined;
  const as = await issuer(() => (server as Running).url);
  server = await product({ authIssuer: as.url, ...settings });
  return { server, as };
}

describe('the audience of a token', () => {
  const publicUrl = 'https://finspace.example';
  it.each<[string, string | string[], number, (readonly string[])?]>([
    ['is the URL of the endpoint', 'https://finspace.example/mcp', 200],
    ['may have a slash at its end', 'https://finspace.example/mcp/', 200],
    ['may have its host in upper case', 'HTTPS://FINSPACE.Example/mcp', 200],
    ['may stand among others', ['https://other.example', 'https://finspace.example/mcp/'], 200],
    ['is not the path in upper case', 'https://finspace.example/MCP', 401],
    ['is not a longer path', 'https://finspace.example/mcp/x', 401],
    ['is not a host that begins alike', 'https://finspace.example.evil.example/mcp', 401],
    ['is not the bare origin', 'https://finspace.example', 401],
    ['is the bare origin where configured', 'https://finspace.example/', 200, ['https://finspace.example']],
    [
      'is the bare origin where configured with a slash',
      'https://finspace.example',
      200,
      ['https://FINSPACE.example/'],
    ],
    ['is the first of several', 'api://one', 200, ['api://one', 'api://two']],
    ['is the second of several', 'api://two', 200, ['api://one', 'api://two']],
    ['is compared exactly if it is not a URL', 'API://two', 401, ['api://one', 'api://two']],
  ])('%s: %j', async (_, aud, status, authAudience = []) => {
    const { server, as } = await guarded({ publicUrl, authAudience });
    expect((await reading(server.url, await as.token({ aud, scope: 'finspace:read' }))).status).toBe(status);
  });
});

describe('a rejection by authorization', () => {
  const past = { exp: Math.floor(Date.now() / 1_000) - 60 };
  const future = { nbf: Math.floor(Date.now() / 1_000) + 600 };
  type Sign = (as: TestIssuer) => Promise<string>;
  const signed =
    (claims: { [claim: string]: unknown }, options = {}): Sign =>
    (as) =>
      as.token({ scope: 'finspace:read', ...claims } as JWTPayload, options);
  const cases: [string, Sign, string][] = [
    ['an expired token', signed(past), 'The token has expired'],
    ['a token that is not valid yet', signed(future), 'The token is not valid yet'],
    [
      'another audience',
      signed({ aud: 'https://other.example' }),
      'The token is for another audience; aud must contain http',
    ],
    ['no audience', signed({ aud: undefined }), 'The token has no audience (claim aud)'],
    ['no expiry', signed({ exp: undefined }), 'The token has no valid expiry (claim exp)'],
    ['an expiry that is a text', signed({ exp: 'soon' }), 'The token has no valid expiry (claim exp)'],
    ['another issuer', signed({ iss: 'https://other.example' }), 'The token is from another issuer'],
    ['keys of another issuer', signed({ iss: 'x' }, { foreignKey: true }), 'The token is from another issuer'],
    ['a forged signature', signed({}, { foreignKey: true }), 'The token is not signed with a key of its issuer'],
    ['no signature', signed({}, { alg: 'none' }), 'The token is not signed with a key of its issuer'],
    ['a text that is not a JWT', async () => 'opaque-token', 'The token is not a valid JWT'],
    ['a JWT that is not JSON', async () => 'e30.e30.e30', 'The token is not a valid JWT'],
  ];

  it.each(cases)('of %s tells the reason to the client, and to the log at info level', async (_, sign, why) => {
    const lines: { level: string; fields: Record<string, unknown> }[] = [];
    const at = (level: string) => (fields: object) => void lines.push({ level, fields: { ...fields } });
    const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
    let url = '';
    const as = await issuer(() => url);
    const settings = { state: ':memory:', world: 'empty', port: 0, authIssuer: as.url };
    const server = closing(await openHttp(configure(settings, {}), log));
    url = `http://127.0.0.1:${server.port}/mcp`;
    const token = await sign(as);
    const response = await reading(url, token);
    expect(response.status).toBe(401);
    const description = /error="invalid_token", error_description="([^"]*)"/.exec(
      response.headers.get('www-authenticate') ?? '',
    )?.[1];
    expect(description).toContain(why);
    expect(await response.json()).toMatchObject({ error: { message: description } });
    await expect
      .poll(() => lines.filter(({ level }) => level === 'info').map(({ fields }) => fields))
      .toContainEqual(expect.objectContaining({ refused: 'token', reason: description, status: 401 }));
    expect(JSON.stringify(lines)).not.toContain(token);
  });

  it('for a missing scope names the scopes to request', async () => {
    const { server, as } = await guarded();
    const response = await reading(server.url, await as.token({ scope: 'other:read' }));
    expect(response.status).toBe(403);
    expect(response.headers.get('www-authenticate')).toContain(
      'error_description="The token lacks a scope: request a token with finspace:read"',
    );
  });
});
