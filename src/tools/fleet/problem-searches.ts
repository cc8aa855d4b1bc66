import { expectedBy, failedOrStuckIssues } from '../../inventory/failed-or-stuck.ts';
import type { Graph, GraphEntity, GraphOptions, Issue, IssueCondition, Kind } from '../../inventory/graph-types.ts';
import { KINDS, statusClass } from '../../inventory/kinds.ts';
import { danglingIssues, staleIssues, unusedIssues } from '../../inventory/stale-and-unused.ts';
import { isoMinute } from '../../inventory/units.ts';
import { TYPES_WITH_DATABASES } from '../../operations/cluster-types.ts';
import { quoteUnlessPlain } from '../../untrusted.ts';
import type { FleetReader, Graphs } from './fleet-reader.ts';

/** Of the conditions that `failedOrStuckIssues` finds, the failures; `REPLACING` is in progress, and the others are stuck. */
const FAILURES: ReadonlySet<IssueCondition> = new Set(['failed', 'suspended'] as const);
const REPLACING: IssueCondition = 'replacing nodes';

interface Search {
  readonly find: (graph: Graph) => Issue[];
  /** The kinds that can have it. */
  readonly of: readonly Kind[];
  /** What must be read to find the problem. If it names no `kinds`: the requested ones, and those that `alsoFor` has for them. */
  readonly read: GraphOptions;
  readonly alsoFor?: Partial<Record<Kind, readonly Kind[]>>;
  /** What must be read to confirm the findings in an environment, if `read` is not enough. */
  readonly confirmWith?: GraphOptions;
}

const CONNECTED: readonly Kind[] = ['cluster', 'database', 'dataview', 'scaling-group', 'volume'];
const CHANGING: readonly Kind[] = ['environment', 'cluster', 'scaling-group', 'volume', 'dataview', 'changeset'];

export const SEARCHES = {
  failed: {
    of: CHANGING,
    find: (graph) => failedOrStuckIssues(graph).filter(({ condition }) => FAILURES.has(condition)),
    read: { details: false },
  },
  stuck: {
    of: CHANGING,
    find: (graph) =>
      failedOrStuckIssues(graph).filter(({ condition }) => !FAILURES.has(condition) && condition !== REPLACING),
    read: { details: false, nodes: true },
  },
  behind: {
    of: ['cluster', 'dataview'],
    find: staleIssues,
    read: { kinds: ['cluster', 'database', 'dataview', 'changeset'], nodes: false, clusterTypes: TYPES_WITH_DATABASES },
  },
  unused: {
    of: ['scaling-group', 'volume', 'dataview', 'database'],
    find: unusedIssues,
    read: { nodes: false, clusterTypes: TYPES_WITH_DATABASES },
    alsoFor: { volume: ['dataview'], dataview: ['cluster'], database: ['cluster', 'dataview'] },
    confirmWith: { kinds: CONNECTED, nodes: false },
  },
  dangling: { of: ['cluster', 'dataview'], find: danglingIssues, read: { kinds: CONNECTED, nodes: false } },
  underway: { of: CHANGING, find: underway, read: { details: false, nodes: true } },
} as const satisfies Record<string, Search>;
export type ProblemName = keyof typeof SEARCHES;
export const PROBLEMS = Object.keys(SEARCHES) as ProblemName[];

/** Entities that are being created, updated or deleted, or get new nodes, and are not stuck. */
function underway(graph: Graph): Issue[] {
  const found = failedOrStuckIssues(graph);
  const changing = graph.entities.filter(({ id, status }) => {
    const isStuck = found.some(({ entity, condition }) => entity.id === id && condition === 'stuck');
    return statusClass(status) === 'underway' && !isStuck;
  });
  return [
    ...changing.map((entity): Issue => {
      const { kind, status, modified, created } = entity;
      const since = modified ?? created;
      return {
        entity,
        condition: 'underway',
        why: `is ${quoteUnlessPlain(status)}`,
        since,
        facts: expectedEnd(kind, since),
      };
    }),
    ...found
      .filter(({ condition }) => condition === REPLACING)
      .map((issue) => ({ ...issue, facts: { ...issue.facts, ...expectedEnd('node', issue.since) } })),
  ];
}

const expectedEnd = (kind: Kind, since: string | undefined) => ({
  expectedBy: isoMinute(expectedBy(kind, since)),
});

const readOf = ({ of, read, alsoFor = {} }: Search, kinds: readonly Kind[] = of): GraphOptions => {
  const wanted = of.filter((kind) => kinds.includes(kind));
  return { kinds: wanted.flatMap((kind) => [kind, ...(alsoFor[kind] ?? [])]), ...read };
};

