import { describe, expect, test } from 'vitest';
import type { Call, Output } from '../../src/operations/index.ts';
import { caller, demoTools, failing, names } from './demo-tools.ts';

const { world, use } = demoTools();
const find = (input: Record<string, unknown>) => use('find_kx_entities', input);
const found = async (input: Record<string, unknown>) => names((await find(input)).data['entities']);

describe('a value that is the end of an ARN or a path', () => {
  test('is equal to the whole', async () => {
    const role = { setting: 'iamRole', value: 'kdb-quant' };
    const quants = ['amara_okafor', 'mei_tanaka'];
    expect(await found({ kinds: ['user'], where: [{ ...role, is: 'equals' }] })).toEqual(quants);
    const others = await found({ kinds: ['user'], where: [{ ...role, is: 'not' }] });
    expect(others.toSorted()).toEqual(['jonas_lind', 'svc-ingest', 'svc-monitoring', 'svc-release']);
    const code = { setting: 'code', is: 'equals', value: 'hdb-4.0.9.zip' };
    expect(await found({ where: [code] })).toEqual(['hdb-futures']);
  });

  test('is not a part of a name', async () => {
    expect(await found({ kinds: ['user'], where: [{ setting: 'iamRole', is: 'equals', value: 'quant' }] })).toEqual([]);
  });
});

describe('an excluded value that nothing has', () => {
  test.each([
    ['not', 'az1'],
    ['lacks', 'use1-az9'],
  ])('is named with the existing ones: %s %s', async (is, value) => {
    const { data } = await find({ kinds: ['cluster'], where: [{ setting: 'zone', is, value }] });
    expect(data).toMatchObject({ found: 15, noneHas: [`zone=${value}`], existingValues: ['use1-az1'] });
  });

  test('is named for tags', async () => {
    const { data } = await find({ kinds: ['cluster'], tags: [{ key: 'stage', value: 'production', absent: true }] });
    const existingTags = ['stage=prod', 'stage=research', 'stage=uat'];
    expect(data).toMatchObject({ found: 15, noneHas: ['stage=production'], existingTags });
  });

  test('is not named if something has it, or if not everything could be read', async () => {
    const zone = { kinds: ['cluster'], where: [{ setting: 'release', is: 'not', value: '2.0' }] };
    expect((await find({ ...zone, where: [{ setting: 'type', is: 'not', value: 'HDB' }] })).data).not.toHaveProperty(
      'noneHas',
    );
    const tags = [{ key: 'stage', value: 'uat', absent: true }];
    expect((await find({ kinds: ['cluster'], tags })).data).not.toHaveProperty('noneHas');
    const unread = caller(failing(world().call, 'GetKxCluster'));
    const { data } = await unread('find_kx_entities', {
      kinds: ['cluster'],
      where: [{ setting: 'vpc', is: 'not', value: 'vpc-0' }],
    });
    expect(data).not.toHaveProperty('noneHas');
    expect((await find(zone)).data).toMatchObject({ noneHas: ['release=2.0'], existingValues: ['1.0'] });
  });
});

test('a search for deleted entities says where deleted environments are', async () => {
  const { data } = await find({ status: ['deleted'] });
  expect(data).toMatchObject({ found: 0, notSearched: expect.stringMatching(/^deleted environments \(list_kx_env/) });
  expect((await find({ kinds: ['cluster'], status: ['DELETED'] })).data).not.toHaveProperty('notSearched');
});

test.each([
  ['describe_kx_environment', { environment: 'kdb-old' }],
  ['find_kx_entities', { environment: 'KDB-OLD' }],
  ['what_depends_on', { environment: 'kdb-old', name: 'hdb-fx' }],
  ['what_depends_on', { name: 'kdb-old' }],
  ['get_kx_environment', { environmentId: 'kdb-old' }],
  ['list_kx_clusters', { environmentId: 'kdb-old' }],
])('%s says that an environment is deleted', async (tool, input) => {
  const id = 'old4old4old4old4old4ol';
  const withDeleted = (async (name, given, options) => {
    const reply = await world().call(name, given, options);
    if (name !== 'ListKxEnvironments') return reply;
    const { environments = [] } = reply as Output<'ListKxEnvironments'>;
    return { ...reply, environments: [...environments, { name: 'kdb-old', environmentId: id, status: 'DELETED' }] };
  }) as Call;
  const { isError, text } = await caller(withDeleted)(tool, input);
  expect(isError).toBe(true);
  expect(text).toContain(`The kdb environment "kdb-old", whose id is "${id}", is deleted. list_kx_environments`);
});
