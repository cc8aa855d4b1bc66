import { expect, it } from 'vitest';
import { unfinishedText } from '../../src/tools/unfinished-text.ts';

it('a cancelled teardown of many entities names the first ones and counts the others', () => {
  const why = 'The task was cancelled.';
  expect(unfinishedText({ why, requested: 52, left: 1, deleted: ['user "a"', 'user "b"'], rest: ['user "c"'] })).toBe(
    `${why} Requested 52 of 53 deletions: user "a", user "b" and 50 more. Not deleted: user "c". Call the tool again to plan and approve what is left.`,
  );
});
