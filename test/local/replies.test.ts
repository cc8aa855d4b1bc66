import { beforeAll, describe, expect, test } from 'vitest';
import { type EnvironmentBuilder, KEY, openBuilder, ROLE, token, VPC, WAIT } from './environment-builder.ts';
import { MINUTE, openWorld, type Reply, type TestWorld, ZONE } from './world.ts';

const SHARED = { scalingGroupConfiguration: { scalingGroupName: 'sg-one', memoryReservation: 6, nodeCount: 1 } };
const SEGMENT = { volumeName: 'vol-one', dbPaths: ['/*'] };

/** The options of q with one letter. */
const OPTIONS = 'bcCeEglLmopPqrsStTuUwWz';

let world: TestWorld;
let builder: EnvironmentBuilder;
let environmentId: string;
let newest: string;
beforeAll(async () => {
  world = await openWorld();
  builder = await openBuilder(world);
  ({ environmentId } = builder);
  await builder.database('trades');
  await builder.changeset('trades', '/a/');
  newest = await builder.changeset('trades', '/b/');
  await builder.group('sg-one');
  await builder.volume('vol-one');
  await builder.dataview('view-one', { segmentConfigurations: [SEGMENT] });
});

describe('a cluster', () => {
  test('on its own nodes is returned as requested, with the changeset that it mounts', async () => {
    const created = await builder.cluster('hdb-one', { clusterType: 'HDB', databases: [{ databaseName: 'trades' }] });
    const reply = {
      clusterName: 'hdb-one',
      clusterType: 'HDB',
      releaseLabel: '1.0',
      azMode: 'SINGLE',
      availabilityZoneId: ZONE,
      vpcConfiguration: VPC,
      capacityConfiguration: { nodeType: 'kx.s.large', nodeCount: 1 },
      createdTimestamp: expect.any(String),
      lastModifiedTimestamp: expect.any(String),
    };
    const databases = [{ databaseName: 'trades', changesetId: newest }];
    expect(created).toEqual({ ...reply, status: 'PENDING', databases: [{ ...databases[0], cacheConfigurations: [] }] });
    const clusterName = 'hdb-one';
    expect(await world.call('GetKxCluster', { environmentId, clusterName })).toEqual({
      ...reply,
      status: 'RUNNING',
      databases,
      volumes: [],
    });
  });

  test('accepts the one-letter options of q among its arguments, and no other letter', async () => {
    const withKeys = (clusterName: string, keys: string[]) =>
      builder.clusterInput(clusterName, { commandLineArguments: keys.map((key) => ({ key, value: '1' })) });
    const { commandLineArguments } = await world.call('CreateKxCluster', withKeys('gp-options', [...OPTIONS]));
    expect(commandLineArguments.map(({ key }: Reply) => key).join('')).toBe(OPTIONS);
    for (const key of ['a', 'B', 'G', 'x', 'Z', '1'])
      expect(await world.refusal('CreateKxCluster', withKeys('gp-other', [key]))).toMatchObject({ status: 400 });
  });

  test('on a scaling group is returned without capacity, with the dataview version that it mounts', async () => {
    const databases = [{ databaseName: 'trades', dataviewName: 'view-one' }];
    await builder.cluster('hdb-two', { clusterType: 'HDB', ...SHARED, databases });
    const reply = await world.call('GetKxCluster', { environmentId, clusterName: 'hdb-two' });
    expect(reply).not.toHaveProperty('capacityConfiguration');
    expect(reply.databases).toEqual([
      {
        databaseName: 'trades',
        dataviewConfiguration: {
          dataviewName: 'view-one',
          dataviewVersionId: expect.stringMatching(/^[a-zA-Z0-9]{22}$/),
          changesetId: newest,
          segmentConfigurations: [{ ...SEGMENT, onDemand: false }],
        },
      },
    ]);
    expect(reply.volumes).toEqual([{ volumeName: 'vol-one', volumeType: 'NAS_1' }]);
  });

  test('a request can repeat the mounts of a reply, and mounts the newest version of the dataview', async () => {
    const asked = { databaseName: 'trades', dataviewName: 'view-one' };
    await builder.cluster('hdb-first', { clusterType: 'HDB', ...SHARED, databases: [asked] });
    const { databases } = await world.call('GetKxCluster', { environmentId, clusterName: 'hdb-first' });
    const view = { environmentId, ...asked };
    await world.call('UpdateKxDataview', { ...view, clientToken: token() });
    world.advance(WAIT);
    const [{ versionId }] = (await world.call('GetKxDataview', view)).activeVersions;
    await builder.cluster('hdb-copy', { clusterType: 'HDB', ...SHARED, databases });
    const copy = await world.call('GetKxCluster', { environmentId, clusterName: 'hdb-copy' });
    const [reply] = databases;
    const { dataviewConfiguration } = reply;
    expect(versionId).not.toBe(dataviewConfiguration.dataviewVersionId);
    expect(copy.databases).toEqual([
      { ...reply, dataviewConfiguration: { ...dataviewConfiguration, dataviewVersionId: versionId } },
    ]);
    const contradiction = builder.cluster('hdb-odd', {
      clusterType: 'HDB',
      ...SHARED,
      databases: [{ ...reply, dataviewName: 'view-two' }],
    });
    await expect(contradiction).rejects.toThrow('name different dataviews');
  });

  test('in a list is a summary, without its databases, capacity, network, code and arguments', async () => {
    await builder.cluster('gp-one', {
      databases: [{ databaseName: 'trades' }],
      code: { s3Bucket: 'some-code', s3Key: 'a.zip' },
      initializationScript: 'a.q',
      commandLineArguments: [{ key: 's', value: '4' }],
    });
    const { kxClusterSummaries } = await world.call('ListKxClusters', { environmentId, clusterType: 'GP' });
    expect(Object.keys(kxClusterSummaries[0]).sort()).toEqual([
      'availabilityZoneId',
      'azMode',
      'clusterName',
      'clusterType',
      'createdTimestamp',
      'initializationScript',
      'lastModifiedTimestamp',
      'releaseLabel',
      'status',
    ]);
  });
});

