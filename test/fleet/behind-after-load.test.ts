import { describe, expect, test } from 'vitest';
import type { Call, Output } from '../../src/operations/index.ts';
import { caller, demoTools, failing } from './demo-tools.ts';

const { world, use } = demoTools();
const newestOf = async (databaseName: string) => {
  const environmentId = await world().id('kdb-prod');
  const { lastCompletedChangesetId } = await world().call('GetKxDatabase', { environmentId, databaseName });
  return lastCompletedChangesetId;
};
const wait = async (database: string, using = use) =>
  (
    await using('wait_for_kx_entity', {
      environment: 'kdb-prod',
      kind: 'changeset',
      database,
      name: await newestOf(database),
    })
  ).data;

type Changeset = Pick<Output<'GetKxChangeset'>, 'changesetId' | 'status'>;

describe('the wait for a load', () => {
  test('names what does not show its data', async () => {
    const loaded = await wait('equities_taq');
    expect(loaded).toMatchObject({
      reached: true,
      behind: [{ entity: 'cluster:hdb-equities-b', why: /^mounts equities_taq as of 2026-03-\d\dT\d\d:\d\dZ; / }],
    });
    expect(await wait('fx_spot')).not.toHaveProperty('behind');
  });

  test('says which dataviews will show it by themselves', async () => {
    const { call } = world();
    const behind = async (name: never, input: never, options: never) => {
      const reply: { kxDataviews?: object[] } = await call(name, input, options);
      const { kxDataviews } = reply;
      return kxDataviews === undefined
        ? reply
        : { ...reply, kxDataviews: kxDataviews.map((each) => ({ ...each, changesetId: 'older' })) };
    };
    const { behind: rows } = await wait('fx_spot', caller(behind as never));
    expect(rows).toContainEqual(expect.objectContaining({ entity: 'dataview:fx_spot/fx_spot_live', autoUpdate: true }));
  });

  test('says what could not be read, also when the backend does not answer', async () => {
    const loaded = await wait('equities_taq', caller(failing(world().call, 'ListKxClusters')));
    expect(loaded).toMatchObject({ reached: true, notRead: [{ reason: /^ListKxClusters: / }] });
    const silent = await wait('equities_taq', caller(failing(world().call, 'ListKxClusters', 'Unreachable')));
    expect(silent).toMatchObject({ reached: true, notRead: [{ environment: 'kdb-prod', reason: /No answer/ }] });
  });

  test('does not count with what it has read before the load completed', async () => {
    const name = await newestOf('equities_taq');
    const { call } = world();
    let isLoaded = false;
    const underway = (each: Changeset): Changeset =>
      each.changesetId === name && !isLoaded ? { ...each, status: 'PROCESSING' } : each;
    const loading = async (operation: string, input: object, options: object) => {
      const reply: Changeset & { kxChangesets?: Changeset[] } = await call(operation as never, input as never, options);
      if (reply.kxChangesets !== undefined) return { ...reply, kxChangesets: reply.kxChangesets.map(underway) };
      const polled = underway(reply);
      isLoaded ||= operation === 'GetKxChangeset' && reply.changesetId === name;
      return polled;
    };
    // Without the database, the changesets are listed first.
    const wanted = { environment: 'kdb-prod', kind: 'changeset', name };
    const { data } = await caller(loading as never)('wait_for_kx_entity', wanted);
    expect(data).toMatchObject({ behind: [{ why: /; 4 changesets have completed since$/ }] });
  });

  test('that ends in another status says nothing about data', async () => {
    const { call } = world();
    const failed: Call = async (operation, input, options) => {
      const reply = await call(operation, input, options);
      return operation === 'GetKxChangeset' ? { ...reply, status: 'FAILED' as never } : reply;
    };
    const database = 'equities_taq';
    const wanted = { environment: 'kdb-prod', kind: 'changeset', database, name: await newestOf(database) };
    const { data } = await caller(failed)('wait_for_kx_entity', { ...wanted, until: 'FAILED' });
    expect(data).toMatchObject({ reached: true, status: 'FAILED' });
    expect(data).not.toHaveProperty('behind');
  });
});
