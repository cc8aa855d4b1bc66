import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { OPERATION_NAMES } from '../../src/operations/index.ts';
import { toolName } from '../../src/operations/naming.ts';
import { FRESH_WORLD, HOSTS, type Person, type Session } from '../support/hosts.ts';
import { did, failedTo } from '../support/session-calls.ts';

const SEARCH = [...FRESH_WORLD, '--catalog', 'search'];

describe.each(HOSTS)('--catalog search for $name', ({ connect }) => {
  let session: Session;
  beforeAll(async () => {
    session = await connect(SEARCH);
  });
  afterAll(() => session.close());

  /** A separate server, for tests that change its world or start it with other settings. */
  const started = async (args: readonly string[], person?: Person) => {
    const own = await connect(args, person);
    onTestFinished(() => own.close());
    return own;
  };
  const victim = async (on = session) => {
    const { entities } = (await did(on, 'call_read_tool', {
      tool: 'find_kx_entities',
      arguments: { kinds: ['environment'], name: 'kdb-uat' },
    })) as { entities: { environmentId: string }[] };
    return { environmentId: entities[0]?.environmentId ?? '', userName: 'svc-release' };
  };
  const deleting = async (on = session) => ({ tool: 'delete_kx_user', arguments: await victim(on) });

  test('lists three tools in at most 1,200 tokens, which find the others', async () => {
    const { tools } = await session.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['find_tools', 'call_read_tool', 'call_write_tool']);
    expect(countTokens(JSON.stringify({ tools }))).toBeLessThanOrEqual(1_200);
    const found = (await did(session, 'find_tools', { query: 'grow a full volume' })) as { tools: { name: string }[] };
    expect(found.tools[0]).toMatchObject({
      name: 'update_kx_volume',
      run: 'call_write_tool',
      inputSchema: { type: 'object' },
    });
  });

  test('finds each operation first by its plain name', async () => {
    for (const tool of OPERATION_NAMES.map(toolName)) {
      const query = tool.replaceAll('_', ' ');
      const { tools } = (await did(session, 'find_tools', { query })) as { tools: { name: string }[] };
      expect(tools[0]?.name, query).toBe(tool);
    }
  });

  test.each([
    ['grow a full volume', 'update_kx_volume'],
    ['load files from S3 into a database', 'create_kx_changeset'],
    ['why did the cluster fail?', 'get_kx_cluster'],
    ['spin up a new HDB', 'create_kx_cluster'],
    ['deploy new q code', 'update_kx_cluster_code_configuration'],
    ['give a colleague access', 'create_kx_user'],
    ['did the import finish?', 'get_kx_changeset'],
    ['rename the environment', 'update_kx_environment'],
    ['what breaks if I delete this volume?', 'what_depends_on'],
    ['what is idle and wasting money?', 'find_kx_problems'],
    ['is anything broken right now?', 'find_kx_problems'],
    ['stale clusters', 'find_kx_problems'],
    ['what changed today?', 'find_kx_entities'],
    ['scale out to more nodes', 'create_kx_cluster'],
    ['bounce the gateway', 'update_kx_cluster_code_configuration'],
    ['point the HDB at the latest load', 'update_kx_cluster_databases'],
    ['delete old partitions from a table', 'create_kx_changeset'],
    ['protect production from deletion', 'tag_resource'],
    ['how many more clusters can I create?', 'check_kx_quotas'],
    ['clone prod', 'create_kx_entities'],
    ['delte cluster', 'delete_kx_cluster'],
    ['clustr status', 'get_kx_cluster'],
    ['dataveiw', 'get_kx_dataview'],
  ])('finds the right tool among the first three for: %s', async (query, tool) => {
    const { tools } = (await did(session, 'find_tools', { query })) as { tools: { name: string }[] };
    expect(tools.slice(0, 3).map(({ name }) => name)).toContain(tool);
  });

  test('explains in runbooks how to run their tools', async () => {
    const given = { environmentId: 'e', clusterName: 'c' };
    const { messages } = await session.getPrompt({ name: 'diagnose_kx_cluster', arguments: given });
    expect(messages[0]?.content.text).toMatch(/found with find_tools and run with call_read_tool or call_write_tool/);
  });

  test('marks which of its tools only read, and which may destroy', async () => {
    const { tools } = await session.listTools();
    expect(tools.map(({ annotations }) => annotations)).toEqual([
      { readOnlyHint: true },
      { readOnlyHint: true },
      { destructiveHint: true },
    ]);
  });

  test('reads through one dispatcher and writes only through the other', async () => {
    expect(await did(session, 'call_read_tool', { tool: 'list_kx_environments' })).toMatchObject({ complete: true });
    expect(await failedTo(session, 'call_read_tool', await deleting())).toContain('call_write_tool');
    expect(await failedTo(session, 'call_read_tool', { tool: 'list_kx_cluster' })).toContain('list_kx_clusters');
    expect(
      await failedTo(session, 'call_read_tool', { tool: 'get_kx_cluster', arguments: { cluster: 'x' } }),
    ).toContain('clusterName: required');
  });

  test('accepts arguments that a model wrote as JSON in a string, at every depth', async () => {
    for (const written of ['{"kinds":["cluster"],"groupBy":"type"}', { kinds: '["cluster"]', groupBy: 'type' }])
      expect(await did(session, 'call_read_tool', { tool: 'find_kx_entities', arguments: written })).toMatchObject({
        kinds: { cluster: expect.any(Number) },
      });
    const wrong = { tool: 'find_kx_entities', arguments: '{"kinds":"[1' };
    expect(await failedTo(session, 'call_read_tool', wrong)).toContain('arguments: expects an object');
  });

  test('says where the arguments of a tool belong if they are next to its name', async () => {
    const beside = { tool: 'find_kx_entities', kinds: ['cluster'] };
    expect(await failedTo(session, 'call_read_tool', beside)).toContain('Put the arguments of the tool into arguments');
  });

  test('requires the same approval as the direct tool', async () => {
    const input: string[] = [];
    const person: Person = (message) => {
      input.push(message);
      return { action: 'accept', content: { name: 'svc-release' } };
    };
    const own = await started(SEARCH, person);
    await did(own, 'call_write_tool', await deleting(own));
    expect(input).toHaveLength(1);
    expect(input[0]).toContain('svc-release');
    expect(await failedTo(own, 'call_read_tool', { tool: 'get_kx_user', arguments: await victim(own) })).toContain(
      'ResourceNotFound',
    );
  });

  test('does nothing if nobody can approve, and offers no writes in read-only mode', async () => {
    expect(await failedTo(session, 'call_write_tool', await deleting())).toMatch(/person/);
    expect(await did(session, 'call_read_tool', { tool: 'get_kx_user', arguments: await victim() })).toMatchObject({
      userName: 'svc-release',
    });
    const readOnly = await started([...SEARCH, '--read-only']);
    const { tools } = await readOnly.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['find_tools', 'call_read_tool']);
    expect(JSON.stringify(tools)).not.toContain('call_write_tool');
    expect(await failedTo(readOnly, 'call_write_tool', await deleting(readOnly))).toContain('not offered');
  });

  test('says why a tool is not offered, and suggests no other one in its place', async () => {
    const denying = await started([...SEARCH, '--deny', 'delete_kx_cluster']);
    for (const dispatcher of ['call_read_tool', 'call_write_tool'])
      expect(await failedTo(denying, dispatcher, { tool: 'delete_kx_cluster', arguments: {} })).toBe(
        'delete_kx_cluster is not offered. The operator of this server denies it.',
      );
  });
});
