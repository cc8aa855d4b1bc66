import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { worldOf } from '../../src/local/context.ts';
import { faultPlan } from '../../src/local/faults/rules.ts';
import { type FaultSource, faultSource } from '../../src/local/faults/source.ts';
import { exportWorld, importWorld } from '../../src/local/worlds/administration.ts';
import { seed } from '../../src/local/worlds/seed.ts';
import type { OperationName } from '../../src/operations/index.ts';
import { newStore } from './engine.ts';
import { type EnvironmentBuilder, openBuilder, SHARED, token, WAIT } from './environment-builder.ts';
import { HOUR, MINUTE, openWorld, type Reply, SECOND, SEED_OPTIONS, type TestWorld } from './world.ts';

const REASON = 'No capacity. Try again_later-on';

/** A world in which whatever a request for one operation starts will fail until it is healed. */
async function failingEstate(
  operation: OperationName,
): Promise<{ world: TestWorld; builder: EnvironmentBuilder; heal: () => void }> {
  const rules = [{ operation, failure: { reason: REASON } }];
  let source: FaultSource | undefined = faultSource(faultPlan({ rules }, 'faults.json'));
  const world = await openWorld({ faults: (name) => source?.(name) });
  const builder = await openBuilder(world);
  return { world, builder, heal: () => (source = undefined) };
}

