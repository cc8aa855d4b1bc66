import { afterAll, beforeAll, expect, test } from 'vitest';
import { FACTS, factsIn } from '../../src/kinds/facts.ts';
import { type Demo, demo } from '../inventory/demo.ts';

let world: Demo;
beforeAll(async () => {
  world = await demo();
});
afterAll(() => world.close());

test('the facts of clusters declare the parts of their values, which conditions can name', async () => {
  const environmentId = await world.id('kdb-prod');
  const named = new Set<string>();
  for (const clusterName of ['hdb-futures', 'rdb-futures', 'hdb-fx']) {
    const facts = factsIn('kx-cluster', await world.call('GetKxCluster', { environmentId, clusterName }));
    for (const [name, value] of Object.entries(facts))
      for (const part of [value].flat().flatMap((each) => (typeof each === 'object' ? Object.keys(each ?? {}) : []))) {
        expect(FACTS['kx-cluster'][name]?.parts, name).toContain(part);
        named.add(name);
      }
  }
  expect([...named].toSorted()).toEqual(['autoscaling', 'caches', 'mounts', 'savedown']);
});
