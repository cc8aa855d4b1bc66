import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, test } from 'vitest';
import type { Call } from '../../src/operations/index.ts';
import { caller, demoTools, failing, names, type Rows } from './demo-tools.ts';

const { world, use } = demoTools();
const INPUT = { a: 'kdb-prod', b: 'kdb-uat' };

test('says when both arguments mean one environment', async () => {
  const { data } = await use('compare_kx_environments', { a: 'kdb-prod', b: 'production' });
  expect(data).toMatchObject({ note: 'a and b mean the same kdb environment', differences: { different: 0 } });
  expect((await use('compare_kx_environments', INPUT)).data).not.toHaveProperty('note');
});

describe('a comparison of the environments themselves', () => {
  test('shows their different settings and tags before those of their contents', async () => {
    const { data, text } = await use('compare_kx_environments', INPUT);
    expect(data).toMatchObject({
      differences: { environment: 1 },
      notCompared: 'data, changesets, and tags of what the environments contain',
      environment: [
        {
          kmsKey: [expect.stringContaining('key/5b0e7c1f'), expect.stringContaining('key/c07d3a52')],
          transitGateway: ['tgw-0be47f91c2a6d8350', null],
          cidr: ['100.64.12.0/26', null],
          dnsServers: [['dns1.halden.internal 10.20.0.53'], null],
          networkRules: [expect.arrayContaining(['100 allow tcp 443-443 to 10.20.0.0/16']), null],
          tags: [{ stage: 'prod' }, { stage: 'uat' }],
        },
      ],
    });
    expect(Object.keys((data['environment'] as Rows)[0] ?? {})).not.toContain('environmentId');
    expect(countTokens(text)).toBeLessThanOrEqual(2_000);
  });

  test.each([
    ['may not be read', { deny: ['list_tags_for_resource'] }, false],
    ['cannot be read', {}, true],
  ])('says that tags are not compared if they %s', async (_, restrictions, fails) => {
    const isOfUat = (operation: string, input: Record<string, unknown>) =>
      operation === 'ListTagsForResource' && String(input['resourceArn']).includes('5qz6l3jph2gh3332zaa5d5');
    const call = fails ? failing(world().call, isOfUat) : world().call;
    const { data } = await caller(call, restrictions)('compare_kx_environments', INPUT);
    expect(data['notCompared']).toBe('data, changesets, and tags');
    expect((data['environment'] as Rows)[0]).not.toHaveProperty('tags');
    const reason = expect.stringContaining('ListTagsForResource of environment:kdb-uat');
    expect(data['notRead']).toEqual(fails ? [{ environment: 'kdb-uat', reason }] : undefined);
  });

  test('can be requested alone, or left out', async () => {
    const only = await use('compare_kx_environments', { ...INPUT, kinds: ['environment'] });
    expect(only.data['differences']).toEqual({ environment: 1, different: 0, onlyInA: 0, onlyInB: 0 });
    const without = await use('compare_kx_environments', { ...INPUT, kinds: ['user'] });
    expect(without.data).toMatchObject({ notCompared: 'data, changesets, and tags' });
    expect(without.data).not.toHaveProperty('environment');
  });
});

