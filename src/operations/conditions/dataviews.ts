import type { Input } from '../index.ts';
import { type Condition, condition, valueCondition } from './condition.ts';

type Request = Pick<Input<'CreateKxDataview'>, 'autoUpdate' | 'readWrite' | 'changesetId' | 'segmentConfigurations'>;
type Segment = NonNullable<Request['segmentConfigurations']>[number];

/** A dataview that updates itself has no changeset of its own. */
export const noChangesetWithAutoUpdate = condition<Pick<Request, 'autoUpdate' | 'changesetId'>>(
  'changesetId',
  ({ autoUpdate, changesetId }) => autoUpdate !== true || changesetId === undefined,
  'A dataview with autoUpdate follows the latest changeset; changesetId must not be given',
);

/** Segments that are compatible with each other. */
export const SEGMENTS: readonly Condition<Pick<Request, 'segmentConfigurations'>>[] = [
  condition(
    'segmentConfigurations',
    ({ segmentConfigurations: segments = [] }) =>
      segments.length <= 1 || !segments.some(({ onDemand }) => onDemand === true),
    'A dataview with an onDemand segment may have only that segment',
  ),
  condition(
    'segmentConfigurations',
    ({ segmentConfigurations: segments = [] }) => overlapping(segments) === undefined,
    ({ segmentConfigurations: segments = [] }) =>
      `The dbPaths of two segments overlap: ${overlapping(segments)?.join(' and ')}`,
  ),
];

export const NEW_DATAVIEW: readonly Condition<Input<'CreateKxDataview'>>[] = [
  noChangesetWithAutoUpdate,
  condition(
    'readWrite',
    ({ autoUpdate, readWrite }) => !(autoUpdate === true && readWrite === true),
    'A readWrite dataview cannot have autoUpdate',
  ),
  condition(
    'segmentConfigurations',
    ({ readWrite, segmentConfigurations: segments = [] }) =>
      readWrite !== true ||
      (segments.length === 1 && segments[0]?.dbPaths.every((path) => withLeadingSlash(path) === '/*') === true),
    'A readWrite dataview needs exactly one segment, with the dbPaths /*',
  ),
  ...SEGMENTS,
  valueCondition('azMode', ({ azMode }) => azMode === 'SINGLE', 'Member must satisfy enum value set: [SINGLE]'),
  condition(
    'availabilityZoneId',
    ({ availabilityZoneId }) => availabilityZoneId !== undefined,
    'availabilityZoneId is required when azMode is SINGLE',
  ),
];

/** Comparing patterns takes steps in proportion to the product of their lengths; pairs beyond this budget count as disjoint. */
const MAX_STEPS = 1_000_000;

function overlapping(segments: readonly Segment[]): [string, string] | undefined {
  const budget = { steps: MAX_STEPS };
  const paths = segments.flatMap(({ dbPaths }, segment) =>
    dbPaths.map((path) => ({ segment, path, pattern: withLeadingSlash(path).replace(/\*{2,}/g, '*') })),
  );
  for (const [index, one] of paths.entries()) {
    for (let at = index + 1; at < paths.length && budget.steps > 0; at += 1) {
      const other = paths[at] as typeof one;
      if (one.segment !== other.segment && intersect(one.pattern, other.pattern, budget)) return [one.path, other.path];
    }
  }
  return undefined;
}

export const withLeadingSlash = (path: string) => (path.startsWith('/') ? path : `/${path}`);

/** Whether some text matches both patterns; `*` stands for any text, `?` for any character. */
function intersect(a: string, b: string, budget: { steps: number }): boolean {
  const start = commonPrefixLength(a, b);
  budget.steps -= start + 1;
  const [one, other] = [a.slice(start), b.slice(start)];
  if (!isWild(one[0]) && !isWild(other[0])) return one === '' && other === '';
  budget.steps -= one.length * other.length;
  return budget.steps >= 0 && haveCommonMatch(one, other);
}

/** How many letters two patterns have in common before they differ or one has a wildcard. */
function commonPrefixLength(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at] && !isWild(a[at])) at += 1;
  return at;
}

const isWild = (letter: string | undefined) => letter === '*' || letter === '?';

function haveCommonMatch(a: string, b: string): boolean {
  // row[n] is 1 if the letters of `a` read so far and the first n letters of `b` have a common match.
  let row = new Uint8Array(b.length + 1);
  let next = new Uint8Array(b.length + 1);
  row[0] = 1;
  passStars(row, b);
  for (let done = 0; done < a.length; done += 1) {
    const letter = a[done];
    next.fill(0);
    let reached = 0;
    for (let at = 0; at <= b.length; at += 1) {
      const here = row[at] as number;
      reached |= here;
      if (letter === '*') next[at] = reached;
      else if (here === 0) continue;
      else if (b[at] === '*') next[at] = 1;
      else if (at < b.length && (letter === '?' || b[at] === '?' || b[at] === letter)) next[at + 1] = 1;
    }
    passStars(next, b);
    [row, next] = [next, row];
  }
  return row[b.length] === 1;
}

/** A star also matches the empty text. */
function passStars(row: Uint8Array, b: string): void {
  for (let at = 0; at < b.length; at += 1) if (row[at] === 1 && b[at] === '*') row[at + 1] = 1;
}
