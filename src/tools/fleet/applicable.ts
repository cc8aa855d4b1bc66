import type { GraphEntity, Kind } from '../../inventory/graph-types.ts';
import { statusesOf } from '../../inventory/kinds.ts';
import { SIZE_MEASURES } from '../../inventory/sizes.ts';
import { plural } from '../../inventory/units.ts';
import { didYouMean } from '../../nearest.ts';
import { quoteUntrusted } from '../../untrusted.ts';
import { declares, FINDABLE_KINDS } from './fact-values.ts';
import { type Filters, hasStatus, STATUS_CLASSES, statusWord } from './filters.ts';
import { momentOf } from './moments.ts';
import { Unanswerable } from './unanswerable.ts';

/** For each property that conditions or orders refer to, whether a call can ask for it of the entities of a kind. */
const HAS_PROPERTY = {
  status: (kind: Kind) => statusesOf(kind).length > 0,
  type: (kind: Kind) => declares(kind, 'type'),
  size: (kind: Kind) => SIZE_MEASURES[kind] !== undefined,
  // Volumes are included, although the API does not show it, so that the answer can say so (`notKnown` in `find-entities.ts`).
  fullness: (kind: Kind) => kind === 'scaling-group' || kind === 'volume',
  // Changesets are found by the tags of their database.
  tag: (kind: Kind) => kind !== 'node',
};
type Property = keyof typeof HAS_PROPERTY;

/** The kinds, of those given, whose entities have a property. */
export const kindsWithProperty = (property: Property, kinds: readonly Kind[]): readonly Kind[] =>
  kinds.filter(HAS_PROPERTY[property]);

/** Throws Unanswerable where none of the kinds has a property: that nothing matches would look like an answer. */
export function requireProperty(property: Property, kinds: readonly Kind[]): void {
  if (kinds.some(HAS_PROPERTY[property])) return;
  const having = FINDABLE_KINDS.filter(HAS_PROPERTY[property]);
  throw new Unanswerable(
    `Only ${nouns(having)} have a ${property}; ${nouns(kinds)} do not. To search settings, use the arguments text or where; to count by a setting, use groupBy.`,
  );
}

/** Throws Unanswerable where the sizes of results of these kinds cannot be compared: their order would say nothing. */
export function requireOneMeasure(kinds: readonly Kind[]): void {
  if (new Set(kinds.flatMap((kind) => SIZE_MEASURES[kind] ?? [])).size <= 1) return;
  throw new Unanswerable(
    'Sizes of clusters and scaling groups (memory), databases (data) and volumes (disk) cannot be compared with each other. Give kinds with one of these measures.',
  );
}

/** Throws Unanswerable for a status that no entity of the kinds has or can have. */
export function requireStatus(
  words: readonly string[],
  kinds: readonly Kind[],
  entities: readonly GraphEntity[],
): void {
  const known = [...new Set(kinds.flatMap(statusesOf))];
  const isKnown = (word: string) =>
    STATUS_CLASSES.includes(statusWord(word)) ||
    [...known, ...entities.map(({ status }) => status)].some((status) => hasStatus(status, word));
  const unknown = words.find((word) => !isKnown(word));
  if (unknown === undefined) return;
  const otherwise = `. Statuses: ${known.join(', ')}; failed, underway, settled. find_kx_problems finds what is stuck, unused or behind.`;
  throw new Unanswerable(
    `${quoteUntrusted(unknown)} is not a status of ${nouns(kinds)}${didYouMean(statusWord(unknown), known, { otherwise })}`,
  );
}

/** Throws Unanswerable for times between which nothing can be, such as those of spans in the wrong order. */
export function requirePossibleTimes(
  { createdAfter, createdBefore, changedAfter, changedBefore }: Filters,
  now = new Date().toISOString(),
): void {
  const ranges = [
    ['created', createdAfter, createdBefore],
    ['changed', changedAfter, changedBefore],
  ] as const;
  for (const [what, after, before] of ranges)
    if (after !== undefined && before !== undefined && momentOf(after, now) >= momentOf(before, now))
      throw new Unanswerable(
        `${what}After (${after}) is not before ${what}Before (${before}), so nothing can match. A span counts back from now: the longer one belongs in ${what}After.`,
      );
}

/** `users and volumes`. */
export const nouns = (kinds: readonly Kind[]): string => {
  const all = kinds.map((kind) => plural(kind.replace('-', ' ')));
  return all.length < 2 ? String(all[0]) : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
};
