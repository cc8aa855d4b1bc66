import { nodesOf } from '../../inventory/entities.ts';
import type { Graph, GraphEntity, GraphOptions, Kind } from '../../inventory/graph-types.ts';
import { dependentKindsOf, KINDS, statusClass, statusesOf } from '../../inventory/kinds.ts';
import { KxClusterType } from '../../operations/shapes.ts';
import { FEW } from './entity-rows.ts';
import { isListed, meansUsedBy, readsNeededFor } from './fact-values.ts';
import { type Candidate, type Filters, hasStatus, nameMatches, statusWord } from './filters.ts';
import type { FleetReader } from './fleet-reader.ts';
import type { Key } from './grouping.ts';
import { momentOf } from './moments.ts';
import { propertyIn, type Sort } from './orders.ts';

/** There are many of these, so they are searched only if a call names them or refers to them. */
export const ON_REQUEST_KINDS: readonly Kind[] = ['changeset', 'node'];
const DEFAULT_KINDS = KINDS.filter((kind) => !ON_REQUEST_KINDS.includes(kind));

const CLUSTERS: readonly Kind[] = ['cluster'];
const TYPED: readonly Kind[] = ['cluster', 'scaling-group', 'volume'];

/** The kinds for a call that names none: those that can have the type; changesets and nodes only if another condition refers to them. */
export function kindsFor({ name = '', status = [], type, changedAfter }: Filters): readonly Kind[] {
  const also = ON_REQUEST_KINDS.filter(
    (kind) =>
      name.startsWith(`${kind}:`) ||
      (kind === 'changeset' && changedAfter !== undefined) ||
      status.some((word) => refersTo(kind, word)),
  );
  if (type === undefined) return [...DEFAULT_KINDS, ...also];
  return [...(areClusterTypes(type) ? CLUSTERS : TYPED), ...also.filter((kind) => kind === 'node')];
}

/** Whether a status refers to a kind that is searched on request: COMPLETED and FAILED do, but not RUNNING, which clusters have, too. */
function refersTo(kind: Kind, word: string): boolean {
  if (statusWord(word) === 'SETTLED') return false;
  const isOfOthers = (status: string) => DEFAULT_KINDS.some((each) => statusesOf(each).includes(status));
  return statusesOf(kind).some(
    (status) => hasStatus(status, word) && (statusClass(status) !== 'settled' || !isOfOthers(status)),
  );
}

/** The kinds that must also be read to fill a row of a kind. */
function alsoReadFor(kind: Kind): readonly Kind[] {
  if (kind === 'database') return ['changeset'];
  return SHOWS_DEPENDENTS.includes(kind) ? dependentKindsOf(kind).filter((each) => each !== 'database') : [];
}

const SHOWS_DEPENDENTS: readonly Kind[] = ['scaling-group', 'volume', 'dataview'];

/** What a search has to read, and whether that includes the details of each entity. */
export interface ReadPlan {
  readonly details: boolean;
  readonly options: GraphOptions;
}

interface ReadRequest extends Filters {
  readonly kinds?: readonly Kind[] | undefined;
  readonly view?: string | undefined;
  readonly sort?: Sort | undefined;
}

export function readPlanFor(request: ReadRequest, kinds: readonly Kind[], keys: readonly Key[]): ReadPlan {
  const { text, where, type, view, sort, name, createdAfter } = request;
  const searchesSettings = text !== undefined || where !== undefined;
  const groupsByUnlisted = keys.some((key) => key.of === 'setting' && !isListed(key.name, kinds));
  const details =
    view === 'full' || searchesSettings || groupsByUnlisted || propertyIn(sort) !== undefined || !areClusterTypes(type);
  const fillsRows = keys.length === 0 || searchesSettings || keys.some((key) => meansUsedBy(key.name));
  const needsNodes =
    where?.some(({ setting }) => readsNeededFor(setting, kinds).has('nodes')) ||
    keys.some((key) => isKnownFromNodes(key, kinds));
  const options = {
    ...readFor(kinds, { details, fillsRows }),
    ...(needsNodes ? { nodes: true } : {}),
    details,
    readsChangesOf: details && request.kinds?.includes('changeset') ? () => true : undefined,
    changesetsSince: createdAfter && new Date(momentOf(createdAfter, new Date().toISOString())).toISOString(),
    readsChangesetsOf:
      name === undefined
        ? undefined
        : (database: string, all: readonly string[]) =>
            nameMatches(database, name) || !all.some((each) => nameMatches(each, name)),
  };
  return { details, options };
}

