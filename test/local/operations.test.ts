import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seed } from '../../src/local/worlds/seed.ts';
import { type Input, OPERATION_NAMES, type OperationName } from '../../src/operations/index.ts';
import { newStore } from './engine.ts';
import { HISTORY } from './history.ts';
import { MINUTE, openWorld, type Reply, SEED_OPTIONS, type TestWorld } from './world.ts';

describe('on the demo world', () => {
  const replies = new Map<OperationName, Reply>();
  let world: TestWorld;
  beforeAll(async () => {
    const store = await newStore();
    await seed(store, 'demo', { ...SEED_OPTIONS, lifecycle: 'realistic' });
    world = await openWorld({ store });
  });
  afterAll(() => world.close());

  test('every operation succeeds', async () => {
    const last = (name: OperationName) => replies.get(name);
    for (const [name, input] of HISTORY) {
      const env = { environmentId: last('ListKxEnvironments')?.environments[0].environmentId };
      const created = (other: OperationName, member: string) => ({ [member]: last(other)[member] });
      replies.set(name, await world.call(name, input({ env, last, created }) as Input<typeof name>));
      world.advance(60 * MINUTE);
    }
    expect([...replies.keys()].sort()).toEqual([...OPERATION_NAMES].sort());
  });
});
