import { utcMinute } from '../inventory/units.ts';
import { operationNamed } from '../operations/index.ts';
import { quoteUntrusted } from '../untrusted.ts';
import { callsNotFailed, type Journal } from './journal.ts';
import type { FormerName, Members, Note } from './plan-parts.ts';

/** The names before the renames in the journal that are not known to have failed, oldest first. */
export async function formerNames(journal: Pick<Journal, 'entries'>): Promise<FormerName[]> {
  return (await callsNotFailed(journal)).flatMap((entry) => {
    if (entry.formerName === undefined) return [];
    const label = operationNamed(entry.operation).target?.member as string;
    return { environmentId: String(entry.target[label]), name: entry.formerName, until: entry.at };
  });
}

/** The former names of an environment, for the person who approves a call on it. */
export const formerNameNotes = (formerNames: readonly FormerName[] = [], { environmentId }: Members): Note[] =>
  formerNames
    .filter((former) => former.environmentId === environmentId)
    .map(({ name, until }) => ({
      says: `Its name was ${quoteUntrusted(name)} until ${utcMinute(until)} UTC.`,
    }));

/** Why a rename needs approval: another environment had the name, in any letter case. */
export const renameApprovalReasons = (
  formerNames: readonly FormerName[] = [],
  { environmentId, name }: Members,
): string[] =>
  formerNames.some((former) => isSame(former.name, name) && former.environmentId !== environmentId)
    ? [`${quoteUntrusted(String(name))} was the name of another environment.`]
    : [];

const isSame = (one: string, other: unknown) => one.toLowerCase() === String(other).toLowerCase();
