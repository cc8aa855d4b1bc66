import type { OperationName } from '../operations/index.ts';
import { callsNotFailed, type Journal } from './journal.ts';
import type { Members } from './plan-parts.ts';

/**
 * When the journal last records a delete of exactly this target that is not known to have failed, ISO 8601; undefined if never.
 * The entity may disappear later.
 */
export type DeletionTimes = (operation: OperationName, target: Members) => string | undefined;

/** The times of deletes in the journal, which is read once. */
export async function deletionTimesIn(journal: Pick<Journal, 'entries'>): Promise<DeletionTimes> {
  const calls = await callsNotFailed(journal);
  return (operation, target) =>
    calls.findLast(
      (entry) =>
        entry.operation === operation &&
        Object.entries(target).every(([label, value]) => entry.target[label] === value),
    )?.at;
}
