import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Attempts } from '../../../src/safety/passphrase-attempts.ts';

/** Passphrase attempts under test, alone in their store. */
export interface AttemptsUnderTest {
  readonly attempts: Attempts;
  /** Another process's view of the same store. */
  readonly another: () => Promise<Attempts>;
  /** Moves its clock, or the times that it stores. */
  readonly advance: (milliseconds: number) => unknown;
  readonly now: () => number;
  /** By how much its times may differ, because its clock advances by itself. */
  readonly toleranceMs: number;
  readonly close: () => Promise<void>;
}

const MINUTE = 60_000;

/** What limits wrong passphrases, in each store. */
export function itKeepsTheAttemptsContract(name: string, start: () => Promise<AttemptsUnderTest>): void {
  describe(`passphrase attempts in ${name}`, () => {
    let under: AttemptsUnderTest;
    let attempts: Attempts;
    beforeEach(async () => {
      under = await start();
      attempts = under.attempts;
    });
    afterEach(() => under.close());

    it('are rejected after the fifth in ten minutes in every process, until ten minutes after it', async () => {
      for (let tries = 0; tries < 5; tries += 1) {
        expect(await attempts.take()).toBeUndefined();
        await under.advance(2 * MINUTE - under.toleranceMs);
      }
      const another = await under.another();
      const left = 8 * MINUTE + under.toleranceMs;
      const expectIn = (until: number | undefined, ms: number) =>
        expect(Math.abs(Number(until) - under.now() - ms)).toBeLessThanOrEqual(under.toleranceMs);
      expectIn(await another.take(), left);
      await under.advance(left - 1 - under.toleranceMs);
      expectIn(await attempts.take(), 1 + under.toleranceMs);
      await under.advance(1 + under.toleranceMs);
      expect(await another.take()).toBeUndefined();
    });

    it('are limited to five even if two processes make many at the same time', async () => {
      const another = await under.another();
      const all = Array.from({ length: 50 }, (_, at) => (at % 2 === 0 ? attempts : another).take());
      expect((await Promise.all(all)).filter((until) => until === undefined)).toHaveLength(5);
    });

    it('allow an occasional mistake', async () => {
      for (let tries = 0; tries < 20; tries += 1) {
        expect(await attempts.take()).toBeUndefined();
        await under.advance(3 * MINUTE);
      }
    });

    it('start again after the correct passphrase', async () => {
      for (let tries = 0; tries < 4; tries += 1) await attempts.take();
      await (await under.another()).clear();
      for (let tries = 0; tries < 5; tries += 1) expect(await attempts.take()).toBeUndefined();
      expect(await attempts.take()).toBeDefined();
    });

    it('stay locked when the clock is set back', async () => {
      for (let tries = 0; tries < 5; tries += 1) await attempts.take();
      await under.advance(-90 * MINUTE);
      const until = Number(await attempts.take());
      expect(Math.abs(until - under.now() - 100 * MINUTE)).toBeLessThanOrEqual(under.toleranceMs);
    });
  });
}
