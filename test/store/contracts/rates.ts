import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RateLimiter, Rates } from '../../../src/transports/http/rates.ts';

/** Rate limits under test, alone in their store. */
export interface RatesUnderTest {
  readonly limiter: (rates: Rates) => RateLimiter;
  /** Another process's view of the same store; undefined if each process counts for itself. */
  readonly another: ((rates: Rates) => Promise<RateLimiter>) | undefined;
  /** Moves its clock, or the times that it stores. */
  readonly advance: (milliseconds: number) => unknown;
  readonly close: () => Promise<void>;
}

/** What limits calls per minute, in each store. `isShared` is whether processes can share it. */
export function itKeepsTheRatesContract(name: string, start: () => Promise<RatesUnderTest>, isShared = true): void {
  describe(`rate limits in ${name}`, () => {
    let under: RatesUnderTest;
    beforeEach(async () => {
      under = await start();
    });
    afterEach(() => under.close());

    const RATES = { read: 60, write: 6, destroy: undefined };
    const accepted = async (times: number, limiter: RateLimiter, ...[principal, kind]: Parameters<RateLimiter>) => {
      const waits: number[] = [];
      for (let at = 0; at < times; at += 1) waits.push(await limiter(principal, kind));
      return waits.filter((wait) => wait === 0).length;
    };

    it("accept a minute's calls at once, and then say how many seconds to wait", async () => {
      const limiter = under.limiter(RATES);
      expect(await accepted(10, limiter, 'ann', 'write')).toBe(6);
      const wait = await limiter('ann', 'write');
      expect(wait).toBeGreaterThanOrEqual(8);
      expect(wait).toBeLessThanOrEqual(10);
      await under.advance(wait * 1_000);
      expect(await accepted(3, limiter, 'ann', 'write')).toBe(1);
      await under.advance(600_000);
      expect(await accepted(10, limiter, 'ann', 'write')).toBe(6);
    });

    it('accept the remaining calls of a minute also after the clock was set back', async () => {
      const limiter = under.limiter(RATES);
      expect(await accepted(1, limiter, 'ann', 'write')).toBe(1);
      await under.advance(-3_600_000);
      expect(await accepted(10, limiter, 'ann', 'write')).toBe(5);
    });

    it('count each principal and each class of calls separately', async () => {
      const limiter = under.limiter(RATES);
      for (const principal of ['ann', 'ben', '', 'a\0', "' OR 1=1 --"])
        expect(await accepted(7, limiter, principal, 'write')).toBe(6);
      expect(await accepted(7, limiter, 'ann', 'read')).toBe(7);
    });

    it('accept every call of a class without a limit', async () => {
      expect(await accepted(100, under.limiter(RATES), 'ann', 'destroy')).toBe(100);
    });

    if (isShared)
      it('are shared by the processes that share the store', async () => {
        const limiters = [under.limiter(RATES), await under.another?.(RATES)];
        const waits = await Promise.all(
          Array.from({ length: 20 }, (_, at) => (limiters[at % 2] as RateLimiter)('ann', 'write')),
        );
        expect(waits.filter((wait) => wait === 0)).toHaveLength(6);
      });
  });
}
