import type { Graph, GraphEntity } from '../../inventory/graph.ts';
import { canonical, factsOf, means, type Setting, settingsOf } from './settings.ts';

/** An entity in its environment, with what was found out about it. */
export interface Candidate {
  readonly graph: Graph;
  readonly entity: GraphEntity;
  readonly tags?: Readonly<Record<string, string>>;
  /** The settings for which it was found, as `name=value`. */
  readonly matched?: readonly string[];
}

interface Wanted {
  readonly name?: string | undefined;
  readonly status?: string | undefined;
  readonly type?: string | undefined;
  readonly olderThan?: string | undefined;
  readonly youngerThan?: string | undefined;
  readonly changedWithin?: string | undefined;
}

/** Whether an entity is what was asked for, as far as that shows in itself. */
export function matches(entity: GraphEntity, wanted: Wanted, now: string): boolean {
  const { name, status, type, olderThan, youngerThan, changedWithin } = wanted;
  const { created, modified, facts } = entity;
  const changed = Math.max(Date.parse(created ?? ''), Date.parse(modified ?? created ?? ''));
  const types = [facts['type'], facts['hostType'], facts['nodeType']].map((each) => String(each).toUpperCase());
  return (
    (name === undefined || [entity.name, entity.database ?? ''].some((text) => nameMatches(text, name))) &&
    (status === undefined || hasStatus(entity, status)) &&
    (type === undefined || types.includes(type.toUpperCase())) &&
    (olderThan === undefined || Date.parse(created ?? '') < start(olderThan, now)) &&
    (youngerThan === undefined || Date.parse(created ?? '') > start(youngerThan, now)) &&
    (changedWithin === undefined ||
      (changedWithin.startsWith('!')
        ? changed < start(changedWithin.slice(1), now)
        : changed > start(changedWithin, now)))
  );
}

/** One of several states, each whole or in part; after `!` none of them, of what has a state at all. */
function hasStatus({ status }: GraphEntity, wanted: string): boolean {
  const isNot = wanted.startsWith('!');
  const states = wanted
    .replace('!', '')
    .toUpperCase()
    .split(/[,|\s]+/)
    .filter(Boolean);
  const isOne = states.some((state) => (status ?? '').includes(state));
  return isNot ? status !== undefined && !isOne : isOne;
}

/** Parts in order, letter case aside; no regular expression, because the pattern is the model's. */
function nameMatches(text: string, pattern: string): boolean {
  let at = 0;
  return pattern
    .toLowerCase()
    .split('*')
    .every((part) => {
      const found = text.toLowerCase().indexOf(part, at);
      at = found + part.length;
      return found >= 0;
    });
}

const UNITS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
/** When a span such as 30d that ends now began; a date is that date. */
const start = (text: string, now: string) =>
  /^\d{4}-/.test(text)
    ? Date.parse(text)
    : Date.parse(now) - Number(text.slice(0, -1)) * (UNITS[text.slice(-1)] ?? Number.NaN);

/** Whether a text that looks like a span or a date is one: there is no 2026-13-01. */
export const isMoment = (text: string) => !Number.isNaN(start(text.replace('!', ''), '1970-01-01'));

const MOST_MATCHED = 6;

/**
 * The candidates with a setting that contains a text or has that name, or that name and a value, each with what matched. After `!`
 * those without one, of the kinds of which some have one.
 */
export function usingIt(candidates: readonly Candidate[], uses: string): Candidate[] {
  const isNot = uses.startsWith('!');
  const text = isNot ? uses.slice(1) : uses;
  const judged = candidates.map((candidate) => ({ candidate, matched: matchedIn(candidate, text) }));
  const using = judged.filter(({ matched }) => matched.length > 0);
  if (!isNot) return using.map(({ candidate, matched }) => ({ ...candidate, matched: matched.slice(0, MOST_MATCHED) }));
  const kinds = new Set(using.map(({ candidate }) => candidate.entity.kind));
  return judged
    .filter(({ candidate, matched }) => matched.length === 0 && (kinds.size === 0 || kinds.has(candidate.entity.kind)))
    .map(({ candidate }) => candidate);
}

function matchedIn({ graph, entity }: Candidate, text: string): string[] {
  const [name = '', wanted] = text.toLowerCase().split(/=(.*)/s);
  const line = ({ path, value }: Setting) => `${path}=${value}`;
  const isMeant = ({ path, value }: Setting) =>
    canonical(name) !== '' && means(name, path) && (wanted === undefined || value.toLowerCase() === wanted);
  const found = [
    ...settingsOf(entity, graph).filter((setting) => line(setting).toLowerCase().includes(text.toLowerCase())),
    ...factsOf(entity, graph).filter(isMeant),
  ];
  return [...new Set(found.map(line))];
}
