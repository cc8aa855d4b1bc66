// After scripts/create_cluster.py, scripts/connect.py, terraform-deployment/lambda and terraform-deployment/clusters of
// github.com/DataIntellectTech/TorQ-Amazon-FinSpace-Starter-Pack.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Input } from '../../src/operations/index.ts';
import type { Reply } from '../local/world.ts';
import { BUCKET, createGroupAndVolume, type Environment, openEnvironment, partitions, ROLE } from './account.ts';
import { GONE, openService, poll, refusal, type Service } from './service.ts';

const DATABASE = { databaseName: 'finTorq_hdb' };
const VIEW = { ...DATABASE, dataviewName: 'finspace-dataview' };
const GROUP = 'finTorq-scaling-group';
const VOLUME = 'finTorq-shared';
const initializationScript = 'TorQ-Amazon-FinSpace-Starter-Pack/env.q';
/** After this many, the numbers of replaced clusters start again. */
const MODULO = 3;

let service: Service;
let environment: Environment;
let changesetId: string;
const inside = () => ({ environmentId: environment.id });
const cluster = (clusterName: string) => ({ ...inside(), clusterName });
const running = (clusterName: string) => poll(service, 'GetKxCluster', cluster(clusterName), { until: 'RUNNING' });

beforeAll(async () => {
  service = await openService();
  environment = await openEnvironment(service, 'finTorq');
  await service.call('CreateKxDatabase', { ...inside(), ...DATABASE });
  const changeRequests = partitions(`s3://${BUCKET}/hdb/`, ['2014.04.21', '2014.04.22', '2014.04.23']);
  ({ changesetId } = await service.call('CreateKxChangeset', { ...inside(), ...DATABASE, changeRequests }));
  const named = { ...inside(), ...DATABASE, changesetId };
  await poll(service, 'GetKxChangeset', named, { until: 'COMPLETED', every: 10 });
  const names = { scalingGroupName: GROUP, volumeName: VOLUME };
  await createGroupAndVolume(service, environment, { ...names, description: 'Shared by all processes' });
  await service.call('CreateKxDataview', {
    ...{ ...inside(), ...VIEW, azMode: 'SINGLE', availabilityZoneId: environment.zone, autoUpdate: true },
    segmentConfigurations: [{ dbPaths: ['/*'], volumeName: VOLUME }],
  });
  await poll(service, 'GetKxDataview', { ...inside(), ...VIEW }, { until: 'ACTIVE' });
}, 240_000);
afterAll(() => service.close());

/** A cluster as the script creates it, on a dedicated node or on the scaling group. */
function request(
  clusterName: string,
  clusterType: 'RDB' | 'HDB' | 'GATEWAY' | 'GP',
  place: 'own node' | 'group',
): Input<'CreateKxCluster'> {
  const isOwn = place === 'own node';
  const commandLineArguments = Object.entries({ noredirect: 'true', proctype: 'rdb', procname: clusterName });
  return {
    ...{ ...environment.placed, clusterName, clusterType, executionRole: ROLE, initializationScript },
    clusterDescription: `finspace cluster for ${clusterName}`,
    code: { s3Bucket: BUCKET, s3Key: 'code.zip' },
    commandLineArguments: commandLineArguments.map(([key, value]) => ({ key, value })),
    ...(isOwn
      ? { capacityConfiguration: { nodeType: 'kx.s.large', nodeCount: 1 } }
      : { scalingGroupConfiguration: { memoryReservation: 6, nodeCount: 1, scalingGroupName: GROUP } }),
    ...(['RDB', 'HDB'].includes(clusterType) && { databases: [isOwn ? { ...DATABASE, changesetId } : VIEW] }),
    ...(clusterType === 'RDB' && {
      savedownStorageConfiguration: isOwn ? { type: 'SDS01', size: 50 } : { volumeName: VOLUME },
    }),
  };
}

test.each([
  ['rdb1', 'RDB', 'own node'],
  ['hdb1', 'HDB', 'own node'],
  ['gateway1', 'GATEWAY', 'own node'],
  ['discovery1', 'GP', 'group'],
  ['wdb1', 'RDB', 'group'],
  ['hdb2', 'HDB', 'group'],
] as const)(
  'the script creates %s, a cluster of type %s (%s), and waits until it is RUNNING',
  async (name, type, place) => {
    await service.call('CreateKxCluster', request(name, type, place));
    const { statuses, reply } = await running(name);
    expect(statuses).toEqual(['PENDING', 'CREATING', 'RUNNING']);
    expect(reply).toMatchObject({
      clusterName: name,
      clusterType: type,
      clusterDescription: `finspace cluster for ${name}`,
    });
  },
  240_000,
);