describe('an injected failure', () => {
  test('fails the creation of an environment', async () => {
    const { world, builder } = await failingEstate('CreateKxEnvironment');
    const { environmentId } = builder;
    expect(await world.call('GetKxEnvironment', { environmentId })).toMatchObject({
      status: 'FAILED_CREATION',
      errorMessage: 'No capacity. Try again later on',
    });
    await world.call('DeleteKxEnvironment', { environmentId });
  });

  test('fails the deletion of an environment, and a second delete retries it', async () => {
    const { world, builder, heal } = await failingEstate('DeleteKxEnvironment');
    const { environmentId } = builder;
    const get = () => world.call('GetKxEnvironment', { environmentId });
    await world.call('DeleteKxEnvironment', { environmentId });
    world.advance(WAIT);
    expect(await get()).toMatchObject({ status: 'FAILED_DELETION', errorMessage: expect.any(String) });
    heal();
    await world.call('DeleteKxEnvironment', { environmentId });
    expect((await get()).status).toBe('RETRY_DELETION');
    world.advance(WAIT);
    const { status, errorMessage } = await get();
    expect([status, errorMessage]).toEqual(['DELETED', undefined]);
  });

  test.each([
    [
      'a gateway',
      'tgwStatus',
      { transitGatewayConfiguration: { transitGatewayID: 'tgw-1', routableCIDRSpace: '100.64.0.0/26' } },
    ],
    [
      'DNS servers',
      'dnsStatus',
      { customDNSConfiguration: [{ customDNSServerName: 'dns', customDNSServerIP: '10.0.0.2' }] },
    ],
  ])('fails to attach %s, which can be retried, while other requests succeed', async (_, member, network) => {
    const { world, builder, heal } = await failingEstate('UpdateKxEnvironmentNetwork');
    const { environmentId } = builder;
    const get = () => world.call('GetKxEnvironment', { environmentId });
    await world.call('UpdateKxEnvironmentNetwork', { environmentId, ...network });
    world.advance(WAIT);
    expect(await get()).toMatchObject({ status: 'FAILED_UPDATING_NETWORK', [member]: 'FAILED_UPDATE' });
    await builder.database('trades');
    heal();
    const gateway = { transitGatewayID: 'tgw-2', routableCIDRSpace: '100.64.0.0/26' };
    const again = member === 'tgwStatus' ? { transitGatewayConfiguration: gateway } : network;
    await world.call('UpdateKxEnvironmentNetwork', { environmentId, ...again });
    world.advance(WAIT);
    expect(await get()).toMatchObject({ status: 'CREATED', [member]: 'SUCCESSFULLY_UPDATED' });
    expect(await get()).not.toHaveProperty('errorMessage');
  });

  test('fails a cluster with its reason', async () => {
    const { world, builder, heal } = await failingEstate('CreateKxCluster');
    await builder.cluster('gp-one');
    const named = { environmentId: builder.environmentId, clusterName: 'gp-one' };
    expect(await world.call('GetKxCluster', named)).toMatchObject({ status: 'CREATE_FAILED', statusReason: REASON });
    heal();
    await world.call('DeleteKxCluster', named);
  });

  test('fails a cluster without leaving its nodes and memory on the host', async () => {
    const { world, builder, heal } = await failingEstate('CreateKxCluster');
    await builder.group('hosts', 'kx.sg.4xlarge');
    const most = { scalingGroupConfiguration: { scalingGroupName: 'hosts', memoryReservation: 65_000, nodeCount: 1 } };
    await builder.cluster('gp-one', most);
    heal();
    await builder.cluster('gp-two', most);
    const nodes = async (clusterName: string) =>
      (await world.call('ListKxClusterNodes', { environmentId: builder.environmentId, clusterName })).nodes;
    expect(await nodes('gp-one')).toEqual([]);
    expect(await nodes('gp-two')).toMatchObject([{ status: 'RUNNING' }]);
    const file = join(mkdtempSync(join(tmpdir(), 'finspace-failures-')), 'world.json');
    const { account, region } = SEED_OPTIONS;
    writeFileSync(file, JSON.stringify(await exportWorld(world.store, worldOf(account, region))));
    expect(await importWorld(await newStore(), file, SEED_OPTIONS)).toBe(true);
    rmSync(dirname(file), { recursive: true });
  });

  test('fails the deletion of a cluster, which can be retried', async () => {
    const { world, builder, heal } = await failingEstate('DeleteKxCluster');
    await builder.cluster('gp-one');
    const named = { environmentId: builder.environmentId, clusterName: 'gp-one' };
    await world.call('DeleteKxCluster', named);
    world.advance(WAIT);
    expect(await world.call('GetKxCluster', named)).toMatchObject({ status: 'DELETE_FAILED', statusReason: REASON });
    heal();
    await world.call('DeleteKxCluster', named);
    world.advance(WAIT);
    expect((await world.refusal('GetKxCluster', named)).status).toBe(404);
  });

  test('fails no deletion that begins before the creation fails', async () => {
    const { world, builder, heal } = await failingEstate('CreateKxCluster');
    await world.call('CreateKxCluster', builder.clusterInput('gp-one'));
    heal();
    const named = { environmentId: builder.environmentId, clusterName: 'gp-one' };
    await world.call('DeleteKxCluster', named);
    world.advance(WAIT);
    expect((await world.refusal('GetKxCluster', named)).status).toBe(404);
  });

  test('of an update of a volume keeps its reason until the volume enters another status', async () => {
    const { world, builder, heal } = await failingEstate('UpdateKxVolume');
    await builder.volume('vol-one');
    const named = { environmentId: builder.environmentId, volumeName: 'vol-one' };
    const bigger = { ...named, nas1Configuration: { type: 'SSD_1000' as const, size: 2400 } };
    const get = () => world.call('GetKxVolume', named);
    await world.call('UpdateKxVolume', bigger);
    world.advance(WAIT);
    heal();
    await world.call('UpdateKxVolume', { ...named, description: 'Cache' });
    expect(await get()).toMatchObject({ status: 'UPDATE_FAILED', statusReason: REASON, description: 'Cache' });
    await world.call('UpdateKxVolume', bigger);
    expect(await get()).toMatchObject({ status: 'UPDATING' });
    expect(await get()).not.toHaveProperty('statusReason');
  });

  test('leaves a node in PROVISIONING', async () => {
    const { world, builder } = await failingEstate('DeleteKxClusterNode');
    await builder.cluster('gp-one');
    const named = { environmentId: builder.environmentId, clusterName: 'gp-one' };
    const nodes = async () => (await world.call('ListKxClusterNodes', named)).nodes;
    await world.call('DeleteKxClusterNode', { ...named, nodeId: (await nodes())[0].nodeId });
    world.advance(24 * HOUR);
    expect(await nodes()).toMatchObject([{ status: 'PROVISIONING' }]);
  });

  test('fails a changeset, and its database stays unchanged', async () => {
    const { world, builder } = await failingEstate('CreateKxChangeset');
    await builder.database('trades');
    const changesetId = await builder.changeset('trades');
    const named = { environmentId: builder.environmentId, databaseName: 'trades' };
    expect(await world.call('GetKxChangeset', { ...named, changesetId })).toMatchObject({
      status: 'FAILED',
      errorInfo: { errorType: 'An internal error has occurred.', errorMessage: REASON },
    });
    expect(await world.call('GetKxDatabase', named)).toMatchObject({ numChangesets: 0 });
  });

  test('fails a new version of a dataview, while clusters keep the old version', async () => {
    const { world, builder } = await failingEstate('UpdateKxDataview');
    await builder.database('trades');
    await builder.group('sg-one');
    await builder.dataview('view-one');
    const named = { databaseName: 'trades', dataviewName: 'view-one' };
    await builder.cluster('hdb-one', { clusterType: 'HDB', databases: [named], ...SHARED });
    const view = { environmentId: builder.environmentId, ...named };
    const [before] = (await world.call('GetKxDataview', view)).activeVersions;
    expect(before).toMatchObject({ attachedClusters: ['hdb-one'] });
    await world.call('UpdateKxDataview', { ...view, clientToken: token() });
    world.advance(WAIT);
    const failed = { status: 'FAILED', statusReason: REASON, activeVersions: [before] };
    expect(await world.call('GetKxDataview', view)).toMatchObject(failed);
  });

  test.each([
    ['CreateKxVolume', 'CREATE_FAILED'],
    ['UpdateKxVolume', 'UPDATE_FAILED'],
    ['DeleteKxVolume', 'DELETE_FAILED'],
  ] as const)('%s ends in %s, the size stays the same, and a delete succeeds later', async (operation, status) => {
    const { world, builder, heal } = await failingEstate(operation);
    await builder.volume('vol-one');
    const named = { environmentId: builder.environmentId, volumeName: 'vol-one' };
    const bigger = { ...named, nas1Configuration: { type: 'SSD_1000' as const, size: 2400 } };
    if (operation === 'UpdateKxVolume') await world.call(operation, bigger);
    if (operation === 'DeleteKxVolume') await world.call(operation, named);
    world.advance(WAIT);
    const nas1Configuration = { size: 1200 };
    expect(await world.call('GetKxVolume', named)).toMatchObject({ status, statusReason: REASON, nas1Configuration });
    heal();
    await world.call('DeleteKxVolume', named);
    world.advance(MINUTE);
    expect((await world.refusal('GetKxVolume', named)).status).toBe(404);
  });

  test.each([
    ['CreateKxScalingGroup', 'CREATE_FAILED'],
    ['DeleteKxScalingGroup', 'DELETE_FAILED'],
  ] as const)('%s ends in %s, and a delete succeeds later', async (operation, status) => {
    const { world, builder, heal } = await failingEstate(operation);
    await builder.group('sg-one');
    const named = { environmentId: builder.environmentId, scalingGroupName: 'sg-one' };
    if (operation === 'DeleteKxScalingGroup') await world.call(operation, named);
    world.advance(WAIT);
    expect(await world.call('GetKxScalingGroup', named)).toMatchObject({ status, statusReason: REASON });
    heal();
    await world.call('DeleteKxScalingGroup', named);
    world.advance(MINUTE);
    expect((await world.refusal('GetKxScalingGroup', named)).status).toBe(404);
  });

  test('fails the environments of the dataset browser', async () => {
    for (const operation of ['CreateEnvironment', 'DeleteEnvironment'] as const) {
      const { world, heal } = await failingEstate(operation);
      const { environmentId } = await world.call('CreateEnvironment', { name: 'browser' });
      world.advance(2 * HOUR);
      if (operation === 'DeleteEnvironment') await world.call(operation, { environmentId });
      world.advance(2 * HOUR);
      const { environment } = await world.call('GetEnvironment', { environmentId });
      expect(environment.status).toBe(operation === 'CreateEnvironment' ? 'FAILED_CREATION' : 'FAILED_DELETION');
      heal();
      await world.call('DeleteEnvironment', { environmentId });
    }
  });
});

