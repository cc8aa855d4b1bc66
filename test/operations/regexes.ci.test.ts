import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { OPEN_ENDED } from './deviations.ts';
import { allPairs, patterns } from './pairs.ts';
import { compilesUnderU } from './rules.ts';
import { slowInput } from './slow-input.ts';

/** Longer than any string with a pattern can be. */
const LONGEST = 10_000;

const TEXTS = allPairs().filter(({ schema }) => schema instanceof z.ZodString);
const REGEXES = new Map(
  TEXTS.flatMap((pair) => patterns(pair.schema).map((regex) => [String(regex), { regex, pair }])),
);

describe.each([...REGEXES.values()])('$regex', ({ regex, pair }) => {
  it('is valid with the u flag', () => {
    expect(compilesUnderU(regex.source)).toBe(true);
    expect(regex.flags).toMatch(/^u?$/);
  });

  it('matches the whole string, except for those in the table', () => {
    expect(isAnchored(regex)).toBe(!OPEN_ENDED.some(({ shape }) => shape === pair.shape));
  });

  it('matches any input without delay', () => {
    expect(slowInput(pair, (pair.schema as z.ZodString).maxLength ?? LONGEST)).toBeUndefined();
  });
});

describe('a string', () => {
  const bounded = TEXTS.filter(
    ({ schema }) => (schema as z.ZodString).maxLength !== null && patterns(schema).length > 0,
  );

  it('that is too long or too short is rejected before its pattern is tried', () => {
    const late = bounded.filter(({ schema }) => {
      const { minLength, maxLength } = schema as z.ZodString;
      const ends = [...((minLength ?? 0) > 0 ? [''] : []), '\n'.repeat((maxLength ?? 0) + 1)];
      return ends.some((value) => schema.safeParse(value).error?.issues.length !== 1);
    });
    expect(late.map(({ place }) => place)).toEqual([]);
  });

  it('is short if it has a pattern, except for an address whose pattern matches 15 characters', () => {
    const unbounded = TEXTS.filter((pair) => patterns(pair.schema).length > 0 && !bounded.includes(pair));
    expect([...new Set(unbounded.map(({ shape }) => shape))]).toEqual(['ValidIPAddress']);
    expect(Math.max(...bounded.map(({ schema }) => (schema as z.ZodString).maxLength ?? 0))).toBeLessThan(LONGEST);
  });
});

describe('the table of patterns that are not anchored', () => {
  it.each(OPEN_ENDED)('is still correct for $shape', ({ shape }) => {
    const open = [...REGEXES.values()].filter(({ regex, pair }) => pair.shape === shape && !isAnchored(regex));
    expect(open).not.toEqual([]);
  });
});

/** Whether the pattern begins with ^ and ends with $, and both apply to every alternative outside of groups. */
function isAnchored({ source }: RegExp): boolean {
  let flat = source.replaceAll(/\\./g, '').replaceAll(/\[[^\]]*\]/g, '');
  for (let before = ''; before !== flat; ) [before, flat] = [flat, flat.replaceAll(/\([^()]*\)/g, '')];
  return source.startsWith('^') && source.endsWith('$') && !source.endsWith('\\$') && !flat.includes('|');
}
