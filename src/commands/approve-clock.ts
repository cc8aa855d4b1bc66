import type { PassphraseApprovals } from '../safety/approval-actions.ts';
import { ApproverError } from '../safety/approver-keys.ts';
import { resetClock } from '../safety/ledger-clock.ts';
import type { Store } from '../store/store.ts';
import { userName } from '../user-name.ts';
import { unlock } from './approve-dialog.ts';
import type { Terminal } from './approve-terminal.ts';
import { approveCommand } from './out-of-band.ts';

/**
 * Lets a person confirm, with the passphrase and the typed date, that a clock is correct although a later time was recorded.
 * Throws ApproverError when nothing was reset.
 */
export async function acceptClock(
  terminal: Terminal,
  approvals: PassphraseApprovals,
  { clock, journal }: Pick<Store, 'clock' | 'journal'>,
  stateDir: string,
): Promise<void> {
  if (!approvals.hasPassphrase)
    throw new ApproverError(
      `Resetting the clock needs a passphrase, and none was set up. To set one up: ${approveCommand('--init', stateDir)}`,
    );
  const { now, latest } = await clock.read();
  terminal.say(`${clock.owner} says ${iso(now)}, but ${iso(latest)} was recorded there before.`);
  terminal.say('Until the clock reaches that time again, no approval is trusted, because it may have expired.');
  terminal.say('If the clock is correct now, you can discard the later time. This voids all open plans and all');
  terminal.say('unused approvals, and the journal records it.\n');
  await unlock(terminal, approvals);
  const typed = await terminal.ask(`Type today's date (UTC, YYYY-MM-DD) to accept this clock: `);
  const times = await clock.read();
  if (typed !== isoDate(times.now)) throw new ApproverError('That is not the date of this clock. Nothing was reset.');
  await resetClock(clock, journal, times, userName());
  terminal.say('Reset. Agents must request approval again.');
}

const iso = (time: number) => new Date(time).toISOString();
const isoDate = (time: number) => iso(time).slice(0, 'YYYY-MM-DD'.length);
