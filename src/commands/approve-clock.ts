import { userInfo } from 'node:os';
import type { Desk } from '../safety/approver-desk.ts';
import { ApproverError } from '../safety/approver-error.ts';
import { sqlJournal } from '../safety/journal.ts';
import { resetClock } from '../safety/ledger-clock.ts';
import type { StateDatabase } from '../safety/state.ts';
import { unlocked } from './approve-dialog.ts';
import type { Terminal } from './approve-terminal.ts';

/**
 * Has a person say, with the passphrase and by typing the date, that the clock is right although `seen` was seen before. Throws
 * ApproverError when nothing was reset.
 */
export async function acceptClock(terminal: Terminal, desk: Desk, state: StateDatabase, seen: number): Promise<void> {
  if (!desk.keyed)
    throw new ApproverError('Resetting the clock needs a passphrase, and none was set up: finspace-mcp approve --init');
  terminal.say(`This machine says ${iso(Date.now())}, and ${iso(seen)} was seen here already.`);
  terminal.say('Until that time comes again, no approval is trusted: it could be one that expired.');
  terminal.say(
    'If this machine is right now, the later time can be forgotten. All plans that wait and all approvals that',
  );
  terminal.say('were not used yet are void then, and the journal tells of it.\n');
  await unlocked(terminal, desk);
  const typed = await terminal.ask('The date of today (UTC, YYYY-MM-DD), to accept this clock: ');
  const now = Date.now();
  if (typed !== iso(now).slice(0, DATE))
    throw new ApproverError('That is not the date of this clock. Nothing was reset.');
  await resetClock(
    state,
    sqlJournal(async () => state, Date.now),
    now,
    userInfo().username,
  );
  terminal.say('Reset. Agents have to ask anew.');
}

const DATE = 'YYYY-MM-DD'.length;
const iso = (time: number) => new Date(time).toISOString();
