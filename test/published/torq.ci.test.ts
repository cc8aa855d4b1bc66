// After ManagedkdbInsights/torq of github.com/aws/amazon-finspace-examples (create_all, refresh_code, delete_all, run on 2024-12-03).
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
import { expectWaitLike, GONE, openService, poll, refusal, type Service } from './service.ts';

const DATABASE = { databaseName: 'finspace-database' };
const VIEW = { ...DATABASE, dataviewName: 'finspace-database_DBVIEW' };
const VOLUME = 'SHARED_torq';
const GROUP = 'SCALING_GROUP_torq';
/** The clusters in the order of creation, each with its type of process and the number of q threads. */
const PROCESSES = [
  ['discovery1', 'discovery', '2'],
  ['rdb1', 'rdb', '2'],
  ['hdb1', 'hdb', '4'],
  ['gateway1', 'gateway', '2'],
  ['feed1', 'tradeFeed', '2'],
  ['monitor1', 'monitor', '1'],
] as const;
const initializationScript = 'TorQ-Amazon-FinSpace-Starter-Pack/finspace_torq.q';

let service: Service;
let environment: Environment;
let changesetId: string;
const inside = () => ({ environmentId: environment.id });
const named = (clusterName: string) => ({ ...inside(), clusterName });
const argumentsOf = (clusterName: string, type: string, threads: string) => {
  const procname = type === 'tradeFeed' ? 'tradeFeed1' : clusterName;
  const all = { proctype: type, procname, jsonlogs: 'true', noredirect: 'true', s: threads };
  return Object.entries(all).map(([key, value]) => ({ key, value }));
};

async function openTorq(quotas: 'published' | 'raised'): Promise<void> {
  service = await openService(quotas);
  environment = await openEnvironment(service);
  const dates = ['2014.04.21', '2014.04.22', '2014.04.23'];
  changesetId = await createLoadedDatabase(service, environment, {
    ...DATABASE,
    description: 'Basictick kdb database',
    dates,
  });
  const names = { scalingGroupName: GROUP, volumeName: VOLUME };
  await createGroupAndVolume(service, environment, { ...names, description: 'Shared volume between TP and RDB' });
  await service.call('CreateKxDataview', {
    ...{ ...inside(), ...VIEW, azMode: 'SINGLE', availabilityZoneId: environment.zone, changesetId },
    segmentConfigurations: [{ dbPaths: ['/*'], volumeName: VOLUME }],
    ...{ autoUpdate: false, description: 'Dataview of database' },
  });
  const { statuses, seconds } = await poll(service, 'GetKxDataview', { ...inside(), ...VIEW }, { until: 'ACTIVE' });
  expect(statuses).toEqual(['CREATING', 'ACTIVE']);
  expectWaitLike(seconds, [390]);
}

const create = ([clusterName, type, threads]: (typeof PROCESSES)[number]) =>
  service.call('CreateKxCluster', {
    ...environment.placed,
    ...{ clusterName, clusterType: 'GP', executionRole: ROLE, databases: [VIEW], initializationScript },
    scalingGroupConfiguration: { memoryReservation: 6, nodeCount: 1, scalingGroupName: GROUP },
    savedownStorageConfiguration: { volumeName: VOLUME },
    clusterDescription: 'Created with create_all notebook',
    code: { s3Bucket: BUCKET, s3Key: 'code/torq_app.zip' },
    commandLineArguments: argumentsOf(clusterName, type, threads),
  });

describe('with published quotas', () => {
  beforeAll(() => openTorq('published'), 240_000);
  afterAll(() => service.close());

  test('the sixth cluster on one volume is rejected, with the option that raises quotas', async () => {
    for (const process of PROCESSES.slice(0, 5)) await create(process);
    expect(await refusal(create(PROCESSES[5]))).toMatchObject({
      code: 'LimitExceeded',
      detail: `This would exceed the quota of 5 read mounts of volume ${VOLUME}. This local world has the published quotas. To have no limits, a person can replace it, with all that it contains, by a new world: finspace-mcp world reset --world empty --quotas raised (--world chooses the contents: empty, demo or a world file).`,
    });
  }, 240_000);
});

