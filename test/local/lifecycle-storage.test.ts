import { describe, expect, test } from 'vitest';
import { KEY, openBuilder, token, WAIT } from './environment-builder.ts';
import { MINUTE, openWorld, SECOND } from './world.ts';

describe('a dataview', () => {
  test('keeps the version that a cluster mounts until the cluster is moved to another', async () => {
    const world = await openWorld();
    const { call, advance } = world;
    const { environmentId, database, changeset, group, volume, dataview, cluster } = await openBuilder(world);
    await database('trades');
    const first = await changeset('trades');
    await group('sg-one');
    await volume('vol-one');
    const created = await dataview('view-one', {
      segmentConfigurations: [{ dbPaths: ['/*'], volumeName: 'vol-one' }],
    });
    expect(created).toMatchObject({ status: 'CREATING', changesetId: first, autoUpdate: false, readWrite: false });
    const view = { databaseName: 'trades', dataviewName: 'view-one' };
    const mountedBy = await cluster('hdb-one', {
      clusterType: 'HDB',
      databases: [view],
      scalingGroupConfiguration: { scalingGroupName: 'sg-one', memoryReservation: 6, nodeCount: 1 },
    });
    expect(mountedBy.databases).toEqual([
      {
        databaseName: 'trades',
        cacheConfigurations: [],
        dataviewConfiguration: {
          dataviewName: 'view-one',
          dataviewVersionId: expect.any(String),
          changesetId: first,
          segmentConfigurations: [{ dbPaths: ['/*'], volumeName: 'vol-one', onDemand: false }],
        },
      },
    ]);
    expect(mountedBy.volumes).toEqual([{ volumeName: 'vol-one', volumeType: 'NAS_1' }]);

    const second = await changeset('trades', '/2026.03.17/');
    const updating = await call('UpdateKxDataview', { environmentId, ...view, clientToken: token() });
    expect(updating).toMatchObject({ status: 'UPDATING', changesetId: second });
    advance(WAIT);
    const versions = (await call('GetKxDataview', { environmentId, ...view })).activeVersions;
    expect(versions).toMatchObject([
      { changesetId: second, attachedClusters: [] },
      { changesetId: first, attachedClusters: ['hdb-one'] },
    ]);
    await call('UpdateKxClusterDatabases', { environmentId, clusterName: 'hdb-one', databases: [view] });
    advance(WAIT);
    expect((await call('GetKxDataview', { environmentId, ...view })).activeVersions).toMatchObject([
      { changesetId: second, attachedClusters: ['hdb-one'] },
    ]);
  });

  test('releases a volume as soon as no cluster mounts the version on it', async () => {
    const world = await openWorld();
    const { call, refusal, advance } = world;
    const { environmentId, database, group, volume, dataview, cluster } = await openBuilder(world);
    await database('trades');
    await group('sg-one');
    await volume('vol-one');
    await volume('vol-two');
    const on = (volumeName: string) => ({ segmentConfigurations: [{ dbPaths: ['/*'], volumeName }] });
    await dataview('view-one', on('vol-one'));
    const view = { databaseName: 'trades', dataviewName: 'view-one' };
    await cluster('gp-one', {
      databases: [view],
      scalingGroupConfiguration: { scalingGroupName: 'sg-one', memoryReservation: 6, nodeCount: 1 },
    });
    await call('UpdateKxDataview', { environmentId, ...view, ...on('vol-two'), clientToken: token() });
    advance(WAIT);
    const old = { environmentId, volumeName: 'vol-one' };
    expect((await refusal('DeleteKxVolume', old)).type).toBe('ConflictException');
    await call('UpdateKxClusterDatabases', { environmentId, clusterName: 'gp-one', databases: [view] });
    await call('DeleteKxVolume', old);
    expect((await refusal('DeleteKxVolume', { ...old, volumeName: 'vol-two' })).type).toBe('ConflictException');
  });

  test('with autoUpdate follows each changeset', async () => {
    const world = await openWorld();
    const { call } = world;
    const { environmentId, database, changeset, dataview } = await openBuilder(world);
    await database('trades');
    await dataview('view-one', { autoUpdate: true });
    const named = { environmentId, databaseName: 'trades', dataviewName: 'view-one' };
    expect(await call('GetKxDataview', named)).toMatchObject({ status: 'ACTIVE', autoUpdate: true });
    const changesetId = await changeset('trades');
    expect(await call('GetKxDataview', named)).toMatchObject({
      status: 'ACTIVE',
      changesetId,
      activeVersions: [{ changesetId }],
    });
  });

  test('is deleted in minutes', async () => {
    const world = await openWorld();
    const { call, refusal, advance } = world;
    const { environmentId, database, dataview } = await openBuilder(world);
    await database('trades');
    await dataview('view-one');
    const named = { environmentId, databaseName: 'trades', dataviewName: 'view-one' };
    await call('DeleteKxDataview', { ...named, clientToken: token() });
    expect((await call('GetKxDataview', named)).status).toBe('DELETING');
    advance(5 * MINUTE);
    expect((await refusal('GetKxDataview', named)).status).toBe(404);
  });
});

test('a volume grows through UPDATING and never shrinks', async () => {
  const world = await openWorld();
  const { call, refusal, advance } = world;
  const { environmentId, volume } = await openBuilder(world);
  const created = await volume('vol-one');
  expect(created.volumeArn).toMatch(/:kxEnvironment\/[a-z2-7]{22}\/kxVolume\/vol-one$/);
  expect(created).not.toHaveProperty('lastModifiedTimestamp');
  const named = { environmentId, volumeName: 'vol-one' };
  const sized = (size: number) => ({ ...named, nas1Configuration: { type: 'SSD_1000' as const, size } });
  expect((await call('UpdateKxVolume', sized(2400))).status).toBe('UPDATING');
  advance(WAIT);
  expect(await call('GetKxVolume', named)).toMatchObject({ status: 'ACTIVE', nas1Configuration: { size: 2400 } });
  expect((await refusal('UpdateKxVolume', sized(1200))).type).toBe('ValidationException');
  await call('DeleteKxVolume', named);
  advance(MINUTE);
  expect((await refusal('GetKxVolume', named)).status).toBe(404);
});

test('a scaling group is active after minutes and gone soon after a delete', async () => {
  const world = await openWorld();
  const { call, refusal, advance } = world;
  const { environmentId, group } = await openBuilder(world);
  const created = await group('sg-one');
  expect(created).toMatchObject({ status: 'CREATING', environmentId });
  expect(created).not.toHaveProperty('scalingGroupArn');
  const named = { environmentId, scalingGroupName: 'sg-one' };
  expect(await call('GetKxScalingGroup', named)).toMatchObject({ status: 'ACTIVE', clusters: [] });
  await call('DeleteKxScalingGroup', named);
  advance(MINUTE);
  expect((await refusal('GetKxScalingGroup', named)).status).toBe(404);
});

describe('the pace', () => {
  test.each([
    ['fast', 6 * SECOND],
    ['instant', 0],
  ] as const)('%s creates an environment after %d ms', async (lifecycle, wait) => {
    const { call, advance } = await openWorld({ lifecycle });
    const { environmentId, status } = await call('CreateKxEnvironment', { name: 'kdb-test', kmsKeyId: KEY });
    expect(status).toBe('CREATE_REQUESTED');
    advance(wait);
    expect((await call('GetKxEnvironment', { environmentId })).status).toBe('CREATED');
  });
});
