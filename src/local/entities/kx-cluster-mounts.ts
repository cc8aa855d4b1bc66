import { volumesOf } from '../../kinds/kx-cluster-references.ts';
import { CLUSTER_TYPES } from '../../operations/cluster-types.ts';
import { dataviewIn } from '../../operations/conditions/clusters.ts';
import { environmentIdOf } from '../arns.ts';
import type { Context } from '../context.ts';
import { arnByKey, entityAt } from '../entity-at.ts';
import type { Bodies } from '../worlds/bodies.ts';
import { mountableChangeset } from './kx-changeset.ts';
import { mountableVersion, releaseVersions } from './kx-dataview-versions.ts';
import { relink } from './links.ts';
import type { Stored } from './storage.ts';

export type ClusterBody = Bodies['kx-cluster'];
export type KxCluster = Stored<'kx-cluster'>;
type ClusterType = ClusterBody['clusterType'];
type Databases = NonNullable<ClusterBody['databases']>;

/** The databases of a request as mounted: with the resulting changeset or dataview version. */
export async function resolvedMounts(
  environmentId: string,
  clusterType: ClusterType,
  databases: Databases | undefined,
  context: Context,
): Promise<Databases | undefined> {
  if (databases === undefined) return undefined;
  const mounts: Databases = [];
  for (const entry of databases) mounts.push(await resolvedMount(environmentId, clusterType, entry, context));
  return mounts;
}

async function resolvedMount(
  environmentId: string,
  clusterType: ClusterType,
  entry: Databases[number],
  context: Context,
): Promise<Databases[number]> {
  const { databaseName, changesetId, cacheConfigurations } = entry;
  const dataviewName = dataviewIn(entry);
  const database = { environmentId, databaseName };
  if (dataviewName !== undefined) {
    return {
      databaseName,
      dataviewConfiguration: await mountedVersion({ ...database, dataviewName }, context),
    };
  }
  const isRead = CLUSTER_TYPES[clusterType].databases === 'read';
  return {
    databaseName,
    cacheConfigurations,
    changesetId:
      isRead || changesetId !== undefined ? await mountableChangeset(database, changesetId, context) : undefined,
  };
}

/** The volumes that a cluster uses, as replies show them; no member without any. */
export function shownVolumes(cluster: Parameters<typeof volumesOf>[0]): Pick<ClusterBody, 'volumes'> {
  const names = volumesOf(cluster);
  return names.length === 0 ? {} : { volumes: names.map((volumeName) => ({ volumeName, volumeType: 'NAS_1' })) };
}

/** Updates the links of a cluster that has changed, and releases dataview versions that it mounted before and no longer mounts. */
export async function relinkCluster(cluster: KxCluster, before: ClusterBody, context: Context): Promise<void> {
  await relink(cluster, context);
  const environmentId = environmentIdOf(cluster);
  for (const { databaseName, dataviewConfiguration } of before.databases ?? []) {
    if (dataviewConfiguration === undefined) continue;
    const key = { environmentId, databaseName, dataviewName: dataviewConfiguration.dataviewName };
    await releaseVersions(arnByKey(context.world, 'kx-dataview', key), context);
  }
}

async function mountedVersion(
  key: { environmentId: string; databaseName: string; dataviewName: string },
  context: Context,
) {
  const dataview = await entityAt('kx-dataview', key, context);
  const version = mountableVersion(dataview);
  return {
    dataviewName: dataview.name,
    dataviewVersionId: version?.versionId,
    changesetId: version?.changesetId,
    segmentConfigurations: version?.segmentConfigurations,
  };
}
