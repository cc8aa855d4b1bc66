import { beforeAll, describe, expect, test } from 'vitest';
import {
  type EnvironmentBuilder,
  KEY,
  openBuilder,
  openFurnishedBuilder,
  ROLE,
  SHARED,
  token,
  WAIT,
} from './environment-builder.ts';
import { openWorld, type TestWorld, ZONE } from './world.ts';

let world: TestWorld;
let builder: EnvironmentBuilder;
let environmentId: string;

beforeAll(async () => {
  world = await openWorld();
  builder = await openFurnishedBuilder(world);
  ({ environmentId } = builder);
});

describe('a name that is in use', () => {
  const view = { azMode: 'SINGLE', availabilityZoneId: ZONE };
  const nas = {
    volumeType: 'NAS_1',
    azMode: 'SINGLE',
    availabilityZoneIds: [ZONE],
    nas1Configuration: { type: 'SSD_250', size: 1200 },
  };
  const duplicates: [string, Parameters<TestWorld['refusal']>[0], () => object, string][] = [
    ['an environment', 'CreateKxEnvironment', () => ({ name: 'kdb-test', kmsKeyId: KEY }), 'ConflictException'],
    [
      'a database',
      'CreateKxDatabase',
      () => ({ databaseName: 'trades', clientToken: token() }),
      'ResourceAlreadyExistsException',
    ],
    [
      'a dataview',
      'CreateKxDataview',
      () => ({ databaseName: 'trades', dataviewName: 'view-one', ...view, clientToken: token() }),
      'ResourceAlreadyExistsException',
    ],
    ['a volume', 'CreateKxVolume', () => ({ volumeName: 'vol-one', ...nas }), 'ResourceAlreadyExistsException'],
    [
      'a scaling group',
      'CreateKxScalingGroup',
      () => ({ scalingGroupName: 'sg-one', hostType: 'kx.sg.large', availabilityZoneId: ZONE, clientToken: token() }),
      'ConflictException',
    ],
  ];
  test.each(duplicates)('is rejected for %s', async (_, name, input, type) => {
    expect(await world.refusal(name, { environmentId, ...input() })).toMatchObject({ status: 409, type });
  });

  test('is rejected for a user, and for a cluster with the exact message of the service', async () => {
    const own = await openWorld();
    const { environmentId, clusterInput } = await openBuilder(own);
    const user = { environmentId, userName: 'bob', iamRole: ROLE };
    await own.call('CreateKxUser', user);
    expect((await own.refusal('CreateKxUser', user)).type).toBe('ResourceAlreadyExistsException');
    await own.call('CreateKxCluster', clusterInput('gp-one'));
    expect(await own.refusal('CreateKxCluster', clusterInput('gp-one'))).toEqual({
      status: 409,
      type: 'ConflictException',
      message: 'Cluster already exists with alias: gp-one',
      reason: 'NAME_TAKEN',
    });
  });
});

describe('a conflict reports its reason', () => {
  const conflicts: [reason: string, Parameters<TestWorld['refusal']>[0], () => object][] = [
    ['NAME_TAKEN', 'CreateKxEnvironment', () => ({ name: 'kdb-test', kmsKeyId: KEY })],
    ['RESOURCE_IN_USE', 'DeleteKxVolume', () => ({ environmentId, volumeName: 'vol-one' })],
    ['RESOURCE_IN_USE', 'DeleteKxDatabase', () => ({ environmentId, databaseName: 'trades', clientToken: token() })],
    ['CLIENT_TOKEN_REUSED', 'CreateKxDatabase', () => ({ environmentId, databaseName: 'other', clientToken: 'used' })],
    ['INVALID_STATE', 'UpdateKxVolume', () => ({ environmentId, volumeName: 'vol-new', description: 'No' })],
  ];
  test.each(conflicts)('for %s', async (reason, name, input) => {
    await world.refusal('CreateKxDatabase', { environmentId, databaseName: 'first', clientToken: 'used' });
    await world.refusal('CreateKxVolume', {
      environmentId,
      volumeName: 'vol-new',
      volumeType: 'NAS_1',
      azMode: 'SINGLE',
      availabilityZoneIds: [ZONE],
      nas1Configuration: { type: 'SSD_250', size: 1200 },
    });
    expect(await world.refusal(name, input())).toMatchObject({ status: 409, type: 'ConflictException', reason });
  });

  test('for ALREADY_SET', async () => {
    const own = await openWorld();
    const { environmentId } = await openBuilder(own);
    const attach = (transitGatewayID: string) => ({
      environmentId,
      transitGatewayConfiguration: { transitGatewayID, routableCIDRSpace: '100.64.0.0/26' },
    });
    await own.call('UpdateKxEnvironmentNetwork', attach('tgw-1'));
    own.advance(WAIT);
    expect(await own.refusal('UpdateKxEnvironmentNetwork', attach('tgw-2'))).toMatchObject({
      type: 'ConflictException',
      reason: 'ALREADY_SET',
    });
  });

  test('which other errors do not have', async () => {
    const refused = await world.refusal('CreateKxVolume', { environmentId, volumeName: 'vol-one' });
    expect(refused).toEqual({ status: 400, type: 'ValidationException', message: expect.any(String) });
  });
});

