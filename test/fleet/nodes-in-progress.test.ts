import { expect, onTestFinished, test } from 'vitest';
import { replyCache } from '../../src/inventory/reply-cache.ts';
import { demo, NOW } from '../inventory/demo.ts';
import { caller, type Rows } from './demo-tools.ts';

test('answers of one minute do not say that nodes are PROVISIONING after they have started', async () => {
  let now = NOW;
  const world = await demo({ now: () => now });
  onTestFinished(world.close);
  const use = caller(world.call, {}, undefined, { cache: replyCache({ now: () => NOW }) });
  const nodes = async () => {
    const { data } = await use('find_kx_entities', { kinds: ['node'], name: 'hdb-futures', status: ['PROVISIONING'] });
    return (data['entities'] as Rows).length;
  };
  expect(await nodes()).toBe(1);
  now += 60 * 60_000;
  expect(await nodes()).toBe(0);
  world.counts.clear();
  expect(await nodes()).toBe(0);
  expect(world.counts.get('ListKxClusterNodes')).toBeUndefined();
});
