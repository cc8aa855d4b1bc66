import { segmentsOf } from '../kinds/dataview-volumes.ts';
import { known } from './known.ts';
import type { Cluster, Database, Dataview, Parts } from './parts.ts';
import { type Edge, idOf, type Relation } from './shape.ts';

type Facts = Record<string, unknown>;

/**
 * The connections between entities. An edge may lead to something that `present` does not contain: it is missing, or could not be
 * read.
 */
export function edgesOf({ clusters, databases }: Parts, present: ReadonlySet<string>): Edge[] {
  const byName = new Map(databases.map((database) => [database.databaseName, database]));
  return [
    ...clusters.flatMap(clusterEdges),
    ...databases.flatMap((database) => database.dataviews.flatMap((view) => dataviewEdges(view, database))),
    ...databases.flatMap(changesetEdges).filter(({ from }) => present.has(from)),
    ...clusters.flatMap((cluster) => lagging(cluster, byName)),
  ];
}

const edge = (from: string, relation: Relation, to: string, facts: Facts = {}): Edge => ({
  from,
  to,
  relation,
  facts: known(facts),
});

function clusterEdges(cluster: Cluster): Edge[] {
  const from = idOf('cluster', cluster.clusterName);
  const { scalingGroupConfiguration: shared, savedownStorageConfiguration: savedown } = cluster;
  const logs = cluster.tickerplantLogConfiguration?.tickerplantLogVolumes ?? [];
  return [
    ...(cluster.databases ?? []).map(({ databaseName, changesetId, dataviewConfiguration: view, ...mount }) =>
      view === undefined
        ? edge(from, 'mounts', idOf('database', databaseName), { changesetId, cached: cachedPaths(mount) })
        : edge(from, 'mounts', idOf('dataview', view.dataviewName, databaseName), {
            changesetId: view.changesetId,
            versionId: view.dataviewVersionId,
          }),
    ),
    ...(shared === undefined ? [] : [edge(from, 'runs-on', idOf('scaling-group', shared.scalingGroupName))]),
    ...(savedown?.volumeName === undefined
      ? []
      : [edge(from, 'uses', idOf('volume', savedown.volumeName), { for: 'savedown' })]),
    ...logs.map((volume) => edge(from, 'uses', idOf('volume', volume), { for: 'tickerplant log' })),
  ];
}

type Mount = NonNullable<Cluster['databases']>[number];

/** What a cluster caches of a database that it mounts: `/2026.03.17/ /sym on CACHE_1000`. */
export const cachedPaths = ({ cacheConfigurations }: Pick<Mount, 'cacheConfigurations'>) =>
  cacheConfigurations?.map(({ cacheType, dbPaths }) => `${dbPaths.join(' ')} on ${cacheType}`);

function dataviewEdges(view: Dataview, { databaseName, lastCompletedChangesetId }: Database): Edge[] {
  const from = idOf('dataview', view.dataviewName, databaseName);
  const volumes = new Map(segmentsOf(view).map((segment) => [segment.volumeName, segment]));
  const current = view.changesetId === lastCompletedChangesetId || lastCompletedChangesetId === undefined;
  return [
    edge(from, 'of', idOf('database', databaseName)),
    ...[...volumes].map(([volume, { dbPaths, onDemand }]) =>
      edge(from, 'cached-on', idOf('volume', volume), { dbPaths, onDemand: onDemand || undefined }),
    ),
    ...(current || view.readWrite === true
      ? []
      : [
          edge(from, 'behind', idOf('changeset', lastCompletedChangesetId, databaseName), {
            changesetId: view.changesetId,
          }),
        ]),
  ];
}

function changesetEdges({ databaseName, changesets }: Database): Edge[] {
  return changesets.map(({ changesetId }) =>
    edge(idOf('changeset', changesetId, databaseName), 'of', idOf('database', databaseName)),
  );
}

/**
 * A cluster is behind when it mounts an older version than its dataview has, or an older changeset than the newest completed one.
 */
function lagging(cluster: Cluster, byName: ReadonlyMap<string | undefined, Database>): Edge[] {
  const from = idOf('cluster', cluster.clusterName);
  return (cluster.databases ?? []).flatMap(({ databaseName, changesetId, dataviewConfiguration: mounted }) => {
    const database = byName.get(databaseName);
    const view = database?.dataviews.find(({ dataviewName }) => dataviewName === mounted?.dataviewName);
    const newestVersion = view?.activeVersions?.toSorted((a, b) =>
      (b.createdTimestamp ?? '').localeCompare(a.createdTimestamp ?? ''),
    )[0]?.versionId;
    const holds = changesetId ?? mounted?.changesetId;
    const newest = database?.lastCompletedChangesetId;
    const versionId = mounted?.dataviewVersionId;
    return [
      ...(newestVersion === undefined || newestVersion === versionId
        ? []
        : [edge(from, 'behind', idOf('dataview', view?.dataviewName, databaseName), { versionId, newestVersion })]),
      ...(newest === undefined || holds === undefined || holds === newest || view?.readWrite === true
        ? []
        : [edge(from, 'behind', idOf('changeset', newest, databaseName), { changesetId: holds })]),
    ];
  });
}
