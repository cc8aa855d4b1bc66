import * as z from 'zod';
import { dangling, stale, unused } from '../../inventory/conditions.ts';
import { expectedBy, failedOrStuck, statusClass, stuckAfter } from '../../inventory/failed-or-stuck.ts';
import type { Graph, GraphEntity, GraphOptions, Issue, Kind } from '../../inventory/graph.ts';
import { KINDS } from '../../inventory/kinds.ts';
import { issueRow } from '../../inventory/summary.ts';
import { isoMinute } from '../../inventory/units.ts';
import { quoteUnlessPlain } from '../../untrusted.ts';
import { Words } from '../lenient.ts';
import type { Candidate } from './filters.ts';
import { EnvironmentsArgument, environmentsOf, type FleetReader } from './fleet-reader.ts';
import { formatProblems } from './format-problems.ts';
import { NotFound } from './not-found.ts';
import { answer, shaping } from './page.ts';
import { notReadIn, type ReadGap } from './read-gaps.ts';
import { alsoTagged, tagsIn } from './tagged.ts';
import { fleetTool } from './tool.ts';

/** Final failures; other findings are stuck entities, or replaced nodes, which are in progress. */
const FAILURES: ReadonlySet<string> = new Set(['failed', 'suspended']);
const REPLACING = 'replacing nodes';

interface Search {
  readonly find: (graph: Graph) => Issue[];
  /** The kinds that can have it. */
  readonly of: readonly Kind[];
  /** What must be read to find the problem. */
  readonly read: GraphOptions;
  /** The kinds that must be read besides a kind to find its problems; all of `read` by default. */
  readonly alsoFor?: Partial<Record<Kind, readonly Kind[]>>;
  /** What must be read to confirm the findings in an environment, if `read` is not enough. */
  readonly confirm?: GraphOptions;
}

const MOVING: readonly Kind[] = ['cluster', 'scaling-group', 'volume', 'database', 'dataview', 'changeset'];
const CONNECTED: readonly Kind[] = ['cluster', 'database', 'dataview', 'scaling-group', 'volume'];
/** Gateways and tickerplants mount no database (user guide, cluster types). */
const READERS = ['HDB', 'RDB', 'GP'];

const CHANGING: readonly Kind[] = ['environment', 'cluster', 'scaling-group', 'volume', 'dataview', 'changeset'];

const SEARCHES = {
  failed: {
    of: CHANGING,
    find: (graph) => failedOrStuck(graph).filter(({ condition }) => FAILURES.has(condition)),
    read: { kinds: MOVING, details: false },
    alsoFor: {},
  },
  stuck: {
    of: CHANGING,
    find: (graph) =>
      failedOrStuck(graph).filter(({ condition }) => !FAILURES.has(condition) && condition !== REPLACING),
    read: { kinds: MOVING, details: false, nodes: true },
    alsoFor: {},
  },
  behind: {
    of: ['cluster', 'dataview'],
    find: stale,
    read: { kinds: ['cluster', 'database', 'dataview', 'changeset'], nodes: false, clusterTypes: READERS },
  },
  unused: {
    of: ['scaling-group', 'volume', 'dataview', 'database'],
    find: unused,
    read: { kinds: CONNECTED, nodes: false, clusterTypes: READERS },
    alsoFor: { volume: ['dataview'], dataview: ['cluster'], database: ['cluster', 'dataview'] },
    confirm: { kinds: CONNECTED, nodes: false },
  },
  dangling: { of: ['cluster', 'dataview'], find: dangling, read: { kinds: CONNECTED, nodes: false } },
  underway: { of: CHANGING, find: underway, read: { kinds: MOVING, details: false, nodes: true }, alsoFor: {} },
} as const satisfies Record<string, Search>;
type Problem = keyof typeof SEARCHES;
const PROBLEMS = Object.keys(SEARCHES) as Problem[];

/** With more clusters, their nodes and the log volumes of tickerplants are read only by calls that name such a problem. */
const MAX_LOOKED_INTO = 500;

/** Says what was not read because there are too many clusters. */
function notCheckedOf(clusters: readonly GraphEntity[]) {
  if (clusters.length === 0) return {};
  const plants = clusters.filter(({ facts }) => facts['type'] === 'TICKERPLANT').length;
  const logs = plants === 0 ? '' : `; log volumes of ${plants} tickerplants: problem dangling reads them`;
  return { notChecked: `nodes of ${clusters.length} clusters: problem stuck or underway reads them${logs}` };
}

/** Entities that are being created, updated or deleted, or get new nodes, and are not stuck. */
function underway(graph: Graph): Issue[] {
  const found = failedOrStuck(graph);
  const moving = graph.entities.filter(({ id, status }) => {
    const isStuck = found.some(({ entity, condition }) => entity.id === id && condition === 'stuck');
    return statusClass(status) === 'moving' && !isStuck;
  });
  return [
    ...moving.map((entity): Issue => {
      const { kind, status, modified, created } = entity;
      const since = modified ?? created;
      return {
        entity,
        condition: 'underway',
        why: `is ${quoteUnlessPlain(status)}`,
        since,
        facts: doneBy(kind, since),
      };
    }),
    ...found
      .filter(({ condition }) => condition === REPLACING)
      .map((issue) => ({ ...issue, facts: { ...issue.facts, ...doneBy('node', issue.since) } })),
  ];
}

