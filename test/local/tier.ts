const isLong = process.env['TEST_LONG'] !== undefined;

/** The number of repetitions in every run of the tests, and in `npm run test:long`. */
export const runs = (short: number, long: number): number => (isLong ? long : short);

/**
 * The seed of the variable SEED, with which random tests repeat a failure, as in `SEED=123 npx vitest run test/local/model.ci.test.ts`. A
 * failure prints its own.
 */
export function givenSeed(): { seed?: number } {
  const given = process.env['SEED'];
  return given === undefined ? {} : { seed: Number(given) };
}
