// After the acceptance tests in internal/service/finspace of github.com/hashicorp/terraform-provider-aws.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Input, OperationName } from '../../src/operations/index.ts';
import type { Reply } from '../local/world.ts';
import { BUCKET, type Environment, openEnvironment, ROLE, TIME } from './account.ts';
import { GONE, openService, poll, refusal, type Service } from './service.ts';

let service: Service;
let environment: Environment;
let tokens = 0;
const clientToken = () => `terraform-${++tokens}`;
const inside = () => ({ environmentId: environment.id, clientToken: clientToken() });
const DATABASE = { databaseName: 'tf-acc-database' };
const DATAVIEW = { ...DATABASE, dataviewName: 'tf-acc-dataview' };
const VOLUME = 'tf-acc-volume';
const GROUP = 'tf-acc-group';
const EVERY = 60;

beforeAll(async () => {
  service = await openService('raised');
  environment = await openEnvironment(service);
  const { zone, id: environmentId } = environment;
  const single = { azMode: 'SINGLE', availabilityZoneId: zone } as const;
  await service.call('CreateKxDatabase', { ...inside(), ...DATABASE });
  await service.call('CreateKxScalingGroup', {
    ...{ ...inside(), scalingGroupName: GROUP, hostType: 'kx.sg.4xlarge', availabilityZoneId: zone },
  });
  const nas1Configuration = { type: 'SSD_1000', size: 1200 } as const;
  const volume = { ...inside(), volumeName: VOLUME, volumeType: 'NAS_1', azMode: 'SINGLE', nas1Configuration } as const;
  await service.call('CreateKxVolume', { ...volume, availabilityZoneIds: [zone] });
  await service.call('CreateKxDataview', { ...inside(), ...DATAVIEW, ...single, autoUpdate: true });
  const active = { until: 'ACTIVE', every: EVERY };
  await poll(service, 'GetKxVolume', { environmentId, volumeName: VOLUME }, active);
  await poll(service, 'GetKxDataview', { environmentId, ...DATAVIEW }, active);
  await poll(service, 'GetKxScalingGroup', { environmentId, scalingGroupName: GROUP }, active);
}, 240_000);
afterAll(() => service.close());

type Settings = Partial<Input<'CreateKxCluster'>> & Pick<Input<'CreateKxCluster'>, 'clusterType'>;

const nodes = (nodeCount: number) => ({ capacityConfiguration: { nodeType: 'kx.s.xlarge', nodeCount } });
const onGroup = {
  scalingGroupConfiguration: {
    scalingGroupName: GROUP,
    memoryLimit: 200,
    memoryReservation: 100,
    nodeCount: 1,
    cpu: 0.5,
  },
};
const cached = (type: string, size: number) => ({
  ...nodes(2),
  cacheStorageConfigurations: [{ type, size }],
  databases: [{ ...DATABASE, cacheConfigurations: [{ cacheType: type, dbPaths: ['/'] }] }],
});
const code = (s3Key: string) => ({ code: { s3Bucket: BUCKET, s3Key } });
const HDB = { clusterType: 'HDB' as const };

