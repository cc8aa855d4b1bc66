import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Plan } from '../../src/safety/plan.ts';
import { memoryKits } from '../../src/safety/recovery.ts';
import type { RecoveryKit } from '../../src/safety/recovery-kit.ts';
import type { TeardownPlan } from '../../src/safety/teardown.ts';
import { approved, openGuard } from './support/guard.ts';
import { openCached, type Updatable } from './support/updatable.ts';

const CACHE = { cacheType: 'CACHE_1000', dbPaths: ['/'] };

let world: Updatable;

// Only AWS clients make such a cluster: the tools refuse the dataview of a cache, which the service ignores.
beforeEach(async () => {
  world = await openCached({ ...CACHE, dataviewName: 'none' });
});
afterEach(() => world.close());

it('need not be repeated in an update, which keeps the cache', async () => {
  const { attempt, builder } = world;
  const given = (entry: object) => ({ clusterName: 'cached', databases: [{ databaseName: 'trades', ...entry }] });
  expect(await attempt('update_kx_cluster_databases', given({}))).toMatchObject({
    kind: 'refused',
    text: expect.stringContaining('"cacheConfigurations":[{"cacheType":"CACHE_1000","dbPaths":["/"]}]'),
  });
  await builder.changeset('trades', '/2026.03.18/');
  expect(await attempt('update_kx_cluster_databases', given({ cacheConfigurations: [CACHE] }))).toMatchObject({
    kind: 'done',
    content: { changes: [expect.stringMatching(/^databases\.trades\.changesetId/)] },
  });
});

it('is not in a recovery kit, so that nothing has to be filled in', async () => {
  const { backend, environmentId } = world;
  const kits = memoryKits(backend.call, backend.clock.now);
  const beforeCall = (plan: Plan | TeardownPlan) => kits.keep(plan);
  const guard = await openGuard({ call: backend.call, clock: backend.clock, beforeCall });
  await approved(guard, { tool: 'delete_kx_cluster', arguments: { environmentId, clusterName: 'cached' } }, 'cached');
  await guard.close();
  const [id = ''] = await kits.list();
  const { create } = JSON.parse((await kits.read(id)) ?? '') as RecoveryKit;
  expect(create).toMatchObject([{ tool: 'create_kx_cluster' }]);
  expect(create[0]).not.toHaveProperty('remark');
});
