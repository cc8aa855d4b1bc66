import type { GraphEntity } from '../../inventory/graph.ts';
import { known } from '../../inventory/known.ts';
import { bytes, memory } from '../../inventory/units.ts';
import type { Candidate } from './matching.ts';
import { NotThere } from './scene.ts';
import { canonical, means, settingsOf } from './settings.ts';

/** Tokens of the names in all groups together, at about so many characters each; of more each group tells some, or in many groups none. */
const MOST_OF_NAMES = 1_000;
const CHARACTERS = 2.5;
const BETWEEN_NAMES = 4;
const SOME_NAMES = 8;
const MOST_GROUPS = 20;
const NONE = '(none)';

interface By {
  readonly setting: string;
  readonly tagKey: string | undefined;
  /** Whether what each takes up was read. */
  readonly details: boolean;
  /** The order of the groups; most members first when left out. */
  readonly order?: ((a: readonly Candidate[], b: readonly Candidate[]) => number) | undefined;
}

/** One row for each value of a setting or tag, with how many have it, which, and what they take up together. */
export function grouped(found: readonly Candidate[], { setting, tagKey, details, order = mostFirst }: By) {
  const groups = new Map<string, Candidate[]>();
  for (const candidate of found)
    for (const value of new Set(valuesOf(candidate, setting, tagKey)))
      groups.set(value, [...(groups.get(value) ?? []), candidate]);
  if (found.length > 0 && tagKey === undefined && [...groups.keys()].every((value) => value === NONE))
    throw new NotThere(
      `None of these has a setting ${JSON.stringify(setting)}. There are: ${settingNames(found).join(', ')}; for a tag say tag:${setting}.`,
    );
  const called = canonical(setting) === 'environment' ? ({ entity }: Candidate) => nameOf(entity) : callers(found);
  const ofNames = found.reduce((sum, each) => sum + called(each).length + BETWEEN_NAMES, 0) / CHARACTERS;
  const most = ofNames <= MOST_OF_NAMES ? found.length : groups.size > MOST_GROUPS ? 0 : SOME_NAMES;
  return [...groups]
    .toSorted(([, a], [, b]) => order(a, b))
    .map(([value, members]) => ({
      value,
      count: members.length,
      ...(most === 0 ? {} : { names: members.slice(0, most).map(called) }),
      ...(most > 0 && members.length > most ? { more: members.length - most } : {}),
      ...(details && groups.size > 1 ? totals(members) : {}),
    }));
}

const mostFirst = (a: readonly Candidate[], b: readonly Candidate[]) => b.length - a.length;
const nameOf = ({ name, database }: GraphEntity) => (database ? `${database}/${name}` : name);

/** What each is called among these: with its environment where one of another environment has the same name. */
function callers(found: readonly Candidate[]): (candidate: Candidate) => string {
  const counts = new Map(Object.entries(summed(found.map(({ entity }) => [nameOf(entity), 1]))));
  return ({ entity, graph }) => {
    const name = nameOf(entity);
    return counts.get(name) === 1 ? name : `${name} in ${graph.name}`;
  };
}

/** Whether some of these have a setting. */
export const someHave = (found: readonly Candidate[], setting: string) =>
  found.some((candidate) => valuesOf(candidate, setting, undefined).some((value) => value !== NONE));

function valuesOf({ entity, graph, tags }: Candidate, setting: string, tagKey: string | undefined): string[] {
  const { kind, status, database, facts } = entity;
  const own: Record<string, unknown> =
    tagKey === undefined ? { ...facts, kind, status, database, environment: graph.name } : { ...tags };
  const isIt = (name: string) =>
    tagKey === undefined ? canonical(name) === canonical(setting) : name.toLowerCase() === tagKey.toLowerCase();
  const value = Object.entries(own).find(([name, each]) => each !== undefined && isIt(name))?.[1];
  const values = (Array.isArray(value) ? value : [value]).filter((each) => each !== undefined);
  if (values.length > 0) return values.map((each) => (typeof each === 'object' ? JSON.stringify(each) : String(each)));
  const inside = tagKey === undefined ? settingsOf(entity, graph).filter(({ path }) => means(setting, path)) : [];
  return inside.length === 0 ? [NONE] : inside.map((each) => each.value);
}

/** The names of the settings that some of these have. */
export const settingNames = (found: readonly Candidate[]) =>
  [...new Set(found.flatMap(({ entity }) => Object.keys(entity.facts)))].toSorted();

type Facts = Readonly<Record<string, unknown>>;

/** What they take up together, by kind. A cluster that could not be made takes up nothing. */
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
    diskGB: sum('volume', ({ sizeGB }) => sizeGB) || undefined,
    diskGBByType: Object.keys(disks ?? {}).length > 1 ? disks : undefined,
    databaseSize: stored === 0 ? undefined : bytes(stored),
    hostMemory: some(sum('scaling-group', ({ memoryMiB }) => memoryMiB)),
    hostMemoryFree: factsOf('scaling-group').every(({ freeMiB }) => freeMiB !== undefined)
      ? some(sum('scaling-group', ({ freeMiB }) => freeMiB))
      : undefined,
  };
  const told = known(all);
  return Object.keys(told).length === 0 ? {} : { totals: told };
}

/** What stands beside each name, added up; the names are foreign, and `constructor` may be one. */
export function summed(counts: readonly (readonly [name: string, count: number])[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const [name, count] of counts) sums.set(name, (sums.get(name) ?? 0) + count);
  return Object.fromEntries(sums);
}

const some = (mib: number) => (mib === 0 ? undefined : memory(mib));
