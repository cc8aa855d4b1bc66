import { describe, expect, test } from 'vitest';
import { environmentGraph } from '../../src/inventory/graph.ts';
import { environmentMermaid } from '../../src/inventory/mermaid.ts';
import { inDatabase } from '../local/collections.ts';
import { HOUR, MINUTE, WORLD } from '../safety/support/backend.ts';
import { alter, collectionOf, here, on, preview, previewFixture } from '../safety/support/preview.ts';
import { caller, names, type Rows } from './demo-tools.ts';

const fixture = previewFixture();

const CLUSTERS = ['history', 'realtime'];

/** A cluster on a dataview and one with a savedown volume, the only ones in the environment, during or after their deletion. */
async function withDeletions(status: 'DELETING' | 'DELETE_FAILED') {
  const { backend, builder } = fixture;
  await builder.database('quotes');
  await builder.cluster('history', {
    clusterType: 'HDB',
    ...on('hosts'),
    databases: [{ databaseName: 'trades', dataviewName: 'view' }],
  });
  await builder.cluster('realtime', {
    clusterType: 'RDB',
    ...on('hosts'),
    databases: [{ databaseName: 'quotes' }],
    savedownStorageConfiguration: { volumeName: 'spare' },
  });
  backend.clock.advance(HOUR);
  for (const clusterName of CLUSTERS) {
    await backend.call('DeleteKxCluster', here({ clusterName }) as never);
    const due = backend.clock.now() + 5 * MINUTE;
    await alter(collectionOf('kxCluster'), clusterName, { due, plannedFailure: { reason: 'no answer' } });
  }
  if (status === 'DELETE_FAILED') backend.clock.advance(HOUR);
  for (const clusterName of CLUSTERS)
    expect(await backend.call('GetKxCluster', here({ clusterName }) as never)).toMatchObject({ status });
}

const use = (name: string, args = {}) =>
  caller(fixture.backend.call)(name, { environment: fixture.builder.environmentId, ...args });

describe.each(['DELETING', 'DELETE_FAILED'] as const)('what clusters that are %s refer to', (status) => {
  test('is unused in answers, as in the plans of its deletion', async () => {
    await withDeletions(status);
    const { data } = await use('find_kx_problems', { problem: 'unused' });
    expect(names(data['problems'], 'entity').toSorted()).toEqual([
      'database:quotes',
      'dataview:trades/view',
      'scaling-group:hosts',
      'volume:spare',
    ]);
    for (const [operation, input] of [
      ['DeleteKxDatabase', { databaseName: 'quotes' }],
      ['DeleteKxDataview', { databaseName: 'trades', dataviewName: 'view' }],
      ['DeleteKxScalingGroup', { scalingGroupName: 'hosts' }],
      ['DeleteKxVolume', { volumeName: 'spare' }],
    ] as const)
      expect(await preview(operation, here(input))).toMatchObject({ blocked: false });
  });

  test('has no dependents, and its answers and pictures agree', async () => {
    await withDeletions(status);
    const about = await use('what_depends_on', { name: 'hosts' });
    expect(about.data).toMatchObject({ dependents: 0, entity: { clusters: [] } });
    const { data } = await use('find_kx_entities', { kinds: ['volume', 'dataview'] });
    expect((data['entities'] as Rows).map(({ name, usedBy }) => [name, usedBy])).toEqual([
      ['view', undefined],
      ['fast', 'trades/view'],
      ['spare', undefined],
    ]);
    const graph = await environmentGraph(fixture.backend.call, fixture.builder.environmentId);
    expect(environmentMermaid(graph)).not.toMatch(/\|(?:runs-on|uses|mounts)\|/);
  });

  test('is not behind', async () => {
    await withDeletions(status);
    await fixture.builder.changeset('trades');
    fixture.backend.clock.advance(MINUTE);
    expect(names((await use('find_kx_problems', { problem: 'behind' })).data['problems'], 'entity')).toEqual([]);
  });
});

const views = (...all: string[]) => all.map((name) => `dataview:trades/${name}`);
test('what serves no data is not behind: what failed to start, and a dataview that is being deleted', async () => {
  const { backend, builder } = fixture;
  await builder.cluster('broken', { clusterType: 'HDB', ...on('hosts'), databases: [{ databaseName: 'trades' }] });
  await builder.cluster('serving', { clusterType: 'HDB', ...on('hosts'), databases: [{ databaseName: 'trades' }] });
  for (const name of ['pinned', 'empty']) await builder.dataview(name);
  backend.clock.advance(HOUR);
  await builder.changeset('trades');
  backend.clock.advance(HOUR);
  const problems = async () => (await use('find_kx_problems', { problem: 'behind' })).data['problems'] as Rows;
  const behind = async () => names(await problems(), 'entity').toSorted();
  const why = (await problems()).map((each) => String(each['why']).split(' ')[0]);
  expect(why).toEqual(['shows', 'shows', 'mounts', 'mounts']);
  expect(await behind()).toEqual(['cluster:broken', 'cluster:serving', ...views('empty', 'pinned')]);
  await alter(collectionOf('kxCluster'), 'broken', { status: 'CREATE_FAILED' });
  const dataviews = inDatabase(WORLD, builder.environmentId, 'trades', 'kxDataview');
  await alter(dataviews, 'empty', { status: 'FAILED' });
  expect(await behind()).toEqual(['cluster:serving', ...views('empty', 'pinned')]);
  const body = await backend.store.read(async (tx) => (await tx.get(dataviews, 'empty'))?.body);
  await alter(dataviews, 'empty', { status: 'FAILED', body: { ...Object(body), versions: [] } });
  await alter(dataviews, 'pinned', { status: 'DELETING' });
  expect(await behind()).toEqual(['cluster:serving']);
});

test('what is still being created is not unused yet', async () => {
  const { backend, builder } = fixture;
  const unused = async () => names((await use('find_kx_problems', { problem: 'unused' })).data['problems'], 'entity');
  const before = await unused();
  await builder.volume('late');
  await builder.dataview('late');
  expect(await unused()).toEqual(before);
  backend.clock.advance(HOUR);
  expect((await unused()).toSorted()).toEqual([...before, ...views('late'), 'volume:late'].toSorted());
});
