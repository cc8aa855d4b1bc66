import * as z from 'zod';
import type { Graph, GraphEntity, GraphOptions, Kind } from '../../inventory/graph.ts';
import { factsOf, KINDS } from '../../inventory/kinds.ts';
import { sumByName } from '../../inventory/sum-by-name.ts';
import { type Summary, sizeOf, summaryOf } from '../../inventory/summary.ts';
import { withoutUndefined } from '../../without-undefined.ts';
import { Words } from '../lenient.ts';
import { EnvironmentArgument, readAtOf } from './fleet-reader.ts';
import { answer, type Section, shaping, type View } from './page.ts';
import { notReadIn, unreadOf } from './read-gaps.ts';
import { fleetTool } from './tool.ts';

type Row = Record<string, unknown>;

export const compareEnvironments = fleetTool({
  name: 'compare_kx_environments',
  title: 'Compare kdb environments',
  description:
    'Compare two kdb environments, such as production and test: what exists in only one of them, and which ' +
    'settings differ. Entities match if their kind and name are the same, except for words that distinguish ' +
    'the environments; the answer shows such pairs (hdb-prod and hdb-uat).',
  keywords: 'difference drift versus prod uat',
  input: () =>
    z.strictObject({
      a: EnvironmentArgument(),
      b: EnvironmentArgument(),
      kinds: z.array(Words(COMPARED)).min(1).optional().describe('Default: all'),
      ...shaping(),
    }),
  needs: ['ListKxEnvironments', 'GetKxEnvironment'],
  run: async (reader, { a, b, kinds = COMPARED, view, cursor }) => {
    const read = readFor(kinds);
    const [one, other] = await Promise.all([reader.graph(a, read), reader.graph(b, read)]);
    const { sections, changedSettings } = differences([one, other], kinds, view);
    const [summary, otherSummary] = [summaryOf(one), summaryOf(other)];
    const head = {
      readAt: readAtOf([one, other]),
      a: { ...overviewOf(summary.environment), counts: countsIn(summary, kinds) },
      b: { ...overviewOf(otherSummary.environment), counts: countsIn(otherSummary, kinds) },
      differences: Object.fromEntries(sections.map(({ name, rows }) => [name, rows.length])),
      ...(Object.keys(changedSettings).length === 0 ? {} : { changedSettings }),
      ...notReadIn([...unreadOf(one), ...unreadOf(other)]),
    };
    return answer(head, sections, { view, cursor });
  },
});

const COMPARED = KINDS.filter((kind) => kind !== 'changeset' && kind !== 'environment');
/** What must be read to compare these kinds: clusters show how much memory of a host is reserved. */
const readFor = (kinds: readonly Kind[]): GraphOptions => ({
  kinds: kinds.includes('scaling-group') ? [...new Set([...kinds, 'cluster' as const])] : kinds,
});

const countsIn = ({ counts }: Summary, kinds: readonly Kind[]) =>
  Object.fromEntries(Object.entries(counts).filter(([kind]) => kinds.some((each) => each === kind)));

const overviewOf = ({ name, environmentId, status, network, dns, zones, description }: Row) => ({
  name,
  environmentId,
  status,
  network,
  dns,
  zones,
  description,
});

/** What could not be read on one side is neither missing there nor different. */
function differences([one, other]: readonly [Graph, Graph], kinds: readonly Kind[], view: View | undefined) {
  const { both, onlyMine, onlyTheirs } = pairEntities(one, other, kinds);
  const pairs = both.flatMap(([mine, theirs]): Pair[] => {
    if (!isRead(mine, one) || !isRead(theirs, other)) return [];
    const [a, b] = [settingsIn(mine), settingsIn(theirs)];
    const members = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    const changed = members.filter((member) => JSON.stringify(a[member]) !== JSON.stringify(b[member]));
    return [
      {
        called: mine.id === theirs.id ? { id: mine.id } : { ids: [mine.id, theirs.id] },
        kind: mine.kind,
        changed: Object.fromEntries(changed.map((at) => [at, [a[at] ?? null, b[at] ?? null]])),
      },
    ];
  });
  const { commonDifferences, others } = separateCommon(pairs);
  const renamed = both.filter(([mine, theirs]) => mine.id !== theirs.id).map(([{ id: a }, { id: b }]) => ({ a, b }));
  const sections: Section[] = [
    ...(commonDifferences.length === 0 ? [] : [{ name: 'commonDifferences', rows: commonDifferences }]),
    { name: 'different', rows: others.map(({ called, changed }) => ({ ...called, ...changed })) },
    ...(renamed.length === 0 ? [] : [{ name: 'paired', rows: renamed }]),
    { name: 'onlyInA', rows: lacking(onlyMine, other, view) },
    { name: 'onlyInB', rows: lacking(onlyTheirs, one, view) },
  ];
  return { sections, changedSettings: countsOf(pairs) };
}

interface Pair {
  /** The id if it is the same on both sides, or else both ids. */
  readonly called: Row;
  readonly kind: Kind;
  /** The different settings, each with both values. */
  readonly changed: Row;
}

/** How many entities of each kind differ in which settings, so that pure differences in size are visible. */
function countsOf(pairs: readonly Pair[]): Record<string, Record<string, number>> {
  const kinds = [...new Set(pairs.map(({ kind }) => kind))];
  const counts = kinds.map((kind) => {
    const members = pairs.filter((pair) => pair.kind === kind).flatMap(({ changed }) => Object.keys(changed));
    return [kind, sumByName(members.map((member) => [member, 1]))] as const;
  });
  return Object.fromEntries(counts.filter(([, members]) => Object.keys(members).length > 0));
}

