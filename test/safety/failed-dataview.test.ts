import { expect, it } from 'vitest';
import type { Entity } from '../../src/local/transaction.ts';
import { inDatabase } from '../local/collections.ts';
import { HOUR, openEmbedded, WORLD } from './support/backend.ts';
import { openBuilder } from './support/call-environment-builder.ts';
import { openGuard } from './support/guard.ts';

it('a volume under a dataview whose creation failed can be deleted, in the plan and in the service', async () => {
  const backend = await openEmbedded('empty', 'realistic');
  const { call, clock, store } = backend;
  const { environmentId, ...builder } = await openBuilder(call);
  clock.advance(HOUR);
  await builder.database('trades');
  await builder.changeset('trades');
  await builder.volume('fast');
  clock.advance(HOUR);
  const segmentConfigurations = [{ dbPaths: ['/*'], volumeName: 'fast' }];
  await builder.dataview('view', { segmentConfigurations });
  await store.write(async (tx) => {
    const making = (await tx.get(inDatabase(WORLD, environmentId, 'trades', 'kxDataview'), 'view')) as Entity;
    await tx.put({ ...making, plannedFailure: { reason: 'no capacity' } });
  });
  clock.advance(HOUR);
  const view = { environmentId, databaseName: 'trades', dataviewName: 'view' };
  expect(await call('GetKxDataview', view)).toMatchObject({ status: 'FAILED', segmentConfigurations });

  const guard = await openGuard({ call, clock });
  const guardedCall = { tool: 'delete_kx_volume', arguments: { environmentId, volumeName: 'fast' } };
  expect(await guard.attempt(guardedCall)).toMatchObject({ kind: 'asked' });
  await call('DeleteKxVolume', { environmentId, volumeName: 'fast' });
  await guard.close();
  await backend.close();
});
