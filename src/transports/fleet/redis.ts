import type { Redis } from 'ioredis';
import type { Fleet } from './fleet.ts';
import { redisBus } from './redis-bus.ts';
import { redisClock } from './redis-clock.ts';
import { redisLedger } from './redis-ledger.ts';
import { redisRates } from './redis-rates.ts';

/** Every key in one hash slot, so that the scripts also run on a cluster. */
const PREFIX = '{finspace-mcp}:';
const ANSWER_MS = 2_000;

/** A fleet over one Redis. What it cannot be asked is refused, never assumed. */
export async function redisFleet(url: string, onerror: (error: Error) => void): Promise<Fleet> {
  // The named exports of this CommonJS package are lost where it is bundled.
  const {
    default: { Redis: Client },
  } = await import('ioredis');
  let failure: Error | undefined;
  const connect = (): Redis => {
    const client = new Client(url, {
      keyPrefix: PREFIX,
      connectTimeout: ANSWER_MS,
      commandTimeout: ANSWER_MS,
      maxRetriesPerRequest: 1,
    });
    client.on('error', (error) => {
      failure = error;
      onerror(error);
    });
    client.on('ready', () => {
      failure = undefined;
    });
    return client;
  };
  const redis = connect();
  let listening: Redis | undefined;
  const listener = () => {
    listening ??= connect();
    return listening;
  };
  return {
    ledger: (scope, openMs) => redisLedger(redis, scope, openMs),
    clock: (scope) => redisClock(redis, scope),
    rates: (rates) => redisRates(redis, rates),
    bus: (scope) => redisBus(redis, listener(), `${PREFIX}events:${scope}`, onerror),
    // What a command fails with says less than why the connection failed.
    ready: async () => void (await redis.ping().catch((error) => Promise.reject(failure ?? error))),
    close: async () => {
      for (const client of [redis, listening]) client?.disconnect();
    },
  };
}
