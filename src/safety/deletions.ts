import type { OperationName } from '../operations/index.ts';
import { acceptedCalls, type Journal } from './journal.ts';
import type { Members } from './plan-parts.ts';

/**
 * When the service last accepted a delete of exactly this target, ISO 8601; undefined if it never did. The entity may disappear
 * later.
 */
export type Deletions = (operation: OperationName, target: Members) => string | undefined;

/** The accepted deletes in the journal, which is read once. */
export async function deletionsIn(journal: Pick<Journal, 'entries'>): Promise<Deletions> {
  const accepted = await acceptedCalls(journal);
  return (operation, target) =>
    accepted.findLast(
      (entry) =>
        entry.operation === operation &&
        Object.entries(target).every(([label, value]) => entry.target[label] === value),
    )?.at;
}
