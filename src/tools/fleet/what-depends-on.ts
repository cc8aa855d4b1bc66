import * as z from 'zod';
import { type Connected, dependenciesOf, dependentsOf, entitiesNamed } from '../../inventory/dependents.ts';
import { detailOf } from '../../inventory/detail.ts';
import { looksLikeId } from '../../inventory/fleet.ts';
import type { Graph, GraphEntity, Kind } from '../../inventory/graph-types.ts';
import { healthOf } from '../../inventory/health.ts';
import { KINDS } from '../../inventory/kinds.ts';
import { issueRow, sizeOf } from '../../inventory/summary.ts';
import { counted } from '../../inventory/units.ts';
import { quoteUnlessPlain, quoteUntrusted } from '../../untrusted.ts';
import { withoutUndefined } from '../../without-undefined.ts';
import { Words } from '../lenient.ts';
import { DeletedEnvironment } from './environment-lookup.ts';
import { EnvironmentArgument, type FleetReader } from './fleet-reader.ts';
import { answer, pageArguments } from './page.ts';
import { notReadIn, type ReadGap, readGapsOf } from './read-gaps.ts';
import { tagsIn, withTagsOnPage } from './tagged.ts';
import { fleetTool } from './tool.ts';
import { notFound, quotedList, Unanswerable } from './unanswerable.ts';

export const whatDependsOn = fleetTool({
  name: 'what_depends_on',
  title: 'Show dependencies',
  description:
    'Show an entity with its settings, tags and problems, what uses it, directly or indirectly, and what it needs. ' +
    'Use it before you delete or change something. Works for environments, clusters, databases, changesets, ' +
    'dataviews, scaling groups, volumes and users.',
  keywords: 'impact safe to delete breaks who uses',
  input: () =>
    z.strictObject({
      environment: EnvironmentArgument()
        .optional()
        .describe('Id or name; needed only if the name exists in several environments'),
      name: z.string().min(1).max(200).describe('Name of the entity; for a changeset, its id'),
      kind: Words(KINDS).optional().describe('Needed only if entities of several kinds have that name'),
      ...pageArguments('longer pages'),
    }),
  needs: ['ListKxEnvironments', 'GetKxEnvironment'],
  run: async (reader, input) => {
    const { environment, name: given, kind } = input;
    const located =
      environment === undefined ? await locate(reader, given, kind) : { environment, name: given, gaps: [] };
    const { name } = located;
    const readsChangesOf = (changesetId: string) => name.endsWith(changesetId);
    const graph = await reader.graph(located.environment, { readsChangesOf });
    const found = onlyEntity(graph, name, kind);
    const { holder, entity } =
      found === undefined ? await olderChangeset(reader, graph, input, name) : { holder: graph, entity: found };
    // No answer depends on older changesets than those that were read.
    const isRelevant = ({ isOfOlder }: ReadGap) => isOfOlder !== true;
    const dependents = dependentsOf(graph, entity.id);
    const tagged = await withTagsOnPage(reader, [{ graph, entity }]);
    const gaps = [
      ...readGapsOf(graph).filter(isRelevant),
      ...tagged.gaps,
      ...located.gaps.filter((gap) => gap.environment !== graph.name),
    ];
    const issues = healthOf(holder).get(entity.id)?.issues ?? [];
    const head = {
      environment: graph.name,
      environmentId: graph.environmentId,
      readAt: graph.readAt,
      entity: { ...detailOf(entity, graph), ...tagged.found.map(tagsIn)[0] },
      ...(issues.length === 0 ? {} : { attention: issues.map((issue) => issueRow(issue, graph.readAt)) }),
      dependents: dependents.length,
      ...notReadIn(gaps),
    };
    const sections = [
      { name: 'usedBy', rows: dependents.map(rowOf) },
      { name: 'needs', rows: dependenciesOf(graph, entity.id).map(neededRow) },
    ];
    return answer(head, sections, { input });
  },
});

const rowOf = ({ entity, edge, distance }: Connected) => ({
  id: entity.id,
  ...(entity.status === undefined ? {} : { status: entity.status }),
  ...(entity.facts['type'] === undefined ? {} : { type: entity.facts['type'] }),
  ...(edge.relation === 'runs-on' && edge.from === entity.id ? { nodes: sizeOf(entity)['nodes'] } : {}),
  how:
    distance === 1
      ? edge.relation
      : `${edge.relation} ${quoteUnlessPlain(edge.from === entity.id ? edge.to : edge.from)}`,
  ...dataOf(entity, edge.facts['changesetId']),
  ...edge.facts,
});

/** What a dataview shows; `newestChangesetId` where a cluster mounts an older version of it. */
function dataOf({ kind, facts }: GraphEntity, mounted: unknown) {
  if (kind !== 'dataview') return {};
  const { changesetId, autoUpdate, readWrite } = facts;
  const isOlder = mounted !== undefined && mounted !== changesetId;
  return withoutUndefined({
    [isOlder ? 'newestChangesetId' : 'changesetId']: changesetId,
    autoUpdate,
    readWrite: readWrite || undefined,
  });
}

