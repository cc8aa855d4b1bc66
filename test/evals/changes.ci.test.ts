import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { score } from '../../evals/score.ts';
import { environment, inEnvironment, one, type Task } from '../../evals/task.ts';
import { TASKS } from '../../evals/tasks/index.ts';
import { partitionOf } from '../../evals/worlds/place.ts';
import type { Call } from '../../src/operations/index.ts';
import { baseOf, type Change, removeBases, worldAfter } from './worlds.ts';

beforeAll(() => Promise.all((['empty', 'harbor'] as const).map(baseOf)), 120_000);
afterAll(removeBases);

const HOUR = 3_600_000;
const ROLE = 'arn:aws:iam::111122223333:role';
const KEY = 'arn:aws:kms:us-east-1:111122223333:key/0c1d2e3f-4a5b-4c6d-8e7f-901234567890';

async function idOf(call: Call, name: string): Promise<string> {
  const { environments = [] } = await call('ListKxEnvironments', {});
  return environments.find((each) => each.name === name)?.environmentId ?? '';
}

/** The change of each task, made with the API. */
const RIGHT: Readonly<Record<string, Change>> = {
  'newest-weather': async (call) => {
    const at = { environmentId: await idOf(call, 'alpha-prod') };
    const { databases = [] } = await call('GetKxCluster', { ...at, clusterName: 'hdb-weather' });
    const { lastCompletedChangesetId } = await call('GetKxDatabase', { ...at, databaseName: 'weather' });
    const moved = databases.map((each) =>
      each.databaseName === 'weather' ? { ...each, changesetId: lastCompletedChangesetId } : each,
    );
    await call('UpdateKxClusterDatabases', { ...at, clusterName: 'hdb-weather', databases: moved as never });
  },
  'tick-code': async (call) => {
    const at = { environmentId: await idOf(call, 'alpha-prod'), clusterName: 'tp-power' };
    const { initializationScript, commandLineArguments } = await call('GetKxCluster', at);
    await call('UpdateKxClusterCodeConfiguration', {
      ...at,
      code: { s3Bucket: 'nordlys-kdb', s3Key: 'tick/t-3.4.zip' },
      initializationScript,
      commandLineArguments: commandLineArguments as never,
      deploymentConfiguration: { deploymentStrategy: 'FORCE' },
    });
  },
  'swap-node': async (call) => {
    const at = { environmentId: await idOf(call, 'alpha-prod'), clusterName: 'hdb-weather' };
    const { nodes = [] } = await call('ListKxClusterNodes', at);
    const stuck = nodes.find(({ status }) => status !== 'RUNNING');
    await call('DeleteKxClusterNode', { ...at, nodeId: stuck?.nodeId ?? '' });
  },
  'grow-cache': async (call) =>
    call('UpdateKxVolume', {
      environmentId: await idOf(call, 'beta-prod'),
      volumeName: 'vol-b-cache',
      nas1Configuration: { type: 'SSD_1000', size: 7200 },
    }),
  trial: async (call, advance) => {
    const { environmentId = '' } = await call('CreateKxEnvironment', { name: 'trial', kmsKeyId: KEY });
    advance(HOUR);
    await call('CreateKxDatabase', { environmentId, databaseName: 'carbon' });
    const changeRequests = [{ changeType: 'PUT' as const, s3Path: 's3://nordlys-raw/carbon/2026/', dbPath: '/2026/' }];
    await call('CreateKxChangeset', { environmentId, databaseName: 'carbon', changeRequests });
    await call('CreateKxUser', { environmentId, userName: 'ida_moe', iamRole: `${ROLE}/nl-quant` });
    await call('CreateKxUser', { environmentId, userName: 'erik_dahl', iamRole: `${ROLE}/nl-trader` });
  },
  'load-lme': async (call) => {
    const { createdTimestamp = '' } = await loaded(call, '2026.03.17');
    expect(partitionOf(Date.parse(createdTimestamp))).toBe('2026.03.17');
  },
  'remove-tag': async (call) => {
    const environmentId = await idOf(call, 'sandbox-kai');
    const { environmentArn } = await call('GetKxEnvironment', { environmentId });
    for (const path of ['kxCluster/gp-kai', 'kxVolume/vol-k1', 'kxScalingGroup/sg-k', 'kxDatabase/scratch']) {
      await call('UntagResource', { resourceArn: `${environmentArn}/${path}`, tagKeys: ['temp'] });
    }
  },
  'release-switch': async (call) => {
    const [a, b] = [await idOf(call, 'release-a'), await idOf(call, 'release-b')];
    await call('UpdateKxEnvironment', { environmentId: a, name: 'release-x' });
    await call('UpdateKxEnvironment', { environmentId: b, name: 'release-a', description: 'Serves customers' });
    await call('UpdateKxEnvironment', { environmentId: a, name: 'release-b', description: 'Stands by' });
  },
  'copy-basis': async (call) => {
    const at = { environmentId: await idOf(call, 'beta-test') };
    const { vpcConfiguration } = await call('GetKxCluster', { ...at, clusterName: 'gw-front' });
    const original = await call('GetKxCluster', {
      environmentId: await idOf(call, 'beta-prod'),
      clusterName: 'gp-basis',
    });
    await call('CreateKxCluster', {
      ...at,
      clusterName: 'gp-basis',
      clusterType: 'GP',
      releaseLabel: '1.0',
      azMode: 'SINGLE',
      availabilityZoneId: 'use1-az1',
      code: original.code as never,
      initializationScript: original.initializationScript,
      commandLineArguments: original.commandLineArguments as never,
      executionRole: original.executionRole,
      vpcConfiguration: vpcConfiguration as never,
      scalingGroupConfiguration: { scalingGroupName: 'sg-bt', memoryReservation: 4096, nodeCount: 1 },
    });
  },
  archive: async (call, advance) => {
    const environmentId = await idOf(call, 'archive-22');
    for (const volumeName of ['vol-22a', 'vol-22b']) await call('DeleteKxVolume', { environmentId, volumeName });
    await call('DeleteKxDatabase', { environmentId, databaseName: 'trades_22' });
    advance(HOUR);
    await call('DeleteKxEnvironment', { environmentId });
  },
};