describe('the nodes of an updated cluster', () => {
  const launchesAfter = async (deploymentStrategy: 'ROLLING' | 'FORCE' | 'NO_RESTART') => {
    const world = await openWorld();
    const { environmentId, cluster, database, changeset } = await openBuilder(world);
    await database('trades');
    await changeset('trades');
    const named = { environmentId, clusterName: 'hdb-one' };
    await cluster('hdb-one', {
      clusterType: 'HDB',
      capacityConfiguration: { nodeType: 'kx.s.large', nodeCount: 3 },
      databases: [{ databaseName: 'trades' }],
    });
    const nodes = async () => (await world.call('ListKxClusterNodes', named)).nodes;
    const requestedAt = world.now();
    if (deploymentStrategy === 'NO_RESTART') {
      const databases = [{ databaseName: 'trades' }];
      await world.call('UpdateKxClusterDatabases', {
        ...named,
        databases,
        deploymentConfiguration: { deploymentStrategy },
      });
    } else {
      const code = { s3Bucket: 'some-code', s3Key: 'app.zip' };
      const deploymentConfiguration = { deploymentStrategy };
      await world.call('UpdateKxClusterCodeConfiguration', { ...named, code, deploymentConfiguration });
    }
    world.advance(MINUTE);
    const during = (await nodes()).map((node: Reply) => node.status);
    world.advance(WAIT);
    const after = (await nodes()).map((node: Reply) => Date.parse(node.launchTime) - requestedAt);
    expect((await nodes()).map((node: Reply) => node.status)).toEqual(['RUNNING', 'RUNNING', 'RUNNING']);
    return { during, after };
  };

  test('start one after the other with ROLLING', async () => {
    const { during, after } = await launchesAfter('ROLLING');
    expect(during).toEqual(['RUNNING', 'RUNNING', 'RUNNING']);
    expect(after).toEqual([225, 450, 675].map((seconds) => seconds * SECOND));
  });

  test('stop all at once with FORCE', async () => {
    const { during, after } = await launchesAfter('FORCE');
    expect(during).toEqual(['PROVISIONING', 'PROVISIONING', 'PROVISIONING']);
    expect(after).toEqual([0, 0, 0]);
  });

  test('keep running with NO_RESTART', async () => {
    const { during, after } = await launchesAfter('NO_RESTART');
    expect(during).toEqual(['RUNNING', 'RUNNING', 'RUNNING']);
    expect(Math.max(...after)).toBeLessThan(0);
  });
});

test('changes in progress in a new demo world complete at the pace of the service', async () => {
  const store = await newStore();
  await seed(store, 'demo', { ...SEED_OPTIONS, lifecycle: 'fast' });
  const { call, advance } = await openWorld({ store, lifecycle: 'fast' });
  const [{ environmentId }] = (await call('ListKxEnvironments', {})).environments;
  const statuses = async () =>
    (await call('ListKxClusters', { environmentId })).kxClusterSummaries.map(({ status }: Reply) => status);
  expect(await statuses()).toEqual(expect.arrayContaining(['CREATING', 'UPDATING']));
  advance(30 * SECOND);
  expect(new Set(await statuses())).toEqual(new Set(['RUNNING', 'CREATE_FAILED']));
});