describe('the version of the code of a cluster, and its cached paths', () => {
  /** The gateways have the same file, in one version each; that of uat caches other paths. */
  const withVersions: Call = async (name, input, options) => {
    const reply = await world().call(name, input, options);
    const { clusterName = '' } = input as { clusterName?: string };
    if (name !== 'GetKxCluster' || !/^gw-/.test(clusterName)) return reply;
    const isProd = clusterName === 'gw-prod';
    const cache = { cacheType: 'CACHE_1000', dbPaths: [isProd ? '/a' : '/*'] };
    return {
      ...(reply as object),
      code: { s3Bucket: 'code', s3Key: 'gateway.zip', s3ObjectVersion: isProd ? 'v0' : 'v1' },
      databases: [{ databaseName: 'trades', cacheConfigurations: [cache] }],
    } as never;
  };

  test('are compared', async () => {
    const { data } = await caller(withVersions)('compare_kx_environments', INPUT);
    const [gateway] = data['different'] as Rows;
    expect(gateway).toMatchObject({
      codeVersion: ['v0', 'v1'],
      cached: [{ trades: ['/a on CACHE_1000'] }, { trades: ['/* on CACHE_1000'] }],
    });
    expect(gateway).not.toHaveProperty('code');
  });

  test('are shown, and can be searched for', async () => {
    const where = [{ setting: 's3ObjectVersion', is: 'equal', value: 'v1' }];
    const { data } = await caller(withVersions)('find_kx_entities', { kinds: ['cluster'], where });
    expect(data['entities']).toMatchObject([{ name: 'gw-uat', code: 's3://code/gateway.zip', codeVersion: 'v1' }]);
  });
});

describe('a comparison of what could not be read completely', () => {
  const idsOnlyInA = async (call: Call, deny: string[] = []) => {
    const { data } = await caller(call, { deny })('compare_kx_environments', { ...INPUT, view: 'full' });
    return names(data['onlyInA'], 'id');
  };

  test('shows the clusters that only one environment has if just their nodes could not be read', async () => {
    const clusters = (ids: readonly unknown[]) => ids.filter((id) => String(id).startsWith('cluster:'));
    const all = clusters(await idsOnlyInA(world().call));
    expect(all).toContain('cluster:hdb-fx');
    expect(clusters(await idsOnlyInA(world().call, ['list_kx_cluster_nodes']))).toEqual(all);
    expect(clusters(await idsOnlyInA(failing(world().call, 'ListKxClusterNodes')))).toEqual(all);
  });

  test('does not show dataviews as missing if the databases could not be listed', async () => {
    const uat = await world().id('kdb-uat');
    const isList = (name: string, { environmentId }: Record<string, unknown>) =>
      name === 'ListKxDatabases' && environmentId === uat;
    expect(await idsOnlyInA(world().call)).toContain('dataview:fx_spot/fx_spot_live');
    expect(await idsOnlyInA(failing(world().call, isList))).not.toContain('dataview:fx_spot/fx_spot_live');
  });

  test('does not show the memory of a host as different if a cluster on it could not be read', async () => {
    const [prod, uat] = [await world().id('kdb-prod'), await world().id('kdb-uat')];
    /** Both environments have the clusters and hosts of one. */
    const same: Call = (name, input, options) =>
      world().call(name, /Cluster|ScalingGroup/.test(name) ? { ...input, environmentId: prod } : input, options);
    const isCluster = (name: string, { environmentId, clusterName }: Record<string, unknown>) =>
      name === 'GetKxCluster' && environmentId === uat && clusterName === 'rdb-fx';
    const { data } = await caller(failing(same, isCluster))('compare_kx_environments', INPUT);
    expect(data['notRead']).toMatchObject([{ reason: expect.stringContaining('GetKxCluster of rdb-fx') }]);
    expect(data['different']).toEqual([]);
  });
});

test('a comparison shows memory that differs by less than the rounding of sizes', async () => {
  const sized: Call = async (name, input, options) => {
    const reply = (await world().call(name, input, options)) as object;
    const { clusterName = '' } = input as { clusterName?: string };
    if (name !== 'GetKxCluster' || !/^gw-/.test(clusterName)) return reply as never;
    const memoryReservation = clusterName === 'gw-prod' ? 6_000 : 6_010;
    return {
      ...reply,
      scalingGroupConfiguration: { scalingGroupName: 'sg', memoryReservation, nodeCount: 1 },
    } as never;
  };
  const { data } = await caller(sized)('compare_kx_environments', INPUT);
  expect((data['different'] as Rows)[0]).toMatchObject({ nodes: ['1 x 6000 MiB', '1 x 6010 MiB'] });
});
