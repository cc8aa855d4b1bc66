import { expect, test } from 'vitest';
import { RESOURCE_KINDS } from '../../src/resources/catalog.ts';

test('descriptions of resources promise tags only where the contents have them', () => {
  const promising = RESOURCE_KINDS.filter(({ description }) => /tags\b/.test(description.replace('except tags', '')));
  expect(promising.map(({ operation }) => operation)).toEqual(['ListTagsForResource']);
});

test('descriptions of topologies do not promise all changesets, of which topologies have only some', () => {
  const topologies = RESOURCE_KINDS.filter(({ topologyForm }) => topologyForm !== undefined);
  expect(topologies.length).toBeGreaterThan(0);
  for (const { description } of topologies)
    expect(description).toContain('of the changesets, only the newest, mounted and failed ones');
});