const CLUSTERS: Record<string, Settings> = {
  basic: { ...HDB, ...nodes(2) },
  description: { ...HDB, ...nodes(2), clusterDescription: 'cluster description' },
  database: { ...HDB, ...cached('CACHE_1000', 1200) },
  'cache-250': { ...HDB, ...cached('CACHE_250', 1200) },
  'cache-12': { ...HDB, ...cached('CACHE_12', 6000) },
  code: { ...HDB, ...nodes(2), ...code('test-fixtures/code.zip') },
  rdb: { clusterType: 'RDB', ...nodes(2), savedownStorageConfiguration: { type: 'SDS01', size: 500 } },
  'execution-role': { ...HDB, ...nodes(2), executionRole: ROLE },
  'auto-scaling': {
    ...HDB,
    ...nodes(3),
    autoScalingConfiguration: {
      ...{ minNodeCount: 3, maxNodeCount: 5, autoScalingMetric: 'CPU_UTILIZATION_PERCENTAGE' },
      ...{ metricTarget: 25, scaleInCooldownSeconds: 30, scaleOutCooldownSeconds: 30 },
    },
  },
  'init-script': { ...HDB, ...nodes(2), ...code('test-fixtures/code.zip'), initializationScript: 'code/helloworld.q' },
  'command-line-args': {
    ...{ ...HDB, ...nodes(2), ...code('test-fixtures/code.zip') },
    commandLineArguments: [{ key: 'arg1', value: 'value1' }],
  },
  tags: { ...HDB, ...nodes(2), tags: { key1: 'value1', key2: 'value2' } },
  'scaling-group': { ...HDB, ...onGroup },
  'rdb-volume': {
    ...{ clusterType: 'RDB', ...onGroup, databases: [DATABASE] },
    savedownStorageConfiguration: { volumeName: VOLUME },
  },
  'tp-volume': {
    clusterType: 'TICKERPLANT',
    ...onGroup,
    tickerplantLogConfiguration: { tickerplantLogVolumes: [VOLUME] },
  },
  dataview: { ...HDB, ...onGroup, databases: [DATAVIEW] },
};

/** What Terraform compares with its configuration after it has read a cluster back. */
const COMPARED = [
  ...['clusterType', 'clusterDescription', 'releaseLabel', 'azMode', 'availabilityZoneId', 'executionRole', 'code'],
  ...['initializationScript', 'capacityConfiguration', 'autoScalingConfiguration', 'cacheStorageConfigurations'],
  ...['savedownStorageConfiguration', 'scalingGroupConfiguration', 'tickerplantLogConfiguration', 'vpcConfiguration'],
  'commandLineArguments',
];
const compared = (members: Reply) => Object.fromEntries(COMPARED.map((member) => [member, members[member]]));

describe.each(Object.entries(CLUSTERS))('the cluster of the acceptance test %s', (name, settings) => {
  test('runs, is read back without a difference, and is gone after its delete', async () => {
    const cluster = { environmentId: environment.id, clusterName: `tf-acc-${name}` };
    const input = { ...environment.placed, ...cluster, ...settings, clientToken: clientToken() };
    await service.call('CreateKxCluster', input);
    const { statuses, reply } = await poll(service, 'GetKxCluster', cluster, { until: 'RUNNING', every: EVERY });
    expect(statuses).toEqual(['PENDING', 'CREATING', 'RUNNING']);
    expect(compared(reply)).toEqual(compared(input));
    const resourceArn = `${environment.arn}/kxCluster/${cluster.clusterName}`;
    expect((await service.call('ListTagsForResource', { resourceArn })).tags).toEqual(settings.tags ?? {});
    await service.call('DeleteKxCluster', { ...cluster, clientToken: clientToken() });
    expect((await poll(service, 'GetKxCluster', cluster, { until: GONE, every: EVERY })).statuses).toEqual([
      'DELETING',
      GONE,
    ]);
  }, 240_000);
});

test('a cluster over three zones runs without a zone of its own', async () => {
  const { availabilityZoneId: _, azMode: __, ...placed } = environment.placed;
  const subnetIds = ['subnet-04d9b6a17e83c5f21', 'subnet-04d9b6a17e83c5f22', 'subnet-04d9b6a17e83c5f23'];
  const vpcConfiguration = { ...placed.vpcConfiguration, subnetIds };
  const multi = {
    ...placed,
    vpcConfiguration,
    clusterName: 'tf-acc-multi',
    azMode: 'MULTI',
    ...HDB,
    ...nodes(3),
  } as const;
  await service.call('CreateKxCluster', multi);
  const named = { environmentId: environment.id, clusterName: 'tf-acc-multi' };
  const { reply } = await poll(service, 'GetKxCluster', named, { until: 'RUNNING', every: EVERY });
  expect(reply).toMatchObject({ azMode: 'MULTI', vpcConfiguration: { subnetIds } });
  expect(reply).not.toHaveProperty('availabilityZoneId');
}, 240_000);

