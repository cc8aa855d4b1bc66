import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ApprovalFixture, openApprovalFixture } from './support/approval-fixture.ts';
import { play, steps } from './support/sequences.ts';

/** `SAFETY_SEED` and `SAFETY_PATH` replay what a failure printed. */
const { TEST_LONG, SAFETY_SEED, SAFETY_PATH } = process.env;
const RUNS = TEST_LONG === undefined ? 5_000 : 100_000;

let fixture: ApprovalFixture;
beforeAll(async () => {
  fixture = await openApprovalFixture();
});
afterAll(() => fixture.close());

it(`a destructive request runs if and only if a person approved it, in ${RUNS} random sequences`, async () => {
  let executed = 0;
  const holds = fc.asyncProperty(steps, async (sequence) => {
    executed += (await play(fixture, sequence)).executed;
  });
  await fc.assert(holds, {
    numRuns: RUNS,
    ...(SAFETY_SEED === undefined ? {} : { seed: Number(SAFETY_SEED) }),
    ...(SAFETY_PATH === undefined ? {} : { path: SAFETY_PATH }),
  });
  if (SAFETY_PATH === undefined) expect(executed).toBeGreaterThan(RUNS / 20);
}, 1_800_000);
