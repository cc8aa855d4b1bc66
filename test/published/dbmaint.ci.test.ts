// After ManagedkdbInsights/dbmaint of github.com/aws/amazon-finspace-examples (create_all, dbmaint, delete_all, run on 2024-11-26).
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  BUCKET,
  createGroupAndVolume,
  createLoadedDatabase,
  type Environment,
  ID,
  openEnvironment,
  ROLE,
  TIME,
} from './account.ts';
import { expectWaitLike, GONE, openService, poll, type Service } from './service.ts';

const DATABASE = { databaseName: 'dbmaintdb' };
const MAINTENANCE = { clusterName: 'dbmaint_cluster_maint', dataviewName: 'dbmaintdb_DBVIEW_MAINT' };
const QUERY = { clusterName: 'dbmaint_cluster_query', dataviewName: 'dbmaintdb_DBVIEW_QUERY' };
const BOTH = [MAINTENANCE, QUERY];
const VOLUME = 'DBMAINT_VOLUME';
const GROUP = 'SCALING_GROUP_dbmaint';
const DATES = Array.from({ length: 10 }, (_, day) => `2024.11.${16 + day}`);
const description = 'Dataview of database dbmaintdb';
const segment = { dbPaths: ['/*'], volumeName: VOLUME };
const code = { s3Bucket: BUCKET, s3Key: 'code/dbmaint.zip' };
const commandLineArguments = [
  { key: 's', value: '4' },
  { key: 'AWS_ZIP_DEFAULT', value: '17,2,6' },
];

let service: Service;
let environment: Environment;
let first: string;
let second: string;
const inside = () => ({ environmentId: environment.id });
beforeAll(async () => {
  service = await openService();
  environment = await openEnvironment(service);
}, 240_000);
afterAll(() => service.close());

test('create_all creates a writable dataview on demand for maintenance and a static one for queries', async () => {
  first = await createLoadedDatabase(service, environment, {
    ...DATABASE,
    description: 'Basictick kdb database',
    dates: DATES,
  });
  const names = { scalingGroupName: GROUP, volumeName: VOLUME };
  await createGroupAndVolume(service, environment, { ...names, description: 'Shared volume' });
  const placed = { ...inside(), ...DATABASE, azMode: 'SINGLE', availabilityZoneId: environment.zone } as const;
  const common = { ...placed, autoUpdate: false, description };
  const writable = { ...common, dataviewName: MAINTENANCE.dataviewName, changesetId: first, readWrite: true };
  await service.call('CreateKxDataview', { ...writable, segmentConfigurations: [{ ...segment, onDemand: true }] });
  const staticView = { ...common, dataviewName: QUERY.dataviewName, segmentConfigurations: [segment] };
  const made = await service.call('CreateKxDataview', staticView);
  expect(made.changesetId, 'a static dataview without changesetId takes the newest').toBe(first);
  for (const { dataviewName } of BOTH) {
    const view = { ...inside(), ...DATABASE, dataviewName };
    const { reply } = await poll(service, 'GetKxDataview', view, { until: 'ACTIVE' });
    expect(reply).toMatchObject({ readWrite: dataviewName === MAINTENANCE.dataviewName, changesetId: first });
  }
}, 240_000);

test('create_all starts a cluster on each dataview', async () => {
  for (const { clusterName, dataviewName } of BOTH) {
    await service.call('CreateKxCluster', {
      ...environment.placed,
      ...{ clusterName, clusterType: 'GP', executionRole: ROLE, code, commandLineArguments },
      initializationScript: clusterName === QUERY.clusterName ? 'initdb.q' : 'init.q',
      databases: [{ ...DATABASE, dataviewName }],
      scalingGroupConfiguration: { memoryReservation: 6, nodeCount: 1, scalingGroupName: GROUP },
      clusterDescription: `${clusterName} cluster created with create_all notebook`,
    });
  }
  const [maintenance, query] = await Promise.all(
    BOTH.map(({ clusterName }) => service.call('GetKxCluster', { ...inside(), clusterName })),
  );
  expect([maintenance.status, query.status]).toEqual(['PENDING', 'PENDING']);
  const named = { ...inside(), clusterName: MAINTENANCE.clusterName };
  const { statuses, seconds } = await poll(service, 'GetKxCluster', named, { until: 'RUNNING' });
  expect(statuses).toEqual(['PENDING', 'CREATING', 'RUNNING']);
  expectWaitLike(seconds, [967]);
}, 240_000);

