import type { GraphEntity } from '../../inventory/graph.ts';
import { known } from '../../inventory/known.ts';
import { namesConnected } from '../../inventory/summary.ts';
import { bytes, cut, memory } from '../../inventory/units.ts';
import { plainOrQuoted, quoted } from '../../untrusted.ts';
import type { Candidate } from './matching.ts';
import { NotThere } from './scene.ts';
import { canonical, means, settingsOf } from './settings.ts';
import { loosely } from './tagged.ts';

/** Maximum tokens of all groups with their names; with more names, each group shows some or, if there are many groups, none. */
const MOST_OF_NAMES = 1_500;
const PER_GROUP = 12;
const CHARACTERS = 2.5;
const BETWEEN_NAMES = 4;
const SOME_NAMES = 8;
const MOST_GROUPS = 20;
const NONE = '(none)';

/** A setting or tag to group by. */
export interface Key {
  readonly name: string;
  readonly isTag: boolean;
}

/** The requested settings and tags, such as `environment, tag:owner`. */
export const keysIn = (groupBy = ''): Key[] =>
  groupBy
    .split(',')
    .map((text) => text.trim())
    .filter(Boolean)
    .map((text) => {
      const tag = /^tags?[:.](.+)/i.exec(text)?.[1];
      return { name: tag ?? text, isTag: tag !== undefined };
    });

/** The same keys; a key that is not a setting of any candidate counts as a tag. */
export const keysFor = (keys: readonly Key[], found: readonly Candidate[]): Key[] =>
  keys.map(({ name, isTag }) => ({ name, isTag: isTag || (found.length > 0 && !isKnown(found, { name, isTag })) }));

const isKnown = (found: readonly Candidate[], key: Key) => found.some((each) => valuesOf(each, key)[0] !== NONE);

/** Throws NotThere for an unknown setting or tag, and names the existing ones. A tag passes if no entity has any tag. */
export function checkKeys(keys: readonly Key[], asked: readonly Key[], found: readonly Candidate[]): void {
  const tags = [...new Set(found.flatMap(({ tags: own = {} }) => Object.keys(own)))].toSorted();
  for (const [at, key] of keys.entries()) {
    const isAskedAsTag = asked[at]?.isTag === true;
    if (!key.isTag || found.length === 0 || isKnown(found, key) || (isAskedAsTag && tags.length === 0)) continue;
    const settings = isAskedAsTag ? '' : `${settingNames(found).join(', ')}; tags: `;
    const what = isAskedAsTag ? 'tag' : 'setting or tag';
    throw new NotThere(
      `None of these has the ${what} ${quoted(key.name)}. Available: ${settings}${tags.map((tag) => plainOrQuoted(cut(tag, 60))).join(', ') || 'none'}.`,
    );
  }
}

interface By {
  readonly keys: readonly Key[];
  /** Whether the capacity of each result was read. */
  readonly details: boolean;
  /** Whether totals are shown even for many groups. */
  readonly isSized: boolean;
  /** The order of the groups; by default, those with the most members first. */
  readonly order?: ((a: readonly Candidate[], b: readonly Candidate[]) => number) | undefined;
}

/**
 * One row for each value of a setting or tag, or of a combination of several, with the number of members, their names and their
 * totals.
 */
export function grouped(found: readonly Candidate[], { keys, details, isSized, order = mostFirst }: By) {
  const groups = new Map<string, Candidate[]>();
  for (const candidate of found)
    for (const value of new Set(combined(keys.map((key) => valuesOf(candidate, key)))))
      groups.set(value, [...(groups.get(value) ?? []), candidate]);
  const isByPlace = keys.some(({ name, isTag }) => !isTag && canonical(name) === 'environment');
  const called = isByPlace ? ({ entity }: Candidate) => nameOf(entity) : callers(found);
  const ofNames = found.reduce((sum, each) => sum + called(each).length + BETWEEN_NAMES, 0) / CHARACTERS;
  const isMany = groups.size > MOST_GROUPS;
  const most = ofNames + groups.size * PER_GROUP <= MOST_OF_NAMES ? found.length : isMany ? 0 : SOME_NAMES;
  return [...groups]
    .toSorted(([, a], [, b]) => order(a, b))
    .map(([value, members]) => ({
      value,
      count: members.length,
      ...(most === 0 ? {} : { names: members.slice(0, most).map(called) }),
      ...(most > 0 && members.length > most ? { more: members.length - most } : {}),
      ...(details && groups.size > 1 && (!isMany || isSized) ? totals(members) : {}),
    }));
}

const mostFirst = (a: readonly Candidate[], b: readonly Candidate[]) => b.length - a.length;
const nameOf = ({ name, database }: GraphEntity) => (database ? `${database}/${name}` : name);

