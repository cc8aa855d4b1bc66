import type { Redis } from 'ioredis';
import type { LedgerClock } from '../../safety/ledger-clock.ts';
import { SCRIPTS } from './redis-scripts.ts';

/** The clock of Redis, and the latest time that its ledger recorded. Rejects when Redis does not respond. */
export function redisClock(redis: Redis, scope: string): LedgerClock {
  const latest = `ledger:${scope}:latest`;
  return {
    owner: 'Redis',
    read: async () => {
      const [now, seen] = (await redis.eval(SCRIPTS.times, 1, latest)) as [number, number];
      return { now, seen };
    },
    reset: async () => void (await redis.eval(SCRIPTS.reset, 1, latest)),
  };
}
