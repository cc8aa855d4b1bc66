import type { Config } from '../config.ts';
import { ErrorForPeople } from '../error-for-people.ts';
import { counted } from '../inventory/units.ts';
import { terminalColumns, writeLines } from '../output.ts';
import type { Journal } from '../safety/journal.ts';
import { safeJson } from '../untrusted.ts';
import { whileOpen } from '../while-open.ts';
import { journalTable } from './journal-table.ts';
import { openForPerson } from './open-store.ts';

/**
 * `finspace-mcp journal show|verify`: prints the record of every change, as a table on a terminal and as JSON lines elsewhere, or
 * checks its hash chain.
 */
export async function journal(config: Config, switches: ReadonlySet<string>, word = 'show'): Promise<void> {
  const act = ACTIONS[word as keyof typeof ACTIONS];
  const asJson = switches.has('json') || process.stdout.isTTY !== true;
  await whileOpen(await openForPerson(config), ({ journal }) => act(journal, asJson));
}

/** The journal was altered; the message is one line for people. */
export class JournalError extends ErrorForPeople {
  override readonly name = 'JournalError';
}

const ACTIONS = {
  show: async (record: Journal, asJson: boolean) => {
    const entries = await record.entries();
    writeLines(asJson ? entries.map(safeJson) : journalTable(entries, terminalColumns()));
    refuseUnreadable(entries.filter(({ kind }) => kind === 'unreadable').map(({ sequence }) => sequence));
  },
  verify: async (record: Journal) => {
    const found = await record.verify();
    if ('brokenAt' in found)
      throw new JournalError(
        `the journal was altered: entry ${found.brokenAt}${found.imported === undefined ? '' : ` of the imported journal ${found.imported}`} does not match the one before it`,
      );
    refuseUnreadable(found.unreadable);
    writeLines([
      `${counted('entry', found.entries)}, all in order; the newest hash is ${found.head}${importedText(found.imported)}`,
    ]);
  },
};

const importedText = (count = 0) => (count === 0 ? '' : `; ${counted('imported journal', count)}, all in order`);

function refuseUnreadable([first, ...others]: readonly number[] = []): void {
  if (first === undefined) return;
  const which = others.length === 0 ? `entry ${first} is` : `${others.length + 1} entries, first entry ${first}, are`;
  throw new JournalError(`the journal was altered: ${which} unreadable`);
}
