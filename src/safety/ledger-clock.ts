import { commandAnywhere } from '../own-command.ts';
import type { Sql } from '../sqlite/connection.ts';
import type { Journal } from './journal.ts';
import { LedgerError } from './ledger.ts';
import type { StateDatabase } from './state.ts';

/** If a clock is behind the latest recorded time by more than this, it was set back, or was ahead before. */
export const TOLERANCE_MS = 5_000;

/** The current time, never before the latest time that any process recorded. Throws LedgerError when the clock is behind that by too much. */
export function monotonicTime(db: Sql, time: number): number {
  const latest = latestIn(db);
  if (isBehind({ now: time, latest })) {
    throw new LedgerError(
      `The clock of this machine was set back, or was ahead before: it says ${iso(time)}, but ${iso(latest)} was recorded before. ` +
        'Until that time, no approval can be trusted. A person must correct the clock or, if it is correct now, accept it in a ' +
        `terminal, with the --state-dir of this server: ${commandAnywhere('approve --reset-clock')}.`,
    );
  }
  if (time > latest) recordLatest(db, time);
  return Math.max(time, latest);
}

/** The clock of a ledger, and the latest time that the ledger recorded. */
export interface LedgerClock {
  /** The owner of the clock, for messages. */
  readonly owner: string;
  read(): Promise<Times>;
  /**
   * Accepts the current time. Discards all pending approvals and all unused approvals, so that nothing expired becomes valid again, and
   * the history of forms, whose later times would count for as long as the clock was ahead.
   */
  reset(): Promise<void>;
}

export interface Times {
  readonly now: number;
  readonly latest: number;
}

/** The clock of the ledger in the state database. */
export const sqlClock = (state: () => Promise<StateDatabase>, now: () => number): LedgerClock => ({
  owner: 'This machine',
  read: async () => ({ now: now(), latest: await (await state()).read(latestIn) }),
  reset: async () =>
    (await state()).write((db) => {
      db.prepare('DELETE FROM questions').run();
      db.prepare('DELETE FROM forms').run();
      recordLatest(db, now());
    }),
});

/** Resets a clock that recorded a later time, and journals this first. Only for a person who has given the passphrase. */
export async function resetClock(
  clock: LedgerClock,
  journal: Journal,
  { now, latest }: Times,
  approver: string,
): Promise<void> {
  await journal.record({ kind: 'clock-reset', seen: iso(latest), accepted: iso(now), approver });
  await clock.reset();
}

/** Whether a clock is so far behind the latest recorded time that nothing is trusted. */
export const isBehind = ({ now, latest }: Times) => now < latest - TOLERANCE_MS;

const iso = (time: number) => new Date(time).toISOString();

function latestIn(db: Sql): number {
  const query = "SELECT coalesce(max(value), 0) AS value FROM marks WHERE name = 'latest'";
  return (db.prepare(query).get() as { value: number }).value;
}

function recordLatest(db: Sql, time: number): void {
  const change = "INSERT INTO marks VALUES ('latest', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
  db.prepare(change).run(time);
}