describe('an entity in use', () => {
  test('cannot be deleted until its clusters are, and a cluster in DELETING no longer counts', async () => {
    const own = await openWorld();
    const { call, refusal, advance } = own;
    const { environmentId, database, changeset, group, volume, dataview, cluster } = await openBuilder(own);
    await database('trades');
    await changeset('trades');
    await group('sg-one');
    await volume('vol-one');
    await dataview('view-one', { segmentConfigurations: [{ dbPaths: ['/*'], volumeName: 'vol-one' }] });
    await cluster('hdb-one', {
      clusterType: 'HDB',
      databases: [{ databaseName: 'trades', dataviewName: 'view-one' }],
      ...SHARED,
    });
    const databaseName = 'trades';
    const view = { environmentId, databaseName, dataviewName: 'view-one' };
    expect((await refusal('DeleteKxScalingGroup', { environmentId, scalingGroupName: 'sg-one' })).type).toBe(
      'ConflictException',
    );
    expect((await refusal('DeleteKxVolume', { environmentId, volumeName: 'vol-one' })).type).toBe('ConflictException');
    expect((await refusal('DeleteKxDataview', { ...view, clientToken: token() })).type).toBe('ConflictException');
    expect((await refusal('DeleteKxDatabase', { environmentId, databaseName, clientToken: token() })).type).toBe(
      'ConflictException',
    );
    expect(await refusal('DeleteKxEnvironment', { environmentId })).toEqual({
      status: 400,
      type: 'ValidationException',
      message: `Can't delete this KX Environment with id ${environmentId}. It still contains active clusters. Please delete all clusters before deleting the environment.`,
    });
    expect((await call('GetKxVolume', { environmentId, volumeName: 'vol-one' })).attachedClusters).toEqual([
      { clusterName: 'hdb-one', clusterType: 'HDB', clusterStatus: 'RUNNING' },
    ]);
    expect((await call('GetKxScalingGroup', { environmentId, scalingGroupName: 'sg-one' })).clusters).toEqual([
      'hdb-one',
    ]);

    await call('DeleteKxCluster', { environmentId, clusterName: 'hdb-one' });
    await call('DeleteKxDataview', { ...view, clientToken: token() });
    await call('DeleteKxScalingGroup', { environmentId, scalingGroupName: 'sg-one' });
    advance(600_000);
    await call('DeleteKxVolume', { environmentId, volumeName: 'vol-one' });
    await call('DeleteKxDatabase', { environmentId, databaseName, clientToken: token() });
    await call('DeleteKxEnvironment', { environmentId });
  });
});

test('an unknown environment is reported before other missing entities, and a malformed id before both', async () => {
  const nowhere = { environmentId: 'aaaaaaaaaaaaaaaaaaaaaa' };
  const databaseName = 'trades';
  const requests: [Parameters<TestWorld['refusal']>[0], object][] = [
    ['GetKxUser', { userName: 'bob' }],
    ['ListKxClusterNodes', { clusterName: 'gp-1' }],
    ['GetKxDataview', { databaseName, dataviewName: 'view-one' }],
    ['ListKxChangesets', { databaseName }],
    [
      'CreateKxChangeset',
      { databaseName, changeRequests: [{ changeType: 'DELETE', dbPath: '/a/' }], clientToken: token() },
    ],
  ];
  for (const [name, input] of requests) {
    expect(await world.refusal(name, { ...input, environmentId: 'no-such!' }), name).toMatchObject({
      type: 'ValidationException',
      message: expect.stringContaining("'environmentId'"),
    });
    expect(await world.refusal(name, { ...input, ...nowhere }), name).toMatchObject({
      type: 'ResourceNotFoundException',
      message: expect.stringContaining('environment'),
    });
  }
});

