import { randomUUID } from 'node:crypto';
import type { Attempts } from '../../safety/passphrase-attempts.ts';
import { callFunction, type Database } from './database.ts';

/** Passphrase attempts that all replicas count together. */
export const postgresAttempts = (db: Database): Attempts => ({
  take: async () => {
    const until = (await callFunction<string | null>(db, 'take_attempt', [randomUUID()])) ?? null;
    return until === null ? undefined : Number(until);
  },
  clear: async () => void (await callFunction(db, 'forgive_attempts')),
});