const RESOURCES: [string, OperationName, OperationName, OperationName, () => object, object][] = [
  [
    ...(['a dataview on a volume', 'CreateKxDataview', 'GetKxDataview', 'DeleteKxDataview'] as const),
    () => ({
      ...{ azMode: 'SINGLE', availabilityZoneId: environment.zone, autoUpdate: true },
      segmentConfigurations: [{ dbPaths: ['/*'], volumeName: VOLUME }],
    }),
    { ...DATABASE, dataviewName: 'tf-acc-second' },
  ],
  [
    ...(['a volume', 'CreateKxVolume', 'GetKxVolume', 'DeleteKxVolume'] as const),
    () => ({
      ...{ volumeType: 'NAS_1', azMode: 'SINGLE', availabilityZoneIds: [environment.zone] },
      nas1Configuration: { type: 'SSD_250', size: 1200 },
    }),
    { volumeName: 'tf-acc-second' },
  ],
  [
    ...(['a scaling group', 'CreateKxScalingGroup', 'GetKxScalingGroup', 'DeleteKxScalingGroup'] as const),
    () => ({ availabilityZoneId: environment.zone, hostType: 'kx.sg.4xlarge' }),
    { scalingGroupName: 'tf-acc-second' },
  ],
];

test.each(RESOURCES)(
  '%s is ACTIVE, is read back as requested, and is gone after its delete',
  async (...row) => {
    const [, create, get, remove, settings, name] = row;
    const named = { environmentId: environment.id, ...name } as never;
    await service.call(create, { ...inside(), ...name, ...settings() } as never);
    const { statuses, reply } = await poll(service, get, named, { until: 'ACTIVE', every: EVERY });
    expect(statuses).toEqual(['CREATING', 'ACTIVE']);
    expect(reply).toMatchObject(settings());
    await service.call(remove, { ...(named as object), clientToken: clientToken() } as never);
    expect((await poll(service, get, named, { until: GONE, every: EVERY })).statuses.at(-1)).toBe(GONE);
  },
  240_000,
);

test('a database and a user are changed in place, and also the tags of the user', async () => {
  const database = { environmentId: environment.id, databaseName: 'tf-acc-described' };
  await service.call('CreateKxDatabase', { ...database, clientToken: clientToken(), description: 'description 1' });
  await service.call('UpdateKxDatabase', { ...database, clientToken: clientToken(), description: 'description 2' });
  const { description, createdTimestamp } = await service.call('GetKxDatabase', database);
  expect({ description, createdTimestamp }).toEqual({ description: 'description 2', createdTimestamp: TIME });
  const user = { environmentId: environment.id, userName: 'tf-acc-user' };
  const { userArn } = await service.call('CreateKxUser', { ...user, iamRole: ROLE, tags: { key1: 'value1' } });
  await service.call('UpdateKxUser', { ...user, iamRole: `${ROLE}-2`, clientToken: clientToken() });
  expect((await service.call('GetKxUser', user)).iamRole).toBe(`${ROLE}-2`);
  await service.call('TagResource', { resourceArn: userArn, tags: { key2: 'value2' } });
  await service.call('UntagResource', { resourceArn: userArn, tagKeys: ['key1'] });
  expect((await service.call('ListTagsForResource', { resourceArn: userArn })).tags).toEqual({ key2: 'value2' });
  for (const [remove, named] of [
    ['DeleteKxUser', user],
    ['DeleteKxDatabase', database],
  ] as const) {
    expect(await service.call(remove, { ...named, clientToken: clientToken() } as never)).toEqual({});
    expect((await refusal(service.call(remove, named as never))).code).toBe('ResourceNotFound');
  }
});
