import { nodesOfRequest } from '../../operations/conditions/clusters.ts';
import type { Input } from '../../operations/index.ts';
import { inEnvironment } from '../arns.ts';
import type { Context } from '../context.ts';
import { quotasOf, withinQuota } from '../quotas.ts';
import type { ClusterBody } from './kx-cluster-mounts.ts';

type Request = Input<'CreateKxCluster'>;

/** Rejects a cluster that would exceed a quota of its environment. Only dedicated clusters count as Single-AZ or Multi-AZ. */
export async function withinClusterQuotas(request: Request, context: Context): Promise<void> {
  const quotas = await quotasOf(context);
  const collection = inEnvironment(context.world, request.environmentId, 'kxCluster');
  const all = async () => [
    ...(await context.tx.page<ClusterBody>(collection, { after: '', limit: 1000 })).map(({ body }) => body),
    request,
  ];
  const inMode = (mode: string) => async () =>
    (await all()).filter((it) => it.azMode === mode && it.scalingGroupConfiguration === undefined).length;
  const total = (size: (it: Sized) => number) => async () => (await all()).reduce((sum, it) => sum + size(it), 0);

  await withinQuota(quotas.nodesPerCluster, () => nodesOfRequest(request), 'nodes per cluster');
  await withinQuota(quotas.clusters, async () => (await context.tx.count(collection)) + 1, 'clusters per environment');
  const nodeType = request.capacityConfiguration?.nodeType;
  if (nodeType !== undefined) {
    const isMulti = request.azMode === 'MULTI';
    const zones = isMulti ? quotas.multiAzClusters : quotas.singleAzClusters;
    await withinQuota(zones, inMode(request.azMode), `${isMulti ? 'Multi' : 'Single'}-AZ clusters per environment`);
    const ofType = ({ capacityConfiguration: own }: Sized) => (own?.nodeType === nodeType ? (own.nodeCount ?? 0) : 0);
    await withinQuota(quotas.nodes[nodeType] ?? 0, total(ofType), `${nodeType} nodes per environment`);
  }
  await withinQuota(quotas.cacheStorage, total(cacheSize), 'GB of cache storage per environment');
  await withinQuota(quotas.savedownStorage, total(savedownSize), 'GB of savedown storage per environment');
}

type Sized = Pick<Request, 'capacityConfiguration' | 'cacheStorageConfigurations' | 'savedownStorageConfiguration'>;
const cacheSize = ({ cacheStorageConfigurations: caches = [] }: Sized) =>
  caches.reduce((sum, { size }) => sum + size, 0);
const savedownSize = ({ savedownStorageConfiguration: savedown }: Sized) => savedown?.size ?? 0;
