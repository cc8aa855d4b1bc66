import fc from 'fast-check';
import { expect, it } from 'vitest';
import { loadWorldFile, worldFileOf } from '../../src/local/worlds/world-file-conversion.ts';
import { operationNamed } from '../../src/operations/index.ts';
import { cachingReads, openEmbedded, WORLD } from './support/backend.ts';
import { openGuard } from './support/guard.ts';
import { attemptOf, lossesBetween, moves, openRichWorld, valuables } from './support/losses.ts';

/** `SAFETY_SEED` and `SAFETY_PATH` replay what a failure printed; `SAFETY_RUNS` is how many sequences. */
const { TEST_LONG, SAFETY_SEED, SAFETY_PATH, SAFETY_RUNS } = process.env;
const RUNS = Number(SAFETY_RUNS ?? (TEST_LONG === undefined ? 100 : 100_000));
const SIX_HOURS = 21_600_000;

/** The rich world, created once; `open` returns a copy, whose clock advances only when something changes. */
async function richWorld() {
  const maker = await openEmbedded();
  const estates = await openRichWorld(maker.call);
  const file = await maker.store.read((tx) => worldFileOf(tx, WORLD));
  await maker.close();
  const open = async () => {
    const backend = await openEmbedded();
    await backend.store.write((tx) => loadWorldFile(tx, file, 'rich', backend.clock.now()));
    const call = cachingReads((name, input, options) => {
      if (operationNamed(name).risk !== 'read') backend.clock.advance(1_000);
      return backend.call(name, input, options);
    });
    return { ...backend, call };
  };
  return { estates, open };
}

it(
  `random calls lose nothing that no person approved, in ${RUNS} sequences`,
  async () => {
    const outcomes: Record<string, number> = { asked: 0, done: 0, refused: 0, linked: 0 };
    const { estates, open } = await richWorld();
    const holds = fc.asyncProperty(moves, async (sequence) => {
      const backend = await open();
      const guard = await openGuard({ call: backend.call, clock: backend.clock });
      let before = await valuables(backend.call, estates);
      for (const move of sequence) {
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
  },
  SIX_HOURS,
);
