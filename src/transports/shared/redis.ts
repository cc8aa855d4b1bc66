import type { Redis } from 'ioredis';
import { redisBus } from './redis-bus.ts';
import { redisClock } from './redis-clock.ts';
import { redisLedger } from './redis-ledger.ts';
import { redisRates } from './redis-rates.ts';
import type { SharedState } from './shared-state.ts';

/** All keys are in one hash slot, so that the scripts also run on a cluster. */
const PREFIX = '{finspace-mcp}:';
const ANSWER_MS = 2_000;

/** A fleet over one Redis. If Redis cannot be asked, the answer is a refusal, never an assumption. */
export async function redisSharedState(url: string, onerror: (error: Error) => void): Promise<SharedState> {
  // Bundling loses the named exports of this CommonJS package.
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
    // The error of a command says less than the cause of the broken connection.
    ready: async () => void (await redis.ping().catch((error) => Promise.reject(failure ?? error))),
    close: async () => {
      for (const client of [redis, listening]) client?.disconnect();
    },
  };
}
