import type { LedgerClock } from '../../safety/ledger-clock.ts';
import { callFunction, type Database } from './database.ts';

/** The clock of the database, and the latest time that it recorded. */
export const postgresClock = (db: Database): LedgerClock => ({
  owner: 'The database of the store',
  read: async () => {
    const rows = await db.run<{ now: string; latest: string }>(
      'SELECT finspace_mcp.now_ms() AS now, finspace_mcp.latest_ms() AS latest',
    );
    return { now: Number(rows[0]?.now), latest: Number(rows[0]?.latest) };
  },
  reset: async () => void (await callFunction(db, 'reset_clock')),
});
