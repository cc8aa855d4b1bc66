import type { FactSource } from '../kinds/fact.ts';
import { factsIn } from '../kinds/facts.ts';
import { occupiesHost } from '../kinds/statuses.ts';
import { lazy } from '../operations/operation.ts';
import { withoutUndefined } from '../without-undefined.ts';
import { completedAfter } from './changesets.ts';
import type { Cluster, Database, EnvironmentData, Group } from './environment-data.ts';
import { type GraphEntity, type GraphOptions, idOf, type Kind } from './graph-types.ts';

/** The entities of an environment, in the order in which answers show them. */
export function entitiesOf(data: EnvironmentData, { everyChangeset = false }: GraphOptions): GraphEntity[] {
  const { environment, clusters, groups, volumes, databases, users } = data;
  const { name = environment.environmentId, status, errorMessage } = environment;
  const times = { created: environment.creationTimestamp, modified: environment.updateTimestamp };
  return [
    entity('environment', name, environment, { status, statusReason: errorMessage, ...times }),
    ...clusters.map((cluster) => entity('cluster', cluster.clusterName, cluster, statusAndTimes(cluster))),
    ...databases.map((database) => databaseEntity(database)),
    ...databases.flatMap(({ databaseName: database, dataviews }) =>
      dataviews.map((dataview) =>
        entity('dataview', dataview.dataviewName, dataview, { ...statusAndTimes(dataview), database }),
      ),
    ),
    ...groups.map((group) =>
      entity(
        'scaling-group',
        group.scalingGroupName,
        { ...group, reservedMiB: reservedOn(group, clusters) },
        statusAndTimes(group),
      ),
    ),
    ...volumes.map((volume) => entity('volume', volume.volumeName, volume, statusAndTimes(volume))),
    ...databases.flatMap((database) =>
      changesetEntities(database, everyChangeset ? database.changesets : relevantChangesets(database, clusters)),
    ),
    ...users.map((user) =>
      entity('user', user.userName, user, { created: user.createTimestamp, modified: user.updateTimestamp }),
    ),
  ];
}

type EntityBase = Omit<GraphEntity, 'id' | 'kind' | 'name' | 'facts'>;

/** An entity, whose facts are computed when they are first read: most questions need those of few entities. */
function entity<K extends Kind>(kind: K, name = '', view: FactSource<`kx-${K}`>, base: EntityBase): GraphEntity {
  const facts = lazy(() => factsIn(`kx-${kind}`, view));
  return {
    id: idOf(kind, name, base.database),
    kind,
    name,
    ...withoutUndefined(base),
    get facts() {
      return facts();
    },
  };
}

/** The memory that the clusters of a scaling group reserve, in MiB; undefined when not all of them were read. */
function reservedOn(
  { scalingGroupName, clusters: names = [] }: Group,
  clusters: readonly Cluster[],
): number | undefined {
  const own = clusters.filter((cluster) => cluster.scalingGroupConfiguration?.scalingGroupName === scalingGroupName);
  const read = new Set(own.map(({ clusterName }) => clusterName));
  if (names.some((name) => !read.has(name))) return undefined;
  return own
    .filter(({ status }) => occupiesHost(status))
    .flatMap(({ scalingGroupConfiguration: shared }) => shared ?? [])
    .reduce((sum, { memoryReservation, nodeCount }) => sum + memoryReservation * nodeCount, 0);
}

function databaseEntity(database: Database): GraphEntity {
  const { changesets, lastCompletedChangesetId: last } = database;
  const newestData = changesets.find(({ changesetId }) => changesetId === last)?.createdTimestamp;
  return entity('database', database.databaseName, { ...database, newestData }, statusAndTimes(database));
}

/** The newest changeset, the newest completed one, those that clusters mount or dataviews have, and those that are not completed. */
function relevantChangesets(
  { changesets, lastCompletedChangesetId, dataviews }: Database,
  clusters: readonly Cluster[],
) {
  const held = new Set([
    lastCompletedChangesetId,
    changesets[0]?.changesetId,
    ...clusters.flatMap(({ databases = [] }) =>
      databases.map(({ changesetId, dataviewConfiguration: dataview }) => changesetId ?? dataview?.changesetId),
    ),
    ...dataviews.flatMap(({ changesetId, activeVersions = [] }) => [
      changesetId,
      ...activeVersions.map((version) => version.changesetId),
    ]),
  ]);
  return changesets.filter(({ changesetId, status }) => held.has(changesetId) || status !== 'COMPLETED');
}

function changesetEntities(
  { databaseName: database, lastCompletedChangesetId: last, changesets }: Database,
  shown: Database['changesets'],
): GraphEntity[] {
  const newer = completedAfter(changesets);
  return shown.map((changeset) => {
    const { changesetId, errorInfo } = changeset;
    const view = { ...changeset, isNewestCompleted: changesetId === last, newer: newer.get(changesetId) };
    const statusReason = errorInfo?.errorMessage ?? errorInfo?.errorType;
    return entity('changeset', changesetId, view, { ...statusAndTimes(changeset), statusReason, database });
  });
}

const statusAndTimes = (view: {
  readonly status?: string | undefined;
  readonly statusReason?: string | undefined;
  readonly createdTimestamp?: string | undefined;
  readonly lastModifiedTimestamp?: string | undefined;
}): EntityBase => ({
  status: view.status,
  statusReason: view.statusReason,
  created: view.createdTimestamp,
  modified: view.lastModifiedTimestamp,
});

export function nodesOf({ name: clusterName, facts }: GraphEntity): GraphEntity[] {
  const { type: clusterType, nodeType, nodes = [] } = facts;
  return (nodes as readonly FactSource<'kx-node'>[]).map((node) => {
    const view = { ...node, clusterName, clusterType, nodeType };
    return entity('node', node.nodeId, view, { status: node.status, created: node.launchTime });
  });
}
