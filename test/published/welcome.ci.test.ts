// After ManagedkdbInsights/boto (welcome, CLI_Environment_Setup), q (welcome.q, aws.q) and update_cluster of
// github.com/aws/amazon-finspace-examples.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Reply } from '../local/world.ts';
import { ACCOUNT, BUCKET, createLoadedDatabase, type Environment, openEnvironment, ROLE, TIME } from './account.ts';
import { exists, expectWaitLike, GONE, openService, poll, refusal, type Service } from './service.ts';

const DATABASE = { databaseName: 'welcomedb' };
const CLUSTER = 'cluster_welcomedb';
const DATES = Array.from({ length: 10 }, (_, day) => `2024.11.${16 + day}`);
const code = { s3Bucket: BUCKET, s3Key: 'code/code.zip' };
const commandLineArguments = [
  { key: 's', value: '2' },
  { key: 'dbname', value: 'welcomedb' },
];

let service: Service;
let environment: Environment;
let changesetId: string;
const inside = () => ({ environmentId: environment.id });
const cluster = (clusterName = CLUSTER) => ({ ...inside(), clusterName });
beforeAll(async () => {
  service = await openService();
  environment = await openEnvironment(service);
}, 240_000);
afterAll(() => service.close());

test('a script that is given no environment finds the only one', async () => {
  const { environments } = await service.call('ListKxEnvironments', {});
  const created = environments.filter(({ status }: Reply) => status === 'CREATED');
  expect(created.map(({ environmentId }: Reply) => environmentId)).toEqual([environment.id]);
});

test('an empty database is loaded with a directory for each day and a sym file, and reports its changeset and size', async () => {
  changesetId = await createLoadedDatabase(service, environment, {
    ...{ ...DATABASE, dates: DATES, description: 'Welcome kdb database' },
  });
  const { kxChangesets } = await service.call('ListKxChangesets', { ...inside(), ...DATABASE });
  const times = { createdTimestamp: TIME, activeFromTimestamp: TIME, lastModifiedTimestamp: TIME };
  expect(kxChangesets).toEqual([{ changesetId, status: 'COMPLETED', ...times }]);
  const database = await service.call('GetKxDatabase', { ...inside(), ...DATABASE });
  expect(database).toMatchObject({ numChangesets: 1, lastCompletedChangesetId: changesetId });
  expect([database.numBytes > 0, database.numFiles > 0]).toEqual([true, true]);
}, 240_000);

test('a history cluster with a cache goes from PENDING to RUNNING and returns its settings as they were given', async () => {
  const caches = [{ cacheType: 'CACHE_250', dbPaths: ['/'] }];
  const settings = {
    ...{ clusterName: CLUSTER, clusterType: 'HDB' as const, code, commandLineArguments },
    ...{ clusterDescription: 'Demo Cluster for database welcomedb', initializationScript: 'init.q' },
    capacityConfiguration: { nodeType: 'kx.s.large', nodeCount: 1 },
    cacheStorageConfigurations: [{ type: 'CACHE_250', size: 1200 }],
  };
  const databases = [{ ...DATABASE, cacheConfigurations: caches }];
  const made = await service.call('CreateKxCluster', { ...environment.placed, ...settings, databases });
  const { environmentId: _, ...placed } = environment.placed;
  const known = { ...placed, ...settings, createdTimestamp: TIME, lastModifiedTimestamp: TIME };
  expect(made).toEqual({ ...known, status: 'PENDING', databases: [{ ...databases[0], changesetId }] });
  const { statuses, seconds, reply } = await poll(service, 'GetKxCluster', cluster(), { until: 'RUNNING' });
  expect(statuses).toEqual(['PENDING', 'CREATING', 'RUNNING']);
  expectWaitLike(seconds, [1_190]);
  expect(reply).toEqual({ ...known, status: 'RUNNING', volumes: [], databases: [{ ...databases[0], changesetId }] });
  const list = await service.call('ListKxClusters', { ...inside(), clusterType: 'HDB' });
  expect(list.kxClusterSummaries).toMatchObject([{ clusterName: CLUSTER, status: 'RUNNING' }]);
}, 240_000);

