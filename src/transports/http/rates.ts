import { evictOldest } from '../../evict-oldest.ts';
import type { ToolClass } from './exchange.ts';

/** Calls per minute and principal, by class of tool; no limit if undefined. */
export type Rates = Readonly<Partial<Record<ToolClass, number | undefined>>>;

/** Takes one call of a principal; returns the seconds to wait, 0 when it may continue. */
export type RateLimiter = (principal: string, toolClass: ToolClass) => number | Promise<number>;

interface Bucket {
  tokens: number;
  filledMs: number;
}

const MINUTE_MS = 60_000;
const MAX_BUCKETS = 10_000;

/** Token buckets in this process: up to a minute's calls at once, then at the refill rate. */
export function rateLimiter(rates: Rates, now: () => number): RateLimiter {
  const buckets = new Map<string, Bucket>();
  return (principal, toolClass) => {
    const perMinute = rates[toolClass];
    if (perMinute === undefined) return 0;
    const key = `${toolClass} ${principal}`;
    const time = now();
    const bucket = buckets.get(key) ?? { tokens: perMinute, filledMs: time };
    // The clock may have been set back.
    const passedMs = Math.max(time - bucket.filledMs, 0);
    bucket.tokens = Math.min(perMinute, bucket.tokens + (passedMs * perMinute) / MINUTE_MS);
    bucket.filledMs = time;
    buckets.delete(key);
    buckets.set(key, bucket);
    evictOldest(buckets, MAX_BUCKETS);
    if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) * MINUTE_MS) / perMinute / 1_000);
    bucket.tokens -= 1;
    return 0;
  };
}
