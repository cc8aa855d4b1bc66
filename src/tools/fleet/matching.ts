import type { Graph, GraphEntity } from '../../inventory/graph.ts';
import { momentOf } from './moments.ts';
import { compared } from './quantities.ts';
import { canonical, factsOf, means, type Setting, settingsOf } from './settings.ts';

/** An entity in its environment, with what was found out about it. */
export interface Candidate {
  readonly graph: Graph;
  readonly entity: GraphEntity;
  readonly tags?: Readonly<Record<string, string>>;
  /** The settings that matched, as `name=value`. */
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

/** Whether an entity meets the conditions on its own properties. */
export function matches(entity: GraphEntity, wanted: Wanted, now: string): boolean {
  const { name, status, type, olderThan, youngerThan, changedWithin } = wanted;
  const { created, modified, facts } = entity;
  const changed = Math.max(Date.parse(created ?? ''), Date.parse(modified ?? created ?? ''));
  return (
    (name === undefined || isCalled(entity, name)) &&
    (status === undefined || hasStatus(entity, status)) &&
    (type === undefined || isOfType(facts, type)) &&
    (olderThan === undefined || Date.parse(created ?? '') < momentOf(olderThan, now)) &&
    (youngerThan === undefined || Date.parse(created ?? '') > momentOf(youngerThan, now)) &&
    (changedWithin === undefined ||
      (changedWithin.startsWith('!')
        ? changed < momentOf(changedWithin.slice(1), now)
        : changed > momentOf(changedWithin, now)))
  );
}

/** One of several types, complete or as a family: SSD matches SSD_1000 and SSD_250, NAS any volume. After `!`, none of them. */
function isOfType(facts: GraphEntity['facts'], wanted: string): boolean {
  const own = [facts['type'], facts['hostType'], facts['nodeType'], facts['volumeType']]
    .filter((each) => each !== undefined)
    .map((each) => String(each).toUpperCase());
  const isOne = listed(wanted).some((type) =>
    own.some((each) => each === type || (/^[._]/.test(each.slice(type.length)) && each.startsWith(type))),
  );
  return NOT.test(wanted) ? own.length > 0 && !isOne : isOne;
}

const NOT = /^\s*(?:!=?|not\b|other than\b|except\b)/i;

/** The items of a list in upper case, without the negation. */
export const listed = (text: string) =>
  text
    .replace(NOT, '')
    .toUpperCase()
    .split(/[,|!\s]+/)
    .filter(Boolean);

/** `!release=1.0` for `release != 1.0`, which means the same. */
export const negated = (text: string | undefined) => text?.replace(/^([^!=<>]+?)\s*!=\s*/, '!$1=');

/** One of several statuses, complete or in part; after `!` or `not`, any other status. */
function hasStatus({ status }: GraphEntity, wanted: string): boolean {
  const isOne = listed(wanted).some((state) => (status ?? '').includes(state));
  return NOT.test(wanted) ? status !== undefined && !isOne : isOne;
}

/** The patterns in a list of parts of names. */
const partsOf = (wanted: string) =>
  wanted
    .replace(/^\s*!/, '')
    .split(/\s*[,|]\s*/)
    .filter(Boolean);

/** One of several names, in part; after `!`, none of them. The database of an entity counts as a name, too. */
function isCalled({ name, database = '' }: GraphEntity, wanted: string): boolean {
  const patterns = partsOf(wanted);
  const isOne = [name, database].some((text) => patterns.some((pattern) => nameMatches(text, pattern)));
  return isOne !== /^\s*!/.test(wanted);
}

/** Whether a name may select changesets of a database: by its own name, or by their ids where no database has that name. */
export function mayBeIn(wanted: string, database: string, all: readonly string[]): boolean {
  const mayBeId = (pattern: string) => /^[a-z0-9*]+$/i.test(pattern) && !all.some((name) => nameMatches(name, pattern));
  const isSelected = (pattern: string) => nameMatches(database, pattern) || mayBeId(pattern);
  return /^\s*!/.test(wanted) || partsOf(wanted).some(isSelected);
}

/**
 * Matches the parts in order, ignoring case and word separators. No regular expression, because the pattern comes from the model.
 */
function nameMatches(text: string, pattern: string): boolean {
  const name = bare(text);
  let at = 0;
  return pattern.split('*').every((part) => {
    const found = name.indexOf(bare(part), at);
    at = found + part.length;
    return found >= 0;
  });
}

const bare = (text: string) => text.toLowerCase().replaceAll(/[_\s-]/g, '-');

const MOST_MATCHED = 6;

/**
 * The candidates with a setting that contains a text, or has that name, or that name and value, each with what matched. After
 * `!`, those without one, among the kinds of which some have one.
 */
export function usingIt(candidates: readonly Candidate[], uses: string): Candidate[] {
  const isNot = uses.startsWith('!');
  const text = (isNot ? uses.slice(1) : uses).toLowerCase();
  const judge = (fits: Fits) =>
    candidates.map((candidate) => ({ candidate, matched: matchedIn(candidate, text, fits) }));
  const exact = judge(isEqual);
  const isFound = exact.some(({ matched }) => matched.length > 0);
  const judged = isFound || !text.includes('=') ? exact : judge(isWithin);
  const using = judged.filter(({ matched }) => matched.length > 0);
  if (!isNot) return using.map(({ candidate, matched }) => ({ ...candidate, matched: matched.slice(0, MOST_MATCHED) }));
  const kinds = new Set(using.map(({ candidate }) => candidate.entity.kind));
  return judged
    .filter(({ candidate, matched }) => matched.length === 0 && (kinds.size === 0 || kinds.has(candidate.entity.kind)))
    .map(({ candidate }) => candidate);
}

type Fits = (value: string, wanted: string) => boolean;
const isEqual: Fits = (value, wanted) => value === wanted;
/** A part of a value, such as of an ARN or a path. Numbers match only as a whole. */
const isWithin: Fits = (value, wanted) => !/^[\d.]*$/.test(wanted) && value.includes(wanted);

function matchedIn({ graph, entity }: Candidate, text: string, fits: Fits): string[] {
  const [, name = '', sign = '', wanted = ''] = /^([^<>=]*)(?:(>=|<=|=|>|<)(.*))?$/s.exec(text) ?? [];
  const line = ({ path, value }: Setting) => `${path}=${value}`;
  const isMeant = (setting: Setting) =>
    canonical(name) !== '' &&
    means(name.trim(), setting.path) &&
    (sign === '' || holds(setting, sign, wanted.trim(), fits));
  const found = [
    ...settingsOf(entity, graph).filter((setting) => line(setting).toLowerCase().includes(text)),
    ...factsOf(entity, graph).filter(isMeant),
  ];
  return [...new Set(found.map(line))];
}

const HOLDS: Record<string, (difference: number) => boolean> = {
  '>': (difference) => difference > 0,
  '>=': (difference) => difference >= 0,
  '<': (difference) => difference < 0,
  '<=': (difference) => difference <= 0,
};

function holds({ path, value }: Setting, sign: string, wanted: string, fits: Fits): boolean {
  const isSo = HOLDS[sign];
  if (isSo === undefined) return fits(value.toLowerCase(), wanted);
  const difference = compared(path, value, wanted);
  return difference !== undefined && isSo(difference);
}
