import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unmetConditions } from '../../src/operations/conditions/index.ts';

const times = <T>(count: number, make: (at: number) => T) => Array.from({ length: count }, (_, at) => make(at));
const updateOf = (segments: readonly (readonly string[])[]) => ({
  environmentId: 'a'.repeat(22),
  databaseName: 'fx_spot',
  dataviewName: 'fx_spot_live',
  clientToken: 'token',
  segmentConfigurations: segments.map((dbPaths, at) => ({ dbPaths: [...dbPaths], volumeName: `vol-${at}` })),
});
const overlaps = (...segments: readonly (readonly string[])[]) =>
  unmetConditions('UpdateKxDataview', updateOf(segments)).length > 0;

/** The same result, found by trying every text up to a length. */
function someTextMatches(a: string, b: string): boolean {
  const texts = times(7, (length) => length).flatMap((length) =>
    times(2 ** length, (bits) => times(length, (at) => ((bits >> at) & 1 ? 'x' : 'y')).join('')),
  );
  const matcher = (pattern: string) =>
    new RegExp(`^${pattern.replaceAll(/[*?]/g, (letter) => (letter === '*' ? '.*' : '.'))}$`);
  const [one, other] = [matcher(a), matcher(b)];
  return texts.some((text) => one.test(text) && other.test(text));
}

describe('segments of a dataview that overlap', () => {
  const pattern = fc.string({ unit: fc.constantFrom('x', 'y', '?', '*'), minLength: 1, maxLength: 3 });

  it('are those with a path that both match', () => {
    fc.assert(
      fc.property(pattern, pattern, (a, b) => {
        expect(overlaps([`/${a}`], [`/${b}`])).toBe(someTextMatches(a, b));
      }),
      { numRuns: 300 },
    );
  });

  it('are found among many other paths', () => {
    const days = times(300, (at) => `/20${10 + Math.floor(at / 30)}.${at % 30}.01/*`);
    expect(overlaps(days.slice(0, 150), days.slice(150))).toBe(false);
    expect(overlaps(days.slice(0, 150), [...days.slice(150), '/2010.3.01/x'])).toBe(true);
  });

  it.each([
    ['stars alone', (at: number) => `/${'*'.repeat(1_000)}${1_000 + at}`],
    ['stars and letters in turn', (at: number) => `/${'*a'.repeat(500)}${1_000 + at}`],
    ['question marks and stars in turn', (at: number) => `/${'?*'.repeat(500)}${1_000 + at}`],
    ['the same letters for long', (at: number) => `/${'a'.repeat(1_000)}${1_000 + at}`],
  ])('are compared within the time of a request: %s', (_, path) => {
    const segments = times(50, (segment) => times(30, (at) => path(segment * 30 + at)));
    expect(overlaps(...segments)).toBe(false);
  });
});
