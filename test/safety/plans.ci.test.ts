import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeOf } from '../../src/kinds/index.ts';
import { type Call, OPERATION_NAMES, type OperationName, operationNamed } from '../../src/operations/index.ts';
import { itemText } from '../../src/safety/item-text.ts';
import { type Plan, planCall } from '../../src/safety/plan.ts';
import type { Item } from '../../src/safety/plan-parts.ts';
import { answering, type Embedded, HOUR, type Members, openEmbedded, spyOn } from './support/backend.ts';
import { type EnvironmentBuilder, openBuilder } from './support/call-environment-builder.ts';
import { openGuard, PLACE } from './support/guard.ts';
import { possibleDeletions, TARGETED } from './support/targets.ts';

const planned = async (call: Call, operation: OperationName, input: Members) =>
  (await planCall({ call, backendLocation: PLACE }, operation, input, 'ann')) as Plan;
const outcomeOf = (call: Call, operation: OperationName, input: Members) =>
  call(operation, input as never).then(
    () => 'done',
    ({ fields }) => fields.code as string,
  );
const texts = (items: readonly Item[]) => items.map(itemText);

it('every operation except reads has rules, and an impact if it has a target', () => {
  const known = OPERATION_NAMES.filter((name) => changeOf(name) !== undefined);
  expect(known).toEqual(OPERATION_NAMES.filter((name) => operationNamed(name).risk !== 'read'));
  expect(TARGETED.filter((name) => changeOf(name)?.change.impact === undefined)).toEqual([]);
  expect(TARGETED).not.toEqual([]);
});

describe('plans on the demo world', () => {
  let world: Embedded;
  beforeAll(async () => {
    world = await openEmbedded('demo', 'realistic');
  });
  afterAll(() => world.close());

  it('of deletions have blockers exactly when the service rejects the call', async () => {
    const deletions = await possibleDeletions(world.call);
    const plans = await Promise.all(deletions.map(({ operation, input }) => planned(world.call, operation, input)));
    const pairs = deletions.map((deletion, at) => ({ ...deletion, plan: plans[at] as Plan }));
    const blocked = pairs.filter(({ plan }) => plan.blockers.length > 0);
    expect(blocked.length).toBeGreaterThan(5);
    for (const { operation, input } of blocked)
      expect(await outcomeOf(world.call, operation, input), `${operation} ${JSON.stringify(input)}`).toMatch(
        /^(?:Conflict|Validation)$/,
      );
    const free = pairs.filter(({ plan }) => plan.blockers.length === 0);
    for (const { operation, input } of free.toSorted((a, b) => RANK(a.operation) - RANK(b.operation)))
      expect(await outcomeOf(world.call, operation, input), `${operation} ${JSON.stringify(input)}`).toBe('done');
  });
});

/** Nodes before their clusters; the rest in any order. */
const RANK = (operation: OperationName) => (operation === 'DeleteKxClusterNode' ? 0 : 1);

