import { randomUUID } from 'node:crypto';
import type { Sql } from '../sqlite/connection.ts';
import type { StateDatabase } from './state.ts';

/** Limits wrong passphrases, over all terminals and pages of one state directory or shared store, and across restarts. */
export interface Attempts {
  /**
   * Takes one attempt before a passphrase is checked. Returns the time until which none is allowed; undefined when the attempt is
   * allowed.
   */
  take(): Promise<number | undefined>;
  /** Forgets all attempts, because the passphrase was correct. */
  clear(): Promise<void>;
}

const MAX_WRONG = 5;
const WINDOW_MS = 10 * 60_000;
const LOCKED_MS = 10 * 60_000;
const MARK = 'passphrase tried ';

/** Attempts are marks in the state database, so that concurrent processes share the limit. */
export function passphraseAttempts(state: () => Promise<StateDatabase>, now: () => number): Attempts {
  const write = async <T>(work: (db: Sql) => T) => (await state()).write(work);
  return {
    take: () =>
      write((db) => {
        const time = now();
        db.prepare(`DELETE FROM marks WHERE name LIKE '${MARK}%' AND value < ?`).run(time - WINDOW_MS - LOCKED_MS);
        const recent = db
          .prepare(`SELECT value FROM marks WHERE name LIKE '${MARK}%' ORDER BY value DESC LIMIT ${MAX_WRONG}`)
          .all() as { value: number }[];
        const [newest, oldest] = [recent[0]?.value ?? 0, recent[MAX_WRONG - 1]?.value];
        const locked = oldest !== undefined && newest - oldest < WINDOW_MS && time < newest + LOCKED_MS;
        if (locked) return newest + LOCKED_MS;
        db.prepare('INSERT INTO marks VALUES (?, ?)').run(`${MARK}${randomUUID()}`, time);
        return undefined;
      }),
    clear: () => write((db) => void db.prepare(`DELETE FROM marks WHERE name LIKE '${MARK}%'`).run()),
  };
}
