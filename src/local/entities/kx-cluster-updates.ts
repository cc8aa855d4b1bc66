import { databasesAfterUpdate } from '../../kinds/kx-cluster-mounts.ts';
import { CLUSTER_UPDATE_MS } from '../../kinds/lifecycles.ts';
import type { Context, Handlers } from '../context.ts';
import { entityAt } from '../entity-at.ts';
import { enterStatus } from '../lifecycle.ts';
import { type ClusterBody, type KxCluster, relinkCluster, resolvedMounts, shownVolumes } from './kx-cluster-mounts.ts';
import { restartNodes } from './kx-cluster-nodes.ts';
import { settingsIn, withoutRemoved } from './storage.ts';

export const kxClusterUpdates = {
  async UpdateKxClusterCodeConfiguration(input, context) {
    const { deploymentConfiguration, ...settings } = settingsIn('kx-cluster', input);
    const { deploymentStrategy: strategy = 'ROLLING' } = deploymentConfiguration ?? {};
    const cluster = await entityAt('kx-cluster', input, context);
    const changed = { ...withoutRemoved(cluster.body, 'UpdateKxClusterCodeConfiguration', input), ...settings };
    return update(cluster, changed, { strategy, updatingMs: CLUSTER_UPDATE_MS.code[strategy] }, context);
  },

  async UpdateKxClusterDatabases(input, context) {
    const cluster = await entityAt('kx-cluster', input, context);
    const { body } = cluster;
    const changes = (await resolvedMounts(input.environmentId, body.clusterType, input.databases, context)) ?? [];
    const databases = databasesAfterUpdate(body.databases ?? [], changes);
    const { volumes: _, ...rest } = body;
    const changed: ClusterBody = { ...rest, databases };
    const strategy = input.deploymentConfiguration?.deploymentStrategy ?? 'ROLLING';
    return update(
      cluster,
      { ...changed, ...shownVolumes(changed) },
      { strategy, updatingMs: CLUSTER_UPDATE_MS.databases[strategy] },
      context,
    );
  },
} satisfies Partial<Handlers>;

interface Rollout {
  readonly strategy: 'NO_RESTART' | 'ROLLING' | 'FORCE';
  readonly updatingMs: number;
}

async function update(
  cluster: KxCluster,
  changed: ClusterBody,
  { strategy, updatingMs }: Rollout,
  context: Context,
): Promise<object> {
  const body = { ...changed, modified: context.now };
  const updating = enterStatus({ ...cluster, body }, 'UPDATING', context, updatingMs);
  await context.tx.put(updating);
  await relinkCluster(updating, cluster.body, context);
  if (strategy !== 'NO_RESTART') await restartNodes(cluster, strategy, context);
  return {};
}