const doneBy = (kind: Kind | 'node', since: string | undefined) => ({
  expectedBy: isoMinute(expectedBy(kind, since)),
});

export const findProblems = fleetTool({
  name: 'find_kx_problems',
  title: 'Find kdb problems',
  description:
    'Find what is wrong in all kdb environments: failed, stuck or unused entities, references to missing ones, and ' +
    'clusters and dataviews that lag behind the newest data. Also shows what is changing now.',
  keywords: 'broken health check wasting money idle why',
  input: () =>
    z.strictObject({
      problem: Words(PROBLEMS)
        .optional()
        .describe(
          'stuck: in a transitional status for too long. behind: not on the newest changeset or dataview version. ' +
            'unused: nothing uses it. dangling: refers to something that does not exist. underway: changing now. Default: all.',
        ),
      kinds: z.array(Words(KINDS)).min(1).optional().describe('Default: all'),
      environment: EnvironmentsArgument().optional(),
      ...shaping(),
    }),
  needs: ['ListKxEnvironments', 'GetKxEnvironment', 'ListKxClusters', 'GetKxCluster'],
  run: async (reader, { problem, kinds, environment, view, cursor }) => {
    const problems = searchedFor(problem, kinds);
    const { graphs, gaps, unread, unconfirmed } = await read(reader, environment, problems, kinds);
    const isMeant = ({ entity }: Issue) => kinds?.some((kind) => kind === entity.kind) ?? true;
    const found = problems.flatMap((name) =>
      graphs.flatMap((graph) =>
        (unconfirmed.has(graph) && 'confirm' in SEARCHES[name] ? [] : SEARCHES[name].find(graph))
          .filter(isMeant)
          .map((issue) => ({ name, graph, issue })),
      ),
    );
    const candidates = found.map(candidateOf);
    const isTagged = found.length <= FEW || view === 'full';
    const tagged = isTagged ? await alsoTagged(reader, candidates, cursor) : { found: candidates, gaps: [] };
    const rows = found.map((each, at) => ({
      problem: each.name,
      environment: each.graph.name,
      ...issueRow(each.issue, each.graph.readAt),
      ...tagsIn(tagged.found[at] ?? candidateOf(each)),
    }));
    const formatted = formatProblems(rows, view, problem !== undefined);
    const isUnclear = ({ environment: place, isOfOlder }: ReadGap) =>
      problem !== 'behind' ||
      isOfOlder !== true ||
      found.some(({ graph, issue }) => graph.name === place && issue.condition === LAG && !isCounted(issue));
    const head = {
      ...countsOf(found, problems),
      ...formatted.head,
      ...(found.some(({ name }) => name === 'unused') ? { unusedSince: UNUSED_SINCE } : {}),
      ...(problem === 'stuck' && found.length === 0 ? { stuckAfter: STUCK_AFTER } : {}),
      ...(problem === 'behind' ? notLoaded(graphs) : {}),
      ...notCheckedOf(unread),
      ...environmentsOf(graphs),
      ...notReadIn([...gaps.filter(isUnclear), ...tagged.gaps]),
    };
    return answer(head, [formatted.section], { view, cursor, rest: reader.rest() });
  },
});

/** With at most this many problems, the tags of their entities are shown. */
const FEW = 12;
const UNUSED_SINCE = 'not in the API; age is the time since creation';
const STUCK_AFTER = Object.fromEntries([...KINDS, 'node' as const].map((kind) => [kind, stuckAfter(kind)]));
const LAG = 'old changeset';
const isCounted = ({ facts }: Issue) => facts['behindBy'] !== undefined;

interface Found {
  readonly name: Problem;
  readonly graph: Graph;
  readonly issue: Issue;
}

const candidateOf = ({ graph, issue }: Found): Candidate => ({ graph, entity: issue.entity });

/** The number of problems of each type, and of entities where some have several problems. */
function countsOf(found: readonly Found[], problems: readonly Problem[]) {
  const of = (name: Problem) => found.filter((each) => each.name === name);
  const entities = (name: Problem) =>
    new Set(of(name).map(({ graph, issue }) => `${graph.environmentId} ${issue.entity.id}`)).size;
  const several = problems.filter((name) => entities(name) < of(name).length);
  return {
    counts: Object.fromEntries(problems.map((name) => [name, of(name).length])),
    ...(several.length === 0 ? {} : { entities: Object.fromEntries(several.map((name) => [name, entities(name)])) }),
  };
}

