import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { OPERATION_NAMES } from '../../src/operations/index.ts';
import { operationOf } from '../../src/operations/naming.ts';
import { COMPOSITE_TOOLS } from '../../src/tools/composites.ts';
import { describeComposite, describeTool } from '../../src/tools/describe.ts';
import { FRESH_WORLD, HOSTS, type Host, type Session } from '../support/hosts.ts';
import { createEnvironment, did, failedTo } from '../support/session-calls.ts';

const EMPTY = [...FRESH_WORLD, '--world', 'empty'];

describe.each(HOSTS)('$name over stdio', ({ connect }) => {
  let session: Session;
  let environmentId: string;
  beforeAll(async () => {
    session = await connect(EMPTY);
    ({ environmentId } = await createEnvironment(session));
  });
  afterAll(() => session?.close());

  it('lists the tools that the catalog gives, in its order, and then the others', async () => {
    const { tools } = await session.listTools();
    expect(tools.slice(0, OPERATION_NAMES.length)).toEqual(OPERATION_NAMES.map(describeTool));
    expect(tools.slice(OPERATION_NAMES.length)).toEqual(COMPOSITE_TOOLS.map(describeComposite));
  });

  it('creates, reads and changes entities, and reports whether a list is complete', async () => {
    await did(session, 'create_kx_database', { environmentId, databaseName: 'trades' });
    await did(session, 'create_kx_database', { environmentId, databaseName: 'quotes' });
    await did(session, 'update_kx_database', { environmentId, databaseName: 'quotes', description: 'All quotes' });

    const database = await did(session, 'get_kx_database', { environmentId, databaseName: 'quotes' });
    expect(database).toMatchObject({ databaseName: 'quotes', description: 'All quotes', numChangesets: 0 });
    expect(database['createdTimestamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

    const all = await did(session, 'list_kx_databases', { environmentId });
    expect(all).toMatchObject({ complete: true });
    const page = await did(session, 'list_kx_databases', { environmentId, maxResults: 1 });
    expect(page).toMatchObject({ complete: false, nextToken: expect.any(String) });
    const rest = await did(session, 'list_kx_databases', {
      environmentId,
      maxResults: 1,
      nextToken: page['nextToken'],
    });
    expect([...(page['kxDatabases'] as object[]), ...(rest['kxDatabases'] as object[])]).toEqual(all['kxDatabases']);
  });

  it('repeats the structured content as compact JSON text', async () => {
    const result = await session.callTool({ name: 'list_kx_environments', arguments: {} });
    expect(JSON.parse(result.content[0]?.text ?? '')).toEqual(result.structuredContent);
    expect(result.content[0]?.text).not.toContain('\n');
  });

  it('names the operation, the error, whether to retry and what to call next when the service rejects a call', async () => {
    const text = await failedTo(session, 'get_kx_cluster', { environmentId, clusterName: 'nowhere' });
    expect(text).toContain('get_kx_cluster failed with ResourceNotFoundException (HTTP 404)');
    expect(text).toContain('list_kx_clusters');
    expect(text).toContain('will not help');
  });

  it('names every wrong argument and its nearest valid spelling, without calling the service', async () => {
    const text = await failedTo(session, 'create_kx_changeset', {
      environmentId: 'abc',
      databasename: 'trades',
      changeRequests: [{ changetype: 'PUT', dbPath: '/2026.11.23/' }],
    });
    expect(text).toContain('databaseName: required');
    expect(text).toContain('databasename: there is no such argument; did you mean databaseName?');
    expect(text).toContain('changeRequests.0.changetype: there is no such argument; did you mean changeType?');
  });

  it('names the list of existing entities, and not names to be created', async () => {
    const wrong = { environmentId, databaseName: 'x' };
    expect(await failedTo(session, 'get_kx_database', wrong)).toMatch(
      /expects 3 to 63 letters.* list_kx_databases shows/,
    );
    const text = await failedTo(session, 'create_kx_database', wrong);
    expect(text).toContain('databaseName: expects 3 to 63 letters');
    expect(text).not.toContain('list_kx_databases');
  });

  it('says that a tool which only reads has nothing to preview', async () => {
    const of = (tool: string) => failedTo(session, 'plan_change', { tool, arguments: {} });
    expect(await of('get_kx_cluster')).toBe('get_kx_cluster changes nothing, so there is nothing to preview: call it.');
    expect(await of('delete_cluster')).toContain('did you mean delete_kx_cluster?');
  });

  it('never accepts a clientToken from the model', async () => {
    const text = await failedTo(session, 'create_kx_database', {
      environmentId: 'abc',
      databaseName: 'trades',
      clientToken: 'mine',
    });
    expect(text).toContain('clientToken: there is no such argument');
  });

  it('suggests the nearest tool for an unknown one', async () => {
    await expect(session.callTool({ name: 'list_kx_cluster' })).rejects.toThrow(/did you mean list_kx_clusters\?/);
  });
});

const started = async (connect: Host['connect'], ...settings: string[]) => {
  const session = await connect([...EMPTY, ...settings]);
  onTestFinished(() => session.close());
  return session;
};

describe.each(HOSTS.slice(-1))('output schemas for $name', ({ connect }) => {
  it('are added on request, and match the results', async () => {
    const session = await started(connect, '--output-schemas');
    const { tools } = await session.listTools();
    expect(tools.slice(0, OPERATION_NAMES.length).every(({ outputSchema }) => outputSchema !== undefined)).toBe(true);
    await createEnvironment(session);
    expect(await did(session, 'list_kx_environments')).toMatchObject({ environments: [{ name: 'trading' }] });
  });
});

describe.each(HOSTS.slice(-1))('a restricted server for $name', ({ connect }) => {
  it('offers only reads under --read-only, and refuses calls of other tools', async () => {
    const session = await started(connect, '--read-only');
    const { tools } = await session.listTools();
    expect(tools.every(({ annotations }) => (annotations as { readOnlyHint?: boolean }).readOnlyHint)).toBe(true);
    expect(tools.length).toBeGreaterThanOrEqual(20);
    expect(await failedTo(session, 'create_kx_database', {})).toContain('--read-only');
    expect(await failedTo(session, 'get_kx_connection_string', {})).toContain('--read-only');
  });

  it('offers only the named toolsets, and refuses calls of other tools', async () => {
    const session = await started(connect, '--toolsets', 'kx-user,tags');
    const { tools } = await session.listTools();
    expect(tools.filter(({ name }) => operationOf(name) !== undefined)).toHaveLength(9);
    expect(await failedTo(session, 'list_kx_clusters', { environmentId: 'abc' })).toContain('kx-user, tags');
  });
});
