import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OPERATION_NAMES, operationNamed } from '../../src/operations/index.ts';
import { histories, MUTATIONS } from './model/commands.ts';
import { compareHistory } from './model/run.ts';
import { givenSeed, runs } from './tier.ts';

test('the random histories contain every operation that changes something', () => {
  const changing = OPERATION_NAMES.filter((name) => !['read', 'reveal'].includes(operationNamed(name).risk));
  expect([...MUTATIONS].sort()).toEqual([...changing].sort());
});

test(
  'random histories match a simple model of the documentation',
  async () => {
    await fc.assert(
      fc.asyncProperty(histories, (history) => compareHistory(history)),
      { numRuns: runs(300, 10_000), ...givenSeed() },
    );
  },
  runs(300_000, 7_200_000),
);
