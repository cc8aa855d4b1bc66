import { groupBy } from '../group-by.ts';
import { oncePer } from '../once-per.ts';
import { quoteUnlessPlain } from '../untrusted.ts';
import { withoutUndefined } from '../without-undefined.ts';
import type { Edge, Graph, GraphEntity, Issue, Kind } from './graph-types.ts';
import { healthOf } from './health.ts';
import { sumByName } from './sum-by-name.ts';
import { age, bytes, exactMemory, isoMinute, memory } from './units.ts';

export type Row = Record<string, unknown>;

export type Summary = ReturnType<typeof summaryOf>;

/** A short description of an environment: counts by status, what needs attention, and a row for each entity but the changesets. */
export function summaryOf(graph: Graph) {
  const environment = graph.entities.find(({ kind }) => kind === 'environment');
  const others = graph.entities.filter(({ kind }) => kind !== 'environment');
  return {
    environment: { name: graph.name, status: environment?.status, ...environmentFacts(environment?.facts ?? {}) },
    readAt: graph.readAt,
    counts: countsOf(others),
    attention: [...healthOf(graph).values()].flatMap(({ issues }) =>
      issues.map((found) => briefIssueRow(found, graph)),
    ),
    entities: Object.fromEntries(SHOWN_KINDS.map((kind) => [kind, rowsOf(others, kind, graph)])) as Partial<
      Record<Kind, Row[]>
    >,
  };
}

const ENVIRONMENT_FACTS = [
  'environmentId',
  'description',
  'zones',
  'network',
  'transitGateway',
  'cidr',
  'dns',
  'dnsServers',
];
/** The purpose of an environment, and its network. */
const environmentFacts = (facts: GraphEntity['facts']): Row =>
  Object.fromEntries(ENVIRONMENT_FACTS.map((name) => [name, facts[name]]));

const SHOWN_KINDS: readonly Kind[] = ['cluster', 'database', 'dataview', 'scaling-group', 'volume', 'user'];

function countsOf(entities: readonly GraphEntity[]) {
  const kinds = [...new Set(entities.map(({ kind }) => kind))].filter((kind) => kind !== 'changeset');
  const statusesOf = (kind: Kind) => entities.flatMap((each) => (each.kind === kind ? [each.status ?? 'total'] : []));
  return Object.fromEntries(kinds.map((kind) => [kind, sumByName(statusesOf(kind).map((status) => [status, 1]))]));
}

function briefIssueRow(issue: Issue, { readAt }: Graph): Row {
  const { entity, why, since, created, stuckAfter, reason } = issueRow(issue, readAt);
  return withoutUndefined({ entity, why, since, created, stuckAfter, reason });
}

/**
 * An issue as one row: the entity, the problem, its start, and the values that show it. The API does not say
 * since when an entity is unused, so the row has its age.
 */
export function issueRow({ entity, condition, why, since, facts }: Issue, now: string): Row {
  const { id, created, facts: entityFacts } = entity;
  const type = entityFacts['type'] ?? entityFacts['hostType'];
  const isUnused = condition === 'unused';
  const times = isUnused
    ? { created: isoMinute(created), age: age(created, now) }
    : { since: isoMinute(since), for: age(since, now) };
  const { hostType: _, ...size } = isUnused ? sizeOf(entity) : {};
  return withoutUndefined({ entity: id, type, why, ...times, ...facts, ...size });
}

/** The entities of a kind; without the status if it is the same for all, because the counts show it. */
function rowsOf(entities: readonly GraphEntity[], kind: Kind, graph: Graph): Row[] {
  const own = entities.filter((entity) => entity.kind === kind);
  const isMixed = new Set(own.map(({ status }) => status)).size > 1;
  return own.map((entity) => {
    const { status, ...row } = forOverview(entityRow(entity, graph, { showsChangesets: false }));
    return isMixed ? { name: row['name'], status, ...row } : row;
  });
}

/** Without what other rows say as well, and details that an overview does not need. */
function forOverview({ mounts, iamRole, autoUpdate, ...others }: Row): Row {
  const row = Object.entries(others).filter(([name]) => !OMITTED.has(name));
  return {
    ...Object.fromEntries(row),
    ...(autoUpdate === true ? { autoUpdate } : {}),
    ...(mounts === undefined ? {} : { mounts }),
    ...(iamRole === undefined ? {} : { role: String(iamRole).split('/').at(-1) }),
  };
}

const OMITTED = new Set(['files', 'clusters', 'usedBy', 'newestData', 'cached']);

