import { beforeAll, describe, expect, test } from 'vitest';
import type { Input } from '../../src/operations/index.ts';
import {
  type EnvironmentBuilder,
  openBuilder,
  openFurnishedBuilder,
  SHARED,
  token,
  VPC,
} from './environment-builder.ts';
import { openWorld, type TestWorld, ZONE } from './world.ts';

type Cluster = Partial<Input<'CreateKxCluster'>>;

let world: TestWorld;
let builder: EnvironmentBuilder;
let environmentId: string;

beforeAll(async () => {
  world = await openWorld();
  builder = await openFurnishedBuilder(world);
  ({ environmentId } = builder);
});
const nodes = (nodeCount: number) => ({ capacityConfiguration: { nodeType: 'kx.s.large', nodeCount } });
const onHost = (nodeCount: number) => ({
  scalingGroupConfiguration: { ...SHARED.scalingGroupConfiguration, nodeCount },
});
const TWO_NODES = nodes(2);
const CODE = { s3Bucket: 'some-code', s3Key: 'app.zip' };
const LOG = { tickerplantLogConfiguration: { tickerplantLogVolumes: ['vol-two'] } };
const SAVEDOWN = { savedownStorageConfiguration: { type: 'SDS01' as const, size: 100 } };
const CACHE = { cacheStorageConfigurations: [{ type: 'CACHE_1000', size: 1200 }] };
const SCALING = {
  minNodeCount: 1,
  maxNodeCount: 3,
  autoScalingMetric: 'CPU_UTILIZATION_PERCENTAGE' as const,
  metricTarget: 50,
};
const MULTI: Cluster = {
  azMode: 'MULTI',
  availabilityZoneId: undefined,
  vpcConfiguration: { ...VPC, subnetIds: ['subnet-11111111', 'subnet-22222222', 'subnet-33333333'] },
};

describe('an invalid cluster is rejected', () => {
  const refused: [string, Cluster, RegExp][] = [
    ['with no capacity at all', { capacityConfiguration: undefined }, /Exactly one of capacityConfiguration/],
    ['with both kinds of capacity', { ...SHARED, ...TWO_NODES }, /Exactly one of capacityConfiguration/],
    ['on an unknown node type', { capacityConfiguration: { nodeType: 'm5.large', nodeCount: 1 } }, /nodeType/],
    ['without a node count', { capacityConfiguration: { nodeType: 'kx.s.large' } }, /nodeCount/],
    ['of 1001 nodes', { clusterType: 'HDB', ...nodes(1001) }, /nodeCount.*less than or equal to 1000/],
    ['of as many nodes as fit into a number', { clusterType: 'HDB', ...SHARED, ...onHost(2 ** 31 - 1) }, /nodeCount/],
    ['of type GP with two nodes', TWO_NODES, /exactly one node/],
    ['of type TICKERPLANT with two nodes', { clusterType: 'TICKERPLANT', ...LOG, ...TWO_NODES }, /exactly one node/],
    ['of type TICKERPLANT without a log', { clusterType: 'TICKERPLANT' }, /tickerplantLogConfiguration/],
    ['of type GP across zones', MULTI, /azMode MULTI/],
    ['of type HDB with a savedown', { clusterType: 'HDB', ...SAVEDOWN }, /savedownStorageConfiguration/],
    ['of type HDB with a tickerplant log', { clusterType: 'HDB', ...LOG }, /tickerplantLogConfiguration/],
    ['of type RDB on its own nodes without savedown', { clusterType: 'RDB' }, /savedownStorageConfiguration/],
    ['of type RDB with a cache', { clusterType: 'RDB', ...SAVEDOWN, ...CACHE }, /cacheStorageConfigurations/],
    ['of type GATEWAY without code', { clusterType: 'GATEWAY' }, /code is required/],
    [
      'of type GATEWAY with a database',
      { clusterType: 'GATEWAY', code: CODE, databases: [{ databaseName: 'trades' }] },
      /databases/,
    ],
    ['of type GP with autoscaling', { autoScalingConfiguration: SCALING }, /autoScalingConfiguration/],
    [
      'that scales to six nodes',
      { clusterType: 'HDB', autoScalingConfiguration: { ...SCALING, maxNodeCount: 6 } },
      /maxNodeCount <= 5/,
    ],
    [
      'that scales from three to three',
      { clusterType: 'HDB', autoScalingConfiguration: { ...SCALING, minNodeCount: 3 } },
      /minNodeCount < maxNodeCount/,
    ],
    ['without a zone', { availabilityZoneId: undefined }, /availabilityZoneId is required/],
    ['in a zone that the environment does not have', { availabilityZoneId: 'use1-az2' }, /^Availability zone\(s\)/],
    [
      'with two subnets',
      { vpcConfiguration: { ...VPC, subnetIds: ['subnet-11111111', 'subnet-22222222'] } },
      /subnetIds/,
    ],
    ['without a network', { vpcConfiguration: {} }, /vpcConfiguration/],
    ['of another release', { releaseLabel: '2.0' }, /releaseLabel/],
    ['with a script but no code', { initializationScript: 'start.q' }, /requires code/],
    [
      'with a cache of a wrong size',
      { cacheStorageConfigurations: [{ type: 'CACHE_1000', size: 1000 }] },
      /1200 GB or multiples of 2400/,
    ],
    [
      'with an unknown cache',
      { cacheStorageConfigurations: [{ type: 'CACHE_9', size: 1200 }] },
      /CACHE_9|length greater/,
    ],
    [
      'with a limit below its reservation',
      { scalingGroupConfiguration: { ...SHARED.scalingGroupConfiguration, memoryReservation: 100, memoryLimit: 50 } },
      /memoryLimit/,
    ],
    ['on a group with a cache', { ...SHARED, ...CACHE }, /cacheStorageConfigurations/],
    [
      'on a group with a sized savedown',
      { clusterType: 'RDB', ...SHARED, ...SAVEDOWN },
      /volumeName on a scaling group/,
    ],
    [
      'on its own nodes with a dataview',
      { databases: [{ databaseName: 'trades', dataviewName: 'view-one' }] },
      /dataviewName/,
    ],
    [
      'with a database cached where there is no cache',
      { databases: [{ databaseName: 'trades', cacheConfigurations: [{ cacheType: 'CACHE_1000', dbPaths: ['/'] }] }] },
      /cacheType/,
    ],
  ];
  test.each(refused)('%s', async (_, rest, message) => {
    const refusal = await world.refusal('CreateKxCluster', builder.clusterInput('new-one', rest));
    expect(refusal).toEqual({ status: 400, type: 'ValidationException', message: expect.stringMatching(message) });
  });

  const missing: [string, Cluster][] = [
    ['group', { scalingGroupConfiguration: { scalingGroupName: 'none', memoryReservation: 6, nodeCount: 1 } }],
    ['database', { databases: [{ databaseName: 'none' }] }],
    ['changeset', { databases: [{ databaseName: 'trades', changesetId: 'none' }] }],
    ['dataview', { ...SHARED, databases: [{ databaseName: 'trades', dataviewName: 'none' }] }],
    ['volume', { ...SHARED, tickerplantLogConfiguration: { tickerplantLogVolumes: ['none'] } }],
  ];
  test.each(missing)('if its %s does not exist', async (_, rest) => {
    const refusal = await world.refusal('CreateKxCluster', builder.clusterInput('new-one', rest));
    expect(refusal).toMatchObject({ status: 404, type: 'ResourceNotFoundException' });
  });
});