describe('a contradictory request is rejected before any entity is read', () => {
  const nowhere = { environmentId: 'aaaaaaaaaaaaaaaaaaaaaa', databaseName: 'none', dataviewName: 'none' };
  const cluster = { ...nowhere, clusterName: 'none', code: { s3Bucket: 'some-code', s3Key: 'app.zip' } };
  const segment = (volumeName: string) => ({ volumeName, dbPaths: ['/*'] });
  const contradictions: [Parameters<TestWorld['refusal']>[0], object, RegExp][] = [
    ['UpdateKxEnvironmentNetwork', nowhere, /Exactly one of transitGatewayConfiguration and customDNSConfiguration/],
    [
      'UpdateKxEnvironmentNetwork',
      { ...nowhere, transitGatewayConfiguration: { transitGatewayID: 'tgw-1', routableCIDRSpace: '10.0.0.0/26' } },
      /a \/26 inside 100\.64\.0\.0\/10/,
    ],
    [
      'UpdateKxClusterCodeConfiguration',
      { ...cluster, initializationScript: 'a.q', deploymentConfiguration: { deploymentStrategy: 'NO_RESTART' } },
      /NO_RESTART/,
    ],
    [
      'UpdateKxDataview',
      { ...nowhere, clientToken: token(), segmentConfigurations: [segment('vol-one'), segment('vol-two')] },
      /overlap/,
    ],
  ];
  test.each(contradictions)('%s', async (name, input, message) => {
    expect(await world.refusal(name, input)).toEqual({
      status: 400,
      type: 'ValidationException',
      message: expect.stringMatching(message),
    });
  });

  test.each([
    ['dataviewName', { dataviewName: 'view-one' }],
    ['cacheType', { cacheConfigurations: [{ cacheType: 'CACHE_1000', dbPaths: ['/'] }] }],
  ])('CreateKxCluster, for %s', async (member, mount) => {
    const input = builder.clusterInput('new-one', { databases: [{ databaseName: 'none', ...mount }] });
    expect(await world.refusal('CreateKxCluster', { ...input, ...{ environmentId: 'aaaaaa' } })).toMatchObject({
      type: 'ValidationException',
      message: expect.stringContaining(member),
    });
  });
});

test('missing entities are reported with the exact message of the service', async () => {
  expect((await world.refusal('GetKxDatabase', { environmentId, databaseName: 'none' })).message).toBe(
    'KX database none not found',
  );
  expect((await world.refusal('GetKxUser', { environmentId, userName: 'none' })).message).toBe(
    'No user found for the id [none]',
  );
});

test('the published quotas refuse another environment, cluster or host, and a volume that is too large', async () => {
  const own = await openWorld({ quotas: 'published' });
  const { environmentId, clusterInput, group, volume } = await openBuilder(own);
  expect(await own.refusal('CreateKxEnvironment', { name: 'kdb-two', kmsKeyId: KEY })).toMatchObject({
    status: 402,
    type: 'ServiceQuotaExceededException',
  });
  for (const name of ['gp-1', 'gp-2', 'gp-3', 'gp-4', 'gp-5']) await own.call('CreateKxCluster', clusterInput(name));
  expect(await own.refusal('CreateKxCluster', clusterInput('gp-6'))).toMatchObject({
    status: 400,
    type: 'LimitExceededException',
    message: expect.stringContaining('Single-AZ'),
  });
  await group('sg-one');
  const second = {
    environmentId,
    scalingGroupName: 'sg-two',
    hostType: 'kx.sg.4xlarge',
    availabilityZoneId: ZONE,
    clientToken: token(),
  };
  expect((await own.refusal('CreateKxScalingGroup', second)).type).toBe('LimitExceededException');
  await volume('vol-one');
  const big = { environmentId, volumeName: 'vol-one', nas1Configuration: { type: 'SSD_1000', size: 9600 } };
  expect((await own.refusal('UpdateKxVolume', big)).type).toBe('LimitExceededException');
});