/** The name of each candidate; with its environment if another environment has the same name. */
function callers(found: readonly Candidate[]): (candidate: Candidate) => string {
  const counts = new Map(Object.entries(summed(found.map(({ entity }) => [nameOf(entity), 1]))));
  return ({ entity, graph }) => {
    const name = nameOf(entity);
    return counts.get(name) === 1 ? name : `${name} in ${graph.name}`;
  };
}

/** One text for each combination of one value per key. */
const combined = (values: readonly (readonly string[])[]): string[] =>
  values
    .reduce<string[]>((texts, each) => texts.flatMap((text) => each.map((value) => `${text}, ${value}`)), [''])
    .map((text) => text.slice(2));

const dayOf = (iso: string | undefined) => iso?.slice(0, 10);

function valuesOf({ entity, graph, tags = {} }: Candidate, { name: wanted, isTag }: Key): string[] {
  const { kind, status, database, created, modified, facts } = entity;
  const times = { created: dayOf(created), changed: dayOf(modified ?? created) };
  const own: Record<string, unknown> = isTag
    ? tags
    : { ...facts, ...namesConnected(entity, graph), ...times, kind, status, database, environment: graph.name };
  const present = Object.entries(own).filter(([, each]) => each !== undefined);
  const by = (form: (text: string) => string) => present.find(([name]) => form(name) === form(wanted));
  const value = (by((text) => text.toLowerCase()) ?? by(isTag ? loosely : canonical))?.[1];
  const values = (Array.isArray(value) ? value : [value]).filter((each) => each !== undefined);
  if (values.length > 0) return values.map((each) => (typeof each === 'object' ? JSON.stringify(each) : String(each)));
  const inside = isTag ? [] : settingsOf(entity, graph).filter(({ path }) => means(wanted, path));
  return inside.length === 0 ? [NONE] : inside.map((each) => each.value);
}

/** The names of the settings that any of these have. */
export const settingNames = (found: readonly Candidate[]) =>
  [...new Set(found.flatMap(({ entity }) => Object.keys(entity.facts)))].toSorted();

type Facts = Readonly<Record<string, unknown>>;

/** The capacity that they use together, by kind. A cluster whose creation failed uses nothing. */
export function totals(found: readonly Candidate[]) {
  const factsOf = (kind: string) =>
    found
      .filter(({ entity }) => entity.kind === kind && entity.status !== 'CREATE_FAILED')
      .map(({ entity }) => entity.facts);
  const sum = (kind: string, of: (facts: Facts) => unknown) =>
    factsOf(kind).reduce((all, facts) => all + (Number(of(facts)) || 0), 0);
  const by = (kind: string, typeOf: (facts: Facts) => unknown, of: (facts: Facts) => unknown) => {
    const known = factsOf(kind).filter((facts) => typeOf(facts) !== undefined);
    const sums = summed(known.map((facts) => [String(typeOf(facts)), Number(of(facts)) || 0]));
    return known.length === 0 ? undefined : sums;
  };
  const reserved = sum(
    'cluster',
    (facts) => Number(facts['memoryReservationMiB'] ?? 0) * Number(facts['nodeCount'] ?? 0),
  );
  const stored = sum('database', (facts) => facts['bytes']);
  const cached = sum('cluster', ({ caches }) =>
    ((caches ?? []) as { sizeGB?: number }[]).reduce((all, { sizeGB = 0 }) => all + sizeGB, 0),
  );
  const disks = by(
    'volume',
    ({ type }) => type,
    ({ sizeGB }) => sizeGB,
  );
  const all = {
    nodes: sum('cluster', ({ nodeCount }) => nodeCount) || undefined,
    dedicatedNodes: by(
      'cluster',
      ({ nodeType }) => nodeType,
      ({ nodeCount }) => nodeCount,
    ),
    clusterMemoryReserved: reserved === 0 ? undefined : memory(reserved),
    cacheGB: cached || undefined,
    savedownGB: sum('cluster', ({ savedown }) => (savedown as { size?: number } | undefined)?.size) || undefined,
    diskGB: sum('volume', ({ sizeGB }) => sizeGB) || undefined,
    diskGBByType: Object.keys(disks ?? {}).length > 1 ? disks : undefined,
    databaseSize: stored === 0 ? undefined : bytes(stored),
    hostCpus: sum('scaling-group', ({ cpus }) => cpus) || undefined,
    hostMemory: some(sum('scaling-group', ({ memoryMiB }) => memoryMiB)),
    hostMemoryFree: factsOf('scaling-group').every(({ freeMiB }) => freeMiB !== undefined)
      ? some(sum('scaling-group', ({ freeMiB }) => freeMiB))
      : undefined,
  };
  const told = known(all);
  return Object.keys(told).length === 0 ? {} : { totals: told };
}

/** The sum for each name. Names are untrusted: one may be `constructor`. */
export function summed(counts: readonly (readonly [name: string, count: number])[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const [name, count] of counts) sums.set(name, (sums.get(name) ?? 0) + count);
  return Object.fromEntries(sums);
}

const some = (mib: number) => (mib === 0 ? undefined : memory(mib));
