import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Call, Input } from '../../src/operations/index.ts';
import { type Demo, demo, NOW } from '../inventory/demo.ts';
import { caller, names, type Rows } from './demo-tools.ts';

const ZONE = 'use1-az1';
let world: Demo;
let use: ReturnType<typeof caller>;
let uat: string;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  world = await demo({ lifecycle: 'instant' });
  use = caller(world.call);
  uat = await world.id('kdb-uat');
  for (let index = 0; index < 21; index += 1) await volume(uat, `vol-spare-${index}`);
  await volume(uat, 'vol-fx');
});
afterAll(async () => {
  vi.useRealTimers();
  await world.close();
});

const volume = (environmentId: string, volumeName: string) =>
  world.call('CreateKxVolume', {
    environmentId,
    volumeName,
    volumeType: 'NAS_1',
    azMode: 'SINGLE',
    availabilityZoneIds: [ZONE],
    nas1Configuration: { type: 'SSD_250', size: 1_200 },
  });

describe('environments that are given as a name pattern', () => {
  test.each([
    ['kdb-*', ['kdb-prod', 'kdb-uat']],
    ['*-UAT', ['kdb-uat']],
    ['k*b-p*', ['kdb-prod']],
  ])('are all searched for %s', async (environment, expected) => {
    const { data } = await use('find_kx_entities', { kinds: ['environment'], environment });
    expect(names(data['entities']).toSorted()).toEqual(expected);
    const found = await use('find_kx_problems', { problem: 'stuck', environment });
    expect(found.data).toMatchObject({ environments: expected.length });
  });

  test('are listed if no name matches', async () => {
    const { text, isError } = await use('find_kx_problems', { environment: 'uat*' });
    expect(isError).toBe(true);
    expect(text).toContain('Existing ones: "kdb-prod", "kdb-uat"');
  });
});

test('an environment whose name may be an id is suggested by its own id', async () => {
  const prod = await world.id('kdb-prod');
  await world.call('UpdateKxEnvironment', { environmentId: uat, name: prod });
  const { text } = await use('what_depends_on', { name: 'vol-fx' });
  expect(text).toContain(`Several environments have an entity with that name: "kdb-prod", "${uat}".`);
  await world.call('UpdateKxEnvironment', { environmentId: uat, name: 'kdb-uat' });
});

describe('groups', () => {
  test('can be made by the S3 bucket of the code', async () => {
    const { data } = await use('find_kx_entities', {
      kinds: ['cluster'],
      groupBy: ['s3Bucket'],
      environment: 'kdb-prod',
    });
    expect(names(data['groups'], 'value')).toContain('halden-kdb-code');
  });

  test('by environment include the environments without matches', async () => {
    const { data } = await use('find_kx_entities', { kinds: ['dataview'], groupBy: ['environment'] });
    expect(data).toMatchObject({ found: 3, environmentsWithout: 1, namesWithout: ['kdb-uat'] });
    const all = await use('find_kx_entities', { kinds: ['cluster'], groupBy: ['environment'] });
    expect(all.data).not.toHaveProperty('environmentsWithout');
  });

  test('distinguish entities with the same name in two environments', async () => {
    const { data } = await use('find_kx_entities', { kinds: ['volume'], name: 'vol-fx', groupBy: ['type'] });
    expect(data['groups']).toMatchObject([{ names: ['vol-fx in kdb-prod', 'vol-fx in kdb-uat'] }]);
  });

  test('are made by a tag only if the key is marked as a tag', async () => {
    const byTag = await use('find_kx_entities', { kinds: ['cluster'], groupBy: ['tag:owner'] });
    const byWord = await use('find_kx_entities', { kinds: ['cluster'], groupBy: ['owner'] });
    expect(names(byTag.data['groups'], 'value')).toContain('fx-desk');
    expect(byWord).toMatchObject({ isError: true, text: expect.stringContaining('For a tag, use tag:KEY.') });
    const neither = await use('find_kx_entities', { kinds: ['cluster'], groupBy: ['colour'] });
    expect(neither).toMatchObject({
      isError: true,
      text: expect.stringContaining('None of these has the setting "colour"'),
    });
  });

  test('are sorted by the size of their contents', async () => {
    const byType = { kinds: ['scaling-group'], groupBy: ['hostType'] };
    const largest = await use('find_kx_entities', { ...byType, sort: 'largest' });
    expect(names(largest.data['groups'], 'value')[0]).toBe('kx.sg1.16xlarge');
    const fullest = await use('find_kx_entities', { ...byType, sort: 'fullest' });
    expect(names(fullest.data['groups'], 'value').at(-1)).toBe('kx.sg1.16xlarge');
    const hosts = await use('find_kx_entities', { kinds: ['scaling-group'], sort: 'fullest' });
    expect(names(hosts.data['entities'])).toEqual(['sg-history', 'sg-lab', 'sg-realtime', 'sg-uat', 'sg-backtest']);
  });
});

