import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { NOT_UNICODE, PATTERN_DEVIATIONS } from './deviations.ts';
import { neighbours } from './neighbours.ts';
import { MODEL, officialShape } from './official.ts';
import { allPairs, type Pair, patterns } from './pairs.ts';
import { compilesUnderU, deviationsOf, expectedRule, officialRule } from './rules.ts';
import { SHORT_ATTACK, slowInput } from './slow-input.ts';
import { strings } from './strings.ts';

const SEED = 20_261_007;
const CASES = 200;
const TEXTS = allPairs().filter(({ schema }) => schema instanceof z.ZodString);

describe.each(eachText())('%s', (_, pair) => {
  const { shape, place, schema } = pair;
  const expected = expectedRule(shape, place);
  const cases = fc.sample(strings(shape), { seed: SEED, numRuns: CASES });

  beforeAll(() => {
    expect(slowInput(pair, SHORT_ATTACK), 'a slow pattern would hang the tests').toBeUndefined();
  });

  it('accepts and rejects strings as the model and the table of deviations say', () => {
    const wrong = cases.filter((value) => schema.safeParse(value).success !== expected(value));
    expect(wrong).toEqual([]);
  });

  it('agrees with the official pattern after any change of a character or length', () => {
    const valid = [...new Set(cases.filter(expected))].sort((a, b) => a.length - b.length);
    const near = evenly(valid, 5).flatMap((value) => neighbours(shape, value));
    const wrong = near.filter((value) => schema.safeParse(value).success !== expected(value));
    expect(wrong).toEqual([]);
  });

  it('was tried with strings that are accepted and with strings that are rejected', () => {
    const accepted = cases.filter(expected).length;
    expect(accepted).toBeGreaterThan(CASES / 20);
    expect(officialShape(shape).max === undefined || accepted < CASES).toBe(true);
  });
});

describe('the table of pattern deviations', () => {
  it.each(PATTERN_DEVIATIONS)('is still correct for $shape, as $example shows', ({ shape, place, example }) => {
    const schemas = TEXTS.filter((pair) => pair.shape === shape && (place ?? pair.place) === pair.place);
    expect(schemas).not.toEqual([]);
    for (const { schema } of schemas) expect(schema.safeParse(example).success).toBe(!officialRule(shape)(example));
  });

  it('names the official patterns that are not valid with the u flag', () => {
    const broken = Object.entries(MODEL.shapes).filter(([, { pattern = '' }]) => !compilesUnderU(pattern));
    expect(broken.map(([shape]) => shape).sort()).toEqual([...NOT_UNICODE]);
  });
});

/** One pair for each way in which we write a shape, so that every one is tried, and only once. */
function eachText(): [title: string, pair: Pair][] {
  const distinct = new Map<string, Pair>();
  for (const pair of TEXTS) {
    const { minLength, maxLength } = pair.schema as z.ZodString;
    const deviating = deviationsOf(pair.shape, pair.place).map(({ place }) => place ?? '');
    const key = [pair.shape, minLength, maxLength, ...patterns(pair.schema), ...deviating].join(' ');
    if (!distinct.has(key)) distinct.set(key, pair);
  }
  return [...distinct.values()].map((pair) => [`a string of shape ${pair.shape} (as in ${pair.place})`, pair]);
}

/** This many elements of a list, spread evenly over it. */
const evenly = <T>(list: readonly T[], count: number) =>
  list.filter((_, at) => Math.floor((at * count) / list.length) !== Math.floor(((at - 1) * count) / list.length));
