import { beforeAll, describe, expect, test } from 'vitest';
import type { OperationName } from '../../src/operations/index.ts';
import { type EnvironmentBuilder, KEY, openBuilder, ROLE, token, WAIT } from './environment-builder.ts';
import { openWorld, type TestWorld, ZONE } from './world.ts';

const ELSEWHERE = 'use1-az6';
const on = (scalingGroupName: string) => ({
  scalingGroupConfiguration: { scalingGroupName, memoryReservation: 6, nodeCount: 1 },
});
const log = (volumeName: string) => ({ tickerplantLogConfiguration: { tickerplantLogVolumes: [volumeName] } });
const code = { s3Bucket: 'some-code', s3Key: 'app.zip' };

let world: TestWorld;
let builder: EnvironmentBuilder;
let environmentId: string;

/** One environment with a ready entity of each kind, and one that is being created. */
beforeAll(async () => {
  world = await openWorld();
  builder = await openBuilder(world);
  ({ environmentId } = builder);
  await builder.database('trades');
  await builder.database('quotes');
  await builder.changeset('trades');
  await builder.group('sg-ready');
  await builder.group('sg-away', 'kx.sg.large', ELSEWHERE);
  await builder.volume('vol-ready');
  await builder.dataview('view-ready');
  await builder.cluster('gp-trades', { databases: [{ databaseName: 'trades' }] });
  await builder.cluster('gp-bare');
  await builder.cluster('hdb-one', { clusterType: 'HDB', databases: [{ databaseName: 'trades' }] });
  await builder.cluster('gw-one', { clusterType: 'GATEWAY', code });
  const made = { environmentId, clientToken: token() };
  await world.call('CreateKxScalingGroup', {
    ...made,
    scalingGroupName: 'sg-new',
    hostType: 'kx.sg.large',
    availabilityZoneId: ZONE,
  });
  await world.call('CreateKxVolume', volumeInput('vol-new'));
  await world.call('CreateKxDataview', viewInput('view-new'));
  await world.call('CreateKxCluster', builder.clusterInput('gp-new', { databases: [{ databaseName: 'trades' }] }));
});

const volumeInput = (volumeName: string, rest: object = {}) => ({
  environmentId,
  volumeName,
  volumeType: 'NAS_1' as const,
  azMode: 'SINGLE' as const,
  availabilityZoneIds: [ZONE],
  nas1Configuration: { type: 'SSD_1000' as const, size: 1200 },
  ...rest,
});
const viewInput = (dataviewName: string, rest: object = {}) => ({
  environmentId,
  databaseName: 'trades',
  dataviewName,
  azMode: 'SINGLE' as const,
  availabilityZoneId: ZONE,
  clientToken: token(),
  ...rest,
});
const clusterInput = (rest: object) => builder.clusterInput('new-one', rest);
const view = (dataviewName: string) => ({ databases: [{ databaseName: 'trades', dataviewName }] });
const update = (clusterName: string, databases: object[]) => ({ environmentId, clusterName, databases });

type Case = [what: string, operation: OperationName, input: () => object, message: RegExp];
const refusing = (type: string, cases: Case[]) =>
  test.each(cases)('%s', async (_, operation, input, message) => {
    const refusal = await world.refusal(operation, input());
    expect(refusal).toMatchObject({ type, message: expect.stringMatching(message) });
  });

describe('an entity that is not ready cannot be used', () => {
  refusing('ConflictException', [
    ['a cluster on a group', 'CreateKxCluster', () => clusterInput(on('sg-new')), /sg-new is CREATING/],
    [
      'a cluster on a dataview',
      'CreateKxCluster',
      () => clusterInput({ ...on('sg-ready'), ...view('view-new') }),
      /view-new is CREATING/,
    ],
    [
      'a cluster on a volume',
      'CreateKxCluster',
      () => clusterInput({ ...on('sg-ready'), ...log('vol-new') }),
      /vol-new is CREATING/,
    ],
    [
      'a dataview on a volume',
      'CreateKxDataview',
      () => viewInput('view-two', { segmentConfigurations: [{ dbPaths: ['/*'], volumeName: 'vol-new' }] }),
      /vol-new is CREATING/,
    ],
    [
      'the code of a cluster',
      'UpdateKxClusterCodeConfiguration',
      () => ({ environmentId, clusterName: 'gp-new', code }),
      /gp-new is PENDING; it has to be RUNNING/,
    ],
    [
      'the databases of a cluster',
      'UpdateKxClusterDatabases',
      () => update('gp-new', [{ databaseName: 'trades' }]),
      /gp-new is PENDING; it has to be RUNNING/,
    ],
  ]);

  test('if it is an environment that is being created; a deleted one is invalid', async () => {
    const own = await openWorld();
    const { environmentId: id } = await own.call('CreateKxEnvironment', { name: 'kdb-new', kmsKeyId: KEY });
    const user = { environmentId: id, userName: 'bob', iamRole: ROLE };
    expect((await own.refusal('CreateKxUser', user)).type).toBe('ConflictException');
    expect((await own.refusal('DeleteKxEnvironment', { environmentId: id })).type).toBe('ConflictException');
    own.advance(WAIT);
    await own.call('DeleteKxEnvironment', { environmentId: id });
    own.advance(WAIT);
    expect((await own.refusal('CreateKxUser', user)).type).toBe('ValidationException');
  });
});

