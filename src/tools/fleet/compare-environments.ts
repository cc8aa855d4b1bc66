import * as z from 'zod';
import { groupBy } from '../../group-by.ts';
import type { Graph, GraphEntity, GraphOptions, Kind } from '../../inventory/graph-types.ts';
import { factsOf, isInDatabase, KINDS } from '../../inventory/kinds.ts';
import { sumByName } from '../../inventory/sum-by-name.ts';
import { cachedOf, type Summary, sizeOf, summaryOf } from '../../inventory/summary.ts';
import { withoutUndefined } from '../../without-undefined.ts';
import { Words } from '../lenient.ts';
import type { Candidate } from './filters.ts';
import { EnvironmentArgument, type FleetReader, readAtOf } from './fleet-reader.ts';
import { answer, pageArguments, type Row, type Section, type View } from './page.ts';
import { notReadIn, readGapsOf } from './read-gaps.ts';
import { withTagsOnPage } from './tagged.ts';
import { fleetTool } from './tool.ts';

export const compareEnvironments = fleetTool({
  name: 'compare_kx_environments',
  title: 'Compare kdb environments',
  description:
    'Compare two kdb environments, such as production and test: what exists in only one of them, and which ' +
    'settings and networks differ. Entities match if their kind and name are the same, except for words that distinguish ' +
    'the environments; the answer shows such pairs (hdb-prod and hdb-uat).',
  keywords: 'difference drift versus prod uat',
  input: () =>
    z.strictObject({
      a: EnvironmentArgument(),
      b: EnvironmentArgument(),
      kinds: z.array(Words(COMPARED)).min(1).optional().describe('Default: all'),
      ...pageArguments(),
    }),
  needs: ['ListKxEnvironments', 'GetKxEnvironment'],
  run: async (reader, input) => {
    const { a, b, kinds = COMPARED, view } = input;
    const read = readFor(kinds);
    const [graphA, graphB] = await Promise.all([reader.graph(a, read), reader.graph(b, read)]);
    const environments = kinds.includes('environment')
      ? await environmentDifferences(reader, [graphA, graphB])
      : NOT_COMPARED;
    const { sections: contents, changedSettings } = differences([graphA, graphB], kinds, view);
    const sections = [...environments.sections, ...contents];
    const [summaryA, summaryB] = [summaryOf(graphA), summaryOf(graphB)];
    const head = {
      ...(graphA.environmentId === graphB.environmentId ? { note: 'a and b mean the same kdb environment' } : {}),
      readAt: readAtOf([graphA, graphB]),
      a: { ...overviewOf(summaryA.environment), counts: countsIn(summaryA, kinds) },
      b: { ...overviewOf(summaryB.environment), counts: countsIn(summaryB, kinds) },
      differences: Object.fromEntries(sections.map(({ name, rows }) => [name, rows.length])),
      ...(Object.keys(changedSettings).length === 0 ? {} : { changedSettings }),
      notCompared: `data, changesets, and tags${environments.hasTags ? ' of what the environments contain' : ''}`,
      ...notReadIn([...readGapsOf(graphA), ...readGapsOf(graphB), ...environments.gaps]),
    };
    return answer(head, sections, { input });
  },
});

const COMPARED = KINDS.filter((kind) => kind !== 'changeset');
/** What must be read to compare these kinds: clusters show how much memory of a host is reserved. */
const readFor = (kinds: readonly Kind[]): GraphOptions => ({
  kinds: kinds.includes('scaling-group') ? [...new Set([...kinds, 'cluster' as const])] : kinds,
});

const countsIn = ({ counts }: Summary, kinds: readonly Kind[]) =>
  Object.fromEntries(Object.entries(counts).filter(([kind]) => kinds.some((each) => each === kind)));

const OVERVIEW = ['name', 'environmentId', 'status', 'network', 'dns', 'zones', 'description'];
const overviewOf = (environment: Row) => Object.fromEntries(OVERVIEW.map((name) => [name, environment[name]]));

const NOT_COMPARED: Awaited<ReturnType<typeof environmentDifferences>> = { sections: [], gaps: [], hasTags: false };

