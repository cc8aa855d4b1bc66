import { describe, expect, test } from 'vitest';
import { replyCache } from '../../src/inventory/reply-cache.ts';
import { FinspaceError } from '../../src/operations/failure.ts';
import type { Call } from '../../src/operations/index.ts';
import { caller, demoTools, names } from './demo-tools.ts';
import { EXAMPLES, FLEET_TOOL_NAMES } from './examples.ts';

const PAGE = 100;

/** Many empty environments, desk-0 to desk-N, behind a list of pages; counts the calls. */
function desks(count: number, change: (environment: Record<string, unknown>) => object = (same) => same) {
  const calls: string[] = [];
  const environment = (at: number) =>
    change({
      environmentId: `desk${String(at).padStart(22, '0')}`,
      name: `desk-${at}`,
      status: 'CREATED',
      environmentArn: `arn:aws:finspace:us-east-1:111122223333:kxEnvironment/desk${String(at).padStart(22, '0')}`,
      creationTimestamp: '2026-01-01T00:00:00.000Z',
    });
  const call = (async (name, input) => {
    const { nextToken = '0', environmentId } = input as Record<string, string | undefined>;
    calls.push(name);
    if (name === 'GetKxEnvironment') {
      const at = Number(environmentId?.slice('desk'.length));
      if (at < count) return environment(at);
      throw new FinspaceError({ operation: name, code: 'ResourceNotFound', detail: '', retryable: false, advice: '' });
    }
    if (name !== 'ListKxEnvironments') return {};
    const from = Number(nextToken);
    const environments = Array.from({ length: Math.min(PAGE, count - from) }, (_, at) => environment(from + at));
    return { environments, ...(from + PAGE < count ? { nextToken: String(from + PAGE) } : {}) };
  }) as Call;
  return { call, calls };
}

describe('an account with more than a thousand environments', () => {
  test('shows all environments', async () => {
    const { call } = desks(1_234);
    const { data } = await caller(call)('find_kx_entities', { kinds: ['environment'], name: 'desk-1233' });
    expect(names(data['entities'])).toEqual(['desk-1233']);
    expect((await caller(call)('find_kx_problems', { problem: 'stuck' })).data).toMatchObject({ environments: 1_234 });
  });

  const atOnce = FLEET_TOOL_NAMES.filter((tool) => EXAMPLES[tool].insteadOfReadAt === undefined);
  test.each(atOnce)('is within reach of %s, which finds an environment of the last page', async (tool) => {
    const { call } = desks(1_234);
    const input = EXAMPLES[tool].input({ environment: 'desk-1233', other: 'desk-1232', cluster: 'gateway' });
    const { text } = await caller(call)(tool, input);
    expect(text).toMatch(/desk-1233|"environments":1234/);
    expect(text).not.toContain('did you mean');
  });

  test('suggests the closest name, wherever it is in the list', async () => {
    const { call } = desks(1_234);
    const { text } = await caller(call)('describe_kx_environment', { environment: 'desk_1233x' });
    expect(text).toContain('did you mean "desk-1233"?');
    const get = await caller(call)('get_kx_environment', { environmentId: 'desk-1233x' });
    expect(get.text).toContain('did you mean "desk-1233"');
  });
});

describe('one environment', () => {
  test('is read by its id without the list of all', async () => {
    const { call, calls } = desks(1_234);
    const { data } = await caller(call)('describe_kx_environment', { environment: `desk${'1233'.padStart(22, '0')}` });
    expect(data['environment']).toMatchObject({ name: 'desk-1233' });
    expect(calls).not.toContain('ListKxEnvironments');
    expect(calls.filter((name) => name === 'GetKxEnvironment')).toHaveLength(1);
  });

  test('is read by a name from an earlier request, if it still has that name', async () => {
    const { call, calls } = desks(1_234);
    const use = caller(call, {}, undefined, { cache: replyCache() });
    await use('describe_kx_environment', { environment: 'desk-1233' });
    calls.length = 0;
    const { data } = await use('describe_kx_environment', { environment: 'Desk-1233' });
    expect(data['environment']).toMatchObject({ name: 'desk-1233' });
    expect(calls).not.toContain('ListKxEnvironments');
  });

  test('is looked up in the list if its name moved to another environment', async () => {
    let moved = 0;
    const { call } = desks(300, (environment) => {
      const at = Number(String(environment['environmentId']).slice('desk'.length));
      return { ...environment, name: `desk-${(at + moved) % 300}` };
    });
    const use = caller(call, {}, undefined, { cache: replyCache() });
    await use('describe_kx_environment', { environment: 'desk-7' });
    moved = 1;
    const { data } = await use('describe_kx_environment', { environment: 'desk-7' });
    expect(data['environment']).toMatchObject({ environmentId: `desk${'6'.padStart(22, '0')}` });
  });
});

test('a request with two parts lists the environments once', async () => {
  const { call, calls } = desks(300);
  await caller(call)('check_kx_quotas');
  expect(calls.filter((name) => name === 'ListKxEnvironments')).toHaveLength(3);
});

const demo = demoTools();

describe('the reads that decide whether a call is safe', () => {
  test('are fresh, whatever was read before', async () => {
    const use = caller(demo.world().call, {}, undefined, { cache: replyCache() });
    const target = { environmentId: await demo.world().id('kdb-prod'), clusterName: 'gw-prod' };
    const plan = () => use('plan_change', { tool: 'delete_kx_cluster', arguments: target });
    demo.world().counts.clear();
    const { isError, text } = await plan();
    expect([isError, text]).toEqual([false, expect.anything()]);
    const alone = new Map(demo.world().counts);
    await use('describe_kx_environment', { environment: 'kdb-prod' });
    demo.world().counts.clear();
    await plan();
    expect(new Map(demo.world().counts)).toEqual(alone);
    expect(alone.get('GetKxCluster')).toBeGreaterThan(0);
  });

  test('resolve names with the current list', async () => {
    const use = caller(demo.world().call, {}, undefined, { cache: replyCache() });
    await use('describe_kx_environment', { environment: 'kdb-prod' });
    demo.world().counts.clear();
    await use('get_kx_environment', { environmentId: 'kdb-prod' });
    expect(demo.world().counts.get('ListKxEnvironments')).toBe(1);
  });
});

describe('find_kx_problems', () => {
  test('reads each part once, and no users', async () => {
    demo.world().counts.clear();
    await demo.use('find_kx_problems', { environment: 'kdb-prod' });
    const { counts } = demo.world();
    expect(counts.get('ListKxUsers')).toBeUndefined();
    expect(counts.get('ListKxClusters')).toBe(1);
    expect(counts.get('GetKxEnvironment')).toBeUndefined();
  });
});