/** How many entities of a kind must share a difference for it to be shown once. */
const MIN_ENTITIES_IN_COMMON = 3;

/** Differences that all entities of a kind share, such as the subnet, and the remaining differences. */
function separateCommon(pairs: readonly Pair[]) {
  const counts = new Map<string, number>();
  const signature = ({ kind }: Pair, member: string, values: unknown) => `${kind} ${member} ${JSON.stringify(values)}`;
  const sizes = sumByName(pairs.map(({ kind }) => [kind, 1]));
  for (const pair of pairs)
    for (const [member, values] of Object.entries(pair.changed)) {
      const key = signature(pair, member, values);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  const isThroughout = (pair: Pair, member: string, values: unknown) => {
    const all = sizes[pair.kind] ?? 0;
    return all >= MIN_ENTITIES_IN_COMMON && counts.get(signature(pair, member, values)) === all;
  };
  const separated = pairs.map((pair) => {
    const members = Object.entries(pair.changed);
    return {
      ...pair,
      same: Object.fromEntries(members.filter(([member, values]) => isThroughout(pair, member, values))),
      changed: Object.fromEntries(members.filter(([member, values]) => !isThroughout(pair, member, values))),
    };
  });
  const firsts = new Map(separated.toReversed().map((pair) => [pair.kind, pair]));
  return {
    commonDifferences: [...firsts.values()]
      .filter(({ same }) => Object.keys(same).length > 0)
      .map(({ kind, same }): Row => ({ kind, count: sizes[kind], ...same })),
    others: separated.filter(({ changed }) => Object.keys(changed).length > 0),
  };
}

/** The names of entities that the other side lacks, as far as its lists could be read; with their settings in a full view. */
function lacking(those: readonly GraphEntity[], { gaps }: Graph, view: View | undefined): Row[] {
  const unlisted = new Set(gaps.filter(({ operation }) => operation.startsWith('List')).map(({ kind }) => kind));
  return those
    .filter(({ kind }) => !unlisted.has(kind))
    .map((entity) => ({ id: entity.id, ...(view === 'full' ? settingsIn(entity) : {}) }));
}

const isRead = ({ kind, name }: GraphEntity, { gaps }: Graph) =>
  !gaps.some((gap) => gap.kind === kind && gap.of === name);

/** The words of an environment's name that the other name lacks, such as `prod`. */
function distinguishingWords({ name }: Graph, other: Graph): readonly string[] {
  const words = (text: string) => text.toLowerCase().split(/[-_]/);
  return words(name).filter((word) => word !== '' && !words(other.name).includes(word));
}

/**
 * The entities of both environments in pairs: by kind and name, or else by kind and the name without the words that distinguish
 * the environments.
 */
function pairEntities(one: Graph, other: Graph, kinds: readonly Kind[]) {
  const compared = ({ entities }: Graph) => entities.filter(({ kind }) => kinds.includes(kind));
  const exact = pairBy(compared(one), compared(other), ({ id }) => id);
  const [mine, theirs] = [distinguishingWords(one, other), distinguishingWords(other, one)];
  const alike = pairBy(
    exact.onlyMine,
    exact.onlyTheirs,
    ({ id }) => without(id, mine),
    ({ id }) => without(id, theirs),
  );
  return { ...alike, both: [...exact.both, ...alike.both] };
}

type Named = (entity: GraphEntity) => string;

/** Pairs the first entity with a name on one side with the first one on the other, and returns the rest. */
function pairBy(those: readonly GraphEntity[], others: readonly GraphEntity[], nameIn: Named, nameThere = nameIn) {
  const byName = new Map(others.toReversed().map((entity) => [nameThere(entity), entity]));
  const both: [GraphEntity, GraphEntity][] = [];
  const onlyMine = those.filter((entity) => {
    const name = nameIn(entity);
    const found = byName.get(name);
    if (found === undefined) return true;
    byName.delete(name);
    both.push([entity, found]);
    return false;
  });
  const taken = new Set(both.map(([, found]) => found));
  return { both, onlyMine, onlyTheirs: others.filter((entity) => !taken.has(entity)) };
}

/** An id without some words: `cluster:gw-prod` and `cluster:gw-uat` are equal without `prod` and `uat`. */
const without = (id: string, words: readonly string[]) =>
  id
    .split(/(?=[-_:/])|(?<=[-_:/])/)
    .map((part) => (words.includes(part.toLowerCase()) ? '*' : part))
    .join('');

/** The status, size and settings of an entity. */
function settingsIn({ status, facts, ...entity }: GraphEntity): Row {
  const settings = Object.entries(factsOf(entity.kind)).filter(([, { setting }]) => setting === true);
  const mounts = (facts['mounts'] as Mounts | undefined)?.map(({ database, dataview }) =>
    dataview === undefined ? database : `${database}/${dataview}`,
  );
  const own = Object.fromEntries(settings.map(([name]) => [name, facts[name]]));
  return withoutUndefined({ status, ...sizeOf({ status, facts, ...entity }), ...own, mounts });
}

type Mounts = readonly { readonly database?: string; readonly dataview?: string }[];