const MAX_NOT_LOADED = 20;
/** The databases whose newest load failed: a cluster on the newest changeset is not behind, and still has no newer data. */
function notLoaded(graphs: readonly Graph[]) {
  const found = graphs.flatMap(({ name, entities }) => {
    const newest = new Map<string | undefined, GraphEntity>();
    for (const each of entities)
      if (each.kind === 'changeset' && (each.created ?? '') >= (newest.get(each.database)?.created ?? ''))
        newest.set(each.database, each);
    return entities.flatMap(({ kind, name: database, facts }) => {
      const load = kind === 'database' ? newest.get(database) : undefined;
      if (load?.status !== 'FAILED') return [];
      const newestData = isoMinute(facts['newestData'] as string | undefined);
      return [{ environment: name, database, newestData, loadFailed: isoMinute(load.created) }];
    });
  });
  const more = found.length - MAX_NOT_LOADED;
  return {
    ...(found.length === 0 ? {} : { newestLoadFailed: found.slice(0, MAX_NOT_LOADED) }),
    ...(more > 0 ? { newestLoadFailedBesides: more } : {}),
  };
}

/** The problems that these kinds can have. Throws NotFound where there is none: that nothing is found would look like an answer. */
function searchedFor(problem: Problem | undefined, kinds: readonly Kind[] = KINDS): readonly Problem[] {
  const able = (name: Problem) => SEARCHES[name].of.some((kind) => kinds.includes(kind));
  const problems = problem === undefined ? PROBLEMS : [problem];
  const searched = problems.filter(able);
  if (searched.length > 0) return searched;
  const others = PROBLEMS.filter(able);
  throw new NotFound(
    `${problem ?? 'Problems'}: ${kinds.join(', ')} cannot have ${problem === undefined ? 'any' : 'this problem'}. ` +
      (others.length > 0
        ? `Problems that they can have: ${others.join(', ')}.`
        : 'find_kx_entities shows the existing ones.'),
  );
}

/** What a search reads to show its problem of some kinds. */
const readOf = ({ of, read, alsoFor }: Search, kinds: readonly Kind[] = of): GraphOptions => {
  const meant = of.filter((kind) => kinds.includes(kind));
  return alsoFor === undefined ? read : { ...read, kinds: meant.flatMap((kind) => [kind, ...(alsoFor[kind] ?? [])]) };
};

/** What several searches read together, so far that nothing is left to confirm. */
function readTogether(searches: readonly Search[], kinds: readonly Kind[] | undefined): GraphOptions {
  const reads = searches.map((search) => search.confirm ?? readOf(search, kinds));
  return {
    kinds: [...new Set(reads.flatMap((read) => read.kinds ?? KINDS))],
    details: reads.some(({ details }) => details !== false),
  };
}

/** What a host lists needs no read of the cluster to show that the host exists. */
const UNCONFIRMED: GraphOptions = { clusterTypes: READERS, detailsOfUnhosted: true };

/** Whether nothing but nodes was not read in time. */
const isWholeButNodes = ({ gaps }: Graph) =>
  gaps.every(({ isLate, operation }) => isLate !== true || operation === 'ListKxClusterNodes');

/** The environments, read as far as it takes to see the problems; `unconfirmed` are those that were not read to confirm them. */
async function read(
  reader: FleetReader,
  environment: string | undefined,
  problems: readonly Problem[],
  kinds: readonly Kind[] | undefined,
) {
  const searches: readonly Search[] = problems.map((name) => SEARCHES[name]);
  const [only, second] = searches;
  const isOne = only !== undefined && second === undefined;
  const confirm = isOne ? only.confirm : readTogether(searches, kinds);
  const options = isOne ? readOf(only, kinds) : { ...confirm, nodes: false, ...UNCONFIRMED };
  const first = await reader.graphs(environment, options);
  const clusters = first.graphs.flatMap(({ entities }) => entities.filter(({ kind }) => kind === 'cluster'));
  const isSmall = !isOne && clusters.length <= MAX_LOOKED_INTO && reader.rest() === undefined;
  const isSuspect = (graph: Graph) => searches.some(({ find, confirm }) => confirm && find(graph).length > 0);
  const suspects = isSmall ? first.graphs : first.graphs.filter(isSuspect);
  const unread = isOne || isSmall ? [] : clusters;
  if (confirm === undefined || suspects.length === 0) return { ...first, unread, unconfirmed: new Set<Graph>() };
  const isOfClusters = kinds === undefined || kinds.includes('cluster');
  const again = await reader.reread(
    suspects,
    isSmall ? { ...confirm, nodes: isOfClusters } : { ...confirm, nodes: false },
  );
  const fresh = new Map(again.graphs.filter(isWholeButNodes).map((graph) => [graph.environmentId, graph]));
  const graphs = first.graphs.map((graph) => fresh.get(graph.environmentId) ?? graph);
  // A finding that could not be confirmed is a gap, not a finding.
  const unconfirmed = new Set(suspects.filter((graph) => graphs.includes(graph)));
  return { graphs, gaps: [...first.gaps, ...again.gaps], unread, unconfirmed };
}