test('a database exists at once, and is empty', async () => {
  const named = { environmentId, databaseName: 'fresh' };
  const created = await world.call('CreateKxDatabase', { ...named, clientToken: token() });
  const { createdTimestamp } = created;
  expect(created).toMatchObject({ lastModifiedTimestamp: createdTimestamp });
  expect(created.databaseArn).toMatch(
    /^arn:aws:finspace:us-east-1:111122223333:kxEnvironment\/\w+\/kxDatabase\/fresh$/,
  );
  const reply = await world.call('GetKxDatabase', named);
  expect(reply).toEqual({ ...created, numBytes: 0, numChangesets: 0, numFiles: 0 });
});

test('a user is created and deleted at once, its name can be reused, and only lists contain its times', async () => {
  const named = { environmentId, userName: 'mei' };
  const create = () => world.call('CreateKxUser', { ...named, iamRole: ROLE });
  const created = await create();
  expect(created).toEqual({
    ...named,
    iamRole: ROLE,
    userArn: `arn:aws:finspace:us-east-1:111122223333:kxEnvironment/${environmentId}/kxUser/mei`,
  });
  expect(await world.call('GetKxUser', named)).toEqual(created);
  world.advance(MINUTE);
  const updated = await world.call('UpdateKxUser', { ...named, iamRole: `${ROLE}-2` });
  expect(updated).toEqual({ ...created, iamRole: `${ROLE}-2` });
  const [listed] = (await world.call('ListKxUsers', { environmentId })).users;
  expect(Date.parse(listed.updateTimestamp) - Date.parse(listed.createTimestamp)).toBe(MINUTE);
  await world.call('DeleteKxUser', named);
  expect((await world.refusal('GetKxUser', named)).status).toBe(404);
  expect(await create()).toEqual(created);
});

test('a dataview has autoUpdate, readWrite and onDemand of each segment, even if the request omitted them', async () => {
  const named = { environmentId, databaseName: 'trades', dataviewName: 'view-one' };
  const [listed] = (await world.call('ListKxDataviews', { environmentId, databaseName: 'trades' })).kxDataviews;
  for (const reply of [await world.call('GetKxDataview', named), listed]) {
    expect(reply).toMatchObject({
      autoUpdate: false,
      readWrite: false,
      changesetId: newest,
      segmentConfigurations: [{ ...SEGMENT, onDemand: false }],
    });
  }
});

test('lists omit the ARNs of volumes and scaling groups, and the clusters that use a volume', async () => {
  await builder.cluster('hdb-on', {
    clusterType: 'HDB',
    ...SHARED,
    databases: [{ databaseName: 'trades', dataviewName: 'view-one' }],
  });
  const volume = await world.call('GetKxVolume', { environmentId, volumeName: 'vol-one' });
  expect(volume.volumeArn).toMatch(/\/kxVolume\/vol-one$/);
  const attached = { clusterName: 'hdb-on', clusterType: 'HDB', clusterStatus: 'RUNNING' };
  expect(volume.attachedClusters).toContainEqual(attached);
  const group = await world.call('GetKxScalingGroup', { environmentId, scalingGroupName: 'sg-one' });
  expect(group.scalingGroupArn).toMatch(/\/kxScalingGroup\/sg-one$/);
  expect(group.clusters).toContain('hdb-on');
  const [summary] = (await world.call('ListKxVolumes', { environmentId })).kxVolumeSummaries;
  for (const member of ['volumeArn', 'nas1Configuration', 'attachedClusters'])
    expect(summary).not.toHaveProperty(member);
  const [listed] = (await world.call('ListKxScalingGroups', { environmentId })).scalingGroups;
  expect(listed).not.toHaveProperty('scalingGroupArn');
  expect(listed?.clusters).toContain('hdb-on');
});

test('any number of environments is listed in the order of creation', async () => {
  const own = await openWorld();
  const names = ['kdb-z', 'kdb-a', 'kdb-m'];
  for (const name of names) {
    await own.call('CreateKxEnvironment', { name, kmsKeyId: KEY });
    own.advance(WAIT);
  }
  const { environments } = await own.call('ListKxEnvironments', { maxResults: 1_000_000 });
  expect(environments.map((it: Reply) => it.name)).toEqual(names);
});
