import fc from 'fast-check';
import { type Pair, patterns } from './pairs.ts';
import { expectedRule } from './rules.ts';
import { strings } from './strings.ts';

/** Far more than any pattern needs, and far less than catastrophic backtracking, so that a slow machine fails no test. */
const MAX_MS = 50;

/** Lengths at which a pattern that takes exponential time is slow, but still ends. */
const SHORT = [24, 30];
export const SHORT_ATTACK = 30;

/** A string on which the pattern of a schema is slow, of at most this many characters; undefined if none was found. */
export function slowInput(pair: Pair, longest: number): string | undefined {
  const regexes = patterns(pair.schema);
  if (regexes.length === 0) return undefined;
  return attacks(pair, longest).find((value) =>
    regexes.some((regex) => milliseconds(() => regex.test(value)) > MAX_MS),
  );
}

/**
 * Strings that repeat a part of a valid one many times and then do not match; short ones first, so that a pattern that takes
 * exponential time fails the test instead of hanging it.
 */
function attacks({ shape, place }: Pair, longest: number): string[] {
  const valid = fc.sample(strings(shape), { seed: 1, numRuns: 100 }).filter(expectedRule(shape, place));
  const lengths = new Set([...SHORT.filter((length) => length < longest), longest]);
  return [...lengths].flatMap((length) => valid.slice(0, 4).flatMap((value) => repetitive(value, length)));
}

function repetitive(value: string, length: number): string[] {
  return places(value).flatMap((at) =>
    [1, 2, 3].flatMap((width) => {
      const [head, part, tail] = [value.slice(0, at), value.slice(at, at + width), value.slice(at + width)];
      const many = part.repeat(length).slice(0, Math.max(length - head.length - 1, 0));
      return ['\n', '\u0000', '!'].flatMap((wrong) => [head + many + wrong, head + many + tail + wrong]);
    }),
  );
}

/** Up to sixteen positions, evenly spread. */
const places = (value: string) => [
  ...new Set(Array.from({ length: 16 }, (_, step) => Math.floor((step * value.length) / 16))),
];

/** The best of up to five runs, to exclude pauses of the machine. */
function milliseconds(run: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5 && best > MAX_MS; round++) {
    const start = performance.now();
    run();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}
