import { expect, it } from 'vitest';
import { deletionTimesIn } from '../../src/safety/deletions.ts';
import type { Entry, Journal } from '../../src/safety/journal.ts';

const target = { environmentId: 'abc', clusterName: 'rdb' };
const intent = (call: string, at: string, more: object = {}) => ({
  kind: 'intent',
  call,
  at,
  operation: 'DeleteKxCluster',
  target,
  ...more,
});
const journal = (...entries: object[]): Pick<Journal, 'entries'> => ({ entries: async () => entries as Entry[] });

it('a deletion is the last delete of a target that the service did not reject', async () => {
  const written = journal(
    intent('a', '2026-03-17T09:00:00Z'),
    { kind: 'outcome', call: 'a', result: 'succeeded' },
    intent('b', '2026-03-17T10:00:00Z'),
    { kind: 'outcome', call: 'b', result: 'unknown' },
    intent('c', '2026-03-17T11:00:00Z'),
    { kind: 'outcome', call: 'c', result: 'failed' },
    intent('d', '2026-03-17T12:00:00Z', { target: { ...target, clusterName: 'hdb' } }),
    intent('e', '2026-03-17T13:00:00Z', { operation: 'CreateKxCluster' }),
  );
  const deletedAt = await deletionTimesIn(written);
  expect(deletedAt('DeleteKxCluster', target)).toBe('2026-03-17T10:00:00Z');
  expect(deletedAt('DeleteKxCluster', { ...target, clusterName: 'gw' })).toBeUndefined();
});
