import { userInfo } from 'node:os';
import type { Desk } from '../safety/approver-desk.ts';
import { ApproverError } from '../safety/approver-error.ts';
import type { Journal } from '../safety/journal.ts';
import { type LedgerClock, resetClock } from '../safety/ledger-clock.ts';
import { unlocked } from './approve-dialog.ts';
import type { Terminal } from './approve-terminal.ts';

/**
 * Has a person say, with the passphrase and by typing the date, that a clock is right although it saw a later time. Throws ApproverError
 * when nothing was reset.
 */
export async function acceptClock(terminal: Terminal, desk: Desk, clock: LedgerClock, journal: Journal): Promise<void> {
  if (!desk.keyed)
    throw new ApproverError('Resetting the clock needs a passphrase, and none was set up: finspace-mcp approve --init');
  const { now, seen } = await clock.read();
  terminal.say(`${clock.owner} says ${iso(now)}, and ${iso(seen)} was seen there already.`);
  terminal.say('Until that time comes again, no approval is trusted: it could be one that expired.');
  terminal.say(
    'If the clock is right now, the later time can be forgotten. All plans that wait and all approvals that',
  );
  terminal.say('were not used yet are void then, and the journal tells of it.\n');
  await unlocked(terminal, desk);
  const typed = await terminal.ask('The date of today (UTC, YYYY-MM-DD), to accept this clock: ');
  const times = await clock.read();
  if (typed !== iso(times.now).slice(0, DATE))
    throw new ApproverError('That is not the date of this clock. Nothing was reset.');
  await resetClock(clock, journal, times, userInfo().username);
  terminal.say('Reset. Agents have to ask anew.');
}

const DATE = 'YYYY-MM-DD'.length;
const iso = (time: number) => new Date(time).toISOString();
