import { expect, it } from 'vitest';
import { environmentQuotas } from '../../src/kinds/quotas.ts';
import { QUOTAS, quotasOf } from '../../src/local/quotas.ts';
import { storeReader } from '../../src/local/store-reader.ts';
import { FinspaceError } from '../../src/operations/failure.ts';
import type { Call } from '../../src/operations/index.ts';
import { HOUR, WORLD } from '../safety/support/backend.ts';
import { openGuard } from '../safety/support/guard.ts';
import { alter, collectionOf, on, previewFixture } from '../safety/support/preview.ts';
import { caller } from './demo-tools.ts';

const fixture = previewFixture();

interface Row {
  readonly quota: string;
  readonly used: number;
}

/** The rows of check_kx_quotas. */
async function checked(call = fixture.backend.call): Promise<Row[]> {
  const { clock, store } = fixture.backend;
  const quotas = () => store.read(async (tx) => quotasOf(await tx.settings(WORLD.arn)));
  const guard = await openGuard({ call, clock, quotas });
  try {
    const outcome = await guard.attempt({ tool: 'check_kx_quotas', arguments: { environment: 'trading' } });
    if (outcome.kind !== 'done') throw new Error(outcome.kind);
    return outcome.content['quotas'] as Row[];
  } finally {
    await guard.close();
  }
}

it("shows the service's own count for every quota, also while entities change and fail", async () => {
  const { builder, backend } = fixture;
  await builder.cluster('gateway');
  await builder.cluster('rdb', {
    clusterType: 'RDB',
    ...on('hosts'),
    savedownStorageConfiguration: { volumeName: 'spare' },
  });
  await builder.cluster('hdb', {
    clusterType: 'HDB',
    ...on('hosts'),
    databases: [{ databaseName: 'trades', dataviewName: 'view' }],
  });
  await builder.user('ann');
  await builder.dataview('old', { autoUpdate: true });
  backend.clock.advance(HOUR);
  await builder.dataview('new', { autoUpdate: true });
  const { environmentId } = builder;
  await backend.call('DeleteKxDataview', { environmentId, databaseName: 'trades', dataviewName: 'old' });
  await alter(collectionOf('kxCluster'), 'gateway', { status: 'CREATE_FAILED' });
  await builder.changeset('trades');
  const rows = await checked();
  const counted = await backend.store.read(async (tx) => {
    const read = storeReader({ tx, world: WORLD });
    return Promise.all(
      environmentQuotas(QUOTAS.published).map(async ({ what, used }) => [what, await used(read, { environmentId })]),
    );
  });
  const shown = new Map(rows.map(({ quota, used }) => [quota, used]));
  expect(counted.length).toBeGreaterThan(25);
  expect(counted.map(([what]) => [what, shown.get(String(what).replace(' per environment', ''))])).toEqual(counted);
  expect(shown.get('dataview versions in progress')).toBe(1);
});

it('does not count what a list shows although it is deleted', async () => {
  const used = async () => new Map((await checked()).map(({ quota, used: count }) => [quota, count]));
  const before = await used();
  await alter(collectionOf('kxVolume'), 'spare', { status: 'DELETED' });
  const after = await used();
  expect([before.get('volumes'), after.get('volumes')]).toEqual([2, 1]);
  expect(after.get('GB of volume storage')).toBe(Number(before.get('GB of volume storage')) / 2);
  const { data } = await caller(fixture.backend.call)('find_kx_entities', { kinds: ['volume'] });
  expect(data).toMatchObject({ found: 2, totals: { diskGB: after.get('GB of volume storage') } });
});

it('counts no dataviews while their databases cannot be listed', async () => {
  const { call } = fixture.backend;
  const denied: Call = async (name, input, options) => {
    if (name !== 'ListKxDatabases') return call(name, input, options);
    throw new FinspaceError({ operation: name, code: 'Throttling', detail: 'slow', retryable: true, advice: 'wait' });
  };
  const shown = (await checked(denied)).map(({ quota }) => quota);
  expect(shown).toContain('volumes');
  expect(shown.filter((quota) => /database|dataview|changeset|mount|one volume/.test(quota))).toEqual([]);
});
