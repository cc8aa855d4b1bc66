import { describe, expect, test } from 'vitest';
import { KEY, openBuilder, token, WAIT } from './environment-builder.ts';
import { HOUR, MINUTE, openWorld, SECOND } from './world.ts';

describe('an environment', () => {
  test('is requested, created within minutes, and has zones only then', async () => {
    const { call, advance } = await openWorld();
    const created = await call('CreateKxEnvironment', { name: 'kdb-test', kmsKeyId: KEY });
    expect(created).toEqual({
      name: 'kdb-test',
      status: 'CREATE_REQUESTED',
      environmentId: expect.stringMatching(/^[a-z2-7]{22}$/),
      environmentArn: `arn:aws:finspace:us-east-1:111122223333:kxEnvironment/${created.environmentId}`,
      kmsKeyId: KEY,
      creationTimestamp: '2026-03-17T09:30:00.000Z',
    });
    const named = { environmentId: created.environmentId };
    advance(15 * SECOND);
    const creating = await call('GetKxEnvironment', named);
    expect(creating.status).toBe('CREATING');
    expect(creating).not.toHaveProperty('availabilityZoneIds');
    advance(6 * MINUTE);
    expect(await call('GetKxEnvironment', named)).toMatchObject({
      status: 'CREATED',
      awsAccountId: '111122223333',
      tgwStatus: 'NONE',
      dnsStatus: 'NONE',
      availabilityZoneIds: ['use1-az1', 'use1-az6', 'use1-az4'],
      updateTimestamp: '2026-03-17T09:35:25.000Z',
      certificateAuthorityArn: expect.stringMatching(/^arn:aws:acm-pca:us-east-1:\d{12}:certificate-authority\//),
    });
  });

  test('attaches a transit gateway, then DNS servers, and never another gateway', async () => {
    const { call, refusal, advance, ...world } = await openWorld();
    const { environmentId } = await openBuilder({ call, refusal, advance, ...world });
    const transitGatewayConfiguration = { transitGatewayID: 'tgw-1', routableCIDRSpace: '100.64.0.0/26' };
    const requested = await call('UpdateKxEnvironmentNetwork', { environmentId, transitGatewayConfiguration });
    expect(requested).toMatchObject({ status: 'UPDATE_NETWORK_REQUESTED', tgwStatus: 'UPDATE_REQUESTED' });
    expect(requested).not.toHaveProperty('certificateAuthorityArn');
    advance(MINUTE);
    expect(await call('GetKxEnvironment', { environmentId })).toMatchObject({
      status: 'UPDATING_NETWORK',
      tgwStatus: 'UPDATING',
      dnsStatus: 'NONE',
    });
    advance(WAIT);
    const connected = await call('GetKxEnvironment', { environmentId });
    expect(connected).toMatchObject({ status: 'CREATED', tgwStatus: 'SUCCESSFULLY_UPDATED', dnsStatus: 'NONE' });
    expect(connected).not.toHaveProperty('customDNSConfiguration');

    const other = { ...transitGatewayConfiguration, transitGatewayID: 'tgw-2' };
    const forbidden = await refusal('UpdateKxEnvironmentNetwork', {
      environmentId,
      transitGatewayConfiguration: other,
    });
    expect(forbidden.type).toBe('ConflictException');
    for (const name of ['dns1.corp', 'dns2.corp']) {
      const customDNSConfiguration = [{ customDNSServerName: name, customDNSServerIP: '10.0.0.2' }];
      await call('UpdateKxEnvironmentNetwork', { environmentId, customDNSConfiguration });
      advance(WAIT);
      expect(await call('GetKxEnvironment', { environmentId })).toMatchObject({
        dnsStatus: 'SUCCESSFULLY_UPDATED',
        customDNSConfiguration,
      });
    }
  });

  test('remains readable as DELETED, without its contents', async () => {
    const world = await openWorld();
    const { call, refusal, advance } = world;
    const { environmentId, database, group } = await openBuilder(world);
    await database('trades');
    await group('sg-one');
    await call('DeleteKxEnvironment', { environmentId });
    expect((await call('GetKxEnvironment', { environmentId })).status).toBe('DELETE_REQUESTED');
    advance(MINUTE);
    expect((await call('GetKxEnvironment', { environmentId })).status).toBe('DELETING');
    advance(WAIT);
    expect((await call('ListKxEnvironments', {})).environments).toMatchObject([{ environmentId, status: 'DELETED' }]);
    expect(await refusal('GetKxDatabase', { environmentId, databaseName: 'trades' })).toMatchObject({ status: 404 });
    expect((await call('ListKxScalingGroups', { environmentId })).scalingGroups).toEqual([]);
    expect(await refusal('DeleteKxEnvironment', { environmentId })).toEqual({
      status: 400,
      type: 'ValidationException',
      message: 'The Environment is in DELETED state',
    });
  });
});

describe('a cluster', () => {
  test('goes through PENDING and CREATING to RUNNING, and is not found after a delete', async () => {
    const world = await openWorld();
    const { call, refusal, advance } = world;
    const { environmentId, clusterInput } = await openBuilder(world);
    const named = { environmentId, clusterName: 'gp-one' };
    const created = await call('CreateKxCluster', clusterInput('gp-one'));
    expect(created.status).toBe('PENDING');
    expect(created).not.toHaveProperty('environmentId');
    advance(30 * SECOND);
    expect((await call('GetKxCluster', named)).status).toBe('CREATING');
    expect((await call('ListKxClusterNodes', named)).nodes).toMatchObject([{ status: 'PROVISIONING' }]);
    advance(15 * MINUTE);
    expect((await call('GetKxCluster', named)).status).toBe('RUNNING');
    expect((await call('ListKxClusterNodes', named)).nodes).toMatchObject([{ status: 'RUNNING' }]);
    await call('DeleteKxCluster', named);
    expect((await call('GetKxCluster', named)).status).toBe('DELETING');
    advance(WAIT);
    expect((await refusal('GetKxCluster', named)).type).toBe('ResourceNotFoundException');
    expect((await call('ListKxClusters', { environmentId })).kxClusterSummaries).toEqual([]);
  });

  test('fails without enough memory on its host, gives the reason, and can be deleted', async () => {
    const world = await openWorld();
    const { call, advance } = world;
    const { environmentId, group, cluster } = await openBuilder(world);
    await group('sg-one', 'kx.sg.large');
    const on = (memoryReservation: number) => ({
      scalingGroupConfiguration: { scalingGroupName: 'sg-one', memoryReservation, nodeCount: 1 },
    });
    await cluster('gp-one', on(12_000));
    await cluster('gp-two', on(6_000));
    const failed = await call('GetKxCluster', { environmentId, clusterName: 'gp-two' });
    expect(failed.status).toBe('CREATE_FAILED');
    expect(failed.statusReason).toMatch(/^[\w.\s-]{1,250}$/);
    expect(failed.statusReason).toContain('memory');
    await call('DeleteKxCluster', { environmentId, clusterName: 'gp-two' });
    advance(WAIT);
    await call('DeleteKxCluster', { environmentId, clusterName: 'gp-one' });
    await cluster('gp-two', on(6_000));
    expect((await call('GetKxCluster', { environmentId, clusterName: 'gp-two' })).status).toBe('RUNNING');
  });

  test('replaces a deleted node', async () => {
    const world = await openWorld();
    const { call, refusal, advance } = world;
    const { environmentId, cluster } = await openBuilder(world);
    const clusterName = 'hdb-one';
    await cluster(clusterName, {
      clusterType: 'HDB',
      capacityConfiguration: { nodeType: 'kx.s.large', nodeCount: 2 },
    });
    const before = (await call('ListKxClusterNodes', { environmentId, clusterName })).nodes;
    const newest = (nodes: { launchTime: string }[]) =>
      nodes
        .map((it) => it.launchTime)
        .sort()
        .at(-1) ?? '';
    const { nodeId } = before[0];
    await call('DeleteKxClusterNode', { environmentId, clusterName, nodeId });
    const during = (await call('ListKxClusterNodes', { environmentId, clusterName })).nodes;
    expect(during.map((node: { status: string }) => node.status).sort()).toEqual(['PROVISIONING', 'RUNNING']);
    expect(during.map((node: { nodeId: string }) => node.nodeId)).not.toContain(nodeId);
    advance(WAIT);
    const after = (await call('ListKxClusterNodes', { environmentId, clusterName })).nodes;
    expect(Date.parse(newest(after))).toBeGreaterThan(Date.parse(newest(before)));
    expect(after.map((node: { status: string }) => node.status)).toEqual(['RUNNING', 'RUNNING']);
    expect((await refusal('DeleteKxClusterNode', { environmentId, clusterName, nodeId })).status).toBe(404);
  });

  test('starts with all its nodes at once, even if one of them was replaced before', async () => {
    const world = await openWorld();
    const { call, advance } = world;
    const { environmentId, clusterInput } = await openBuilder(world);
    const capacityConfiguration = { nodeType: 'kx.s.large', nodeCount: 2 };
    await call('CreateKxCluster', clusterInput('hdb-one', { clusterType: 'HDB', capacityConfiguration }));
    const named = { environmentId, clusterName: 'hdb-one' };
    const nodes = async () => (await call('ListKxClusterNodes', named)).nodes;
    advance(MINUTE);
    await call('DeleteKxClusterNode', { ...named, nodeId: (await nodes())[0].nodeId });
    advance(10 * MINUTE);
    expect((await call('GetKxCluster', named)).status).toBe('CREATING');
    expect(await nodes()).toMatchObject([{ status: 'PROVISIONING' }, { status: 'PROVISIONING' }]);
    advance(5 * MINUTE);
    expect((await call('GetKxCluster', named)).status).toBe('RUNNING');
    expect(await nodes()).toMatchObject([{ status: 'RUNNING' }, { status: 'RUNNING' }]);
  });

  test('is updating while new code rolls out, and accepts no other update during that time', async () => {
    const world = await openWorld();
    const { call, refusal, advance } = world;
    const { environmentId, cluster } = await openBuilder(world);
    const clusterName = 'gp-one';
    const code = { s3Bucket: 'some-code', s3Key: 'app.zip' };
    await cluster(clusterName, { code, initializationScript: 'start.q' });
    const update = { environmentId, clusterName, code: { ...code, s3Key: 'app2.zip' } };
    expect(await call('UpdateKxClusterCodeConfiguration', update)).toEqual({});
    expect((await refusal('UpdateKxClusterCodeConfiguration', update)).type).toBe('ConflictException');
    advance(WAIT);
    const updated = await call('GetKxCluster', { environmentId, clusterName });
    expect(updated).toMatchObject({ status: 'RUNNING', code: { s3Key: 'app2.zip' } });
    expect(updated).not.toHaveProperty('initializationScript');
  });
});

test('an update of the databases of a cluster replaces its list, and an empty list changes nothing', async () => {
  const { call, advance, ...world } = await openWorld();
  const { environmentId, database, changeset, cluster } = await openBuilder({ call, advance, ...world });
  for (const name of ['trades', 'quotes']) {
    await database(name);
    await changeset(name);
  }
  await cluster('gp-one', { databases: [{ databaseName: 'trades' }, { databaseName: 'quotes' }] });
  const named = { environmentId, clusterName: 'gp-one' };
  const mounted = async (...databases: { databaseName: string }[]) => {
    await call('UpdateKxClusterDatabases', { ...named, databases });
    advance(HOUR);
    return (await call('GetKxCluster', named)).databases?.map((mount: { databaseName: string }) => mount.databaseName);
  };
  expect(await mounted()).toEqual(['trades', 'quotes']);
  expect(await mounted({ databaseName: 'quotes' })).toEqual(['quotes']);
});

describe('a changeset', () => {
  test('goes through PENDING and IN_PROGRESS to COMPLETED, and its database grows', async () => {
    const world = await openWorld();
    const { call, advance } = world;
    const { environmentId, database } = await openBuilder(world);
    await database('trades');
    const named = { environmentId, databaseName: 'trades' };
    const before = await call('GetKxDatabase', named);
    expect(before).toMatchObject({ numBytes: 0, numFiles: 0, numChangesets: 0 });
    expect(before).not.toHaveProperty('lastCompletedChangesetId');
    const changeRequests = [
      { changeType: 'PUT' as const, s3Path: 's3://some-bucket/b/', dbPath: '/2026.03.16/' },
      { changeType: 'PUT' as const, s3Path: 's3://some-bucket/a/', dbPath: '/2026.03.15/' },
    ];
    const created = await call('CreateKxChangeset', { ...named, changeRequests, clientToken: token() });
    expect(created).toMatchObject({ status: 'PENDING', changeRequests });
    const { changesetId } = created;
    expect(changesetId).toMatch(/^[a-zA-Z0-9]{22}$/);
    advance(6 * SECOND);
    const running = await call('GetKxChangeset', { ...named, changesetId });
    expect(running.status).toBe('IN_PROGRESS');
    expect(running).not.toHaveProperty('activeFromTimestamp');
    advance(MINUTE);
    const done = await call('GetKxChangeset', { ...named, changesetId });
    expect(done).toMatchObject({ status: 'COMPLETED', activeFromTimestamp: '2026-03-17T10:00:35.000Z' });
    const grown = await call('GetKxDatabase', named);
    expect(grown).toMatchObject({
      numChangesets: 1,
      lastCompletedChangesetId: changesetId,
      lastModifiedTimestamp: done.activeFromTimestamp,
    });
    expect(grown.numBytes).toBeGreaterThan(0);
    expect(grown.numFiles).toBeGreaterThan(0);
  });

  test('fails with the reason when its bucket does not exist, and the database stays as it was', async () => {
    const world = await openWorld({ buckets: ['other-bucket'] });
    const { call } = world;
    const { environmentId, database, changeset } = await openBuilder(world);
    await database('trades');
    const named = { environmentId, databaseName: 'trades' };
    const before = await call('GetKxDatabase', named);
    const changesetId = await changeset('trades');
    expect(await call('GetKxChangeset', { ...named, changesetId })).toMatchObject({
      status: 'FAILED',
      errorInfo: {
        errorType: 'One or more inputs to this request were not found.',
        errorMessage: expect.stringMatching(/^The S3 location s3:.* was not found\.$/),
      },
    });
    expect(await call('GetKxDatabase', named)).toEqual(before);
  });

  test('leaves no files without bytes, whichever paths it deletes', async () => {
    const world = await openWorld();
    const { environmentId, database, changeset } = await openBuilder(world);
    await database('trades');
    const named = { environmentId, databaseName: 'trades' };
    const sizes = [];
    for (let day = 10; day < 30; day += 1) {
      await changeset('trades', `/2026.02.${day}/`);
      const changeRequests = [{ changeType: 'DELETE' as const, dbPath: `/2026.01.${day}/` }];
      await world.call('CreateKxChangeset', { ...named, changeRequests, clientToken: token() });
      world.advance(WAIT);
      const { numBytes, numFiles } = await world.call('GetKxDatabase', named);
      sizes.push([numBytes > 0, numFiles > 0]);
    }
    expect(sizes.filter(([hasBytes, hasFiles]) => hasBytes !== hasFiles)).toEqual([]);
  });
});
