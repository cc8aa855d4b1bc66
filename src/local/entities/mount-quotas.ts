import { arnOf, environmentIdOf } from '../arns.ts';
import type { Context } from '../context.ts';
import { quotasOf, withinQuota } from '../quotas.ts';
import { type ClusterBody, type KxCluster, volumesOf } from './kx-cluster-mounts.ts';
import { clustersOn, type DataviewBody } from './kx-dataview-versions.ts';
import { volumeArn } from './kx-volume.ts';

type Mode = 'read' | 'write';

/** Refuses a cluster whose volumes would be mounted by more clusters than the quota allows, for reading or for writing. */
export function withinMountQuotas(cluster: Pick<KxCluster, 'collection' | 'name' | 'body'>, context: Context): void {
  const { volumeMounts } = quotasOf(context);
  for (const volumeName of volumesOf(cluster.body)) {
    for (const mode of ['read', 'write'] as const) {
      if (!modesOf(volumeName, cluster, context).includes(mode)) continue;
      const others = () =>
        clustersOn(volumeArn(context, environmentIdOf(cluster), volumeName), context)
          .filter((name) => name !== cluster.name)
          .map((name) => context.tx.get<ClusterBody>(cluster.collection, name))
          .filter((other) => other !== undefined && modesOf(volumeName, other, context).includes(mode)).length;
      withinQuota(volumeMounts[mode], () => others() + 1, `${mode} mounts of volume ${volumeName}`);
    }
  }
}

/** How a cluster mounts a volume: a dataview to read it, unless it is writable; savedown and a tickerplant's own log to write. */
function modesOf(volumeName: string, cluster: Pick<KxCluster, 'collection' | 'body'>, context: Context): Mode[] {
  const { databases = [], savedownStorageConfiguration: savedown, tickerplantLogConfiguration: log } = cluster.body;
  const logs = log?.tickerplantLogVolumes?.includes(volumeName) === true;
  const views = databases.filter(({ dataviewConfiguration: view }) =>
    view?.segmentConfigurations?.some((segment) => segment.volumeName === volumeName),
  );
  const writes = views.filter(({ databaseName, dataviewConfiguration: view }) => {
    const database = arnOf({ collection: cluster.collection.replace(/kxCluster$/, 'kxDatabase'), name: databaseName });
    return context.tx.get<DataviewBody>(`${database}/kxDataview`, view?.dataviewName ?? '')?.body.readWrite === true;
  });
  return [
    ...(views.length > writes.length ? (['read'] as const) : []),
    ...(writes.length > 0 || savedown?.volumeName === volumeName ? (['write'] as const) : []),
    // Other types replay the log that a tickerplant writes.
    ...(logs ? [cluster.body.clusterType === 'TICKERPLANT' ? ('write' as const) : ('read' as const)] : []),
  ];
}
