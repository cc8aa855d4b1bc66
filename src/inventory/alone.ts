import { edgesOf } from './edges.ts';
import { entitiesOf } from './entities.ts';
import type { Graph, Kind } from './graph.ts';
import { isInDatabase } from './kinds.ts';
import type { Cluster, Database, Dataview, Group, Parts, User, Volume } from './parts.ts';

interface Place {
  readonly environmentId: string;
  readonly name: string;
  readonly database?: string | undefined;
}

/** The graph of one entity as the reply of its own operation shows it; nothing else is read. */
export function graphOfOne(kind: Kind, reply: object, { environmentId, name, database }: Place, readAt: string): Graph {
  const parts: Parts = { environment: { environmentId }, ...partOf(kind, reply, database) };
  const entities = entitiesOf(parts, { everyChangeset: true }).filter((entity) => entity.kind === kind);
  const edges = edgesOf(parts, new Set(entities.map(({ id }) => id)));
  return { environmentId, name, readAt, entities, edges, gaps: [] };
}

function partOf(kind: Kind, reply: object, databaseName: string | undefined): Omit<Parts, 'environment'> {
  const of = <T>(...kinds: Kind[]) => (kinds.includes(kind) ? [reply as T] : []);
  const inside = { dataviews: of<Dataview>('dataview'), changesets: of<Database['changesets'][number]>('changeset') };
  return {
    ...(kind === 'environment' ? { environment: reply as Parts['environment'] } : {}),
    clusters: of<Cluster>('cluster'),
    groups: of<Group>('scaling-group'),
    volumes: of<Volume>('volume'),
    databases: isInDatabase(kind)
      ? [{ databaseName, ...inside }]
      : of<Database>('database').map((each) => ({ ...each, ...inside })),
    users: of<User>('user'),
  };
}
