import { closest, distance } from 'fastest-levenshtein';

/** Longer words are not compared, and only the beginning of longer names is. */
const MAX_LENGTH = 200;

/** The known word that was most likely meant, ignoring case; undefined when none is close. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > MAX_LENGTH) return undefined;
  const lower = known.map((name) => name.slice(0, MAX_LENGTH).toLowerCase());
  if (lower.length === 0) return undefined;
  const best = closest(word.toLowerCase(), lower);
  return distance(word.toLowerCase(), best) <= Math.max(2, best.length / 3) ? known[lower.indexOf(best)] : undefined;
}

/** `; did you mean x?` when a known word is close enough, or else `otherwise`. */
export function didYouMean(
  word: string,
  known: readonly string[],
  { otherwise = '', format = (name) => name }: { otherwise?: string; format?: (name: string) => string } = {},
): string {
  const meant = nearest(word, known);
  return meant === undefined ? otherwise : `; did you mean ${format(meant)}?`;
}