describe('a cluster that violated a documented rule and still ran is accepted', () => {
  const accepted: [string, Cluster][] = [
    ['a real-time database on a group without database and savedown', { clusterType: 'RDB', ...SHARED }],
    ['a historical database without a database', { clusterType: 'HDB' }],
    ['a tickerplant without code', { clusterType: 'TICKERPLANT', ...LOG, ...SHARED }],
  ];
  test.each(accepted)('%s', async (_, rest) => {
    const own = await openWorld();
    const { volume, group, cluster } = await openBuilder(own);
    await group('sg-one');
    await volume('vol-two');
    expect((await cluster('new-one', rest)).status).toBe('PENDING');
    await own.close();
  });

  test('a historical database with a cache on a database without changesets', async () => {
    const own = await openWorld();
    const { database, cluster } = await openBuilder(own);
    await database('trades');
    const cacheConfigurations = [{ cacheType: 'CACHE_1000', dbPaths: ['/'] }];
    const rest: Cluster = {
      clusterType: 'HDB',
      ...CACHE,
      databases: [{ databaseName: 'trades', cacheConfigurations }],
    };
    expect((await cluster('new-one', rest)).databases).toEqual([{ databaseName: 'trades', cacheConfigurations }]);
  });
});

test('a historical database across three zones is accepted', async () => {
  const own = await openWorld();
  const { cluster } = await openBuilder(own);
  expect((await cluster('new-one', { clusterType: 'HDB', ...MULTI })).status).toBe('PENDING');
});

const segment = (volumeName: string, ...dbPaths: string[]) => ({ volumeName, dbPaths });

describe('an invalid dataview is rejected', () => {
  const refused: [string, Partial<Input<'CreateKxDataview'>>, RegExp][] = [
    ['that updates itself from a fixed changeset', { autoUpdate: true, changesetId: 'abc' }, /autoUpdate/],
    ['that is writable and updates itself', { autoUpdate: true, readWrite: true }, /autoUpdate/],
    ['that is writable without a segment', { readWrite: true }, /exactly one segment/],
    [
      'that is writable on a shared volume',
      { readWrite: true, segmentConfigurations: [segment('vol-one', '/*')] },
      /volume of its own/,
    ],
    [
      'with paths that overlap',
      { segmentConfigurations: [segment('vol-one', '/2020.*'), segment('vol-two', '/2020.01.??')] },
      /overlap/,
    ],
    [
      'with two segments, one on demand',
      { segmentConfigurations: [segment('vol-one', '/a'), { ...segment('vol-two', '/b'), onDemand: true }] },
      /onDemand/,
    ],
    ['across zones', { azMode: 'MULTI' }, /azMode/],
    ['without a zone', { availabilityZoneId: undefined }, /availabilityZoneId/],
    ['in a zone that the environment does not have', { availabilityZoneId: 'use1-az2' }, /^Availability zone\(s\)/],
  ];
  test.each(refused)('%s', async (_, rest, message) => {
    const input = {
      environmentId,
      databaseName: 'trades',
      dataviewName: 'new-one',
      azMode: 'SINGLE',
      availabilityZoneId: ZONE,
      clientToken: token(),
      ...rest,
    };
    const refusal = await world.refusal('CreateKxDataview', input);
    expect(refusal).toEqual({ status: 400, type: 'ValidationException', message: expect.stringMatching(message) });
  });
});

test('a dataview whose segments have paths that do not overlap is accepted', async () => {
  const own = await openWorld();
  const { database, volume, dataview } = await openBuilder(own);
  await database('trades');
  await volume('vol-one');
  await volume('vol-two');
  const segmentConfigurations = [segment('vol-one', '/2020.*'), segment('vol-two', '/2021.*', '/2022.01.??')];
  expect((await dataview('new-one', { segmentConfigurations })).status).toBe('CREATING');
});
