import type { Input } from '../index.ts';
import { type Condition, condition, valueCondition } from './condition.ts';

type Request = Pick<Input<'CreateKxDataview'>, 'autoUpdate' | 'readWrite' | 'changesetId' | 'segmentConfigurations'>;
type Segment = NonNullable<Request['segmentConfigurations']>[number];

/** A dataview that updates itself has no changeset of its own. */
export const followsLatest = condition<Pick<Request, 'autoUpdate' | 'changesetId'>>(
  'changesetId',
  ({ autoUpdate, changesetId }) => autoUpdate !== true || changesetId === undefined,
  'A dataview with autoUpdate follows the latest changeset; changesetId must not be given',
);

/** Segments that go with each other. */
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

/** What CreateKxDataview needs. */
export const NEW_DATAVIEW: readonly Condition<Input<'CreateKxDataview'>>[] = [
  followsLatest,
  condition(
    'readWrite',
    ({ autoUpdate, readWrite }) => !(autoUpdate === true && readWrite === true),
    'A readWrite dataview cannot have autoUpdate',
  ),
  condition(
    'segmentConfigurations',
    ({ readWrite, segmentConfigurations: segments = [] }) =>
      readWrite !== true ||
      (segments.length === 1 && segments[0]?.dbPaths.every((path) => normal(path) === '/*') === true),
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

function overlapping(segments: readonly Segment[]): [string, string] | undefined {
  for (const [index, one] of segments.entries()) {
    for (const other of segments.slice(index + 1)) {
      for (const a of one.dbPaths) {
        const b = other.dbPaths.find((path) => meet(normal(a), normal(path)));
        if (b !== undefined) return [a, b];
      }
    }
  }
  return undefined;
}

const normal = (path: string) => (path.startsWith('/') ? path : `/${path}`);

/** Whether some text matches both patterns; `*` stands for any text, `?` for any character. */
function meet(a: string, b: string): boolean {
  let reachable = new Set([0]);
  const spread = (ends: Set<number>) => {
    for (const at of ends) if (b[at] === '*') ends.add(at + 1);
    return ends;
  };
  spread(reachable);
  for (const letter of a) {
    const next = new Set<number>(letter === '*' ? reachable : []);
    if (letter === '*') {
      for (let at = Math.min(...reachable); at <= b.length; at++) next.add(at);
    } else {
      for (const at of reachable) {
        if (b[at] === '*') next.add(at);
        else if (at < b.length && (letter === '?' || b[at] === '?' || b[at] === letter)) next.add(at + 1);
      }
    }
    reachable = spread(next);
    if (reachable.size === 0) return false;
  }
  return reachable.has(b.length);
}