/** What several searches read together, including what confirms their findings. */
function readTogether(searches: readonly Search[], kinds: readonly Kind[] | undefined): GraphOptions {
  const reads = searches.map((search) => search.confirmWith ?? readOf(search, kinds));
  return {
    kinds: [...new Set(reads.flatMap((read) => read.kinds ?? KINDS))],
    details: reads.some(({ details }) => details !== false),
  };
}

/**
 * A first read leaves out the details of volumes that the lists show to be in use, and of clusters that a scaling group lists, if
 * clusters of their type mount no databases.
 */
const FIRST_READ: GraphOptions = {
  clusterTypes: TYPES_WITH_DATABASES,
  detailsOfUnhosted: true,
  detailsOfUsedVolumes: false,
};

/** Whether everything but nodes was read in time. */
const isWholeButNodes = ({ gaps }: Graph) =>
  gaps.every(({ isLate, operation }) => isLate !== true || operation === 'ListKxClusterNodes');

/** With more clusters, their nodes and the log volumes of tickerplants are read only by calls that name a problem that needs them. */
const MAX_CLUSTERS_IN_DETAIL = 500;

interface ProblemRead extends Graphs {
  /** The graphs whose findings could not be confirmed. */
  readonly unconfirmed: ReadonlySet<Graph>;
  /** The clusters whose nodes would be needed and were not read. */
  readonly withUnreadNodes: readonly GraphEntity[];
}

/** The environments, read as far as it takes to see the problems. */
export function readForProblems(
  reader: FleetReader,
  environment: string | undefined,
  problems: readonly ProblemName[],
  kinds: readonly Kind[] | undefined,
): Promise<ProblemRead> {
  const searches: readonly Search[] = problems.map((name) => SEARCHES[name]);
  const [only, second] = searches;
  return only !== undefined && second === undefined
    ? readForOne(reader, environment, only, kinds)
    : readForSeveral(reader, environment, searches, kinds);
}

/** Reads what one problem needs, then confirms its findings. */
async function readForOne(
  reader: FleetReader,
  environment: string | undefined,
  search: Search,
  kinds: readonly Kind[] | undefined,
): Promise<ProblemRead> {
  const first = await reader.graphs(environment, readOf(search, kinds));
  const suspects = first.graphs.filter((graph) => isSuspect(search, graph));
  return {
    ...(await readAgain(reader, first, suspects, { ...search.confirmWith, nodes: false })),
    withUnreadNodes: [],
  };
}

/**
 * Reads without nodes and some details at first. If there are few clusters, and no environments are left, then reads everything; otherwise
 * only confirms the findings.
 */
async function readForSeveral(
  reader: FleetReader,
  environment: string | undefined,
  searches: readonly Search[],
  kinds: readonly Kind[] | undefined,
): Promise<ProblemRead> {
  const options = readTogether(searches, kinds);
  const first = await reader.graphs(environment, { ...options, nodes: false, ...FIRST_READ });
  const nodes = kinds === undefined || kinds.includes('cluster');
  if (clustersIn(first).length <= MAX_CLUSTERS_IN_DETAIL && reader.environmentsLeft() === undefined)
    return { ...(await readAgain(reader, first, first.graphs, { ...options, nodes })), withUnreadNodes: [] };
  const suspects = first.graphs.filter((graph) => searches.some((search) => isSuspect(search, graph)));
  const confirmed = await readAgain(reader, first, suspects, { ...options, nodes: false });
  return { ...confirmed, withUnreadNodes: nodes ? clustersIn(confirmed) : [] };
}

const clustersIn = ({ graphs }: Pick<Graphs, 'graphs'>) =>
  graphs.flatMap(({ entities }) => entities.filter(({ kind }) => kind === 'cluster'));

/** Whether a search finds something that has to be confirmed. */
const isSuspect = ({ find, confirmWith }: Search, graph: Graph) => confirmWith !== undefined && find(graph).length > 0;

/** Reads environments again with other options, which confirms the findings in them, or adds nodes. */
async function readAgain(
  reader: FleetReader,
  first: Graphs,
  chosen: readonly Graph[],
  options: GraphOptions,
): Promise<Omit<ProblemRead, 'withUnreadNodes'>> {
  if (chosen.length === 0) return { ...first, unconfirmed: new Set() };
  const again = await reader.reread(chosen, options);
  const fresh = new Map(again.graphs.filter(isWholeButNodes).map((graph) => [graph.environmentId, graph]));
  const graphs = first.graphs.map((graph) => fresh.get(graph.environmentId) ?? graph);
  // A finding that could not be confirmed is a gap, not a finding.
  const unconfirmed = new Set(chosen.filter((graph) => graphs.includes(graph)));
  return { graphs, gaps: [...first.gaps, ...again.gaps], unconfirmed };
}
