import { nodesOfRequest } from '../../operations/conditions/clusters.ts';
import type { Input } from '../../operations/index.ts';
import { inEnvironment } from '../arns.ts';
import type { Context } from '../context.ts';
import { quotasOf, withinQuota } from '../quotas.ts';
import type { ClusterBody } from './kx-cluster-mounts.ts';

type Request = Input<'CreateKxCluster'>;

/** Refuses a cluster that would go over a quota of its environment. Only dedicated clusters count as single- or multi-AZ. */
export function withinClusterQuotas(request: Request, context: Context): void {
  const quotas = quotasOf(context);
  const collection = inEnvironment(context.world, request.environmentId, 'kxCluster');
  const all = () => [
    ...context.tx.page<ClusterBody>(collection, { after: '', limit: 1000 }).map(({ body }) => body),
    request,
  ];
  const inMode = (mode: string) => () =>
    all().filter((it) => it.azMode === mode && it.scalingGroupConfiguration === undefined).length;
  const total = (size: (it: Sized) => number) => () => all().reduce((sum, it) => sum + size(it), 0);

  withinQuota(quotas.nodesPerCluster, () => nodesOfRequest(request), 'nodes per cluster');
  withinQuota(quotas.clusters, () => context.tx.count(collection) + 1, 'clusters per environment');
  const nodeType = request.capacityConfiguration?.nodeType;
  if (nodeType !== undefined) {
    const isMulti = request.azMode === 'MULTI';
    const zones = isMulti ? quotas.multiAzClusters : quotas.singleAzClusters;
    withinQuota(zones, inMode(request.azMode), `${isMulti ? 'Multi' : 'Single'}-AZ clusters per environment`);
    const ofType = ({ capacityConfiguration: own }: Sized) => (own?.nodeType === nodeType ? (own.nodeCount ?? 0) : 0);
    withinQuota(quotas.nodes[nodeType] ?? 0, total(ofType), `${nodeType} nodes per environment`);
  }
  withinQuota(quotas.cacheStorage, total(cacheSize), 'GB of cache storage per environment');
  withinQuota(quotas.savedownStorage, total(savedownSize), 'GB of savedown storage per environment');
}

type Sized = Pick<Request, 'capacityConfiguration' | 'cacheStorageConfigurations' | 'savedownStorageConfiguration'>;
const cacheSize = ({ cacheStorageConfigurations: caches = [] }: Sized) =>
  caches.reduce((sum, { size }) => sum + size, 0);
const savedownSize = ({ savedownStorageConfiguration: savedown }: Sized) => savedown?.size ?? 0;
