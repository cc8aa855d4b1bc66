import { officialPattern } from './rules.ts';
import { applied, ODD } from './strings.ts';

/**
 * Strings similar to a valid one, for which slightly different patterns give different results: with other characters, or parts of other
 * lengths.
 */
export function neighbours(shape: string, value: string): string[] {
  return [...withEachCharacter(value), ...withEachLength(value, counts(shape))];
}

const CHARACTERS = [...Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code)), ...ODD];

/** The string with each of these characters in place of its first one, of one inside and of its last one. */
function withEachCharacter(value: string): string[] {
  const last = Math.max([...value].length - 1, 0);
  return [...new Set([0, Math.floor(last / 2), last])].flatMap((at) =>
    CHARACTERS.map((character) => applied(value, [[at, 1, character]])),
  );
}

/** The string with each part between punctuation, and each two or four parts in a row, repeated or made of one character. */
function withEachLength(value: string, lengths: readonly number[]): string[] {
  const parts = value.split(/(?<=[^a-zA-Z0-9])|(?=[^a-zA-Z0-9])/);
  return parts.flatMap((first, at) =>
    [1, 2, 4].flatMap((width) => {
      const [head, tail] = [parts.slice(0, at).join(''), parts.slice(at + width).join('')];
      const part = parts.slice(at, at + width).join('');
      return [...lengths.map((length) => first.charAt(0).repeat(length)), part + part].map(
        (middle) => head + middle + tail,
      );
    }),
  );
}

/** The numbers of repetitions that may matter to the official pattern. */
function counts(shape: string): number[] {
  const bounds = Array.from(officialPattern(shape).source.matchAll(/\{(\d+)(?:,(\d+))?\}/g), ([, min, max]) => [
    min,
    max,
  ]);
  const named = bounds.flat().flatMap((bound) => (bound === undefined ? [] : [Number(bound), Number(bound) + 1]));
  return [...new Set([0, 1, 2, ...named])];
}