/** The different settings of the environments themselves, and their different tags if those of both can be read. */
async function environmentDifferences(reader: FleetReader, graphs: readonly Graph[]) {
  const candidates = graphs.flatMap((graph) =>
    graph.entities.flatMap((entity) => (entity.kind === 'environment' ? [{ graph, entity }] : [])),
  );
  const { found, gaps } = await withTagsOnPage(reader, candidates);
  const hasTags = found.every(({ tags }) => tags !== undefined);
  const withDifferentTags = (side: 0 | 1): Row => {
    const { entity, tags = {} } = found[side] as Candidate;
    const otherTags = found[1 - side]?.tags ?? {};
    const different = Object.entries(tags).filter(([key, value]) => otherTags[key] !== value);
    return { ...chosenFacts(entity), ...(hasTags ? { tags: Object.fromEntries(different) } : {}) };
  };
  const differing = differingMembers(withDifferentTags(0), withDifferentTags(1));
  const sections: Section[] = Object.keys(differing).length === 0 ? [] : [{ name: 'environment', rows: [differing] }];
  return { sections, gaps, hasTags };
}

/** The members that differ, each with both values. */
function differingMembers(a: Row, b: Row): Row {
  const members = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  const differing = members.filter((member) => JSON.stringify(a[member]) !== JSON.stringify(b[member]));
  return Object.fromEntries(differing.map((member) => [member, [a[member] ?? null, b[member] ?? null]]));
}

/** The differences of the contents. What could not be read on one side counts neither as missing there nor as different. */
function differences([graphA, graphB]: readonly [Graph, Graph], kinds: readonly Kind[], view: View | undefined) {
  const { both, onlyInA, onlyInB } = pairEntities(graphA, graphB, kinds);
  const pairs = both.flatMap(([a, b]): Pair[] => {
    if (!isRead(a, graphA) || !isRead(b, graphB)) return [];
    return [
      {
        idOrIds: a.id === b.id ? { id: a.id } : { ids: [a.id, b.id] },
        kind: a.kind,
        differing: differingSettings(a, b),
      },
    ];
  });
  const { commonDifferences, others } = separateCommon(pairs);
  const renamed = both.filter(([a, b]) => a.id !== b.id).map(([a, b]) => ({ a: a.id, b: b.id }));
  const sections: Section[] = [
    ...(commonDifferences.length === 0 ? [] : [{ name: 'commonDifferences', rows: commonDifferences }]),
    { name: 'different', rows: others.map(({ idOrIds, differing }) => ({ ...idOrIds, ...differing })) },
    ...(renamed.length === 0 ? [] : [{ name: 'paired', rows: renamed }]),
    { name: 'onlyInA', rows: lacking(onlyInA, graphB, view) },
    { name: 'onlyInB', rows: lacking(onlyInB, graphA, view) },
  ];
  return { sections, changedSettings: changedSettingsIn(pairs) };
}

interface Pair {
  /** The id if it is the same on both sides, or else both ids. */
  readonly idOrIds: Row;
  readonly kind: Kind;
  /** The different settings, each with both values. */
  readonly differing: Row;
}

/** How many entities of each kind differ in which settings: it shows, for example, that only sizes differ. */
function changedSettingsIn(pairs: readonly Pair[]): Record<string, Record<string, number>> {
  const kinds = [...new Set(pairs.map(({ kind }) => kind))];
  const counts = kinds.map((kind) => {
    const members = pairs.filter((pair) => pair.kind === kind).flatMap(({ differing }) => Object.keys(differing));
    return [kind, sumByName(members.map((member) => [member, 1]))] as const;
  });
  return Object.fromEntries(counts.filter(([, members]) => Object.keys(members).length > 0));
}

/** How many entities of a kind must share a difference for it to be shown once. */
const MIN_ENTITIES_IN_COMMON = 3;

/** Differences that all pairs of a kind share, such as the subnet, and the remaining differences. */
function separateCommon(pairs: readonly Pair[]) {
  const kinds = [...groupBy(pairs, ({ kind }) => kind)].map(([kind, same]) => ({
    kind,
    count: same.length,
    common: commonOf(same),
  }));
  const commonByKind = new Map(kinds.map(({ kind, common }) => [kind, common]));
  const others = pairs.map((pair) => {
    const common = commonByKind.get(pair.kind) ?? {};
    return {
      ...pair,
      differing: Object.fromEntries(Object.entries(pair.differing).filter(([member]) => !(member in common))),
    };
  });
  return {
    commonDifferences: kinds
      .filter(({ common }) => Object.keys(common).length > 0)
      .map(({ kind, count, common }): Row => ({ kind, count, ...common })),
    others: others.filter(({ differing }) => Object.keys(differing).length > 0),
  };
}

/** The differences that all these pairs share; none if the pairs are few. */
function commonOf([first, ...others]: readonly Pair[]): Row {
  if (first === undefined || others.length + 1 < MIN_ENTITIES_IN_COMMON) return {};
  const shared = Object.entries(first.differing).filter(([member, values]) =>
    others.every(({ differing }) => JSON.stringify(differing[member]) === JSON.stringify(values)),
  );
  return Object.fromEntries(shared);
}

