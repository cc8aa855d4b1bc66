import { expect, test } from 'vitest';
import { environments } from '../../src/local/arns.ts';
import { worldOf } from '../../src/local/context.ts';
import type { Entity } from '../../src/local/transaction.ts';
import { KEY, openBuilder } from './environment-builder.ts';
import { openWorld, SEED } from './world.ts';

test('the name of an environment is in use, however many deleted environments had it', async () => {
  const world = await openWorld();
  const { environmentId } = await openBuilder(world, 'nightly');
  await world.store.write(async (tx) => {
    const collection = environments(worldOf(SEED.account, SEED.region));
    const live = (await tx.get(collection, environmentId)) as Entity;
    for (let index = 0; index < 1_000; index += 1) {
      const position = `!${String(index).padStart(4, '0')}`;
      await tx.put({ ...live, name: `deleted${index}`, position, status: 'DELETED', due: null });
    }
  });
  expect(await world.refusal('CreateKxEnvironment', { name: 'nightly', kmsKeyId: KEY })).toMatchObject({
    status: 409,
    type: 'ConflictException',
  });
});
