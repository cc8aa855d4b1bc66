import { beforeAll, describe, expect, test } from 'vitest';
import type { Input } from '../../src/operations/index.ts';
import { type EnvironmentBuilder, KEY, openBuilder, ROLE, token, VPC, WAIT } from './environment-builder.ts';
import { openWorld, type Refused, type TestWorld, ZONE } from './world.ts';

let world: TestWorld;
let builder: EnvironmentBuilder;
const open = async (quotas: 'published' | 'raised' = 'published') => {
  world = await openWorld({ quotas });
  builder = await openBuilder(world);
};

type Cluster = Partial<Input<'CreateKxCluster'>>;
const nodes = (nodeType: string, nodeCount = 1): Cluster => ({ capacityConfiguration: { nodeType, nodeCount } });
const on = (scalingGroupName: string): Cluster => ({
  scalingGroupConfiguration: { scalingGroupName, memoryReservation: 6, nodeCount: 1 },
});
const MULTI: Cluster = {
  clusterType: 'HDB',
  azMode: 'MULTI',
  availabilityZoneId: undefined,
  vpcConfiguration: { ...VPC, subnetIds: ['subnet-11111111', 'subnet-22222222', 'subnet-33333333'] },
  capacityConfiguration: { nodeType: 'kx.s.large', nodeCount: 1 },
};
const create = (name: string, rest: Cluster = {}) => world.refusal('CreateKxCluster', builder.clusterInput(name, rest));
const volumeOf = (volumeName: string, type: string, size: number) => ({
  environmentId: builder.environmentId,
  volumeName,
  volumeType: 'NAS_1',
  azMode: 'SINGLE',
  availabilityZoneIds: [ZONE],
  nas1Configuration: { type, size },
});
const group = (scalingGroupName: string, hostType: string) =>
  world.refusal('CreateKxScalingGroup', {
    environmentId: builder.environmentId,
    scalingGroupName,
    hostType,
    availabilityZoneId: ZONE,
    clientToken: token(),
  });
const changeset = (databaseName: string) => {
  const changeRequests = [{ changeType: 'PUT', s3Path: 's3://some-bucket/a/', dbPath: '/a/' }];
  const input = { environmentId: builder.environmentId, databaseName, changeRequests, clientToken: token() };
  return world.refusal('CreateKxChangeset', input);
};
const view = (dataviewName: string) => ({
  environmentId: builder.environmentId,
  databaseName: 'trades',
  dataviewName,
  azMode: 'SINGLE',
  availabilityZoneId: ZONE,
  clientToken: token(),
});

/** Sends requests until one is refused, and returns how many were accepted. */
async function until(send: (index: number) => Promise<Refused>, most = 2000): Promise<[number, string, string]> {
  for (let index = 0; index < most; index++) {
    const { status, type, message } = await send(index);
    if (status !== 200) return [index, type, message];
  }
  return [most, '', ''];
}
const LIMIT = 'LimitExceededException';

