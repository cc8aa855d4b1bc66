import type { Redis } from 'ioredis';
import { type RateLimiter, type Rates, rateLimiter } from '../http/rates.ts';

/** Pause before Redis is used again after it did not respond. */
const RETRY_AFTER_MS = 2_000;

/** Token buckets shared by all replicas, on the clock of Redis; while Redis does not respond, each replica uses its own. */
export function redisRates(redis: Redis, rates: Rates): RateLimiter {
  const local = rateLimiter(rates, Date.now);
  let localUntilMs = 0;
  return async (principal, kind) => {
    const perMinute = rates[kind];
    if (perMinute === undefined) return 0;
    if (Date.now() < localUntilMs) return local(principal, kind);
    try {
      const waitMs = Number(await redis.eval(TAKE, 1, `rate:${kind}:${principal}`, perMinute));
      return Math.ceil(waitMs / 1_000);
    } catch {
      localUntilMs = Date.now() + RETRY_AFTER_MS;
      return local(principal, kind);
    }
  };
}

/** Takes one token; returns the milliseconds to wait, 0 when one was taken. */
const TAKE = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local most = tonumber(ARGV[1])
local row = redis.call('HMGET', KEYS[1], 'tokens', 'filled')
local tokens = tonumber(row[1] or most)
local filled = tonumber(row[2] or now)
tokens = math.min(most, tokens + (now - filled) * most / 60000)
local wait = 0
if tokens < 1 then wait = math.ceil((1 - tokens) * 60000 / most) else tokens = tokens - 1 end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'filled', now)
redis.call('PEXPIRE', KEYS[1], 120000)
return wait
`;
