import { beforeEach, describe, expect, it } from 'vitest';
import type { OperationName } from '../../src/operations/index.ts';
import { HOUR, type Members } from './support/backend.ts';
import { alter, collectionOf, dataviewCollection, here, on, preview, previewFixture, run } from './support/preview.ts';

const fixture = previewFixture();
beforeEach(async () => {
  await fixture.builder.cluster('history', {
    clusterType: 'HDB',
    ...on('hosts'),
    databases: [{ databaseName: 'trades', dataviewName: 'view' }],
  });
  fixture.backend.clock.advance(HOUR);
});

/** What the plan of a deletion advises about one of its dependents. */
async function adviceFor(dependent: string, operation: OperationName, input: Members) {
  const { blockers } = await preview(operation, here(input));
  return blockers.find(({ name }) => name === dependent)?.first;
}

const DELETIONS = [
  ['DeleteKxDataview', { databaseName: 'trades', dataviewName: 'view' }],
  ['DeleteKxVolume', { volumeName: 'fast' }],
] as const;

describe('the advice about a cluster that blocks a deletion', () => {
  const REMOUNT = 'make it mount something else with update_kx_cluster_databases';
  const update = () =>
    run('UpdateKxClusterDatabases', here({ clusterName: 'history', databases: [{ databaseName: 'trades' }] }));

  it.each(DELETIONS)('names the update of its databases only if the service accepts it: %s', async (...deletion) => {
    const advice = () => adviceFor('history', ...deletion);
    expect(await advice()).toBe(`Delete it with delete_kx_cluster, or ${REMOUNT}.`);
    await alter(collectionOf('kxCluster'), 'history', { status: 'UPDATING' });
    expect(await advice()).toBe(`Delete it with delete_kx_cluster, or ${REMOUNT} once it is RUNNING.`);
    await alter(collectionOf('kxCluster'), 'history', { status: 'CREATE_FAILED' });
    expect(await advice()).toBe('Delete it with delete_kx_cluster.');
    expect(await update()).toBe('Conflict');
    await alter(collectionOf('kxCluster'), 'history', { status: 'RUNNING' });
    expect(await update()).toBe('done');
  });

  it('says that a database can be unmounted only if the cluster mounts another one', async () => {
    const { backend, builder } = fixture;
    const deletion = ['DeleteKxDatabase', { databaseName: 'trades' }] as const;
    expect(await adviceFor('history', ...deletion)).toBe('Delete it with delete_kx_cluster.');
    await builder.database('quotes');
    await builder.cluster('both', {
      clusterType: 'HDB',
      ...on('hosts'),
      databases: [{ databaseName: 'trades' }, { databaseName: 'quotes' }],
    });
    backend.clock.advance(HOUR);
    expect(await adviceFor('both', ...deletion)).toBe(
      'Delete it with delete_kx_cluster, or make it unmount the database with update_kx_cluster_databases.',
    );
    const remaining = here({ clusterName: 'both', databases: [{ databaseName: 'quotes' }] });
    expect(await run('UpdateKxClusterDatabases', remaining)).toBe('done');
    expect(await adviceFor('both', ...deletion)).toBeUndefined();
  });

  it('says that a type that can save down or log may use the volume for that', async () => {
    const { backend, builder } = fixture;
    const savedownStorageConfiguration = { volumeName: 'spare' };
    await builder.cluster('science', { clusterType: 'GP', ...on('hosts'), savedownStorageConfiguration });
    backend.clock.advance(HOUR);
    expect(await adviceFor('science', 'DeleteKxVolume', { volumeName: 'spare' })).toBe(
      `Delete it with delete_kx_cluster, or ${REMOUNT} (not if it uses the volume for savedown or a log).`,
    );
  });

  it('names the update of a type that is not documented, which the service may accept', async () => {
    const { backend } = fixture;
    await expect(
      preview('DeleteKxVolume', here({ volumeName: 'fast' }), async (name, input, options) => {
        const reply = await backend.call(name, input, options);
        const clusterType = 'NEW';
        if (name !== 'GetKxVolume') return reply;
        return {
          ...reply,
          attachedClusters: [{ clusterName: 'history', clusterType, clusterStatus: 'RUNNING' }],
        } as never;
      }),
    ).resolves.toMatchObject({
      blockers: expect.arrayContaining([expect.objectContaining({ first: expect.stringContaining(REMOUNT) })]),
    });
  });
});

describe('the advice about a dataview that blocks the deletion of a volume', () => {
  const MOVE = 'move its segments to another volume with update_kx_dataview';
  const advice = () => adviceFor('view', 'DeleteKxVolume', { volumeName: 'fast' });
  const update = () => run('UpdateKxDataview', here({ databaseName: 'trades', dataviewName: 'view' }));

  it('names its update only if the service accepts it', async () => {
    expect(await advice()).toBe(`Delete it with delete_kx_dataview, or ${MOVE}.`);
    await alter(dataviewCollection(), 'view', { status: 'UPDATING' });
    expect(await advice()).toBe(`Delete it with delete_kx_dataview, or ${MOVE} once it is ACTIVE.`);
    await alter(dataviewCollection(), 'view', { status: 'FAILED' });
    expect(await advice()).toBe('Delete it with delete_kx_dataview.');
    expect(await update()).toBe('Conflict');
  });
});
