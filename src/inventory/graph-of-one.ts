import { edgesOf } from './edges.ts';
import { entitiesOf } from './entities.ts';
import type { Cluster, Database, Dataview, EnvironmentData, Group, User, Volume } from './environment-data.ts';
import type { Graph, Kind } from './graph-types.ts';
import { isInDatabase } from './kinds.ts';

interface EntityLocation {
  readonly environmentId: string;
  readonly environmentName: string;
  readonly database?: string | undefined;
}

/** The graph of one entity as the reply of its own operation shows it; nothing else is read. */
export function graphOfOne(
  kind: Kind,
  reply: object,
  { environmentId, environmentName: name, database }: EntityLocation,
  readAt: string,
): Graph {
  const environment = kind === 'environment' ? (reply as EnvironmentData['environment']) : { environmentId };
  const data: EnvironmentData = { environment, ...partOf(kind, reply, database) };
  const entities = entitiesOf(data, { everyChangeset: true }).filter((entity) => entity.kind === kind);
  const edges = edgesOf(data, new Set(entities.map(({ id }) => id)));
  return { environmentId, name, readAt, entities, edges, gaps: [] };
}

function partOf(kind: Kind, reply: object, databaseName: string | undefined): Omit<EnvironmentData, 'environment'> {
  const replyIf = <T>(...kinds: Kind[]) => (kinds.includes(kind) ? [reply as T] : []);
  const inside = {
    dataviews: replyIf<Dataview>('dataview'),
    changesets: replyIf<Database['changesets'][number]>('changeset'),
  };
  return {
    clusters: replyIf<Cluster>('cluster'),
    groups: replyIf<Group>('scaling-group'),
    volumes: replyIf<Volume>('volume'),
    databases: isInDatabase(kind)
      ? [{ databaseName, ...inside }]
      : replyIf<Database>('database').map((each) => ({ ...each, ...inside })),
    users: replyIf<User>('user'),
  };
}
