import { randomUUID } from 'node:crypto';
import type { Attempts } from '../../safety/passphrase-attempts.ts';
import type { Database } from './database.ts';

/** Passphrase attempts that all replicas count together. */
export const postgresAttempts = (db: Database): Attempts => ({
  take: async () => {
    const rows = await db.run<{ until: string | null }>('SELECT finspace_mcp.take_attempt($1) AS until', [
      randomUUID(),
    ]);
    const until = rows[0]?.until ?? null;
    return until === null ? undefined : Number(until);
  },
  clear: async () => void (await db.run('SELECT finspace_mcp.forgive_attempts()')),
});