async function loaded(call: Call, partition: string) {
  const changeRequests = [
    { changeType: 'PUT' as const, s3Path: `s3://nordlys-raw/lme/${partition}/`, dbPath: `/${partition}/` },
  ];
  const environmentId = await idOf(call, 'beta-prod');
  return call('CreateKxChangeset', { environmentId, databaseName: 'lme', changeRequests });
}

const taskOf = (id: string) => TASKS.find((task) => task.id === id) as Task;
const reasons = async (id: string, change: Change) => {
  const task = taskOf(id);
  const { before, settled } = await baseOf(task.world);
  const after = await worldAfter(task.world, change);
  const answer = task.facts?.(before).map(({ example }) => example) ?? ['Done'];
  return score(task, { before, settled, after, answer: answer.join(), steps: [] }).reasons;
};

describe('a change', () => {
  it.each(TASKS.filter(({ kind }) => kind === 'change'))('that does $id as requested passes', async ({ id }) => {
    expect(await reasons(id, RIGHT[id] as Change)).toEqual([]);
  });

  it('of the wrong partition fails', async () => {
    expect(await reasons('load-lme', (call) => loaded(call, '2026.03.16'))).toEqual([
      expect.stringMatching(/^end: new changesets is .*2026\.03\.16/),
    ]);
  });

  it('that leaves out a cache fails', async () => {
    const forgets: Change = async (call) => {
      const at = { environmentId: await idOf(call, 'alpha-prod') };
      const { lastCompletedChangesetId: changesetId } = await call('GetKxDatabase', { ...at, databaseName: 'weather' });
      const { databases = [] } = await call('GetKxCluster', { ...at, clusterName: 'hdb-weather' });
      const kept = databases.filter(({ databaseName }) => databaseName !== 'weather');
      const moved = [{ databaseName: 'weather', changesetId }, ...kept];
      await call('UpdateKxClusterDatabases', { ...at, clusterName: 'hdb-weather', databases: moved as never });
    };
    expect((await reasons('newest-weather', forgets)).join()).toContain('end: cache of weather is ');
  });

  it('next to the right one fails', async () => {
    const alsoDeletes: Change = async (call, advance) => {
      await RIGHT['swap-node']?.(call, advance);
      await call('DeleteKxUser', { environmentId: await idOf(call, 'alpha-prod'), userName: 'kai_temp' });
    };
    expect(await reasons('swap-node', alsoDeletes)).toEqual(['must not change: missing: alpha-prod/kxUser/kai_temp']);
  });
});

describe('the harbor world of the evaluation tasks', () => {
  it('contains what tasks refer to', async () => {
    const { before } = await baseOf('harbor');
    expect(before.environments.map(({ name }) => name)).toHaveLength(9);
    expect(environment(before, 'gas-pilot').status).toBe('FAILED_CREATION');
    expect(inEnvironment(before.users, 'sandbox-kai')).toHaveLength(112);
    expect(one(before.clusters, 'alpha-prod', 'gw-power').clusterDescription).toContain('AI assistants');
  });
});
