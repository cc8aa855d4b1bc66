import { expect, test } from 'vitest';
import { RESOURCE_KINDS } from '../../src/resources/catalog.ts';

test('descriptions promise tags only where the contents have them', () => {
  const promising = RESOURCE_KINDS.filter(({ description }) => /tags\b/.test(description.replace('except tags', '')));
  expect(promising.map(({ operation }) => operation)).toEqual(['ListTagsForResource']);
});
