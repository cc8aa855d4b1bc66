import { bytes, memory } from '../../inventory/units.ts';
import type { Candidate } from './matching.ts';
import { NotThere } from './scene.ts';

const MOST_NAMES = 8;
const NONE = '(none)';

/** One row for each value of a setting or tag, with how many have it and which, most first. */
export function grouped(found: readonly Candidate[], setting: string, tagKey: string | undefined) {
  const groups = new Map<string, Candidate[]>();
  for (const candidate of found)
    for (const value of valuesOf(candidate, setting, tagKey))
      groups.set(value, [...(groups.get(value) ?? []), candidate]);
  if (found.length > 0 && tagKey === undefined && [...groups.keys()].every((value) => value === NONE))
    throw new NotThere(`None of these has a setting ${JSON.stringify(setting)}. There are: ${settingsOf(found)}.`);
  return [...groups]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([value, members]) => ({
      value,
      count: members.length,
      names: members
        .slice(0, MOST_NAMES)
        .map(({ entity: { name, database } }) => (database ? `${database}/${name}` : name)),
      ...(members.length > MOST_NAMES ? { more: members.length - MOST_NAMES } : {}),
    }));
}

function valuesOf({ entity, graph, tags }: Candidate, setting: string, tagKey: string | undefined): string[] {
  const { kind, status, database, facts } = entity;
  const own: Record<string, unknown> =
    tagKey === undefined ? { ...facts, kind, status, database, environment: graph.name } : { ...tags };
  const wanted = (tagKey ?? setting).toLowerCase();
  const value = Object.entries(own).find(([name]) => name.toLowerCase() === wanted)?.[1];
  const values = (Array.isArray(value) ? value : [value]).filter((each) => each !== undefined);
  return values.length === 0
    ? [NONE]
    : values.map((each) => (typeof each === 'object' ? JSON.stringify(each) : String(each)));
}

const settingsOf = (found: readonly Candidate[]) =>
  [...new Set(found.flatMap(({ entity }) => Object.keys(entity.facts)))].toSorted().join(', ');

/** What they take up together, by kind. */
export function totals(found: readonly Candidate[]) {
  const sum = (kind: string, of: (facts: Readonly<Record<string, unknown>>) => unknown) =>
    found
      .filter(({ entity }) => entity.kind === kind)
      .reduce((all, { entity }) => all + (Number(of(entity.facts)) || 0), 0);
  const reserved = sum(
    'cluster',
    (facts) => Number(facts['memoryReservationMiB'] ?? 0) * Number(facts['nodeCount'] ?? 0),
  );
  const stored = sum('database', (facts) => facts['bytes']);
  const all = {
    nodes: sum('cluster', ({ nodeCount }) => nodeCount) || undefined,
    clusterMemoryReserved: reserved === 0 ? undefined : memory(reserved),
    diskGB: sum('volume', ({ sizeGB }) => sizeGB) || undefined,
    databaseSize: stored === 0 ? undefined : bytes(stored),
    hostMemory: some(sum('scaling-group', ({ memoryMiB }) => memoryMiB)),
    hostMemoryFree: some(sum('scaling-group', ({ freeMiB }) => freeMiB)),
  };
  const told = Object.entries(all).filter(([, value]) => value !== undefined);
  return told.length === 0 ? {} : { totals: Object.fromEntries(told) };
}

const some = (mib: number) => (mib === 0 ? undefined : memory(mib));