test('dbmaint commits a changeset and moves the query dataview to it, which keeps the mounted version', async () => {
  await poll(service, 'GetKxCluster', { ...inside(), clusterName: QUERY.clusterName }, { until: 'RUNNING' });
  const changeRequests = [{ changeType: 'PUT' as const, s3Path: `s3://${BUCKET}/staging/`, dbPath: '/' }];
  const commit = await service.call('CreateKxChangeset', { ...inside(), ...DATABASE, changeRequests });
  second = commit.changesetId;
  const ingestion = { ...inside(), ...DATABASE, changesetId: second };
  await poll(service, 'GetKxChangeset', ingestion, { until: 'COMPLETED', every: 10 });
  const view = { ...inside(), ...DATABASE, dataviewName: QUERY.dataviewName };
  await service.call('UpdateKxDataview', { ...view, changesetId: second, segmentConfigurations: [segment] });
  const { statuses, seconds, reply } = await poll(service, 'GetKxDataview', view, { until: 'ACTIVE' });
  expect(statuses).toEqual(['UPDATING', 'ACTIVE']);
  expectWaitLike(seconds, [360]);
  const version = (changesetId: string, attachedClusters: string[]) => ({
    ...{ changesetId, attachedClusters, versionId: ID, createdTimestamp: TIME },
    segmentConfigurations: [{ ...segment, onDemand: false }],
  });
  expect(reply).toEqual({
    ...view,
    ...{ azMode: 'SINGLE', availabilityZoneId: environment.zone, changesetId: second, description },
    segmentConfigurations: [{ ...segment, onDemand: false }],
    activeVersions: [version(second, []), version(first, [QUERY.clusterName])],
    ...{ autoUpdate: false, readWrite: false, status: 'ACTIVE' },
    ...{ createdTimestamp: TIME, lastModifiedTimestamp: TIME },
  });
}, 240_000);

test('dbmaint mounts the new version without a restart', async () => {
  const { clusterName, dataviewName } = QUERY;
  const cluster = { ...inside(), clusterName };
  const databases = [{ ...DATABASE, dataviewName }];
  const deploymentConfiguration = { deploymentStrategy: 'NO_RESTART' } as const;
  expect(await service.call('UpdateKxClusterDatabases', { ...cluster, databases, deploymentConfiguration })).toEqual(
    {},
  );
  const { statuses, seconds, reply } = await poll(service, 'GetKxCluster', cluster, { until: 'RUNNING' });
  expect(statuses).toEqual(['UPDATING', 'RUNNING']);
  expectWaitLike(seconds, [60, 90]);
  const { environmentId: _, ...placed } = environment.placed;
  expect(reply).toEqual({
    ...placed,
    ...{ status: 'RUNNING', clusterName, clusterType: 'GP', code, commandLineArguments, executionRole: ROLE },
    volumes: [{ volumeName: VOLUME, volumeType: 'NAS_1' }],
    databases: [
      {
        ...DATABASE,
        dataviewConfiguration: {
          ...{ dataviewName, dataviewVersionId: ID, changesetId: second },
          segmentConfigurations: [{ ...segment, onDemand: false }],
        },
      },
    ],
    clusterDescription: 'dbmaint_cluster_query cluster created with create_all notebook',
    initializationScript: 'initdb.q',
    scalingGroupConfiguration: { scalingGroupName: GROUP, memoryReservation: 6, nodeCount: 1 },
    ...{ createdTimestamp: TIME, lastModifiedTimestamp: TIME },
  });
}, 240_000);

test('delete_all removes clusters, dataviews, volume, scaling group and database', async () => {
  for (const { clusterName } of BOTH) await service.call('DeleteKxCluster', { ...inside(), clusterName });
  const views = BOTH.map(({ dataviewName }) => ({ ...inside(), ...DATABASE, dataviewName }));
  for (const view of views) await service.call('DeleteKxDataview', view);
  for (const view of views) {
    const { statuses } = await poll(service, 'GetKxDataview', view, { until: GONE });
    expect(['DELETING', GONE]).toEqual(expect.arrayContaining([...statuses]));
  }
  const volume = { ...inside(), volumeName: VOLUME };
  await service.call('DeleteKxVolume', volume);
  await poll(service, 'GetKxVolume', volume, { until: GONE });
  const group = { ...inside(), scalingGroupName: GROUP };
  await service.call('DeleteKxScalingGroup', group);
  await poll(service, 'GetKxScalingGroup', group, { until: GONE });
  await service.call('DeleteKxDatabase', { ...inside(), ...DATABASE });
  expect((await service.call('ListKxDatabases', inside())).kxDatabases).toEqual([]);
}, 240_000);
