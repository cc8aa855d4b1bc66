// After ManagedkdbInsights/basic_tick_V3 of github.com/aws/amazon-finspace-examples (create_all and delete_all, run on 2024-11-26).
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Input } from '../../src/operations/index.ts';
import {
  BUCKET,
  createGroupAndVolume,
  createLoadedDatabase,
  type Environment,
  openEnvironment,
  ROLE,
  TIME,
} from './account.ts';
import { exists, expectWaitLike, GONE, openService, poll, type Service } from './service.ts';

let service: Service;
let environment: Environment;
let changesetId: string;
beforeAll(async () => {
  service = await openService();
  environment = await openEnvironment(service);
}, 240_000);
afterAll(() => service.close());

const DATES = ['2024.11.18', '2024.11.19', '2024.11.20', '2024.11.21', '2024.11.22', '2024.11.25'];
const NAMES = {
  scalingGroupName: 'SCALING_GROUP_basictickdb',
  volumeName: 'RDB_TP_SHARED',
  databaseName: 'basictickdb',
};
const DATAVIEW = 'basictickdb_DBVIEW';
const argument = (key: string, value: string) => ({ key, value });
const THREADS = [argument('s', '2'), argument('g', '1')];

interface Process extends Partial<Input<'CreateKxCluster'>> {
  readonly clusterType: Input<'CreateKxCluster'>['clusterType'];
}
const PROCESSES: Record<string, Process> = {
  TP_basictickdb: {
    clusterType: 'TICKERPLANT',
    initializationScript: 'tick.q',
    tickerplantLogConfiguration: { tickerplantLogVolumes: [NAMES.volumeName] },
    commandLineArguments: [
      argument('procName', 'TP_basictickdb'),
      argument('volumeName', NAMES.volumeName),
      argument('g', '1'),
    ],
  },
  HDB_basictickdb: {
    clusterType: 'HDB',
    initializationScript: 'hdbmkdb.q',
    databases: [{ databaseName: NAMES.databaseName, dataviewName: DATAVIEW }],
    commandLineArguments: THREADS,
  },
  GATEWAY_basictickdb: {
    clusterType: 'GATEWAY',
    initializationScript: 'gwmkdb.q',
    commandLineArguments: [
      ...THREADS,
      argument('rdb_name', 'RDB_basictickdb'),
      argument('hdb_name', 'HDB_basictickdb'),
    ],
  },
  RDB_basictickdb: {
    clusterType: 'RDB',
    initializationScript: 'rdbmkdb.q',
    databases: [{ databaseName: NAMES.databaseName }],
    savedownStorageConfiguration: { volumeName: NAMES.volumeName },
    commandLineArguments: [
      ...THREADS,
      ...[
        argument('tp', 'TP_basictickdb'),
        argument('procName', 'RDB_basictickdb'),
        argument('volumeName', NAMES.volumeName),
      ],
      ...[argument('hdbProc', 'HDB_basictickdb'), argument('dbView', DATAVIEW), argument('AWS_ZIP_DEFAULT', '17,2,6')],
    ],
  },
  RTS_basictickdb: {
    clusterType: 'RDB',
    initializationScript: 'rtsmkdb.q',
    commandLineArguments: [...THREADS, argument('tp', 'TP_basictickdb')],
  },
};

async function start(clusterName: string): Promise<void> {
  const { id: environmentId, placed } = environment;
  expect(await exists(service.call('GetKxCluster', { environmentId, clusterName }))).toBe(false);
  const { scalingGroupName } = NAMES;
  await service.call('CreateKxCluster', {
    ...placed,
    clusterName,
    clusterDescription: 'Created with create_all notebook',
    executionRole: ROLE,
    code: { s3Bucket: BUCKET, s3Key: 'code/basictick.zip' },
    scalingGroupConfiguration: {
      memoryReservation: 6,
      nodeCount: clusterName.startsWith('HDB') ? 2 : 1,
      scalingGroupName,
    },
    ...(PROCESSES[clusterName] as Process),
  });
}

const running = (clusterName: string) =>
  poll(service, 'GetKxCluster', { environmentId: environment.id, clusterName }, { until: 'RUNNING' });