describe('an entity in another zone cannot be used', () => {
  const away = { availabilityZoneId: ELSEWHERE };
  const viewAway = { ...on('sg-away'), ...away, ...view('view-ready') };
  refusing('ValidationException', [
    ['a group', 'CreateKxCluster', () => clusterInput({ ...on('sg-ready'), ...away }), /sg-ready is in use1-az1/],
    ['a dataview', 'CreateKxCluster', () => clusterInput(viewAway), /view-ready is in use1-az1/],
    [
      'a volume, by a dataview',
      'CreateKxDataview',
      () => viewInput('view-two', { ...away, segmentConfigurations: [{ dbPaths: ['/*'], volumeName: 'vol-ready' }] }),
      /vol-ready is in use1-az1/,
    ],
  ]);
});

describe('the databases of a cluster', () => {
  refusing('ValidationException', [
    [
      'are chosen when it is created',
      'UpdateKxClusterDatabases',
      () => update('gp-trades', [{ databaseName: 'quotes' }]),
      /quotes is not mounted/,
    ],
    [
      'cannot be added to one that has none',
      'UpdateKxClusterDatabases',
      () => update('gp-bare', [{ databaseName: 'trades' }]),
      /trades is not mounted/,
    ],
    [
      'are those of HDB and GP clusters',
      'UpdateKxClusterDatabases',
      () => update('gw-one', [{ databaseName: 'trades' }]),
      /type GATEWAY cannot be updated/,
    ],
    [
      'mount no dataview on nodes of their own',
      'UpdateKxClusterDatabases',
      () => update('gp-trades', [{ databaseName: 'trades', dataviewName: 'view-ready' }]),
      /dataviewName can only be given for a cluster on a scaling group/,
    ],
  ]);

  test('move to the latest changeset by default, in little more than a minute on a GP cluster with NO_RESTART', async () => {
    const own = await openWorld();
    const { environmentId: id, database, changeset, cluster } = await openBuilder(own);
    await database('trades');
    await changeset('trades');
    await cluster('gp-one', { databases: [{ databaseName: 'trades' }] });
    const changesetId = await changeset('trades', '/later/');
    const named = { environmentId: id, clusterName: 'gp-one' };
    await own.call('UpdateKxClusterDatabases', {
      ...named,
      databases: [{ databaseName: 'trades' }],
      deploymentConfiguration: { deploymentStrategy: 'NO_RESTART' },
    });
    expect((await own.call('GetKxCluster', named)).status).toBe('UPDATING');
    own.advance(75_000);
    expect(await own.call('GetKxCluster', named)).toMatchObject({ status: 'RUNNING', databases: [{ changesetId }] });
  });
});

describe('code cannot be changed without a restart', () => {
  const inPlace = { code, deploymentConfiguration: { deploymentStrategy: 'NO_RESTART' } };
  const named = (clusterName: string, rest: object = {}) => ({ environmentId, clusterName, ...inPlace, ...rest });
  const commandLineArguments = [{ key: 'size', value: '5' }];
  refusing('ValidationException', [
    ['but for GP clusters', 'UpdateKxClusterCodeConfiguration', () => named('hdb-one'), /type HDB/],
    [
      'together with its script',
      'UpdateKxClusterCodeConfiguration',
      () => named('gp-bare', { initializationScript: 'a.q' }),
      /NO_RESTART/,
    ],
    [
      'together with its arguments',
      'UpdateKxClusterCodeConfiguration',
      () => named('gp-bare', { commandLineArguments }),
      /NO_RESTART/,
    ],
  ]);
});