describe('the published quotas', () => {
  beforeAll(() => open());

  test('allow one kdb environment and two of the dataset browser', async () => {
    const kx = { name: 'kdb-two', kmsKeyId: KEY };
    expect((await world.refusal('CreateKxEnvironment', kx)).type).toBe('ServiceQuotaExceededException');
    const [browsers, type] = await until((index) => world.refusal('CreateEnvironment', { name: `browser-${index}` }));
    expect([browsers, type]).toEqual([2, 'ServiceQuotaExceededException']);
  });

  test.each([
    ['kx.s.large', 5],
    ['kx.s.xlarge', 5],
    ['kx.s.2xlarge', 5],
    ['kx.s.4xlarge', 1],
    ['kx.s.8xlarge', 1],
    ['kx.s.16xlarge', 0],
    ['kx.s.32xlarge', 0],
  ])('for %s nodes allow %d', async (nodeType, most) => {
    await open();
    if (most > 0) expect((await create('hdb-all', { ...nodes(nodeType, most), clusterType: 'HDB' })).status).toBe(200);
    const { type, message } = await create('gp-one', nodes(nodeType));
    expect([type, message]).toEqual([
      LIMIT,
      expect.stringContaining(`the quota of ${most} ${nodeType} nodes per environment.`),
    ]);
  });

  test.each([
    ['kx.sg.large', 1],
    ['kx.sg.xlarge', 1],
    ['kx.sg.2xlarge', 1],
    ['kx.sg.4xlarge', 1],
    ['kx.sg.8xlarge', 1],
    ['kx.sg.16xlarge', 0],
    ['kx.sg.32xlarge', 0],
    ['kx.sg1.16xlarge', 0],
    ['kx.sg1.24xlarge', 0],
  ])('for %s hosts allow %d', async (hostType, most) => {
    await open();
    const [made, type] = await until((index) => group(`sg-${index}`, hostType));
    expect([made, type]).toEqual([most, LIMIT]);
  });

  test('allow ten clusters, five of them Single-AZ, one Multi-AZ, and five nodes each', async () => {
    await open();
    expect((await create('hdb-big', { ...nodes('kx.s.large', 6), clusterType: 'HDB' })).message).toContain('nodes per');
    expect((await create('multi-0', MULTI)).status).toBe(200);
    expect((await create('multi-1', MULTI)).message).toContain('Multi-AZ');
    const [single, , message] = await until((index) => create(`gp-${index}`, nodes('kx.s.xlarge')));
    expect([single, message]).toEqual([5, expect.stringContaining('Single-AZ')]);
    await builder.group('sg-one');
    const [shared, type, reason] = await until((index) => create(`on-${index}`, on('sg-one')));
    expect([shared, type, reason]).toEqual([4, LIMIT, expect.stringContaining('10 clusters')]);
  });

  test('limit cache and savedown storage', async () => {
    await open();
    const cacheStorageConfigurations = [{ type: 'CACHE_1000', size: 9600 }];
    expect((await create('gp-cache', { cacheStorageConfigurations })).message).toContain('7730 GB of cache');
    const savedownStorageConfiguration = { type: 'SDS01' as const, size: 9000 };
    const rdb = { clusterType: 'RDB' as const, savedownStorageConfiguration };
    expect((await create('rdb-one', rdb)).status).toBe(200);
    expect((await create('rdb-two', rdb)).message).toContain('17179 GB of savedown');
  });

  test('allow five volumes of 7730 GB together', async () => {
    await open();
    const add = (index: number) => world.refusal('CreateKxVolume', volumeOf(`vol-${index}`, 'SSD_250', 1200));
    expect((await until(add)).slice(0, 2)).toEqual([5, LIMIT]);
    await open();
    const big = (name: string) => world.refusal('CreateKxVolume', volumeOf(name, 'HDD_12', 6000));
    expect((await big('vol-a')).status).toBe(200);
    expect((await big('vol-b')).message).toContain('7730 GB of volume storage');
  });

  test('allow ten ingestions at a time', async () => {
    await open();
    await builder.database('trades');
    expect((await until(() => changeset('trades'))).slice(0, 2)).toEqual([10, LIMIT]);
    world.advance(WAIT);
    expect((await changeset('trades')).status).toBe(200);
  });

  test('allow ten dataview versions in progress at a time', async () => {
    await open();
    await builder.database('trades');
    await builder.dataview('first');
    const add = (index: number) => world.refusal('CreateKxDataview', view(`view-${index}`));
    expect((await until(add)).slice(0, 2)).toEqual([10, LIMIT]);
    const update = { environmentId: builder.environmentId, databaseName: 'trades', dataviewName: 'first' };
    expect((await world.refusal('UpdateKxDataview', { ...update, clientToken: token() })).type).toBe(
      'ThrottlingException',
    );
  });

  test('allow 4500 dataviews', async () => {
    await open();
    await builder.database('trades');
    await builder.dataview('first');
    await world.store.write(async (tx) => {
      const environment = `arn:aws:finspace:us-east-1:111122223333:kxEnvironment/${builder.environmentId}`;
      const first = await tx.get(`${environment}/kxDatabase/trades/kxDataview`, 'first');
      if (first === undefined) throw new Error('there is no first dataview');
      for (let index = 1; index < 4_499; index++) {
        const name = `copy-${index}`;
        await tx.put({ ...first, name, position: name });
        await tx.link(`${first.collection}/${name}`, [`${environment}#dataviews`]);
      }
    });
    const add = (index: number) => world.refusal('CreateKxDataview', view(`view-${index}`));
    const [made, type, message] = await until(add);
    expect([made, type]).toEqual([1, LIMIT]);
    expect(message).toContain('4500 dataviews per environment');
    const gone = { environmentId: builder.environmentId, databaseName: 'trades', dataviewName: 'copy-1' };
    await world.call('DeleteKxDataview', { ...gone, clientToken: token() });
    world.advance(WAIT);
    expect((await add(1)).status).toBe(200);
  });

  test('allow five mounts of a volume for writing, and five for reading', async () => {
    await open();
    await builder.database('trades');
    await builder.group('sg-one');
    for (const name of ['vol-write', 'vol-read']) await builder.volume(name);
    const log = { tickerplantLogConfiguration: { tickerplantLogVolumes: ['vol-write'] } };
    const tickerplant: Cluster = { ...on('sg-one'), clusterType: 'TICKERPLANT', ...log };
    for (let index = 0; index < 5; index++) expect((await create(`tp-${index}`, tickerplant)).status).toBe(200);
    expect(await create('tp-5', tickerplant)).toMatchObject({
      type: LIMIT,
      message:
        'This would exceed the quota of 5 write mounts of volume vol-write. This local world has the published quotas. To have no limits, a person can replace it, with all that it contains, by a new world: finspace-mcp world reset --world empty --quotas raised (--world chooses the contents: empty, demo or a world file).',
    });
    expect((await create('rdb-0', { ...on('sg-one'), clusterType: 'RDB', ...log })).status).toBe(200);
    await builder.dataview('view', { segmentConfigurations: [{ dbPaths: ['/*'], volumeName: 'vol-read' }] });
    const reader: Cluster = { ...on('sg-one'), databases: [{ databaseName: 'trades', dataviewName: 'view' }] };
    for (let index = 0; index < 4; index++) expect((await create(`gp-${index}`, reader)).status).toBe(200);
    expect((await create('gp-4', reader)).message).toContain('10 clusters');
    for (let index = 0; index < 4; index++) {
      await world.call('DeleteKxCluster', { environmentId: builder.environmentId, clusterName: `tp-${index}` });
    }
    world.advance(WAIT);
    expect((await create('gp-4', reader)).status).toBe(200);
    expect((await create('gp-5', reader)).message).toContain('5 read mounts of volume vol-read');
  });

  test('allow 1000 users and 1500 databases', async () => {
    await open();
    const { environmentId } = builder;
    const user = (index: number) =>
      world.refusal('CreateKxUser', { environmentId, userName: `user_${index}`, iamRole: ROLE });
    expect((await until(user)).slice(0, 2)).toEqual([1000, LIMIT]);
    const database = (index: number) =>
      world.refusal('CreateKxDatabase', { environmentId, databaseName: `db-${index}`, clientToken: token() });
    expect((await until(database)).slice(0, 2)).toEqual([1500, LIMIT]);
  });
});

test('raised quotas refuse none of several creates of each kind', async () => {
  await open('raised');
  const { environmentId } = builder;
  await builder.database('trades');
  for (const index of [0, 1, 2, 3]) {
    const replies = [
      world.refusal('CreateKxEnvironment', { name: `kdb-${index}`, kmsKeyId: KEY }),
      world.refusal('CreateEnvironment', { name: `browser-${index}` }),
      world.refusal('CreateKxUser', { environmentId, userName: `user_${index}`, iamRole: ROLE }),
      world.refusal('CreateKxDatabase', { environmentId, databaseName: `db-${index}`, clientToken: token() }),
      changeset('trades'),
      world.refusal('CreateKxDataview', view(`view-${index}`)),
      world.refusal('CreateKxVolume', volumeOf(`vol-${index}`, 'HDD_12', 12_000)),
      group(`sg-${index}`, 'kx.sg1.24xlarge'),
      create(`gp-${index}`, nodes('kx.s.32xlarge')),
      create(`multi-${index}`, MULTI),
    ];
    expect((await Promise.all(replies)).map(({ status }) => status)).toEqual(replies.map(() => 200));
  }
});