describe('with raised quotas', () => {
  beforeAll(() => openTorq('raised'), 240_000);
  afterAll(() => service.close());

  test('create_all starts six clusters that read and write one volume, and waits for discovery and rdb halfway', async () => {
    const { environmentId: _, ...placed } = environment.placed;
    for (const process of PROCESSES) {
      const [clusterName, type, threads] = process;
      if (clusterName === 'gateway1') {
        const { statuses, seconds } = await poll(service, 'GetKxCluster', named('discovery1'), { until: 'RUNNING' });
        expect(statuses).toEqual(['PENDING', 'CREATING', 'RUNNING']);
        expectWaitLike(seconds, [900]);
        await poll(service, 'GetKxCluster', named('rdb1'), { until: 'RUNNING' });
      }
      expect(await create(process)).toEqual({
        ...placed,
        ...{ status: 'PENDING', clusterName, clusterType: 'GP', executionRole: ROLE, initializationScript },
        volumes: [{ volumeName: VOLUME, volumeType: 'NAS_1' }],
        databases: [
          {
            ...DATABASE,
            cacheConfigurations: [],
            dataviewConfiguration: {
              ...{ dataviewName: VIEW.dataviewName, dataviewVersionId: ID, changesetId },
              segmentConfigurations: [{ dbPaths: ['/*'], volumeName: VOLUME, onDemand: false }],
            },
          },
        ],
        clusterDescription: 'Created with create_all notebook',
        commandLineArguments: argumentsOf(clusterName, type, threads),
        code: { s3Bucket: BUCKET, s3Key: 'code/torq_app.zip' },
        savedownStorageConfiguration: { volumeName: VOLUME },
        scalingGroupConfiguration: { scalingGroupName: GROUP, memoryReservation: 6, nodeCount: 1 },
        ...{ createdTimestamp: TIME, lastModifiedTimestamp: TIME },
      });
    }
    const { statuses, seconds } = await poll(service, 'GetKxCluster', named('gateway1'), { until: 'RUNNING' });
    expect(statuses).toEqual(['PENDING', 'CREATING', 'RUNNING']);
    expectWaitLike(seconds, [750]);
    for (const [clusterName] of PROCESSES)
      await poll(service, 'GetKxCluster', named(clusterName), { until: 'RUNNING' });
  }, 240_000);

  test('refresh_code rolls out new code by FORCE, with script and arguments sent again', async () => {
    const code = { s3Bucket: BUCKET, s3Key: 'code/torq_app_20241203_2103.zip' };
    const deploymentConfiguration = { deploymentStrategy: 'FORCE' } as const;
    for (const [clusterName, type, threads] of PROCESSES) {
      const commandLineArguments = argumentsOf(clusterName, type, threads);
      const update = {
        ...named(clusterName),
        code,
        initializationScript,
        commandLineArguments,
        deploymentConfiguration,
      };
      expect(await service.call('UpdateKxClusterCodeConfiguration', update)).toEqual({});
    }
    for (const [clusterName, type, threads] of PROCESSES) {
      const { statuses, seconds, reply } = await poll(service, 'GetKxCluster', named(clusterName), {
        until: 'RUNNING',
      });
      if (clusterName === 'discovery1') {
        expect(statuses).toEqual(['UPDATING', 'RUNNING']);
        expectWaitLike(seconds, [660, 750]);
      }
      expect(reply).toMatchObject({
        code,
        initializationScript,
        clusterDescription: 'Created with create_all notebook',
      });
      expect(reply.commandLineArguments).toEqual(expect.arrayContaining(argumentsOf(clusterName, type, threads)));
    }
  }, 240_000);

  test('delete_all removes clusters, dataview, volume, scaling group and database in this order', async () => {
    for (const [clusterName] of PROCESSES) await service.call('DeleteKxCluster', named(clusterName));
    await service.call('DeleteKxDataview', { ...inside(), ...VIEW });
    await poll(service, 'GetKxDataview', { ...inside(), ...VIEW }, { until: GONE });
    await service.call('DeleteKxVolume', { ...inside(), volumeName: VOLUME });
    await poll(service, 'GetKxVolume', { ...inside(), volumeName: VOLUME }, { until: GONE });
    await service.call('DeleteKxScalingGroup', { ...inside(), scalingGroupName: GROUP });
    await poll(service, 'GetKxScalingGroup', { ...inside(), scalingGroupName: GROUP }, { until: GONE });
    expect(await service.call('DeleteKxDatabase', { ...inside(), ...DATABASE })).toEqual({});
  }, 240_000);
});