/** One entity in one row, without rarely needed members; on request, without the changesets that it mounts. */
export function entityRow(entity: GraphEntity, graph: Graph, { showsChangesets = true } = {}): Row {
  const { kind, name, database, status, facts } = entity;
  const { mounts, uses, dependents } = connectionsOf(entity, graph);
  const row: Row = {
    name,
    database,
    status,
    ...sizeOf(entity),
    ...(kind === 'environment' ? environmentFacts(facts) : {}),
    changes: facts['changes'],
    ...(kind === 'dataview' ? { changesetId: facts['changesetId'] } : {}),
    autoUpdate: facts['autoUpdate'],
    readWrite: facts['readWrite'] || undefined,
    lastCompletedChangesetId: facts['lastCompletedChangesetId'],
    newestData: isoMinute(facts['newestData'] as string | undefined),
    mounts: joined(
      mounts.map(
        ({ to, facts: { changesetId } }) =>
          `${shortName(to)}${showsChangesets && changesetId ? ` at ${quoteUnlessPlain(changesetId)}` : ''}`,
      ),
    ),
    cached: cachedOf(facts),
    volumes: joined(uses.map(({ to, facts: { for: purpose } }) => `${shortName(to)}${purpose ? ` (${purpose})` : ''}`)),
    usedBy: joined(dependents.map(({ from }) => shortName(from))),
    clusters: kind === 'scaling-group' ? facts['clusters'] : undefined,
    iamRole: facts['iamRole'],
  };
  return withoutUndefined(row);
}

/** The paths of each mounted database that a cluster caches, with the type of the cache. */
export function cachedOf({ mounts = [] }: { readonly mounts?: readonly { database?: string; cached?: unknown }[] }) {
  const cached = mounts.filter((mount) => mount.cached !== undefined);
  return cached.length === 0
    ? undefined
    : Object.fromEntries(cached.map((mount) => [String(mount.database), mount.cached]));
}

/** The names of what an entity mounts, of the volumes that it uses, and of its dependents. */
export function connectedNames(entity: GraphEntity, graph: Graph): Record<string, readonly string[] | undefined> {
  const { mounts, uses, dependents } = connectionsOf(entity, graph);
  const dataviewVolumes = (entity.facts['dataviewVolumes'] ?? []) as readonly string[];
  const distinct = (names: readonly string[]) => (names.length === 0 ? undefined : [...new Set(names)]);
  return {
    mounts: distinct(mounts.map(({ to }) => shortName(to))),
    volumes: distinct([...uses.map(({ to }) => shortName(to)), ...dataviewVolumes]),
    usedBy: distinct(dependents.map(({ from }) => shortName(from))),
  };
}

function connectionsOf({ id, kind }: GraphEntity, graph: Graph) {
  const isUsed = kind === 'volume' || kind === 'dataview';
  const { from, to } = endsOf(graph);
  const own = from.get(id) ?? [];
  return {
    uses: own.filter(({ relation }) => relation === 'uses' || relation === 'cached-on'),
    mounts: own.filter(({ relation }) => relation === 'mounts'),
    dependents: isUsed ? (to.get(id) ?? []).filter(({ relation }) => relation !== 'of' && relation !== 'behind') : [],
  };
}

type Ends = Readonly<Record<'from' | 'to', ReadonlyMap<string, readonly Edge[]>>>;

/** The edges of a graph by the entity at either end. */
const endsOf = oncePer(
  ({ edges }: Graph): Ends => ({ from: groupBy(edges, ({ from }) => from), to: groupBy(edges, ({ to }) => to) }),
);

/** The capacity that an entity uses, which determines its cost. */
export function sizeOf({ kind, facts }: GraphEntity): Row {
  const { type, scalingGroup, hostType, sizeGB } = facts;
  if (kind === 'volume') return { type, sizeGB };
  if (kind === 'database')
    return { size: bytes(facts['bytes']) || undefined, changesets: facts['changesets'], files: facts['files'] };
  if (kind === 'cluster')
    return { type, nodes: nodesCell(facts), ...(scalingGroup === undefined ? {} : { host: scalingGroup }) };
  if (kind !== 'scaling-group') return {};
  const { memoryMiB: all, reservedMiB: reserved, freeMiB: free } = facts;
  return reserved === undefined
    ? { hostType, memory: `${memory(all)}; some clusters on it could not be read` }
    : { hostType, memory: `${exactMemory(reserved)} of ${memory(all)} reserved`, free: exactMemory(free) };
}

/** `2 x 24 GiB`; empty for a cluster whose details could not be read. */
export function nodesText(
  { nodeType, nodeCount = '?', memoryReservationMiB }: GraphEntity['facts'],
  memoryText = memory,
): string {
  const size = nodeType ?? memoryText(memoryReservationMiB);
  return size === '' ? '' : `${nodeCount} x ${size}`;
}

/** `2 x 6000 MiB (1 provisioning)`, with the exact memory; undefined if neither is known. */
function nodesCell(facts: GraphEntity['facts']): string | undefined {
  const [text, waiting] = [nodesText(facts, exactMemory), facts['nodesProvisioning']];
  if (!waiting) return text || undefined;
  return text === '' ? `${waiting} provisioning` : `${text} (${waiting} provisioning)`;
}

const shortName = (id: string) => quoteUnlessPlain(id.slice(id.indexOf(':') + 1));
const joined = (list: readonly string[]) => (list.length === 0 ? undefined : list.join(', '));
