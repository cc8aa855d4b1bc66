import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { worldOf } from '../../src/local/context.ts';
import { openLocalService } from '../../src/local/index.ts';
import { buildDemo } from '../../src/local/worlds/demo.ts';
import { seed } from '../../src/local/worlds/seed.ts';
import { worldScript } from '../../src/local/worlds/world-script.ts';
import { serviceInput } from '../../src/operations/derive.ts';
import { operationNamed } from '../../src/operations/index.ts';
import { newStore } from './engine.ts';
import { contentOf, openWorld, type Reply, requestFor, SEED_OPTIONS, START, type TestWorld } from './world.ts';

const DAY = 86_400_000;
let world: TestWorld;
let prod: string;
let clusters: Reply[];

beforeAll(async () => {
  const store = await newStore();
  await seed(store, 'demo', { ...SEED_OPTIONS, lifecycle: 'realistic' });
  world = await openWorld({ store });
  const { environments } = await world.call('ListKxEnvironments', {});
  prod = environments[0].environmentId;
  const { kxClusterSummaries } = await world.call('ListKxClusters', { environmentId: prod });
  clusters = await Promise.all(
    kxClusterSummaries.map(({ clusterName }: Reply) =>
      world.call('GetKxCluster', { environmentId: prod, clusterName }),
    ),
  );
});
afterAll(() => world.close());

const named = (clusterName: string) => clusters.find((cluster) => cluster.clusterName === clusterName);

describe('the demo world', () => {
  test('consists of requests that the service accepts', async () => {
    const store = await newStore();
    const broken: string[] = [];
    await store.write((tx) =>
      buildDemo(tx, worldOf('111122223333', 'eu-west-1'), START, (name, input) => {
        const { success, error } = serviceInput(operationNamed(name)).safeParse({ clientToken: 'demo', ...input });
        if (!success) broken.push(`${name}: ${error.message}`);
      }),
    );
    expect(broken).toEqual([]);
    await store.close();
  });

  test('could not have a history that the service refuses', async () => {
    const store = await newStore();
    const built = store.write(async (tx) => {
      const script = worldScript(tx, worldOf('111122223333', 'eu-west-1'), START);
      const early = script.environment(1_000, { name: 'kdb-early', kmsKeyId: 'key' });
      early.at(0, 'CreateKxDatabase', { databaseName: 'early' });
      await script.play();
    });
    await expect(built).rejects.toThrow('CREATE');
    await store.close();
  });

  test('has two environments with fixed ids', async () => {
    const { environments } = await world.call('ListKxEnvironments', {});
    expect(environments).toMatchObject([
      { name: 'kdb-prod', environmentId: 'm5cnbg3l25pwsmzikb7kdj', tgwStatus: 'SUCCESSFULLY_UPDATED' },
      { name: 'kdb-uat', status: 'CREATED', tgwStatus: 'NONE' },
    ]);
  });

  test('has clusters of all types in several states', () => {
    expect(new Set(clusters.map(({ clusterType }) => clusterType)).size).toBe(5);
    expect(new Set(clusters.map(({ status }) => status))).toEqual(
      new Set(['RUNNING', 'CREATING', 'UPDATING', 'CREATE_FAILED']),
    );
    expect(named('gp-signals').statusReason).toContain('Not enough memory on scaling group sg-lab');
  });

  test('has a stale cluster, behind the newest changeset of its database', async () => {
    const { lastCompletedChangesetId } = await world.call('GetKxDatabase', {
      environmentId: prod,
      databaseName: 'futures_l2',
    });
    const [{ changesetId }] = named('hdb-futures').databases;
    expect(changesetId).not.toBe(lastCompletedChangesetId);
  });

  test("has a cluster on last week's version of a dataview", async () => {
    const view = { environmentId: prod, databaseName: 'equities_taq', dataviewName: 'equities_taq_static' };
    const { activeVersions } = await world.call('GetKxDataview', view);
    expect(activeVersions.map((it: Reply) => it.attachedClusters)).toEqual([['hdb-equities-a'], ['hdb-equities-b']]);
    expect(START - Date.parse(activeVersions[1].createdTimestamp)).toBe(7 * DAY);
  });

  test('has an unused scaling group, an unused volume without an owner, and a node that is being replaced', async () => {
    const { scalingGroups } = await world.call('ListKxScalingGroups', { environmentId: prod });
    expect(
      scalingGroups.filter((it: Reply) => it.clusters.length === 0).map((it: Reply) => it.scalingGroupName),
    ).toEqual(['sg-backtest']);
    const volume = await world.call('GetKxVolume', { environmentId: prod, volumeName: 'vol-backtest' });
    expect(volume.attachedClusters).toEqual([]);
    expect((await world.call('ListTagsForResource', { resourceArn: volume.volumeArn })).tags).toEqual({});
    const { nodes } = await world.call('ListKxClusterNodes', { environmentId: prod, clusterName: 'hdb-futures' });
    expect(nodes.filter((it: Reply) => it.status === 'PROVISIONING')).toHaveLength(1);
  });

  test("shows why last night's load failed", async () => {
    const { kxChangesets } = await world.call('ListKxChangesets', { environmentId: prod, databaseName: 'fx_spot' });
    const [{ changesetId, status, createdTimestamp }] = kxChangesets;
    expect(status).toBe('FAILED');
    expect(START - Date.parse(createdTimestamp)).toBeLessThan(DAY);
    const { errorInfo } = await world.call('GetKxChangeset', {
      environmentId: prod,
      databaseName: 'fx_spot',
      changesetId,
    });
    expect(errorInfo.errorMessage).toContain('s3://halden-fx-landing/');
  });

  test('contains no dangling references', async () => {
    for (const { databases = [], scalingGroupConfiguration, volumes = [] } of clusters) {
      for (const { databaseName, changesetId, dataviewConfiguration } of databases) {
        if (changesetId) await world.call('GetKxChangeset', { environmentId: prod, databaseName, changesetId });
        if (!dataviewConfiguration) continue;
        const { dataviewName, dataviewVersionId } = dataviewConfiguration;
        const view = await world.call('GetKxDataview', { environmentId: prod, databaseName, dataviewName });
        expect(view.activeVersions.map((it: Reply) => it.versionId)).toContain(dataviewVersionId);
      }
      if (scalingGroupConfiguration)
        await world.call('GetKxScalingGroup', { environmentId: prod, ...scalingGroupConfiguration });
      for (const { volumeName } of volumes) await world.call('GetKxVolume', { environmentId: prod, volumeName });
    }
  });
});

test('a world is seeded on the first run only', async () => {
  const store = await newStore();
  const options = { ...SEED_OPTIONS, lifecycle: 'realistic' } as const;
  await seed(store, 'demo', options);
  const own = await openWorld({ store });
  await own.call('DeleteKxUser', { environmentId: prod, userName: 'mei_tanaka' });
  await seed(store, 'demo', { ...options, now: () => START + DAY });
  expect((await own.refusal('GetKxUser', { environmentId: prod, userName: 'mei_tanaka' })).status).toBe(404);
  await store.close();
});

test('openLocalService opens, seeds and serves', async () => {
  const local = await openLocalService({
    state: ':memory:',
    world: 'empty',
    lifecycle: 'instant',
    region: 'eu-west-1',
    account: '999988887777',
  });
  const request = requestFor('ListKxEnvironments', {}, 'eu-west-1');
  expect(contentOf(await local.service(request))).toEqual({ environments: [] });
  await local.close();
});