const neededRow = (connected: Connected) => ({ ...rowOf(connected), ...sizeOf(connected.entity) });

interface Wanted {
  readonly environment?: string | undefined;
  readonly kind?: string | undefined;
}

const OMIT_ENVIRONMENT = 'To search all environments, omit environment.';
/** Shown when nothing has the name, because people also ask this about roles and subnets. */
const NOT_AN_ENTITY = 'To find what uses a role, subnet, bucket or other setting, use find_kx_entities with text.';

/** The only environment, of those that could be read, with an entity of that name, and the name of the entity. Throws Unanswerable. */
async function locate(reader: FleetReader, name: string, kind: Kind | undefined) {
  const options = { kinds: kind === undefined ? KINDS : [kind], details: false, everyChangeset: true };
  const read = await reader.graphs(undefined, options);
  const { graphs } = read;
  const left = reader.environmentsLeft();
  const gaps = left === undefined ? read.gaps : [unsearchedGap(left.count), ...read.gaps];
  const holders = graphs.filter((graph) => entitiesNamed(graph, name).some(isOfKind(kind)));
  const [only, second] = holders;
  const found = quotedList(holders.map((graph) => graph.name));
  if (only !== undefined && left !== undefined)
    throw new Unanswerable(`Found in ${found}, but ${unsearchedGap(left.count).reason}.`);
  if (only === undefined) {
    const mayBeEnvironment = left === undefined && (kind === undefined || kind === 'environment');
    const environment = mayBeEnvironment ? await environmentOf(reader, name) : undefined;
    if (environment !== undefined) return { ...environment, gaps };
    const names = graphs.flatMap(({ entities }) => entities.filter(isOfKind(kind)).map((each) => each.name));
    throw notFound(kind ?? 'entity', name, [...new Set(names)], gaps, NOT_AN_ENTITY);
  }
  if (second !== undefined)
    throw new Unanswerable(
      `Several environments have an entity with that name: ${quotedList(holders.map(argumentFor))}. Give one of them as environment.`,
    );
  return { environment: only.environmentId, name, gaps };
}

/** The name of an environment or, if it may be the id of another one, its own id. */
const argumentFor = ({ name, environmentId }: Graph) => (looksLikeId(name) ? environmentId : name);

const unsearchedGap = (count: number): ReadGap => ({
  environment: '',
  reason: `${counted('environment', count)} ${count === 1 ? 'was' : 'were'} not searched in time (to search one, call with its name as environment)`,
});

/** The environment that a word such as `uat` means; undefined if there is not exactly one. Throws Unanswerable if it is deleted. */
async function environmentOf(reader: FleetReader, wanted: string) {
  try {
    const { environmentId: environment = '', name = '' } = await reader.environment(wanted);
    return { environment, name };
  } catch (error) {
    if (error instanceof Unanswerable && !(error instanceof DeletedEnvironment)) return undefined;
    throw error;
  }
}

/**
 * A changeset that the graph lacks, because it is older than those that were read, or neither mounted, newest, failed nor in progress;
 * and a graph that has it. Throws Unanswerable when it does not exist.
 */
async function olderChangeset(reader: FleetReader, graph: Graph, { environment, kind }: Wanted, name: string) {
  const options = {
    kinds: ['changeset'],
    details: false,
    everyChangeset: true,
    readsChangesOf: (id: string) => name.endsWith(id),
  } as const;
  const isMeant = kind === undefined || kind === 'changeset';
  const read = isMeant ? await reader.reread([graph], options) : { graphs: [], gaps: [] };
  const [found] = read.graphs.flatMap((holder) => {
    const entity = onlyEntity(holder, name, 'changeset');
    return entity === undefined ? [] : { holder, entity };
  });
  if (found !== undefined) return found;
  const names = graph.entities.filter(isOfKind(kind)).map((each) => each.name);
  const advice = environment === undefined ? NOT_AN_ENTITY : `${OMIT_ENVIRONMENT} ${NOT_AN_ENTITY}`;
  throw notFound(kind ?? 'entity', name, names, [...readGapsOf(graph), ...read.gaps], advice, graph.name);
}

/** The entity with a name, if it exists. Throws Unanswerable when there are several. */
function onlyEntity(graph: Graph, name: string, kind: string | undefined): GraphEntity | undefined {
  const found = entitiesNamed(graph, name).filter(isOfKind(kind));
  const [entity, second] = found;
  if (second !== undefined)
    throw new Unanswerable(
      `Several entities have that name: ${found.map(({ id }) => quoteUntrusted(id, 200)).join(', ')}. Give one of these as name.`,
    );
  return entity;
}

/** Whether an entity is of a kind, or of any. */
const isOfKind = (kind: string | undefined) => (entity: GraphEntity) => kind === undefined || entity.kind === kind;
