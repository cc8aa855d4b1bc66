import { arnOf, environmentIdOf } from '../arns.ts';
import type { Context } from '../context.ts';
import { filterAsync } from '../filter-async.ts';
import { quotasOf, withinQuota } from '../quotas.ts';
import { type ClusterBody, type KxCluster, volumesOf } from './kx-cluster-mounts.ts';
import { clustersOn, type DataviewBody } from './kx-dataview-versions.ts';
import { volumeArn } from './kx-volume.ts';

type Mode = 'read' | 'write';
type Mounting = Pick<KxCluster, 'collection' | 'body'>;

/** Rejects a cluster if more clusters than the quota allows would mount one of its volumes, for reading or for writing. */
export async function withinMountQuotas(
  cluster: Pick<KxCluster, 'collection' | 'name' | 'body'>,
  context: Context,
): Promise<void> {
  const { volumeMounts } = await quotasOf(context);
  for (const volumeName of volumesOf(cluster.body)) {
    for (const mode of ['read', 'write'] as const) {
      const isMounted = async (it: Mounting) => (await modesOf(volumeName, it, context)).includes(mode);
      if (!(await isMounted(cluster))) continue;
      const others = async () => {
        const names = await clustersOn(volumeArn(context, environmentIdOf(cluster), volumeName), context);
        return filterAsync(names, async (name) => {
          const other = name === cluster.name ? undefined : await context.tx.get<ClusterBody>(cluster.collection, name);
          return other !== undefined && isMounted(other);
        });
      };
      const use = async () => (await others()).length + 1;
      await withinQuota(volumeMounts[mode], use, `${mode} mounts of volume ${volumeName}`);
    }
  }
}

/**
 * How a cluster mounts a volume: it reads a dataview, unless that is writable; it writes savedown and a tickerplant's own log.
 */
async function modesOf(volumeName: string, cluster: Mounting, context: Context): Promise<Mode[]> {
  const { databases = [], savedownStorageConfiguration: savedown, tickerplantLogConfiguration: log } = cluster.body;
  const logs = log?.tickerplantLogVolumes?.includes(volumeName) === true;
  const views = databases.filter(({ dataviewConfiguration: view }) =>
    view?.segmentConfigurations?.some((segment) => segment.volumeName === volumeName),
  );
  const writes = await filterAsync(views, async ({ databaseName, dataviewConfiguration: view }) => {
    const database = arnOf({ collection: cluster.collection.replace(/kxCluster$/, 'kxDatabase'), name: databaseName });
    const dataview = await context.tx.get<DataviewBody>(`${database}/kxDataview`, view?.dataviewName ?? '');
    return dataview?.body.readWrite === true;
  });
  return [
    ...(views.length > writes.length ? (['read'] as const) : []),
    ...(writes.length > 0 || savedown?.volumeName === volumeName ? (['write'] as const) : []),
    // Other types replay the log that a tickerplant writes.
    ...(logs ? [cluster.body.clusterType === 'TICKERPLANT' ? ('write' as const) : ('read' as const)] : []),
  ];
}
