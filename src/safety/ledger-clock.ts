import type { Sql } from '../sqlite/database.ts';
import type { Journal } from './journal.ts';
import { LedgerError } from './ledger.ts';
import type { StateDatabase } from './state.ts';

/** A clock that lags behind the latest time seen by more than this was set back, or was ahead before. */
const TOLERANCE_MS = 5_000;

/** The present time, never before the latest time that any process saw. Throws LedgerError when the clock runs behind that. */
export function markedTime(db: Sql, time: number): number {
  const latest = latestIn(db);
  if (isBehind(time, latest)) {
    throw new LedgerError(
      `The clock of this machine was set back, or was ahead before: it says ${iso(time)}, and ${iso(latest)} was seen already. ` +
        'Until then no approval can be trusted. A person has to set the clock right, or, where it is right now, accept it in a ' +
        "terminal: finspace-mcp approve --reset-clock (with this server's --state-dir, if it has one).",
    );
  }
  if (time > latest) mark(db, time);
  return Math.max(time, latest);
}

/** The latest time that was seen, where `time` runs behind it so far that nothing is trusted; undefined where all is well. */
export async function seenAhead(state: StateDatabase, time: number): Promise<number | undefined> {
  const latest = await state.read(latestIn);
  return isBehind(time, latest) ? latest : undefined;
}

/**
 * Takes `time` for the present, whatever was seen before, and forgets every question and approval, so that nothing that expired
 * can come back. Entered in the journal first. To be done by a person who proved to be one.
 */
export async function resetClock(
  state: StateDatabase,
  journal: Journal,
  time: number,
  approver: string,
): Promise<void> {
  const seen = await state.read(latestIn);
  await journal.record({ kind: 'clock-reset', seen: iso(seen), accepted: iso(time), approver });
  await state.write((db) => {
    db.prepare('DELETE FROM questions').run();
    mark(db, time);
  });
}

const isBehind = (time: number, latest: number) => time < latest - TOLERANCE_MS;
const iso = (time: number) => new Date(time).toISOString();

function latestIn(db: Sql): number {
  const query = "SELECT coalesce(max(value), 0) AS value FROM marks WHERE name = 'latest'";
  return (db.prepare(query).get() as { value: number }).value;
}

function mark(db: Sql, time: number): void {
  const change = "INSERT INTO marks VALUES ('latest', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
  db.prepare(change).run(time);
}
