import { closest, distance } from 'fastest-levenshtein';

/** A longer word is compared with nothing, and of a longer name only its beginning is compared. */
const LONGEST = 200;

/** The known word that was most likely meant, letter case aside; undefined when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > LONGEST) return undefined;
  const lower = known.map((name) => name.slice(0, LONGEST).toLowerCase());
  if (lower.length === 0) return undefined;
  const best = closest(word.toLowerCase(), lower);
  return distance(word.toLowerCase(), best) <= Math.max(2, best.length / 3) ? known[lower.indexOf(best)] : undefined;
}

/** `; did you mean x?` when a known word is near enough to be meant, else what `otherwise` says. */
export function didYouMean(
  word: string,
  known: readonly string[],
  { otherwise = '', shown = (name) => name }: { otherwise?: string; shown?: (name: string) => string } = {},
): string {
  const meant = nearest(word, known);
  return meant === undefined ? otherwise : `; did you mean ${shown(meant)}?`;
}
