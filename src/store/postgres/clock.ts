import type { LedgerClock } from '../../safety/ledger-clock.ts';
import { callFunction, type Database } from './database.ts';

/** The clock of the database, and the latest time that it recorded. */
export const postgresClock = (db: Database): LedgerClock => ({
  owner: 'The database of the store',
  read: async () => {
    const rows = await db.run<{ now: string; seen: string }>(
      'SELECT finspace_mcp.now_ms() AS now, finspace_mcp.latest_ms() AS seen',
    );
    return { now: Number(rows[0]?.now), seen: Number(rows[0]?.seen) };
  },
  reset: async () => void (await callFunction(db, 'reset_clock')),
});
