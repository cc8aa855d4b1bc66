// After ManagedkdbInsights/processing_data of github.com/aws/amazon-finspace-examples (create_all, process_algoseek, delete_all).
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  BUCKET,
  createGroupAndVolume,
  createLoadedDatabase,
  type Environment,
  openEnvironment,
  ROLE,
} from './account.ts';
import { exists, expectWaitLike, GONE, openService, poll, type Service } from './service.ts';

const DATABASE = { databaseName: 'DEMO_DB' };
const VIEW = { ...DATABASE, dataviewName: 'DEMO_DB_VIEW' };
const LOADER = 'demo_csv_cluster';
const HISTORY = 'demo_hdb_cluster';
const VOLUME = 'DEMO_SHARED_VOLUME';
const GROUP = 'DEMO_SCALING_GROUP';
const segmentConfigurations = [{ volumeName: VOLUME, dbPaths: ['/*'] }];

let service: Service;
let environment: Environment;
let first: string;
const inside = () => ({ environmentId: environment.id });
const cluster = (clusterName: string) => ({ ...inside(), clusterName });
beforeAll(async () => {
  service = await openService();
  environment = await openEnvironment(service);
}, 240_000);
afterAll(() => service.close());

test('create_all, run a second time, finds its group, volume and dataview and does not change them', async () => {
  const { zone } = environment;
  first = await createLoadedDatabase(service, environment, { ...DATABASE, description: 'Demo database', dates: [] });
  const names = { scalingGroupName: GROUP, volumeName: VOLUME };
  await createGroupAndVolume(service, environment, { ...names, description: 'Shared volume between TP and RDB' });
  const placed = { azMode: 'SINGLE', availabilityZoneId: zone, autoUpdate: false } as const;
  const view = { ...inside(), ...VIEW, ...placed, changesetId: first, segmentConfigurations };
  await service.call('CreateKxDataview', { ...view, description: 'Dataview of database' });
  expect(await exists(service.call('GetKxScalingGroup', { ...inside(), scalingGroupName: GROUP }))).toBe(true);
  expect(await exists(service.call('GetKxVolume', { ...inside(), volumeName: VOLUME }))).toBe(true);
  expect((await service.call('GetKxDataview', { ...inside(), ...VIEW })).changesetId).toBe(first);
  const { statuses, seconds } = await poll(service, 'GetKxDataview', { ...inside(), ...VIEW }, { until: 'ACTIVE' });
  expect(statuses).toEqual(['CREATING', 'ACTIVE']);
  expectWaitLike(seconds, [300]);
}, 240_000);

test('create_all starts a loader that saves down to the volume, and three history nodes with a memory limit', async () => {
  const argument = (key: string, value: string) => ({ key, value });
  const common = { ...environment.placed, executionRole: ROLE, databases: [VIEW] };
  const threads = [argument('s', '2'), argument('dbname', 'DEMO_DB')];
  const size = { memoryReservation: 6, scalingGroupName: GROUP };
  const loader = await service.call('CreateKxCluster', {
    ...{ ...common, clusterName: LOADER, clusterType: 'GP', clusterDescription: 'Created with create_all notebook' },
    scalingGroupConfiguration: { ...size, nodeCount: 1 },
    savedownStorageConfiguration: { volumeName: VOLUME },
    commandLineArguments: [...threads, argument('AWS_ZIP_DEFAULT', '17,2,6')],
  });
  expect(loader.databases).toEqual([
    {
      databaseName: 'DEMO_DB',
      cacheConfigurations: [],
      dataviewConfiguration: expect.objectContaining({ changesetId: first }),
    },
  ]);
  await service.call('CreateKxCluster', {
    ...{ ...common, clusterName: HISTORY, clusterType: 'HDB', commandLineArguments: threads },
    scalingGroupConfiguration: { ...size, memoryLimit: 32 * 1024, nodeCount: 3 },
  });
  for (const clusterName of [LOADER, HISTORY]) {
    const { reply } = await poll(service, 'GetKxCluster', cluster(clusterName), { until: 'RUNNING' });
    expect(reply.databases[0]).not.toHaveProperty('cacheConfigurations');
  }
  expect((await service.call('ListKxClusterNodes', cluster(HISTORY))).nodes).toHaveLength(3);
}, 240_000);

