import fc, { type Arbitrary } from 'fast-check';
import { officialShape } from './official.ts';
import { anchored, officialPattern } from './rules.ts';

/** The longest string worth generating: for longer ones, only the length matters. */
const LONGEST = 2100;

/** Strings generated from the official pattern, the same slightly wrong, the same at the limits of the length, and random others. */
export function strings(shape: string): Arbitrary<string> {
  const pattern = generable(officialPattern(shape));
  const made = fc.oneof(fc.stringMatching(pattern), fc.stringMatching(anchored(pattern)));
  return fc.oneof(
    { arbitrary: made, weight: 3 },
    { arbitrary: stretched(made, lengths(shape)), weight: 3 },
    { arbitrary: edited(made), weight: 4 },
    {
      arbitrary: fc.constantFrom('', ' ', '.', '..', '...', '\n', '\u0000', '\ud800', '😀', 'arn', 'aws:x', 'AWS_ZIP'),
      weight: 1,
    },
    { arbitrary: fc.string({ unit: 'binary', maxLength: 40 }), weight: 1 },
    { arbitrary: fc.string({ unit: 'grapheme-ascii', maxLength: 80 }), weight: 1 },
  );
}

/** fast-check cannot generate strings from lookaheads, or from a class that ends a range. Only generation uses the result. */
const generable = ({ source, flags }: RegExp) =>
  new RegExp(source.replaceAll(/\(\?![^()]*\)/g, '').replaceAll('[\\w-', '[\\w\\-'), flags);

/** The lengths just inside and outside the limits of the shape. */
function lengths(shape: string): number[] {
  const { min = 0, max = 60 } = officialShape(shape);
  return [min - 1, min, min + 1, max - 1, max, max + 1].filter((length) => length > 0 && length <= LONGEST);
}

/** A string extended to a length by repeating one of its characters, which patterns of `[class]+` still accept. */
const stretched = (made: Arbitrary<string>, wanted: readonly number[]) =>
  fc.tuple(made, fc.nat(), fc.constantFrom(...wanted)).map(([value, at, length]) => {
    const characters = [...value];
    if (characters.length >= length) return characters.slice(0, length).join('');
    const index = at % Math.max(characters.length, 1);
    const filler = (characters[index] ?? 'a').repeat(length - characters.length);
    return [...characters.slice(0, index), filler, ...characters.slice(index)].join('');
  });

/** Characters that a pattern may treat differently from their neighbours. */
export const ODD = [
  ...'\n\r\t -_.:/\\*?=+@,;!"\'()[]{}|^$%&#~`<>azAZ09',
  'é',
  'ſ',
  '\u00a0',
  '\u2028',
  '😀',
  '\ud800',
  'aws',
  'AWS',
];

type Edit = readonly [at: number, removed: number, added: string];

/** A string with characters inserted, removed or replaced at one or two places. */
function edited(made: Arbitrary<string>): Arbitrary<string> {
  const edit = fc.tuple(fc.nat(), fc.nat({ max: 1 }), fc.constantFrom('', ...ODD));
  return fc.tuple(made, fc.array(edit, { minLength: 1, maxLength: 2 })).map(([value, edits]) => applied(value, edits));
}

/** The string after some edits, each of which replaces characters at a position. */
export function applied(value: string, edits: readonly Edit[]): string {
  const characters = [...value];
  for (const [at, removed, added] of edits) characters.splice(at % (characters.length + 1), removed, added);
  return characters.join('');
}
