import { describe, expect, test } from 'vitest';
import { caller, demoTools, failing } from './table.ts';

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

describe('the wait for a load', () => {
  test('names what does not show its data', async () => {
    const loaded = await wait('equities_taq');
    expect(loaded).toMatchObject({
      reached: true,
      behind: [{ entity: 'cluster:hdb-equities-b', why: /^mounts equities_taq as of / }],
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

  test('says what could not be read', async () => {
    const loaded = await wait('equities_taq', caller(failing(world().call, 'ListKxClusters')));
    expect(loaded).toMatchObject({ reached: true, notRead: [{ reason: /^ListKxClusters: / }] });
  });
});
