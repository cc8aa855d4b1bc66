import { expect, it } from 'vitest';
import { unfinishedText } from '../../src/tools/unfinished-text.ts';

it('a cancelled teardown of many entities names the first ones and counts the others', () => {
  const why = 'The task was cancelled.';
  expect(unfinishedText({ why, requested: 52, left: 1, deleted: ['user "a"', 'user "b"'], rest: ['user "c"'] })).toBe(
    `${why} Requested 52 of 53 deletions: user "a", user "b" and 50 more. Not deleted: user "c". To continue, call the tool again: it plans what is left, and requests approval if the plan needs it.`,
  );
});

it('a cancelled teardown names the deletions that have failed, and says how to retry them', () => {
  const failed = [{ entity: 'cluster "c"' }];
  expect(
    unfinishedText({ why: 'Stopped.', requested: 3, left: 0, failed, underway: 1, entities: ['volume "v"'] }),
  ).toBe(
    'Stopped. Requested 3 of 3 deletions. Failed: cluster "c". Still being deleted: volume "v". To continue, call the tool again: it plans what is left, and requests approval if the plan needs it.',
  );
});
