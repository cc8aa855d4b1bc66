import { operationNamed } from '../operations/index.ts';
import type { FormerName, Note } from './blast/finding.ts';
import type { Journal } from './journal.ts';
import { quoted } from './untrusted.ts';

/** The names that environments had before they were renamed through this server, oldest first. */
export async function formerNames(journal: Pick<Journal, 'entries'>): Promise<FormerName[]> {
  const entries = await journal.entries();
  const refused = new Set(
    entries.flatMap((entry) => (entry.kind === 'outcome' && entry.result === 'failed' ? entry.call : [])),
  );
  return entries.flatMap((entry) => {
    if (entry.kind !== 'intent' || entry.formerName === undefined || refused.has(entry.call)) return [];
    const label = operationNamed(entry.operation).target?.member as string;
    return { environmentId: String(entry.target[label]), name: entry.formerName, until: entry.at };
  });
}

/** What the names that an environment had before are, for the person who approves something about it. */
export const renameNotes = (known: readonly FormerName[] = [], environmentId: unknown): Note[] =>
  known
    .filter((former) => former.environmentId === environmentId)
    .map(({ name, until }) => ({
      says: `Its name was ${quoted(name)} until ${until.slice(0, 16).replace('T', ' ')} UTC.`,
    }));
