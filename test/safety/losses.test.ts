import fc from 'fast-check';
import { expect, it } from 'vitest';
import { embedded } from './support/backend.ts';
import { openGuard } from './support/guard.ts';
import { attemptOf, lossesBetween, moves, openRichWorld, valuables } from './support/losses.ts';

/** `SAFETY_SEED` and `SAFETY_PATH` replay what a failure printed. */
const { TEST_LONG, SAFETY_SEED, SAFETY_PATH } = process.env;
const RUNS = TEST_LONG === undefined ? 40 : 2_000;

it(`loses nothing that no person approved, in ${RUNS} random sequences of all calls that change something`, async () => {
  const outcomes: Record<string, number> = { asked: 0, done: 0, refused: 0, linked: 0 };
  const holds = fc.asyncProperty(moves, async (sequence) => {
    const backend = await embedded();
    const estates = await openRichWorld(backend.call);
    const guard = await openGuard({ call: backend.call, clock: backend.clock });
    let before = await valuables(backend.call, estates);
    for (const move of sequence) {
      backend.clock.advance(1_000);
      const attempt = attemptOf(move, estates);
      const outcome = await guard.attempt(attempt);
      outcomes[outcome.kind] = Number(outcomes[outcome.kind]) + 1;
      const after = await valuables(backend.call, estates);
      expect(lossesBetween(before, after), `${JSON.stringify(attempt)}: ${JSON.stringify(outcome)}`).toEqual([]);
      before = after;
    }
    await guard.close();
    await backend.close();
  });
  await fc.assert(holds, {
    numRuns: RUNS,
    ...(SAFETY_SEED === undefined ? {} : { seed: Number(SAFETY_SEED) }),
    ...(SAFETY_PATH === undefined ? {} : { path: SAFETY_PATH }),
  });
  if (SAFETY_PATH === undefined)
    for (const kind of ['asked', 'done', 'refused']) expect(outcomes[kind], kind).toBeGreaterThan(RUNS / 4);
}, 1_800_000);
