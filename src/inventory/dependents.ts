import type { Edge, Graph, GraphEntity } from './graph-types.ts';
import { arnIn } from './kinds.ts';

export interface Connected {
  readonly entity: GraphEntity;
  readonly edge: Edge;
  /** 1 for a direct connection. */
  readonly distance: number;
}

/**
 * Everything that depends on `id`, nearest first: for a volume, the clusters that use it, the dataviews cached on it, and the
 * clusters that mount those. For an environment, its whole content; for a changeset, everything that mounts its data. Without
 * changesets, of which the graph contains only some.
 */
export function dependentsOf(graph: Graph, id: string): Connected[] {
  const target = graph.entities.find((entity) => entity.id === id);
  if (target?.kind === 'changeset') return dependentsOfChangeset(graph, target);
  const isCounted = ({ kind }: GraphEntity) => kind !== 'changeset';
  if (target?.kind !== 'environment') return traverse(graph, id, 'to').filter(({ entity }) => isCounted(entity));
  const others = graph.entities.filter((entity) => entity !== target && isCounted(entity));
  return others.map((entity) => ({
    entity,
    edge: { from: entity.id, to: id, relation: 'of', facts: {} },
    distance: 1,
  }));
}

/** The clusters that mount a changeset, directly or in a dataview version, and the dataviews that have it. */
function dependentsOfChangeset({ entities, edges }: Graph, { id, name, database }: GraphEntity): Connected[] {
  const byId = new Map(entities.map((entity) => [entity.id, entity]));
  const connected = (entity: GraphEntity, relation: Edge['relation'], facts: Edge['facts']): Connected => ({
    entity,
    edge: { from: entity.id, to: id, relation, facts },
    distance: 1,
  });
  const clusters = edges.flatMap(({ from, to, relation, facts: { changesetId, ...facts } }) => {
    const [entity, mounted] = [byId.get(from), byId.get(to)];
    const isInDatabase = (mounted?.database ?? mounted?.name) === database;
    const isMount = relation === 'mounts' && changesetId === name && isInDatabase;
    // Shown as `from`: the database or dataview in which the cluster has the changeset.
    return isMount && entity !== undefined ? [connected(entity, 'mounts', { ...facts, from: to })] : [];
  });
  const dataviews = entities.flatMap((entity) => {
    if (entity.kind !== 'dataview' || entity.database !== database) return [];
    const versions = (entity.facts['versions'] ?? []) as { changesetId?: string; versionId?: string }[];
    const held = versions.filter(({ changesetId }) => changesetId === name).map(({ versionId }) => versionId);
    const isHeld = entity.facts['changesetId'] === name || held.length > 0;
    return isHeld ? [connected(entity, 'of', { versionIds: held })] : [];
  });
  return [...clusters, ...dataviews];
}

/** Whether a cluster mounts a dataview of a volume, but only a version that is not on that volume. */
function isOfOtherVersion(start: GraphEntity | undefined, entity: GraphEntity, { relation }: Edge): boolean {
  const isFromVolume = start?.kind === 'volume' && relation === 'mounts';
  const isFromCluster = start?.kind === 'cluster' && relation === 'cached-on';
  if (!isFromVolume && !isFromCluster) return false;
  const [cluster, volume] = isFromVolume ? [entity, start] : [start, entity];
  const volumes = cluster.facts['dataviewVolumes'] as readonly string[] | undefined;
  return volumes !== undefined && !volumes.includes(volume.name);
}

/** Everything that `id` needs, nearest first: for a cluster, its host, volumes and databases, and its dataviews with theirs. */
export function dependenciesOf(graph: Graph, id: string): Connected[] {
  return traverse(graph, id, 'from');
}

function traverse({ entities, edges }: Graph, id: string, end: 'from' | 'to'): Connected[] {
  const otherEnd = end === 'from' ? 'to' : 'from';
  const byId = new Map(entities.map((entity) => [entity.id, entity]));
  const start = byId.get(id);
  const seen = new Set([id]);
  const found: Connected[] = [];
  let frontier = new Set([id]);
  for (let distance = 1; frontier.size > 0; distance += 1) {
    const nextFrontier = new Set<string>();
    for (const edge of edges) {
      const entity = byId.get(edge[otherEnd]);
      if (edge.relation === 'behind' || !frontier.has(edge[end]) || entity === undefined || seen.has(entity.id))
        continue;
      if (isOfOtherVersion(start, entity, edge)) continue;
      seen.add(entity.id);
      nextFrontier.add(entity.id);
      found.push({ entity, edge, distance });
    }
    frontier = nextFrontier;
  }
  return found;
}

/** The entities with a name, an id with or without `kind:`, or an ARN; or else those with it in another case. */
export function entitiesNamed(graph: Graph, name: string): GraphEntity[] {
  const matching = (wanted: string, form: (text: string) => string) =>
    graph.entities.filter((entity) => namesOf(graph, entity).some((each) => form(each) === wanted));
  const exact = matching(name, (text) => text);
  return exact.length > 0 ? exact : matching(name.toLowerCase(), (text) => text.toLowerCase());
}

/** Everything that answers call an entity: its name, its id with and without `kind:`, its ARN, and the id of an environment. */
export function namesOf(graph: Graph, entity: GraphEntity): string[] {
  const { kind, name, id } = entity;
  const arn = arnIn(graph, entity);
  return [
    name,
    id,
    id.slice(id.indexOf(':') + 1),
    ...(arn === undefined ? [] : [arn]),
    ...(kind === 'environment' ? [graph.environmentId] : []),
  ];
}