describe('plans on a world whose entities depend on each other', () => {
  let backend: Embedded;
  let builder: EnvironmentBuilder;
  let call: Call;
  let environmentId: string;
  beforeAll(async () => {
    backend = await openEmbedded();
    call = backend.call;
    builder = await openBuilder(call);
    environmentId = builder.environmentId;
    await builder.database('trades');
    await builder.changeset('trades');
    await builder.database('unused');
    for (const name of ['fast', 'logs', 'spare']) await builder.volume(name);
    await builder.group('hosts');
    await builder.user('ann');
    await builder.dataview('view', {
      autoUpdate: true,
      segmentConfigurations: [{ dbPaths: ['/*'], volumeName: 'fast' }],
    });
    await builder.dataview('idle', { autoUpdate: true });
    await builder.cluster('history', {
      clusterType: 'HDB',
      scalingGroupConfiguration: { scalingGroupName: 'hosts', memoryReservation: 6, nodeCount: 2 },
      databases: [{ databaseName: 'trades', dataviewName: 'view' }],
    });
    await builder.cluster('ticker', {
      clusterType: 'TICKERPLANT',
      scalingGroupConfiguration: { scalingGroupName: 'hosts', memoryReservation: 6, nodeCount: 1 },
      tickerplantLogConfiguration: { tickerplantLogVolumes: ['logs'] },
      code: { s3Bucket: 'bucket', s3Key: 'tick.zip' },
    });
  });
  afterAll(() => backend.close());

  const blockers = async (operation: OperationName, input: Members) => {
    const plan = await planned(call, operation, { environmentId, ...input });
    return plan.blockers.map(({ item, first }) => `${itemText(item)}: ${first}`);
  };
  const mount = 'Delete it with delete_kx_cluster, or make it mount something else with update_kx_cluster_databases.';
  const history = 'cluster "history" ("HDB, RUNNING")';
  const ticker = 'cluster "ticker" ("TICKERPLANT, RUNNING")';

  it('block the deletion of a database by clusters that mount it and by its dataviews', async () => {
    expect(await blockers('DeleteKxDatabase', { databaseName: 'trades' })).toEqual([
      `${history}: Delete it with delete_kx_cluster.`,
      'dataview "idle" ("of trades, ACTIVE"): Delete it with delete_kx_dataview.',
      'dataview "view" ("of trades, ACTIVE"): Delete it with delete_kx_dataview.',
    ]);
    expect(await blockers('DeleteKxDatabase', { databaseName: 'unused' })).toEqual([]);
    const { lost } = await planned(call, 'DeleteKxDatabase', { environmentId, databaseName: 'trades' });
    expect(texts(lost)).toEqual([
      expect.stringMatching(/^data "trades" \("[\d.]+ [kMGT]?B in \d+ files?, 1 changeset"\)$/),
    ]);
  });

  it('block the deletion of a dataview by clusters that mount a version of it', async () => {
    const of = (dataviewName: string) => ({ databaseName: 'trades', dataviewName });
    expect(await blockers('DeleteKxDataview', of('view'))).toEqual([`${history}: ${mount}`]);
    expect(await blockers('DeleteKxDataview', of('idle'))).toEqual([]);
    const { lost } = await planned(call, 'DeleteKxDataview', { environmentId, ...of('idle') });
    expect(texts(lost)).toEqual(['1 version']);
  });

  it('block the deletion of a volume by clusters and dataviews, each under its own name', async () => {
    expect(await blockers('DeleteKxVolume', { volumeName: 'fast' })).toEqual([
      `${history}: ${mount}`,
      'dataview "view" ("of trades, ACTIVE"): Delete it with delete_kx_dataview, or move its segments to another volume with update_kx_dataview.',
    ]);
    expect(await blockers('DeleteKxVolume', { volumeName: 'logs' })).toEqual([
      `${ticker}: Delete it with delete_kx_cluster.`,
    ]);
    expect(await blockers('DeleteKxVolume', { volumeName: 'spare' })).toEqual([]);
    const { lost } = await planned(call, 'DeleteKxVolume', { environmentId, volumeName: 'spare' });
    expect(texts(lost)).toEqual(['storage "spare" ("everything on 1200 GB of SSD_1000")']);
  });

  it('block the deletion of a scaling group by its clusters', async () => {
    expect(await blockers('DeleteKxScalingGroup', { scalingGroupName: 'hosts' })).toEqual([
      `${history}: Delete it with delete_kx_cluster.`,
      `${ticker}: Delete it with delete_kx_cluster.`,
    ]);
    const { lost } = await planned(call, 'DeleteKxScalingGroup', { environmentId, scalingGroupName: 'hosts' });
    expect(texts(lost)).toEqual(['host "kx.sg.4xlarge"']);
  });

  it('show that a cluster loses its nodes, and their memory if it is not on disk', async () => {
    const of = async (clusterName: string) =>
      texts((await planned(call, 'DeleteKxCluster', { environmentId, clusterName })).lost);
    expect(await of('history')).toEqual(['2 nodes']);
    expect(await of('ticker')).toEqual(['unsaved data in memory (1 node)']);
  });

  it('show that a cluster loses its cache and savedown storage', async () => {
    const rich = answering(call, (name, reply) =>
      name === 'GetKxCluster'
        ? {
            ...reply,
            clusterType: 'RDB',
            cacheStorageConfigurations: [{ type: 'CACHE_1000', size: 1200 }],
            savedownStorageConfiguration: { type: 'SDS01', size: 400 },
          }
        : reply,
    );
    const { lost } = await planned(rich, 'DeleteKxCluster', { environmentId, clusterName: 'history' });
    expect(texts(lost)).toEqual([
      'unsaved data in memory (2 nodes)',
      'cache "CACHE_1000" ("1200 GB")',
      'savedown storage "SDS01" ("400 GiB, with any data that is not loaded yet")',
    ]);
  });

  it('show which of its nodes a cluster loses', async () => {
    const { nodes = [] } = await call('ListKxClusterNodes', { environmentId, clusterName: 'history' });
    const nodeId = String(nodes[0]?.nodeId);
    const node = { environmentId, clusterName: 'history', nodeId };
    const { lost, interrupted } = await planned(call, 'DeleteKxClusterNode', node);
    expect(texts(lost)).toEqual([`node "${nodeId}"`]);
    expect(texts(interrupted)).toEqual(['cluster "history" ("1 of its 2 nodes")']);
    expect(await planned(call, 'DeleteKxClusterNode', { ...node, nodeId: 'gone' })).toBeUndefined();
    const deletedSince: Call = (name, members, options) =>
      call(name, name === 'GetKxCluster' ? { ...members, clusterName: 'gone' } : members, options);
    expect((await planned(deletedSince, 'DeleteKxClusterNode', node)).lost).toEqual(lost);
  });

  it('show that a user loses access', async () => {
    const { lost } = await planned(call, 'DeleteKxUser', { environmentId, userName: 'ann' });
    expect(texts(lost)).toEqual(['access of user "ann" ("role kdb-quant of account 111122223333")']);
  });

  it('allow a volume to grow but not to shrink, and interrupt its users', async () => {
    const grown = (size: number, volumeName: string) => ({
      environmentId,
      volumeName,
      nas1Configuration: { type: 'SSD_1000', size },
    });
    expect(await blockers('UpdateKxVolume', grown(600, 'fast'))).toEqual([
      'volume "fast" ("1200 GB of SSD_1000"): A volume can only grow: request a larger size.',
    ]);
    expect(await blockers('UpdateKxVolume', grown(2400, 'fast'))).toEqual([]);
    const interrupted = async (name: string) =>
      texts((await planned(call, 'UpdateKxVolume', grown(2400, name))).interrupted);
    expect(await interrupted('fast')).toEqual([history, 'dataview "view" ("of trades, ACTIVE")']);
    expect(await interrupted('logs')).toEqual([ticker]);
    const creating = answering(call, (name, reply) =>
      name === 'GetKxVolume' ? { ...reply, status: 'CREATING', nas1Configuration: undefined } : reply,
    );
    const { blockers: held } = await planned(creating, 'UpdateKxVolume', grown(2400, 'spare'));
    expect(texts(held.map(({ item }) => item))).toEqual(['volume "spare" ("CREATING")']);
  });

  it.each([
    [undefined, 'its 2 nodes restart one after another'],
    ['ROLLING', 'its 2 nodes restart one after another'],
    ['FORCE', 'all 2 nodes stop at once'],
    ['NO_RESTART', undefined],
  ])('show the interruption of a cluster by its deployment strategy: %s', async (deploymentStrategy, how) => {
    const input = {
      environmentId,
      clusterName: 'history',
      databases: [],
      ...(deploymentStrategy === undefined ? {} : { deploymentConfiguration: { deploymentStrategy } }),
    };
    const { interrupted } = await planned(call, 'UpdateKxClusterDatabases', input);
    expect(texts(interrupted)).toEqual(how === undefined ? [] : [`cluster "history" ("${how}")`]);
    const updating = answering(call, (name, reply) =>
      name === 'GetKxCluster' ? { ...reply, status: 'UPDATING', clusterType: 'GP' } : reply,
    );
    const { blockers: held } = await planned(updating, 'UpdateKxClusterCodeConfiguration', input);
    expect(held).toMatchObject([
      {
        item: { detail: 'UPDATING' },
        first: 'It must be RUNNING: wait_for_kx_entity (kind cluster, until RUNNING).',
      },
    ]);
  });

  it('block the deletion of an environment by its clusters, and show everything else as lost', async () => {
    expect(await blockers('DeleteKxEnvironment', {})).toEqual([
      `${history}: Delete it with delete_kx_cluster.`,
      `${ticker}: Delete it with delete_kx_cluster.`,
    ]);
    const { lost } = await planned(call, 'DeleteKxEnvironment', { environmentId });
    expect(lost.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'database trades',
      'database unused',
      'dataview idle',
      'dataview view',
      'volume fast',
      'volume logs',
      'volume spare',
      'scaling group hosts',
      'user ann',
    ]);
    const vague = answering(call, (name, reply) =>
      name === 'GetKxVolume' ? { ...reply, nas1Configuration: undefined } : reply,
    );
    const unsized = (await planned(vague, 'DeleteKxEnvironment', { environmentId })).lost;
    expect(texts(unsized.filter(({ kind }) => kind === 'volume'))[0]).toBe('volume "fast"');
  });

  it('ignore clusters that are being deleted', async () => {
    const leaving = answering(call, (name, reply) => {
      if (name === 'ListKxClusters')
        return {
          kxClusterSummaries: (reply['kxClusterSummaries'] as Members[]).map((one) => ({ ...one, status: 'DELETING' })),
        };
      if (name === 'GetKxVolume')
        return { ...reply, attachedClusters: [{ clusterName: 'ticker', clusterStatus: 'DELETING' }] };
      return reply;
    });
    for (const [operation, input] of [
      ['DeleteKxEnvironment', {}],
      ['DeleteKxVolume', { volumeName: 'logs' }],
      ['DeleteKxScalingGroup', { scalingGroupName: 'hosts' }],
      ['DeleteKxDataview', { databaseName: 'trades', dataviewName: 'view' }],
    ] as [OperationName, Members][])
      expect((await planned(leaving, operation, { environmentId, ...input })).blockers, operation).toEqual([]);
  });

  it('request no approval for a blocked call, and name an order that works', async () => {
    const spy = spyOn(call);
    const guard = await openGuard({ call: spy.call, clock: backend.clock });
    const attempt = { tool: 'delete_kx_database', arguments: { environmentId, databaseName: 'trades' } };
    const outcome = await guard.attempt(attempt);
    expect(outcome).toMatchObject({ kind: 'refused', text: expect.stringContaining('no approval was requested') });
    const said = outcome.kind === 'refused' ? outcome.text : '';
    const order = [...said.matchAll(/^\d+\. (\w+) "(\w+)".*: Delete it with (\w+)/gm)].map(([, kind, name, tool]) => ({
      kind,
      name,
      tool,
    }));
    expect(order).toHaveLength(3);
    for (const { kind, name, tool } of order) {
      const given = kind === 'cluster' ? { clusterName: name } : { databaseName: 'trades', dataviewName: name };
      const form = await guard.attempt({ tool: String(tool), arguments: { environmentId, ...given } });
      const state = form.kind === 'asked' ? form.state : '';
      const answers = { approval: { action: 'accept', content: { name } } };
      expect(
        await guard.attempt({ tool: String(tool), arguments: { environmentId, ...given }, state, answers }),
      ).toMatchObject({ kind: 'done' });
      backend.clock.advance(HOUR);
    }
    expect((await guard.attempt(attempt)).kind).toBe('asked');
    await guard.close();
  });
});
