import { nodeCountOf } from '../operations/conditions/clusters.ts';
import { mountQuota } from './kx-cluster-mounts.ts';
import type { Quota } from './model.ts';
import { NODES_PER_CLUSTER } from './quotas.ts';
import type { QuotaReader } from './reader.ts';
import type { KindName, Views } from './views.ts';

/** A quota that each entity of a kind has for itself. */
export interface EntityQuota<K extends KindName = KindName> {
  readonly what: string;
  readonly kind: K;
  readonly limit: Quota['limit'];
  /** The use of one entity. */
  readonly used: (read: QuotaReader, environmentId: string, entity: Views[K]) => Promise<number | undefined> | number;
}

const mounts = (mode: 'read' | 'write'): EntityQuota<'kx-volume'> => ({
  what: `clusters that ${mode} one volume`,
  kind: 'kx-volume',
  limit: ({ volumeMounts }) => volumeMounts[mode],
  used: (read, environmentId, { volumeName = '' }) => {
    // No cluster is left out of the count.
    const key = { environmentId, clusterName: '' };
    return mountQuota(key, volumeName, mode).used(read, key);
  },
});

export const CLUSTER_NODES: EntityQuota<'kx-cluster'> = {
  what: 'nodes of a cluster',
  kind: 'kx-cluster',
  limit: NODES_PER_CLUSTER.limit,
  used: (_, __, cluster) => nodeCountOf(cluster),
};
export const VOLUME_MOUNTS = [mounts('read'), mounts('write')] as const;
