import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { selectTarget } from '../../src/commands/targets.ts';
import { configure } from '../../src/config.ts';
import { KMS_KEY } from '../support/session-calls.ts';
import { issuer } from './issuer.ts';
import { bearer, callTool, codeIn, person, tokens } from './people.ts';
import { closeAll, HTTP_HOSTS, modern, product, type Running } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-targets-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(closeAll);

function file(content: unknown): string {
  const path = join(folder, `${randomBytes(4).toString('hex')}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}
const TWO = {
  lab: { region: 'eu-west-1', world: 'demo' },
  prod: { region: 'us-east-1', readOnly: true, allow: { 'oauth:alice': ['finspace:destroy'], '*': ['finspace:read'] } },
  vault: { allow: { 'oauth:alice': ['finspace:read'] } },
};
const at = ({ url }: { url: string }, path: string) => new URL(path, url).href;
const list = (url: string, headers = {}) =>
  modern(url, 'tools/call', { name: 'list_kx_environments', arguments: {} }, headers);

describe('named targets', () => {
  it('have one path each, and there is no default', async () => {
    const server = await product({ targets: file({ targets: TWO }) });
    expect((await list(at(server, '/t/lab/mcp'))).status).toBe(200);
    expect((await list(at(server, '/t/none/mcp'))).status).toBe(404);
    expect((await list(at(server, '/mcp'))).status).toBe(404);
  });

  it('are named in every result, and have separate approvals', async () => {
    const server = await product({ targets: file({ targets: TWO }) });
    const result = await (await list(at(server, '/t/lab/mcp'))).json();
    expect(result).toMatchObject({ result: { _meta: { 'finspace-mcp/target': 'lab' } } });
    const asked: string[] = [];
    const person = (message: string) => {
      asked.push(message);
      return { action: 'decline' as const };
    };
    for (const { connect } of HTTP_HOSTS) {
      const session = await connect(at(server, '/t/lab/mcp'), { person });
      const made = await session.callTool({
        name: 'create_kx_environment',
        arguments: { name: `env-${asked.length}`, kmsKeyId: KMS_KEY },
      });
      const { environmentId } = made.structuredContent as { environmentId: string };
      await session.callTool({ name: 'delete_kx_environment', arguments: { environmentId } });
    }
    expect(asked).toHaveLength(HTTP_HOSTS.length);
    for (const message of asked) expect(message).toContain('lab: local');
  });

  it('do not share state', async () => {
    const server = await product({ targets: file({ targets: { a: {}, b: {} } }) });
    const create = { name: 'create_kx_environment', arguments: { name: 'only-in-a', kmsKeyId: KMS_KEY } };
    await (await modern(at(server, '/t/a/mcp'), 'tools/call', create)).text();
    expect(await (await list(at(server, '/t/a/mcp'))).text()).toContain('only-in-a');
    expect(await (await list(at(server, '/t/b/mcp'))).text()).not.toContain('only-in-a');
  });

  it('admit the principals that they name, with the scopes that they allow', async () => {
    let server: Running | undefined;
    let path = '/t/prod/mcp';
    const as = await issuer(() => at(server as Running, path));
    server = await product({ authIssuer: as.url, targets: file({ targets: TWO }) });
    const bearer = async (sub: string) => ({
      authorization: `Bearer ${await as.token({ sub, scope: 'finspace:destroy' })}`,
    });
    const deletion = { name: 'delete_kx_environment', arguments: { environmentId: 'none' } };
    const requested = async (sub: string) =>
      modern(at(server as Running, path), 'tools/call', deletion, await bearer(sub));
    const status = async (sub: string) => (await requested(sub)).status;
    expect(await status('alice')).toBe(200);
    const closed = await requested('bob');
    expect(closed.status).toBe(403);
    // A challenge would make the client request a scope that its token has already.
    expect(closed.headers.get('www-authenticate')).toBeNull();
    expect(await closed.text()).toContain('This named target does not allow you finspace:write finspace:destroy');
    path = '/t/vault/mcp';
    expect(await status('alice')).toBe(403);
    expect(await status('bob')).toBe(404);
  });

  it('are approved on one page by principals to whom they grant finspace:approve', async () => {
    const held = tokens({ agent: ['finspace:destroy'], ann: ['finspace:approve'], ben: ['finspace:approve'] });
    const agent = { 'token:agent': ['finspace:destroy'] };
    const targets = {
      lab: { allow: { ...agent, '*': ['finspace:approve'] } },
      prod: { allow: { ...agent, 'token:ann': ['finspace:approve'] } },
    };
    const server = await product({ authTokens: held.file, targets: file({ targets }) });
    const codes: Record<string, string> = {};
    const ids: Record<string, string> = {};
    for (const alias of ['lab', 'prod']) {
      const url = at(server, `/t/${alias}/mcp`);
      const as = { headers: bearer(held.agent) };
      const made = await callTool(url, 'create_kx_environment', { name: `in-${alias}`, kmsKeyId: KMS_KEY }, as);
      const { environmentId } = made.structuredContent as { environmentId: string };
      ids[alias] = environmentId;
      codes[alias] = codeIn(await callTool(url, 'delete_kx_environment', { environmentId }, as));
    }
    const [ann, ben] = [person(server.url), person(server.url)];
    const [all, some] = [await ann.signIn(held.ann), await ben.signIn(held.ben)];
    for (const code of Object.values(codes)) expect(all.text).toContain(code);
    expect(some.text).toContain(codes['lab']);
    expect(some.text).not.toContain(codes['prod']);
    const shown = await ann.get(`/approvals/${codes['prod']}`);
    const approve = { act: 'approve', name: `in-prod ${ids['prod']?.slice(0, 4)}` };
    expect((await ben.decide(codes['prod'] as string, approve, shown)).text).not.toContain('in-prod');
    expect((await ann.decide(codes['prod'] as string, approve)).text).toContain('<h1>Approved</h1>');
  });

  it('accept only tokens that were issued for them', async () => {
    let server: Running | undefined;
    const as = await issuer(() => at(server as Running, '/t/lab/mcp'));
    server = await product({ authIssuer: as.url, targets: file({ targets: TWO }) });
    const headers = { authorization: `Bearer ${await as.token({ scope: 'finspace:read' })}` };
    expect((await list(at(server, '/t/lab/mcp'), headers)).status).toBe(200);
    expect((await list(at(server, '/t/prod/mcp'), headers)).status).toBe(401);
    const metadata = await fetch(at(server, '/.well-known/oauth-protected-resource/t/lab/mcp'));
    expect(await metadata.json()).toMatchObject({ resource: at(server, '/t/lab/mcp') });
  });

  it('list tools for scopes that the caller can still get', async () => {
    let server: Running | undefined;
    const as = await issuer(() => at(server as Running, '/t/lab/mcp'));
    const lab = { allow: { '*': ['finspace:write'] } };
    server = await product({ authIssuer: as.url, targets: file({ targets: { lab } }) });
    const headers = { authorization: `Bearer ${await as.token({ scope: 'finspace:read' })}` };
    const listed = await (await modern(at(server, '/t/lab/mcp'), 'tools/list', {}, headers)).text();
    expect(listed).toContain('"create_kx_environment"');
    expect(listed).not.toMatch(/"(?:delete_kx_database|get_kx_connection_string)"/);
  });

  it('are at most as permissive as the server', async () => {
    const server = await product({ targets: file({ targets: { lab: {} } }), readOnly: true });
    const names = await (await modern(at(server, '/t/lab/mcp'), 'tools/list')).text();
    expect(names).not.toContain('create_kx_environment');
  });

  it.each<[string, unknown]>([
    ['is not JSON', '['],
    ['targets.Prod', { targets: { Prod: {} } }],
    ['targets.x: there is no "endpont"', { targets: { x: { endpont: 'https://a.example' } } }],
    ['--targets: x: --endpoint: needs --backend aws', { targets: { x: { endpoint: 'https://a.example' } } }],
    ['expects an https URL', { targets: { x: { backend: 'aws', endpoint: 'http://a.example' } } }],
    ['targets.x.allow.token:y.0: expects some of', { targets: { x: { allow: { 'token:y': ['everything'] } } } }],
    ['targets.x.allow.y: invalid key: expects oauth:SUBJECT,', { targets: { x: { allow: { y: ['finspace:read'] } } } }],
    ['targets: expects at least one target', { targets: {} }],
    ['.json: expects an object, not a list', []],
  ])('stop start-up if the file is invalid: %s', async (message, content) => {
    await expect(product({ targets: file(content) })).rejects.toThrow(message);
  });

  it.each([
    [{ toolsets: ['kx-user'] }, { toolsets: ['kx-cluster'] }, 'toolsets: none of them is among those of --toolsets'],
    [{ environments: ['a1'] }, { environments: ['b2'] }, 'environments: none of them is among those of --environments'],
  ])('stop start-up if nothing is left of a restriction: %j', async (own, settings, message) => {
    const targets = file({ targets: { lab: own } });
    await expect(product({ targets, ...settings })).rejects.toThrow(`--targets: lab: ${message}`);
  });
});

describe('--target on stdio', () => {
  const chosen = (settings: object) => selectTarget(configure({ state: ':memory:', ...settings }, {}));
  const targets = file({ targets: TWO });

  it('selects one of --targets, with the settings of its file for the local user', () => {
    const { config, caller } = chosen({ targets, target: 'prod' });
    expect(config).toMatchObject({ target: 'prod', region: 'us-east-1', readOnly: true });
    expect(caller.refusal('create')).toContain('finspace:write');
    expect(caller.refusal('read')).toBeUndefined();
  });

  it.each([
    [{ target: 'prod' }, '--target: needs --targets'],
    [{ targets }, '--target: needed with --targets; available: lab, prod, vault'],
    [{ targets, target: 'test' }, '--target: no test; available: lab, prod, vault'],
    [{ targets, target: 'vault' }, '--target: vault allows no use over stdio; its allow has to name local or *'],
    [{ targets, target: '__proto__' }, '--target: no __proto__'],
  ])('never falls back to another target: %j', (settings, message) => {
    expect(() => chosen(settings)).toThrow(message);
  });
});