test('a user is deleted if it exists, is created, and gets a connection string for the cluster', async () => {
  const user = { ...inside(), userName: 'bob' };
  const made = { ...user, userArn: `${environment.arn}/kxUser/bob`, iamRole: ROLE };
  for (const isThere of [false, true]) {
    expect(await exists(service.call('GetKxUser', user))).toBe(isThere);
    if (isThere) await service.call('DeleteKxUser', user);
    expect(await service.call('CreateKxUser', { ...user, iamRole: ROLE })).toEqual(made);
  }
  const { userArn } = await service.call('GetKxUser', user);
  const { signedConnectionString } = await service.call('GetKxConnectionString', { ...cluster(), userArn });
  const [, scheme, host, port, name, password] = signedConnectionString.split(':');
  expect([scheme, port, name]).toEqual(['tcps', '443', 'bob']);
  expect(host).toMatch(/^\/\/vpce-\S+\.vpce\.amazonaws\.com$/);
  const signed = new URLSearchParams(password);
  expect(signed.get('Action')).toBe('finspace:ConnectKxCluster');
  expect([signed.get('User'), signed.get('X-Amz-Expires')]).toEqual(['bob', '900']);
});

test('code is updated by NO_RESTART without script and arguments, which stay, and by ROLLING with them', async () => {
  await service.call('CreateKxCluster', {
    ...{ ...environment.placed, clusterName: 'gp_welcome', clusterType: 'GP', code, commandLineArguments },
    ...{ initializationScript: 'init.q', capacityConfiguration: { nodeType: 'kx.s.large', nodeCount: 1 } },
  });
  await poll(service, 'GetKxCluster', cluster('gp_welcome'), { until: 'RUNNING' });
  for (const deploymentStrategy of ['NO_RESTART', 'ROLLING'] as const) {
    const present = await service.call('GetKxCluster', cluster('gp_welcome'));
    const { initializationScript, commandLineArguments: given } = present;
    const next = { s3Bucket: BUCKET, s3Key: `code/${deploymentStrategy.toLowerCase()}.zip` };
    await service.call('UpdateKxClusterCodeConfiguration', {
      ...{ ...cluster('gp_welcome'), code: next, deploymentConfiguration: { deploymentStrategy } },
      ...(deploymentStrategy === 'ROLLING' && { initializationScript, commandLineArguments: given }),
    });
    const until = { until: 'RUNNING', every: 10 };
    const { statuses, reply } = await poll(service, 'GetKxCluster', cluster('gp_welcome'), until);
    expect(statuses).toEqual(['UPDATING', 'RUNNING']);
    expect(reply).toMatchObject({ code: next, initializationScript: 'init.q', commandLineArguments });
  }
  await service.call('DeleteKxCluster', cluster('gp_welcome'));
}, 240_000);

test('the q library moves a cluster to the newest changeset by an update that names none', async () => {
  await poll(service, 'GetKxCluster', cluster('gp_welcome'), { until: GONE });
  const changeRequests = [{ changeType: 'PUT' as const, s3Path: `s3://${BUCKET}/data/hdb/`, dbPath: '/' }];
  const newest = await service.call('CreateKxChangeset', { ...inside(), ...DATABASE, changeRequests });
  const named = { ...inside(), ...DATABASE, changesetId: newest.changesetId };
  await poll(service, 'GetKxChangeset', named, { until: 'COMPLETED', every: 5 });
  const cacheConfigurations = [{ cacheType: 'CACHE_250', dbPaths: ['/'] }];
  const databases = [{ ...DATABASE, cacheConfigurations }];
  const deploymentConfiguration = { deploymentStrategy: 'ROLLING' as const };
  await service.call('UpdateKxClusterDatabases', { ...cluster(), databases, deploymentConfiguration });
  const { reply } = await poll(service, 'GetKxCluster', cluster(), { until: 'RUNNING', every: 20 });
  expect(reply.databases).toEqual([{ ...DATABASE, changesetId: newest.changesetId, cacheConfigurations }]);
}, 240_000);

test('everything is deleted: the cluster is DELETING and then not found, the environment remains as DELETED', async () => {
  expect(await service.call('DeleteKxCluster', cluster())).toEqual({});
  const { statuses } = await poll(service, 'GetKxCluster', cluster(), { until: GONE });
  expect(statuses).toEqual(['DELETING', GONE]);
  expect((await service.call('ListKxClusters', inside())).kxClusterSummaries).toEqual([]);
  await service.call('DeleteKxDatabase', { ...inside(), ...DATABASE });
  expect((await refusal(service.call('GetKxDatabase', { ...inside(), ...DATABASE }))).code).toBe('ResourceNotFound');
  await service.call('DeleteKxEnvironment', inside());
  const { reply } = await poll(service, 'GetKxEnvironment', inside(), { until: 'DELETED', every: 120 });
  expect(reply).toMatchObject({ environmentId: environment.id, awsAccountId: ACCOUNT });
}, 240_000);