/** The request for a cluster that replaces another one, with the settings in the reply about that one. */
async function successorOf(present: Reply, clusterName: string): Promise<Input<'CreateKxCluster'>> {
  const { clusterType, releaseLabel, vpcConfiguration, code, executionRole, azMode, availabilityZoneId } = present;
  const commandLineArguments = present.commandLineArguments.flatMap(({ key, value }: { key: string; value: string }) =>
    key === 'procname'
      ? [
          { key, value: clusterName },
          { key: 'replaceProc', value },
          { key: 'replaceCluster', value: present.clusterName },
        ]
      : /^replace/.test(key)
        ? []
        : [{ key, value }],
  );
  const optional = ['capacityConfiguration', 'scalingGroupConfiguration', 'savedownStorageConfiguration'];
  const [entry] = present.databases;
  const newest = await service.call('ListKxChangesets', { ...inside(), ...DATABASE, maxResults: 1 });
  const database =
    entry.dataviewConfiguration === undefined
      ? { databaseName: entry.databaseName, changesetId: newest.kxChangesets[0].changesetId }
      : { databaseName: entry.databaseName, dataviewName: entry.dataviewConfiguration.dataviewName };
  return {
    ...inside(),
    ...{ clusterName, clusterType, releaseLabel, vpcConfiguration, code, executionRole, azMode, availabilityZoneId },
    ...{ initializationScript: present.initializationScript, commandLineArguments, databases: [database] },
    clusterDescription: `cluster for process ${clusterName}`,
    ...Object.fromEntries(optional.filter((member) => member in present).map((member) => [member, present[member]])),
  };
}

test.each(['rdb', 'wdb'])(
  'an alarm creates a successor of the newest %s cluster from its settings',
  async (prefix) => {
    const { kxClusterSummaries } = await service.call('ListKxClusters', { ...inside(), clusterType: 'RDB' });
    const [newest] = kxClusterSummaries
      .filter(({ clusterName }: Reply) => clusterName.startsWith(prefix))
      .toSorted((a: Reply, b: Reply) => b.createdTimestamp.localeCompare(a.createdTimestamp));
    const number = (Number(newest.clusterName.slice(prefix.length)) % MODULO) + 1;
    expect(number).toBe(2);
    const present = await service.call('GetKxCluster', cluster(newest.clusterName));
    await service.call('CreateKxCluster', await successorOf(present, `${prefix}${number}`));
    const { reply } = await running(`${prefix}${number}`);
    expect(reply.commandLineArguments).toEqual(
      expect.arrayContaining([
        { key: 'procname', value: `${prefix}2` },
        { key: 'replaceProc', value: `${prefix}1` },
        { key: 'replaceCluster', value: `${prefix}1` },
      ]),
    );
  },
  240_000,
);

test('the script detects a name conflict by its message, and uses the next number', async () => {
  const existing = await service.call('GetKxCluster', cluster('rdb2'));
  const { code, detail } = await refusal(service.call('CreateKxCluster', await successorOf(existing, 'rdb2')));
  expect(code).toBe('Conflict');
  const [, name = ''] = /Cluster already exists with alias: ([a-zA-Z]+[0-9]*)/.exec(detail) ?? [];
  expect(name).toBe('rdb2');
  const next = name.replace(/\d+/, (digits) => String((Number(digits) % MODULO) + 1));
  await service.call('CreateKxCluster', await successorOf(existing, next));
  const { reply } = await running('rdb3');
  expect(reply.commandLineArguments.filter(({ key }: Reply) => key === 'replaceCluster')).toHaveLength(1);
}, 240_000);

test('a user gets a connection string for the ARN that GetKxUser returns', async () => {
  const user = { ...inside(), userName: 'finTorq_user' };
  await service.call('CreateKxUser', { ...user, iamRole: ROLE });
  const { userArn, iamRole } = await service.call('GetKxUser', user);
  expect(iamRole).toBe(ROLE);
  const { signedConnectionString } = await service.call('GetKxConnectionString', { ...cluster('gateway1'), userArn });
  expect(signedConnectionString).toMatch(/^:tcps:\/\//);
});

test('the script deletes a cluster and recognizes by the not-found error that it is gone', async () => {
  await service.call('DeleteKxCluster', cluster('gateway1'));
  const { statuses } = await poll(service, 'GetKxCluster', cluster('gateway1'), { until: GONE });
  expect(statuses).toEqual(['DELETING', GONE]);
}, 240_000);