test('create_all loads a database, and creates a scaling group, a volume and a static dataview', async () => {
  const { databaseName } = NAMES;
  const described = { databaseName, description: 'Basictick kdb database', dates: DATES };
  changesetId = await createLoadedDatabase(service, environment, described);
  await createGroupAndVolume(service, environment, { ...NAMES, description: 'Shared volume between TP and RDB' });
  await service.call('CreateKxDataview', {
    environmentId: environment.id,
    ...{ databaseName, dataviewName: DATAVIEW, azMode: 'SINGLE', availabilityZoneId: environment.zone },
    segmentConfigurations: [{ volumeName: NAMES.volumeName, dbPaths: ['/*'] }],
    ...{ autoUpdate: false, changesetId, description: 'Dataview of database' },
  });
}, 240_000);

test('create_all starts a tickerplant, then HDB and gateway on the ready dataview, and the others on the running tickerplant', async () => {
  await start('TP_basictickdb');
  const view = { environmentId: environment.id, databaseName: NAMES.databaseName, dataviewName: DATAVIEW };
  const { statuses, seconds } = await poll(service, 'GetKxDataview', view, { until: 'ACTIVE' });
  expect(statuses).toEqual(['CREATING', 'ACTIVE']);
  expectWaitLike(seconds, [300, 390]);
  await start('HDB_basictickdb');
  await start('GATEWAY_basictickdb');
  const tickerplant = await running('TP_basictickdb');
  expect(tickerplant.statuses).toEqual(['CREATING', 'RUNNING']);
  expectWaitLike(seconds + tickerplant.seconds, [825]);
  await start('RDB_basictickdb');
  await start('RTS_basictickdb');
  const realtime = await running('RDB_basictickdb');
  expect(realtime.statuses).toEqual(['PENDING', 'CREATING', 'RUNNING']);
  expectWaitLike(realtime.seconds, [600]);
  for (const clusterName of Object.keys(PROCESSES))
    expect((await running(clusterName)).statuses.at(-1)).toBe('RUNNING');
}, 240_000);

test('each cluster is shown as create_all prints it: no capacity, its arguments in order, its database', async () => {
  const { id: environmentId } = environment;
  const { kxClusterSummaries } = await service.call('ListKxClusters', { environmentId });
  const names = kxClusterSummaries.map(({ clusterName }: { clusterName: string }) => clusterName);
  expect(names.sort()).toEqual(Object.keys(PROCESSES).sort());
  for (const [clusterName, { clusterType, commandLineArguments, databases }] of Object.entries(PROCESSES)) {
    const cluster = await service.call('GetKxCluster', { environmentId, clusterName });
    expect(cluster).toMatchObject({ clusterName, status: 'RUNNING', clusterType, commandLineArguments });
    expect(cluster).toMatchObject({ clusterDescription: 'Created with create_all notebook', createdTimestamp: TIME });
    expect(cluster).not.toHaveProperty('capacityConfiguration');
    expect(cluster.databases?.[0]?.databaseName).toBe(databases?.[0]?.databaseName);
  }
}, 240_000);

test('delete_all removes everything in its order, even while the clusters are still being deleted', async () => {
  const { id: environmentId } = environment;
  for (const clusterName of Object.keys(PROCESSES))
    await service.call('DeleteKxCluster', { environmentId, clusterName });
  const view = { environmentId, databaseName: NAMES.databaseName, dataviewName: DATAVIEW };
  await service.call('DeleteKxDataview', view);
  const dataview = await poll(service, 'GetKxDataview', view, { until: GONE });
  expect(dataview.statuses).toEqual(['DELETING', GONE]);
  expectWaitLike(dataview.seconds, [270]);
  const volume = { environmentId, volumeName: NAMES.volumeName };
  await service.call('DeleteKxVolume', volume);
  expect((await poll(service, 'GetKxVolume', volume, { until: GONE })).statuses.at(-1)).toBe(GONE);
  await service.call('DeleteKxDatabase', { environmentId, databaseName: NAMES.databaseName });
  const group = { environmentId, scalingGroupName: NAMES.scalingGroupName };
  await service.call('DeleteKxScalingGroup', group);
  expect((await poll(service, 'GetKxScalingGroup', group, { until: GONE })).statuses.at(-1)).toBe(GONE);
}, 240_000);
