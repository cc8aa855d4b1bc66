import { expect, it } from 'vitest';
import { conditionsOn } from '../../src/operations/conditions/index.ts';
import { OPERATION_NAMES } from '../../src/operations/index.ts';
import { statedRows } from './support/stated.ts';
import { statedConditions } from './support/stated-texts.ts';

/** Sentences that state what happens or what a person does, not a condition on the call. */
const NO_CONDITIONS = [
  /cannot be undone|person must approve|need approval|fails and returns the complete/,
  /cannot be changed later|(?:is|are) lost|one node (?:after|of|fewer)|you reload it in q/,
  /only dataviews with autoUpdate|To change only other settings|only callers with the user's own|Unless the operator/,
  // The service accepts it, and the cluster does not start.
  /must be free on the host/,
];

const world = {
  environmentId: 'aaaaaaaaaaaaaaaaaaaaaa',
  browser: 'b',
  completed: 'changeset-1',
  failed: 'changeset-2',
};

it('the table has a call for each condition that a text states', () => {
  const proven = new Set(statedRows(world).flatMap(({ sentences }) => sentences));
  const stated = statedConditions();
  expect([...proven].filter((sentence) => !stated.includes(sentence))).toEqual([]);
  const unproven = stated.filter((sentence) => !proven.has(sentence));
  expect(unproven.filter((sentence) => !NO_CONDITIONS.some((other) => other.test(sentence)))).toEqual([]);
  expect(NO_CONDITIONS.filter((other) => !unproven.some((sentence) => other.test(sentence)))).toEqual([]);
});

it('the table has a call for each condition of the catalog, which violates no other', () => {
  const violated = new Set<unknown>();
  for (const row of statedRows(world)) {
    const unmet = conditionsOn(row.operation).filter(({ isMet }) => !isMet(row.input as never));
    expect(unmet.length, JSON.stringify(row)).toBeLessThanOrEqual(1);
    unmet.forEach((condition) => {
      violated.add(condition);
    });
  }
  const all = OPERATION_NAMES.flatMap((name) =>
    conditionsOn(name).flatMap((condition) => (violated.has(condition) ? [] : `${name} ${condition.member}`)),
  );
  expect(all).toEqual([]);
});
