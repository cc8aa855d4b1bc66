import type { SharedStore } from '../store.ts';
import { callFunction, type Database } from './database.ts';
import { keyOf } from './ledger.ts';

/** Pause before the database is used again after it did not respond. */
const FALLBACK_MS = 2_000;

/** Token buckets shared by all replicas, on the clock of the database; while it does not respond, each replica uses its own. */
export function postgresRateLimiter(db: Database): SharedStore['rateLimiter'] {
  let silentUntilMs = 0;
  return (rates, fallback) => async (principal, toolClass) => {
    const perMinute = rates[toolClass];
    if (perMinute === undefined) return 0;
    if (performance.now() < silentUntilMs) return fallback(principal, toolClass);
    try {
      const values = [keyOf(`${toolClass} ${principal}`), perMinute];
      return Math.ceil(Number(await callFunction(db, 'take_token', values, 0)) / 1_000);
    } catch {
      silentUntilMs = performance.now() + FALLBACK_MS;
      return fallback(principal, toolClass);
    }
  };
}
