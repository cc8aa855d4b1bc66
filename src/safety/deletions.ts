import type { OperationName } from '../operations/index.ts';
import type { Members } from './blast/finding.ts';
import type { Journal } from './journal.ts';

/**
 * When the journal last recorded a delete of exactly this target that the service accepted, ISO 8601; undefined if there is none.
 * The entity may disappear later.
 */
export async function deletedAt(
  journal: Pick<Journal, 'entries'>,
  operation: OperationName,
  target: Members,
): Promise<string | undefined> {
  const entries = await journal.entries();
  const refused = new Set(
    entries.flatMap((entry) => (entry.kind === 'outcome' && entry.result === 'failed' ? entry.call : [])),
  );
  const isMeant = (of: Readonly<Record<string, unknown>>) =>
    Object.entries(target).every(([label, value]) => of[label] === value);
  return entries.findLast(
    (entry) =>
      entry.kind === 'intent' && entry.operation === operation && isMeant(entry.target) && !refused.has(entry.call),
  )?.at;
}