describe('an invalid volume is rejected', () => {
  const sized = (type: string, size: number) => () => volumeInput('vol-two', { nas1Configuration: { type, size } });
  refusing('ValidationException', [
    ['of a size between the steps', 'CreateKxVolume', sized('SSD_1000', 3000), /multiples of 2400/],
    ['of HDD_12 that is not a multiple of 6000', 'CreateKxVolume', sized('HDD_12', 2400), /multiples of 6000/],
    [
      'without a size',
      'CreateKxVolume',
      () => volumeInput('vol-two', { nas1Configuration: undefined }),
      /nas1Configuration .*required/,
    ],
    ['across zones', 'CreateKxVolume', () => volumeInput('vol-two', { azMode: 'MULTI' }), /azMode/],
    [
      'in two zones',
      'CreateKxVolume',
      () => volumeInput('vol-two', { availabilityZoneIds: [ZONE, ELSEWHERE] }),
      /: Member must have exactly one zone/,
    ],
    [
      'of a type other than its own',
      'UpdateKxVolume',
      () => ({ environmentId, volumeName: 'vol-ready', nas1Configuration: { type: 'SSD_250', size: 2400 } }),
      /type of volume vol-ready cannot be changed/,
    ],
  ]);
});

describe('an invalid changeset is rejected', () => {
  const changes =
    (...changeRequests: object[]) =>
    () => ({ environmentId, databaseName: 'trades', changeRequests, clientToken: token() });
  const put = { changeType: 'PUT', s3Path: 's3://some-bucket/data/', dbPath: '/2026.03.16/' };
  refusing('ValidationException', [
    ['that puts nothing', 'CreateKxChangeset', changes({ ...put, s3Path: undefined }), /0\.s3Path/],
    ['that puts into no directory', 'CreateKxChangeset', changes(put, { ...put, dbPath: '/2026' }), /1\.dbPath/],
    ['that puts below a third level', 'CreateKxChangeset', changes({ ...put, dbPath: '/a/b/c/' }), /0\.dbPath/],
    ['with more than 32 requests', 'CreateKxChangeset', changes(...Array(33).fill(put)), /'changeRequests'.* 32/],
  ]);
});

describe('a transit gateway', () => {
  const gateway = (rest: object) => () => ({
    environmentId,
    transitGatewayConfiguration: { transitGatewayID: 'tgw-1', routableCIDRSpace: '100.64.0.0/26', ...rest },
  });
  const rule = { ruleNumber: 1, protocol: '6', ruleAction: 'allow', cidrBlock: '100.68.0.18/18' };
  refusing('ValidationException', [
    [
      'needs a /26 inside 100.64.0.0/10',
      'UpdateKxEnvironmentNetwork',
      gateway({ routableCIDRSpace: '100.128.0.0/26' }),
      /: Member must be a \/26 inside 100\.64\.0\.0\/10/,
    ],
    [
      'has each rule number once',
      'UpdateKxEnvironmentNetwork',
      gateway({ attachmentNetworkAclConfiguration: [rule, rule] }),
      /ruleNumber/,
    ],
  ]);

  test('gets canonical CIDR blocks, and its rules can be changed', async () => {
    const own = await openWorld();
    const { environmentId: id } = await openBuilder(own);
    for (const cidrBlock of ['100.68.0.18/18', '10.1.2.3/8']) {
      const input = {
        ...gateway({ attachmentNetworkAclConfiguration: [{ ...rule, cidrBlock }] })(),
        environmentId: id,
      };
      await own.call('UpdateKxEnvironmentNetwork', input as never);
      own.advance(WAIT);
    }
    const { transitGatewayConfiguration } = await own.call('GetKxEnvironment', { environmentId: id });
    expect(transitGatewayConfiguration.attachmentNetworkAclConfiguration).toEqual([
      { ...rule, cidrBlock: '10.0.0.0/8' },
    ]);
  });
});

test('a readWrite dataview is never updated', async () => {
  const own = await openWorld();
  const { environmentId: id, database, volume, dataview } = await openBuilder(own);
  await database('trades');
  await volume('vol-one');
  const segmentConfigurations = [{ dbPaths: ['/*'], volumeName: 'vol-one' }];
  await dataview('view-rw', { readWrite: true, segmentConfigurations });
  const named = { environmentId: id, databaseName: 'trades', dataviewName: 'view-rw' };
  expect(await own.call('GetKxDataview', named)).toMatchObject({ status: 'ACTIVE', readWrite: true });
  expect(await own.refusal('UpdateKxDataview', { ...named, clientToken: token() })).toMatchObject({
    type: 'ValidationException',
    message: expect.stringContaining('readWrite'),
  });
});