/** The ids of entities that the other environment lacks, as far as its lists could be read; with their settings in a full view. */
const lacking = (entities: readonly GraphEntity[], other: Graph, view: View | undefined): Row[] =>
  entities
    .filter(({ kind }) => isListed(kind, other))
    .map((entity) => ({ id: entity.id, ...(view === 'full' ? settingsIn(entity) : {}) }));

/** Whether the lists of a kind were read completely, and for kinds in a database the list of databases, too. */
const isListed = (kind: Kind, { gaps }: Graph): boolean =>
  !gaps.some(
    ({ kind: unread, operation }) =>
      operation.startsWith('List') &&
      operation !== 'ListKxClusterNodes' &&
      (unread === kind || (unread === 'database' && isInDatabase(kind))),
  );

const isRead = ({ kind, name }: GraphEntity, { gaps }: Graph) =>
  !gaps.some((gap) => gap.kind === kind && gap.of === name);

/** The words of an environment's name that the other name lacks, such as `prod`. */
function distinguishingWords({ name }: Graph, other: Graph): readonly string[] {
  const words = (text: string) => text.toLowerCase().split(/[-_]/);
  return words(name).filter((word) => word !== '' && !words(other.name).includes(word));
}

/**
 * The entities of both environments in pairs, and those without a counterpart. Pairs have the same kind and name, or the same without
 * the words that distinguish the environments.
 */
function pairEntities(graphA: Graph, graphB: Graph, kinds: readonly Kind[]) {
  const compared = ({ entities }: Graph) =>
    entities.filter(({ kind }) => kind !== 'environment' && kinds.some((each) => each === kind));
  const exact = pairBy(compared(graphA), compared(graphB), ({ id }) => id);
  const [wordsA, wordsB] = [distinguishingWords(graphA, graphB), distinguishingWords(graphB, graphA)];
  const alike = pairBy(
    exact.onlyInA,
    exact.onlyInB,
    (entity) => idWithout(entity, wordsA),
    (entity) => idWithout(entity, wordsB),
  );
  return { ...alike, both: [...exact.both, ...alike.both] };
}

type NameOf = (entity: GraphEntity) => string;

/** Pairs the first entity with a name in A with the first one in B, and returns the rest. */
function pairBy(allInA: readonly GraphEntity[], allInB: readonly GraphEntity[], nameInA: NameOf, nameInB = nameInA) {
  const byName = groupBy(allInB, nameInB);
  const both: [GraphEntity, GraphEntity][] = [];
  const onlyInA = allInA.filter((entity) => {
    const name = nameInA(entity);
    const [found] = byName.get(name) ?? [];
    if (found === undefined) return true;
    byName.delete(name);
    both.push([entity, found]);
    return false;
  });
  const taken = new Set(both.map(([, found]) => found));
  return { both, onlyInA, onlyInB: allInB.filter((entity) => !taken.has(entity)) };
}

/** An id without some words in its names: `cluster:gw-prod` and `cluster:gw-uat` are equal without `prod` and `uat`. */
const idWithout = ({ id, kind }: GraphEntity, words: readonly string[]) =>
  kind +
  id
    .slice(kind.length)
    .split(/(?=[-_:/])|(?<=[-_:/])/)
    .map((part) => (words.includes(part.toLowerCase()) ? '*' : part))
    .join('');

/** The different settings of two entities. The memory of a host is compared only if all clusters on both hosts were read. */
function differingSettings(a: GraphEntity, b: GraphEntity): Row {
  const differing = differingMembers(settingsIn(a), settingsIn(b));
  if (a.kind !== 'scaling-group' || (isMemoryKnown(a) && isMemoryKnown(b))) return differing;
  const { memory: _, free: __, ...others } = differing;
  return others;
}

const isMemoryKnown = ({ facts }: GraphEntity) => facts['reservedMiB'] !== undefined;

function settingsIn(entity: GraphEntity): Row {
  const { status, facts } = entity;
  const mounts = (facts['mounts'] as Mounts | undefined)?.map(({ database, dataview }) =>
    dataview === undefined ? database : `${database}/${dataview}`,
  );
  return withoutUndefined({ status, ...sizeOf(entity), ...chosenFacts(entity), mounts, cached: cachedOf(facts) });
}

/** The facts of an entity that somebody chose. */
const chosenFacts = ({ kind, facts }: GraphEntity): Row =>
  Object.fromEntries(
    Object.entries(factsOf(kind)).flatMap(([name, { setting }]) => (setting ? [[name, facts[name]]] : [])),
  );

type Mounts = readonly { readonly database?: string; readonly dataview?: string }[];
