import type { OperationName } from '../operations/index.ts';
import type { Members } from './finding.ts';
import type { Journal } from './journal.ts';

/**
 * When the service last accepted a delete of exactly this target, ISO 8601; undefined if it never did. The entity may disappear
 * later.
 */
export type Deletions = (operation: OperationName, target: Members) => string | undefined;

/** The accepted deletes in the journal, which is read once. */
export async function deletionsIn(journal: Pick<Journal, 'entries'>): Promise<Deletions> {
  const entries = await journal.entries();
  const refused = new Set(
    entries.flatMap((entry) => (entry.kind === 'outcome' && entry.result === 'failed' ? entry.call : [])),
  );
  const accepted = entries.flatMap((entry) => (entry.kind === 'intent' && !refused.has(entry.call) ? entry : []));
  return (operation, target) =>
    accepted.findLast(
      (entry) =>
        entry.operation === operation &&
        Object.entries(target).every(([label, value]) => entry.target[label] === value),
    )?.at;
}