test('entities are found and grouped by the tag of their environment', async () => {
  const owned = { kinds: ['volume'], tags: [{ key: 'stage', value: 'uat', of: 'environment' }] };
  const { environmentArn: resourceArn = '' } = await world.call('GetKxEnvironment', { environmentId: uat });
  await world.call('TagResource', { resourceArn, tags: { stage: 'uat' } });
  expect((await use('find_kx_entities', owned)).data).toMatchObject({
    found: 22,
    kinds: { volume: 22 },
  });
  const ofType = await use('find_kx_entities', { ...owned, groupBy: ['type'] });
  expect(ofType.data).toMatchObject({ groups: [{ value: 'SSD_250', count: 22 }], totals: { diskGB: 26_400 } });
  const grouped = await use('find_kx_entities', { kinds: ['volume'], groupBy: ['environmentTag:stage'] });
  expect(grouped.data['groups']).toMatchObject([{ value: 'uat', count: 22, totals: { diskGB: 26_400 } }, { count: 6 }]);
  const none = await use('find_kx_entities', { ...owned, tags: [{ key: 'stage', value: 'uat' }] });
  expect(none.data).toMatchObject({ found: 0, existingTags: expect.arrayContaining(['stage=prod']) });
});

describe('many problems', () => {
  test('are summarized by environment, unless all details are requested', async () => {
    const { data } = await use('find_kx_problems', { problem: 'unused' });
    expect(data).toMatchObject({ counts: { unused: 24 }, environmentsWithProblems: 2 });
    const [first, second] = data['byEnvironment'] as Rows;
    expect([first, second]).toMatchObject([
      { environment: 'kdb-uat', count: 22 },
      { environment: 'kdb-prod', count: 2 },
    ]);
    const [unused] = (first?.['problems'] ?? []) as Rows;
    expect(unused).toMatchObject({ entity: 'volume:vol-fx', type: 'SSD_250', sizeGB: 1_200 });
    expect(unused).not.toHaveProperty('why');
    const full = await use('find_kx_problems', { problem: 'unused', view: 'full' });
    expect(full.data['problems']).toHaveLength(24);
    expect((full.data['problems'] as Rows)[0]).toHaveProperty('why', 'no cluster runs on it');
  });

  test('are counted by environment if they do not fit', async () => {
    const copied = (async (name, input, options) => {
      const reply = await world.call(name, input, options);
      if (name !== 'ListKxVolumes') return reply;
      const { kxVolumeSummaries: all = [] } = reply as { kxVolumeSummaries?: { volumeName?: string }[] };
      const copies = Array.from({ length: 100 }, (_, at) => ({ ...all[0], volumeName: `vol-copied-${at}` }));
      return { kxVolumeSummaries: [...all, ...copies] };
    }) as Call;
    const { data } = await caller(copied)('find_kx_problems', { problem: 'unused' });
    expect(data).toMatchObject({ environmentsWithProblems: 2, perEnvironment: { 'kdb-uat': 122, 'kdb-prod': 102 } });
    expect((data['problems'] as Rows)[0]).not.toHaveProperty('mounted');
    expect(data).toHaveProperty('more');
  });

  test('are found among many clusters without their nodes, which concerns only questions about clusters', async () => {
    const gateway = { clusterName: 'gw-copied', clusterType: 'GATEWAY', status: 'RUNNING' };
    const crowded = (async (name, input, options) => {
      if (name === 'ListKxClusters')
        return {
          kxClusterSummaries: Array.from({ length: 501 }, (_, at) => ({ ...gateway, clusterName: `gw-${at}` })),
        };
      return name === 'GetKxCluster' ? gateway : world.call(name, input, options);
    }) as Call;
    const problems = async (more: object) =>
      (await caller(crowded)('find_kx_problems', { environment: 'kdb-uat', ...more })).data;
    expect(await problems({})).toMatchObject({ notChecked: expect.stringMatching(/^nodes of 501 clusters/) });
    expect(await problems({ kinds: ['cluster', 'volume'] })).toHaveProperty('notChecked');
    expect(await problems({ kinds: ['volume'] })).not.toHaveProperty('notChecked');
  });

  test.each([
    { status: 'RUNNING', isRead: false },
    { status: 'DELETED', isRead: true },
  ])('are found with the details of a volume whose clusters are $status: $isRead', async ({ status, isRead }) => {
    const cluster = { clusterType: 'GATEWAY', status, volumes: [{ volumeName: 'vol-fx', volumeType: 'NAS_1' }] };
    const calls: string[] = [];
    const crowded = (async (name, input, options) => {
      calls.push(name);
      if (name === 'ListKxDatabases' || name === 'ListKxScalingGroups') return {};
      if (name === 'ListKxVolumes') return { kxVolumeSummaries: [{ volumeName: 'vol-fx', status: 'ACTIVE' }] };
      return name === 'ListKxClusters'
        ? { kxClusterSummaries: Array.from({ length: 501 }, (_, at) => ({ ...cluster, clusterName: `gw-${at}` })) }
        : world.call(name, input, options);
    }) as Call;
    const { data } = await caller(crowded)('find_kx_problems', { environment: 'kdb-uat', kinds: ['volume'] });
    expect(calls.includes('GetKxVolume')).toBe(isRead);
    expect(data['counts']).toMatchObject({ unused: isRead ? 1 : 0 });
  });
});

