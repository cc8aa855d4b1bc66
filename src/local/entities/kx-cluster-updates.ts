import { CLUSTER_TYPES } from '../../operations/cluster-types.ts';
import { MOUNTS } from '../../operations/conditions/clusters.ts';
import { requireAll, requireConditions } from '../conditions.ts';
import type { Context, Handlers } from '../context.ts';
import { enter } from '../lifecycle.ts';
import { demand } from '../refusal.ts';
import { clusterOf } from './kx-cluster-access.ts';
import { attach, type ClusterBody, type KxCluster, mounted, volumesOf } from './kx-cluster-mounts.ts';
import { restartNodes } from './kx-cluster-nodes.ts';
import { openEnvironment } from './kx-environment.ts';
import { withinMountQuotas } from './mount-quotas.ts';

const SECOND = 1_000;

/** Observed durations of updates. */
const CODE_TAKES = { NO_RESTART: 90 * SECOND, ROLLING: 900 * SECOND, FORCE: 700 * SECOND };
const DATABASES_TAKE = { NO_RESTART: 75 * SECOND, ROLLING: 180 * SECOND };

export const kxClusterUpdates: Handlers<'UpdateKxClusterCodeConfiguration' | 'UpdateKxClusterDatabases'> = {
  async UpdateKxClusterCodeConfiguration(input, context) {
    requireConditions('UpdateKxClusterCodeConfiguration', input);
    const { code, initializationScript, commandLineArguments, deploymentConfiguration } = input;
    const { deploymentStrategy: strategy = 'ROLLING' } = deploymentConfiguration ?? {};
    const inPlace = strategy === 'NO_RESTART';
    await openEnvironment(input, context);
    const cluster = await clusterOf(input, context);
    demand(
      !inPlace || CLUSTER_TYPES[cluster.body.clusterType].updatesCodeInPlace,
      'Validation',
      `NO_RESTART cannot be used for the code of a cluster of type ${cluster.body.clusterType}`,
    );
    const { initializationScript: _, commandLineArguments: __, ...kept } = cluster.body;
    const changed = {
      ...(inPlace ? cluster.body : kept),
      code,
      ...(initializationScript !== undefined && { initializationScript }),
      ...(commandLineArguments !== undefined && { commandLineArguments }),
    };
    return update(cluster, changed, { strategy, takes: CODE_TAKES[strategy] }, context);
  },

  async UpdateKxClusterDatabases(input, context) {
    await openEnvironment(input, context);
    const cluster = await clusterOf(input, context);
    const { body } = cluster;
    demand(
      CLUSTER_TYPES[body.clusterType].updatesDatabases,
      'Validation',
      `The databases of a cluster of type ${body.clusterType} cannot be updated`,
    );
    const current = body.databases ?? [];
    const unknown = input.databases.find((one) => !current.some((other) => other.databaseName === one.databaseName));
    demand(
      unknown === undefined,
      'Validation',
      `Database ${unknown?.databaseName} is not mounted; the databases of a cluster are chosen when it is created`,
    );
    requireAll(MOUNTS, { ...body, databases: input.databases });
    requireRunning(cluster);
    const changes = (await mounted(input.environmentId, body, input.databases, context)) ?? [];
    const last = ({ databaseName }: { databaseName: string }) =>
      changes.findLast((change) => change.databaseName === databaseName);
    const databases = changes.length === 0 ? current : current.flatMap((entry) => last(entry) ?? []);
    const { volumes: _, ...rest } = body;
    const changed: ClusterBody = { ...rest, databases };
    const volumes = volumesOf(changed).map((volumeName) => ({ volumeName, volumeType: 'NAS_1' as const }));
    await withinMountQuotas({ ...cluster, body: changed }, context);
    const strategy = input.deploymentConfiguration?.deploymentStrategy ?? 'ROLLING';
    const mounting = { ...changed, ...(volumes.length > 0 && { volumes }) };
    return update(cluster, mounting, { strategy, takes: DATABASES_TAKE[strategy] }, context);
  },
};

interface Rollout {
  readonly strategy: 'NO_RESTART' | 'ROLLING' | 'FORCE';
  readonly takes: number;
}

async function update(
  cluster: KxCluster,
  changed: ClusterBody,
  { strategy, takes }: Rollout,
  context: Context,
): Promise<object> {
  requireRunning(cluster);
  const body = { ...changed, modified: context.now };
  const updating = enter({ ...cluster, body }, 'UPDATING', context, takes);
  await context.tx.put(updating);
  await attach(updating, cluster.body, context);
  if (strategy !== 'NO_RESTART') await restartNodes(cluster, strategy, context);
  return {};
}

function requireRunning({ name, status }: KxCluster): void {
  demand(status === 'RUNNING', 'WrongState', `Cluster ${name} is ${status}; it has to be RUNNING`);
}
