import type { Quotas } from '../operations/quotas.ts';
import type { Quota } from './model.ts';
import { statusOf } from './rules.ts';
import { isGone, statusMeanings } from './statuses.ts';
import type { KindName, Views } from './views.ts';

/** Whether a changeset with this status is being loaded, or a version of a dataview being made. */
export const isInProgress = (status: string | undefined): boolean => IN_PROGRESS.has(String(status));
const IN_PROGRESS: ReadonlySet<string> = new Set(
  (['kx-changeset', 'kx-dataview'] as const).flatMap((kind) =>
    Object.entries(statusMeanings(kind)).flatMap(([status, { is, deletion }]) =>
      is === 'underway' && deletion === undefined ? status : [],
    ),
  ),
);

/** The number of entities of a kind in an environment. */
const countQuota = (what: string, kind: KindName, limit: Quota['limit']): Quota => ({
  what: `${what} per environment`,
  limit,
  used: (read, { environmentId }) => read.count(kind, { environmentId }),
  kind,
});

/** A sum over all entities of a kind in an environment. */
const sumQuota = <K extends KindName>(
  what: string,
  kind: K,
  limit: Quota['limit'],
  size: (view: Views[K]) => number | undefined,
): Quota => ({
  what: `${what} per environment`,
  limit,
  used: async (read, { environmentId }) =>
    (await read.detailed(kind, { environmentId })).reduce(
      (sum, view) => sum + ((isGone(statusOf(view)) ? 0 : size(view)) ?? 0),
      0,
    ),
  kind,
});

/** The number of entities of a kind, or of their versions, that are being made in an environment. */
const inProgressQuota = (what: string, kind: KindName, limit: Quota['limit']): Quota => ({
  what,
  limit,
  used: (read, { environmentId }) => read.count(kind, { environmentId }, 'in progress'),
  kind,
  passes: true,
});

/** The number of environments of a kind in the account. */
const accountQuota = (what: string, kind: KindName, limit: Quota['limit']): Quota => ({
  what: `${what} in this account and region`,
  limit,
  used: (read, within) => read.count(kind, within),
  kind,
});

export const KX_ENVIRONMENTS = accountQuota('kdb environments', 'kx-environment', ({ environments }) => environments);
export const ENVIRONMENTS = accountQuota('environments', 'environment', ({ legacyEnvironments }) => legacyEnvironments);

export const VOLUMES = countQuota('volumes', 'kx-volume', ({ volumes }) => volumes);
export const VOLUME_STORAGE = sumQuota(
  'GB of volume storage',
  'kx-volume',
  ({ volumeStorage }) => volumeStorage,
  ({ nas1Configuration: disk }) => disk?.size,
);

export const SCALING_GROUPS = countQuota('scaling groups', 'kx-scaling-group', ({ scalingGroups }) => scalingGroups);
export const hostQuota = (type: string): Quota => ({
  what: `${type} hosts per environment`,
  limit: ({ hosts }) => hosts[type] ?? 0,
  used: async (read, within) =>
    (await read.listed('kx-scaling-group', within)).filter(
      ({ hostType, status }) => hostType === type && !isGone(status),
    ).length,
  kind: 'kx-scaling-group',
});
export const USERS = countQuota('users', 'kx-user', ({ users }) => users);
export const DATABASES = countQuota('databases', 'kx-database', ({ databases }) => databases);
export const INGESTIONS = inProgressQuota(
  'concurrent changeset ingestions',
  'kx-changeset',
  ({ ingestionsInProgress }) => ingestionsInProgress,
);

export const DATAVIEWS = countQuota('dataviews', 'kx-dataview', ({ dataviews }) => dataviews);
export const DATAVIEW_VERSIONS = inProgressQuota(
  'dataview versions in progress',
  'kx-dataview',
  ({ dataviewVersionsInProgress }) => dataviewVersionsInProgress,
);

type Sized = Pick<Views['kx-cluster'], 'cacheStorageConfigurations' | 'savedownStorageConfiguration'>;
export const cacheSize = ({ cacheStorageConfigurations: caches = [] }: Sized): number =>
  caches.reduce((sum, { size }) => sum + size, 0);
export const savedownSize = ({ savedownStorageConfiguration: savedown }: Sized): number => savedown?.size ?? 0;

/** Of one cluster: a create requests all of its nodes, so none is in use before. */
export const NODES_PER_CLUSTER: Quota = {
  what: 'nodes per cluster',
  limit: ({ nodesPerCluster }) => nodesPerCluster,
  used: () => 0,
  kind: 'kx-cluster',
};
export const CLUSTERS = countQuota('clusters', 'kx-cluster', ({ clusters }) => clusters);
/** Clusters on scaling groups do not count as single- or multi-AZ. */
export const azModeQuota = (mode: string): Quota =>
  sumQuota(
    `${mode === 'MULTI' ? 'Multi' : 'Single'}-AZ clusters`,
    'kx-cluster',
    (quotas) => (mode === 'MULTI' ? quotas.multiAzClusters : quotas.singleAzClusters),
    ({ azMode, scalingGroupConfiguration: shared }) => (azMode === mode && shared === undefined ? 1 : 0),
  );
export const nodeQuota = (type: string): Quota =>
  sumQuota(
    `${type} nodes`,
    'kx-cluster',
    ({ nodes }) => nodes[type] ?? 0,
    ({ capacityConfiguration: own }) => (own?.nodeType === type ? own.nodeCount : 0),
  );
export const CACHE_STORAGE = sumQuota(
  'GB of cache storage',
  'kx-cluster',
  ({ cacheStorage }) => cacheStorage,
  cacheSize,
);
export const SAVEDOWN_STORAGE = sumQuota(
  'GB of savedown storage',
  'kx-cluster',
  ({ savedownStorage }) => savedownStorage,
  savedownSize,
);

export const environmentQuotas = ({ nodes, hosts }: Quotas): readonly Quota[] => [
  CLUSTERS,
  azModeQuota('SINGLE'),
  azModeQuota('MULTI'),
  ...Object.keys(nodes).map(nodeQuota),
  CACHE_STORAGE,
  SAVEDOWN_STORAGE,
  SCALING_GROUPS,
  ...Object.keys(hosts).map(hostQuota),
  VOLUMES,
  VOLUME_STORAGE,
  DATABASES,
  INGESTIONS,
  DATAVIEWS,
  DATAVIEW_VERSIONS,
  USERS,
];
