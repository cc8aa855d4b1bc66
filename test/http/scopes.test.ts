import { afterEach, describe, expect, it } from 'vitest';
import { KMS_KEY } from '../support/session-calls.ts';
import { ALL_SCOPES, call, guarded } from './guarded.ts';
import { bearer } from './people.ts';
import { closeAll, HTTP_HOSTS, modern, post, product } from './support.ts';

afterEach(closeAll);

const environment = { name: 'scoped', kmsKeyId: KMS_KEY };

describe('scopes', () => {
  const target = { environmentId: 'm5cnbg3l25pwsmzikb7kdj', databaseName: 'none' };
  const connection = {
    environmentId: target.environmentId,
    userArn: `arn:aws:finspace:us-east-1:111122223333:kxEnvironment/${target.environmentId}/kxUser/none`,
    clusterName: 'none',
  };
  const CALLS: [string, object, string, string][] = [
    ['list_kx_environments', {}, 'finspace:read', 'finspace:read'],
    ['create_kx_environment', environment, 'finspace:write', 'finspace:read finspace:write'],
    ['delete_kx_database', target, 'finspace:destroy', 'finspace:read finspace:write finspace:destroy'],
    ['get_kx_connection_string', connection, 'finspace:secrets', 'finspace:read finspace:secrets'],
  ];
  const INCLUDED: Record<string, string[]> = {
    '': [],
    'finspace:read': ['finspace:read'],
    'finspace:write': ['finspace:read', 'finspace:write'],
    'finspace:destroy': ['finspace:read', 'finspace:write', 'finspace:destroy'],
    'finspace:secrets': ['finspace:read', 'finspace:secrets'],
    'finspace:approve': [],
    'other:admin finspace:*': [],
  };
  const table = Object.entries(INCLUDED).flatMap(([scope, included]) =>
    CALLS.map(([tool, args, needed, named]) => ({ scope, tool, args, named, may: included.includes(needed) })),
  );

  it.each(table)('scope "$scope" may call $tool: $may', async ({ scope, tool, args, named, may }) => {
    const { server, as } = await guarded();
    const response = await call(server.url, tool, args, bearer(await as.token({ scope })));
    expect(response.status).toBe(may ? 200 : 403);
    if (may) return;
    const challenge = response.headers.get('www-authenticate') ?? '';
    expect(challenge).toContain('error="insufficient_scope"');
    expect(challenge).toContain('resource_metadata="');
    for (const one of named.split(' ')) expect(challenge).toContain(one);
  });

  it.each(HTTP_HOSTS)(
    'that are missing are reported when a listed tool is called, through $name',
    async ({ connect }) => {
      const { server, as } = await guarded();
      const session = await connect(server.url, { headers: bearer(await as.token({ scope: 'finspace:write' })) });
      const names = (await session.listTools()).tools.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(['create_kx_environment', 'delete_kx_database']));
      await expect(session.callTool({ name: 'delete_kx_database', arguments: target })).rejects.toThrow();
    },
  );

  it('are those of all operations that a tool may call', async () => {
    const { server, as } = await guarded();
    const args = { environmentId: target.environmentId };
    const write = await call(
      server.url,
      'tear_down_kx_environment',
      args,
      bearer(await as.token({ scope: 'finspace:write' })),
    );
    expect(write.status).toBe(403);
    expect(write.headers.get('www-authenticate')).toContain('scope="finspace:read finspace:write finspace:destroy"');
    const destroy = bearer(await as.token({ scope: 'finspace:destroy' }));
    expect((await call(server.url, 'tear_down_kx_environment', args, destroy)).status).toBe(200);
  });

  it('are those of the tool that another tool runs in search mode', async () => {
    const { server, as } = await guarded({ catalog: 'search' });
    const headers = bearer(await as.token({ scope: 'finspace:read' }));
    const write = await call(server.url, 'call_write_tool', { tool: 'delete_kx_database', arguments: target }, headers);
    expect(write.status).toBe(403);
    expect(write.headers.get('www-authenticate')).toContain('scope="finspace:read finspace:write finspace:destroy"');
    const read = await call(server.url, 'call_read_tool', { tool: 'list_kx_environments' }, headers);
    expect(read.status).toBe(200);
  });

  it.each(HTTP_HOSTS)('that a client can get do not hide tools in search mode, through $name', async ({ connect }) => {
    const { server, as } = await guarded({ catalog: 'search' });
    const session = await connect(server.url, { headers: bearer(await as.token({ scope: 'finspace:read' })) });
    expect((await session.listTools()).tools.map(({ name }) => name)).toContain('call_write_tool');
    const found = await session.callTool({ name: 'find_tools', arguments: { query: 'delete a database' } });
    expect(JSON.stringify(found)).toContain('delete_kx_database');
  });

  it('apply to every message of a 2025-era batch', async () => {
    const { server, as } = await guarded();
    const headers = bearer(await as.token({ scope: 'finspace:read' }));
    const deletion = { name: 'delete_kx_database', arguments: target };
    const batch = [
      { jsonrpc: '2.0', id: 1, method: 'ping' },
      { jsonrpc: '2.0', id: 2, method: 'tools/call', params: deletion },
    ];
    expect((await post(server.url, batch, headers)).status).toBe(403);
  });

  it('make lists private to the caller', async () => {
    const { server, as } = await guarded();
    const response = await modern(server.url, 'tools/list', {}, bearer(await as.token({ scope: ALL_SCOPES })));
    expect(await response.json()).toMatchObject({ result: { cacheScope: 'private' } });
    const open = await product();
    expect(await (await modern(open.url, 'prompts/list')).json()).toMatchObject({ result: { cacheScope: 'public' } });
  });
});