/** Whether every fact of these kinds that a key names is known only from nodes. */
function isKnownFromNodes({ name, of }: Key, kinds: readonly Kind[]): boolean {
  const needs = readsNeededFor(name, kinds);
  return of === 'setting' && needs.size === 1 && needs.has('nodes');
}

/** What to read for entities of these kinds: with `fillsRows`, all that their rows show; otherwise only the free memory of hosts. */
function readFor(
  kinds: readonly Kind[],
  { details, fillsRows }: { readonly details: boolean; readonly fillsRows: boolean },
): GraphOptions {
  const detailed = kinds.filter((kind) => details && (fillsRows || kind === 'scaling-group'));
  const nodes = kinds.includes('node');
  const everyChangeset = kinds.includes('changeset');
  return {
    kinds: [
      ...new Set([
        ...kinds,
        ...(nodes ? (['cluster'] as const) : []),
        ...detailed.flatMap((kind) => alsoReadFor(kind)),
      ]),
    ],
    everyChangeset,
    onlyNewestChangesets: !everyChangeset,
    nodes,
  };
}

export const entitiesIn = ({ entities }: Graph, kinds: readonly Kind[]): readonly GraphEntity[] => [
  ...entities.filter(({ kind }) => kinds.includes(kind)),
  ...(kinds.includes('node') ? entities.flatMap(nodesOf) : []),
];

/** With at most this many results, in at most this many environments, totals are shown without a request. */
const MAX_TOTALLED = { entities: 60, environments: 4 };
/** The kinds with a capacity to add up. */
const SIZED: ReadonlySet<Kind> = new Set(['cluster', 'database', 'scaling-group', 'volume']);

/** Whether the results were read with everything that an answer about this many shows; for a few clusters, that includes nodes. */
export const isReadEnough = (found: readonly Candidate[], { details, options }: ReadPlan, isBrief: boolean): boolean =>
  details &&
  (options.nodes === true || !showsNodes(found, isBrief) || !found.some(({ entity }) => entity.kind === 'cluster'));

const showsNodes = ({ length }: readonly Candidate[], isBrief: boolean) => isBrief && length <= FEW.whole;

/**
 * If the results are few, reads them again with their details: those of all kinds for brief rows, or else of kinds with a capacity.
 * Otherwise returns them unchanged.
 */
export async function readFew(reader: FleetReader, found: readonly Candidate[], isBrief: boolean) {
  const graphs = [...new Set(found.map(({ graph }) => graph))];
  const present = KINDS.filter(
    (kind) => (isBrief || SIZED.has(kind)) && found.some(({ entity }) => entity.kind === kind),
  );
  if (present.length === 0 || found.length > MAX_TOTALLED.entities || graphs.length > MAX_TOTALLED.environments)
    return { found, gaps: [] };
  const names = new Set(found.map(({ entity }) => entity.name));
  const nodes = showsNodes(found, isBrief);
  const databases = new Set(found.map(({ entity: { name, database = name } }) => database));
  const options = {
    ...readFor(present, { details: true, fillsRows: isBrief }),
    nodes,
    readsChangesOf: (changesetId: string) => names.has(changesetId),
    readsChangesetsOf: (database: string) => databases.has(database),
  };
  const read = await reader.reread(graphs, options);
  const byId = new Map(read.graphs.map((graph) => [graph.environmentId, graph]));
  const fresh = found.map((candidate): Candidate => {
    const graph = byId.get(candidate.graph.environmentId);
    const entity = graph?.entities.find(({ id }) => id === candidate.entity.id);
    return graph === undefined || entity === undefined ? candidate : { ...candidate, graph, entity };
  });
  return { found: fresh, gaps: read.gaps };
}

/** Whether these types, if any, are all of clusters, which lists contain. Those of disks and nodes are only in the details. */
const areClusterTypes = (types: readonly string[] = []): boolean =>
  types.every((each) => KxClusterType().options.some((option) => option === each.toUpperCase()));