describe('compare_kx_environments', () => {
  type Cluster = Input<'CreateKxCluster'>;
  const copies = async (call: Call, environmentId: string, more: (at: number) => Partial<Cluster>) => {
    for (const at of [1, 2, 3])
      await call('CreateKxCluster', {
        environmentId,
        clusterName: `gw-twin-${at}`,
        clusterType: 'GATEWAY',
        azMode: 'SINGLE',
        availabilityZoneId: ZONE,
        releaseLabel: '1.0',
        vpcConfiguration: {
          vpcId: 'vpc-0c81f2d9a4e6b7351',
          securityGroupIds: ['sg-07a1e93bd52f4c618'],
          subnetIds: ['subnet-04d9b6a17e83c5f21'],
          ipAddressType: 'IP_V4',
        },
        code: { s3Bucket: 'kdb-code', s3Key: 'gateway.zip' },
        capacityConfiguration: { nodeType: 'kx.s.large', nodeCount: 1 },
        ...more(at),
      });
  };

  test('shows a difference of a whole kind once, and then the other differences', async () => {
    const arguments_ = [{ key: 's', value: '4' }];
    const [a, b] = await Promise.all(
      ['left', 'right'].map(async (name) => {
        const kmsKeyId = 'arn:aws:kms:us-east-1:111122223333:key/0f5c0c4e-7f38-4a2b-9d3e-2f0c9a7d1b11';
        return (await world.call('CreateKxEnvironment', { name, kmsKeyId })).environmentId ?? '';
      }),
    );
    await copies(world.call, a ?? '', () => ({ initializationScript: 'one.q' }));
    await copies(world.call, b ?? '', (at) => ({
      initializationScript: 'two.q',
      ...(at === 2 ? { commandLineArguments: arguments_ } : {}),
    }));
    const { data } = await use('compare_kx_environments', { a: 'left', b: 'right' });
    expect(data).toMatchObject({
      differences: { commonDifferences: 1, different: 1, onlyInA: 0, onlyInB: 0 },
      changedSettings: { cluster: { initializationScript: 3, arguments: 1 } },
      commonDifferences: [{ kind: 'cluster', count: 3, initializationScript: ['one.q', 'two.q'] }],
      different: [{ id: 'cluster:gw-twin-2', arguments: [null, ['s=4']] }],
    });
  });
});

describe('answers that would be too large', () => {
  const code = { s3Bucket: 'twin-code', s3Key: 'one/app.zip' };
  beforeAll(async () => {
    const { scalingGroups: [group] = [] } = await world.call('ListKxScalingGroups', { environmentId: uat });
    const model = await world.call('GetKxCluster', { environmentId: uat, clusterName: 'gw-uat' });
    const { status: _, volumes: __, createdTimestamp: ___, lastModifiedTimestamp: ____, ...settings } = model;
    for (let at = 0; at < 40; at += 1)
      await world.call('CreateKxCluster', {
        ...settings,
        environmentId: uat,
        clusterName: `gw-many-${at}`,
        code,
        scalingGroupConfiguration: {
          scalingGroupName: group?.scalingGroupName,
          memoryReservation: 8 + at,
          nodeCount: 1,
        },
      } as never);
  });

  test('show fewer settings of each entity, and common settings once', async () => {
    const { data } = await use('find_kx_entities', { kinds: ['cluster'], text: 'twin-code' });
    expect(data).toMatchObject({ found: 40, matched: ['code=s3://twin-code/one/app.zip'] });
    expect(data['entities']).toHaveLength(40);
    expect(data).not.toHaveProperty('more');
  });

  test('show the sizes of many groups only when they are sorted by size', async () => {
    const bySize = { kinds: ['cluster'], text: 'twin-code', groupBy: ['memoryReservation'] };
    const counted = await use('find_kx_entities', bySize);
    expect(counted.data['groups']).toHaveLength(40);
    expect((counted.data['groups'] as Rows)[0]).not.toHaveProperty('totals');
    expect(counted.data['totalsNotShown']).toContain('view: full');
    const full = await use('find_kx_entities', { ...bySize, view: 'full' });
    expect((full.data['groups'] as Rows)[0]).toHaveProperty('totals');
    const ordered = await use('find_kx_entities', { ...bySize, sort: 'largest' });
    expect((ordered.data['groups'] as Rows)[0]).toMatchObject({ totals: { clusterMemoryReserved: '47 MiB' } });
    for (const { data } of [ordered, full]) expect(data).not.toHaveProperty('totalsNotShown');
  });

  test.each([
    ['smallest', 'vol-backtest', -1],
    ['largest', 'vol-backtest', 0],
  ])('start with the %s', async (sort, name, at) => {
    const input = { kinds: ['volume'], environment: 'kdb-prod', sort };
    expect(names((await use('find_kx_entities', input)).data['entities']).at(at)).toBe(name);
  });

  test('start with the host that has most free memory', async () => {
    const { data } = await use('find_kx_entities', { kinds: ['scaling-group'], sort: 'emptiest' });
    expect(names(data['entities'])[0]).toBe('sg-backtest');
  });
});
