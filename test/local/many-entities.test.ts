import { expect, test } from 'vitest';
import { environmentCollection } from '../../src/local/arns.ts';
import { worldOf } from '../../src/local/context.ts';
import type { Entity } from '../../src/local/transaction.ts';
import { KEY, openBuilder } from './environment-builder.ts';
import { HOUR, openWorld, SEED_OPTIONS } from './world.ts';

test('the name of an environment is in use, however many deleted environments had it', async () => {
  const world = await openWorld();
  const { environmentId } = await openBuilder(world, 'nightly');
  await world.store.write(async (tx) => {
    const collection = environmentCollection(worldOf(SEED_OPTIONS.account, SEED_OPTIONS.region));
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

test('a cluster gets at most a thousand nodes, even if its stored settings ask for more', async () => {
  const world = await openWorld();
  const builder = await openBuilder(world, 'huge');
  const { environmentId } = builder;
  await builder.cluster('many', { clusterType: 'HDB' });
  await world.store.write(async (tx) => {
    const collection = `${environmentCollection(worldOf(SEED_OPTIONS.account, SEED_OPTIONS.region))}/${environmentId}/kxCluster`;
    const cluster = (await tx.get<object>(collection, 'many')) as Entity<object>;
    const body = { ...cluster.body, capacityConfiguration: { nodeType: 'kx.s.large', nodeCount: 2 ** 31 - 1 } };
    await tx.put({ ...cluster, body });
  });
  world.advance(HOUR);
  const named = { environmentId, clusterName: 'many' };
  expect(await world.call('GetKxCluster', named)).toMatchObject({ status: 'RUNNING' });
  let count = 0;
  for (let nextToken: string | undefined; ; ) {
    const page = await world.call('ListKxClusterNodes', {
      ...named,
      ...(nextToken === undefined ? {} : { nextToken }),
    });
    expect(page.nodes.every(({ status }: { status: string }) => status === 'RUNNING')).toBe(true);
    count += page.nodes.length;
    nextToken = page.nextToken;
    if (nextToken === undefined) break;
  }
  expect(count).toBe(1_000);
});
