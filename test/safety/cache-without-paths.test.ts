import { afterEach, beforeEach, expect, it } from 'vitest';
import { openCached, type Updatable } from './support/updatable.ts';

let world: Updatable;
beforeEach(async () => {
  world = await openCached({ dbPaths: [] });
});
afterEach(() => world.close());

it('a cache without paths that an update removes is named by its type', async () => {
  const given = { clusterName: 'cached', databases: [{ databaseName: 'trades' }] };
  const caches = 'databases.trades.cacheConfigurations';
  const refused = await world.attempt('update_kx_cluster_databases', given);
  expect(refused).toMatchObject({ text: expect.stringContaining(`\n- ${caches}: "CACHE_1000" -> removed\n`) });
  expect(await world.plan('update_kx_cluster_databases', { ...given, remove: [caches] })).toMatchObject({
    wouldRun: true,
    changes: [`${caches}.CACHE_1000: "present" -> removed`],
    lost: [{ kind: 'setting', name: caches, detail: 'CACHE_1000' }],
  });
});
