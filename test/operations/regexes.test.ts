import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { OPEN_ENDED } from './deviations.ts';
import { allPairs, type Pair, patterns } from './pairs.ts';
import { compilesUnderU } from './rules.ts';
import { strings } from './strings.ts';

/** Far more than any of them takes, and far less than a pattern that backtracks for ever: a slow machine fails no test. */
const MOST_MS = 50;
const LONGEST = 10_000;

const TEXTS = allPairs().filter(({ schema }) => schema instanceof z.ZodString);
const REGEXES = new Map(
  TEXTS.flatMap((pair) => patterns(pair.schema).map((regex) => [String(regex), { regex, pair }])),
);

describe.each([...REGEXES.values()])('$regex', ({ regex, pair }) => {
  it('is valid under the u flag', () => {
    expect(compilesUnderU(regex.source)).toBe(true);
    expect(regex.flags).toMatch(/^u?$/);
  });

  it('speaks of the whole string, but for those in the table', () => {
    expect(isAnchored(regex)).toBe(!OPEN_ENDED.some(({ shape }) => shape === pair.shape));
  });

  it('answers at once, whatever it is asked', () => {
    const slow = attacks(pair).filter((value) => milliseconds(() => regex.test(value)) > MOST_MS);
    expect(slow).toEqual([]);
  });
});

describe('a string', () => {
  const bounded = TEXTS.filter(
    ({ schema }) => (schema as z.ZodString).maxLength !== null && patterns(schema).length > 0,
  );

  it('that is too long or too short is refused before its pattern is looked at', () => {
    const late = bounded.filter(({ schema }) => {
      const { minLength, maxLength } = schema as z.ZodString;
      const ends = [...((minLength ?? 0) > 0 ? [''] : []), '\n'.repeat((maxLength ?? 0) + 1)];
      return ends.some((value) => schema.safeParse(value).error?.issues.length !== 1);
    });
    expect(late.map(({ place }) => place)).toEqual([]);
  });

  it('is short when it has a pattern, but for the address whose pattern takes 15 characters', () => {
    const unbounded = TEXTS.filter((pair) => patterns(pair.schema).length > 0 && !bounded.includes(pair));
    expect([...new Set(unbounded.map(({ shape }) => shape))]).toEqual(['ValidIPAddress']);
    expect(Math.max(...bounded.map(({ schema }) => (schema as z.ZodString).maxLength ?? 0))).toBeLessThan(LONGEST);
  });
});

describe('the table of patterns left open', () => {
  it.each(OPEN_ENDED)('still holds for $shape', ({ shape }) => {
    const open = [...REGEXES.values()].filter(({ regex, pair }) => pair.shape === shape && !isAnchored(regex));
    expect(open).not.toEqual([]);
  });
});

/** Whether the pattern begins with ^ and ends with $, and no alternative outside of groups escapes them. */
function isAnchored({ source }: RegExp): boolean {
  let flat = source.replaceAll(/\\./g, '').replaceAll(/\[[^\]]*\]/g, '');
  for (let before = ''; before !== flat; ) [before, flat] = [flat, flat.replaceAll(/\([^()]*\)/g, '')];
  return source.startsWith('^') && source.endsWith('$') && !source.endsWith('\\$') && !flat.includes('|');
}

/** Strings of the greatest length that repeat a part of a valid one many times and then do not match. */
function attacks({ shape, schema }: Pair): string[] {
  const longest = (schema as z.ZodString).maxLength ?? LONGEST;
  const valid = fc.sample(strings(shape), { seed: 1, numRuns: 100 }).filter((value) => schema.safeParse(value).success);
  return valid.slice(0, 6).flatMap((value) =>
    places(value).flatMap((at) =>
      [1, 2, 3].flatMap((width) => {
        const [head, part, tail] = [value.slice(0, at), value.slice(at, at + width), value.slice(at + width)];
        const room = Math.max(longest - head.length - tail.length - 1, 0);
        const many = part.repeat(Math.ceil(room / Math.max(part.length, 1))).slice(0, room);
        return ['\n', '\u0000', '!'].flatMap((wrong) => [head + many + wrong, head + many + tail.slice(1) + wrong]);
      }),
    ),
  );
}

/** Up to sixteen positions, evenly spread. */
const places = (value: string) => [
  ...new Set(Array.from({ length: 16 }, (_, step) => Math.floor((step * value.length) / 16))),
];

/** The best of up to five runs, which leaves out the pauses of the machine. */
function milliseconds(run: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5 && best > MOST_MS; round++) {
    const start = performance.now();
    run();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}