test('process_algoseek commits two days, moves the dataview to the newer and then both clusters', async () => {
  const committed: string[] = [];
  for (const day of ['2021.01.04', '2021.01.05']) {
    const changeRequests = [
      { changeType: 'PUT' as const, s3Path: `s3://${BUCKET}/staging/${day}/`, dbPath: `/${day}/` },
    ];
    const { changesetId } = await service.call('CreateKxChangeset', { ...inside(), ...DATABASE, changeRequests });
    await service.wait(5);
    const ingestion = { ...inside(), ...DATABASE, changesetId };
    const { statuses } = await poll(service, 'GetKxChangeset', ingestion, { until: 'COMPLETED', every: 10 });
    expect(statuses).toEqual(['IN_PROGRESS', 'COMPLETED']);
    committed.push(changesetId);
  }
  const { kxChangesets } = await service.call('ListKxChangesets', { ...inside(), ...DATABASE });
  const byTime = kxChangesets.toSorted((a: { createdTimestamp: string }, b: { createdTimestamp: string }) =>
    a.createdTimestamp.localeCompare(b.createdTimestamp),
  );
  expect(byTime.map(({ changesetId }: { changesetId: string }) => changesetId)).toEqual([first, ...committed]);
  const changesetId = committed[1] as string;
  await service.call('UpdateKxDataview', { ...inside(), ...VIEW, changesetId, segmentConfigurations });
  const { statuses, seconds, reply } = await poll(
    service,
    'GetKxDataview',
    { ...inside(), ...VIEW },
    { until: 'ACTIVE' },
  );
  expect(statuses).toEqual(['UPDATING', 'ACTIVE']);
  expectWaitLike(seconds, [330]);
  expect(reply.activeVersions).toMatchObject([
    { changesetId, attachedClusters: [] },
    { changesetId: first, attachedClusters: [LOADER, HISTORY] },
  ]);
  const update = (clusterName: string, deploymentStrategy: 'ROLLING' | 'NO_RESTART') =>
    service.call('UpdateKxClusterDatabases', {
      ...cluster(clusterName),
      databases: [VIEW],
      deploymentConfiguration: { deploymentStrategy },
    });
  await update(HISTORY, 'ROLLING');
  await update(LOADER, 'NO_RESTART');
  const loader = await poll(service, 'GetKxCluster', cluster(LOADER), { until: 'RUNNING' });
  expect(loader.statuses).toEqual(['UPDATING', 'RUNNING']);
  expectWaitLike(loader.seconds, [90]);
  const history = await poll(service, 'GetKxCluster', cluster(HISTORY), { until: 'RUNNING' });
  expect(history.statuses.at(-1)).toBe('RUNNING');
  expectWaitLike(loader.seconds + history.seconds, [180, 270]);
  const { activeVersions } = await service.call('GetKxDataview', { ...inside(), ...VIEW });
  expect(activeVersions).toMatchObject([{ changesetId, attachedClusters: [LOADER, HISTORY] }]);
}, 240_000);

test('delete_all removes clusters, dataview and database, and keeps the scaling group and the volume', async () => {
  for (const clusterName of [LOADER, HISTORY]) await service.call('DeleteKxCluster', cluster(clusterName));
  await service.call('DeleteKxDataview', { ...inside(), ...VIEW });
  const { statuses, seconds } = await poll(service, 'GetKxDataview', { ...inside(), ...VIEW }, { until: GONE });
  expect(statuses).toEqual(['DELETING', GONE]);
  expectWaitLike(seconds, [120, 270]);
  await service.call('DeleteKxDatabase', { ...inside(), ...DATABASE });
  expect((await service.call('ListKxVolumes', inside())).kxVolumeSummaries).toHaveLength(1);
  expect((await service.call('ListKxScalingGroups', inside())).scalingGroups).toHaveLength(1);
}, 240_000);
