import { expect, test } from 'vitest';
import type { OperationName } from '../../src/operations/index.ts';
import { cacheHintsFor } from '../../src/resources/cache-hints.ts';
import { RESOURCE_KINDS } from '../../src/resources/catalog.ts';

test.each<[what: string, operation: OperationName, contents: object, ttlMs: number]>([
  ['a dataset browser environment', 'GetEnvironment', { environment: { status: 'CREATED' } }, 15_000],
  ['one that is being created', 'GetEnvironment', { environment: { status: 'CREATING' } }, 1_000],
  ['a list in which one is being deleted', 'ListEnvironments', { environments: [{ status: 'DELETING' }] }, 1_000],
  ['a kdb environment that is being created', 'GetKxEnvironment', { status: 'CREATING' }, 1_000],
  ['tags, even one with the key status,', 'ListTagsForResource', { tags: { status: 'CREATING' } }, 60_000],
])('cache hints say how long %s may be cached', (_, operation, contents, ttlMs) => {
  const kind = RESOURCE_KINDS.find((each) => each.operation === operation);
  expect(kind && cacheHintsFor(kind, contents)).toEqual({ ttlMs, cacheScope: 'private' });
});
