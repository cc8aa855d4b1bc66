import { nodeCountOf } from '../../operations/conditions/clusters.ts';
import { MAX_NODES } from '../../operations/kx-cluster-shapes.ts';
import { arnOf, environmentIdOf, keyOf, nodeCollection } from '../arns.ts';
import type { Context, Handlers } from '../context.ts';
import { entityAt } from '../entity-at.ts';
import { uuid } from '../random.ts';
import { seconds } from '../timestamps.ts';
import type { Bodies } from '../worlds/bodies.ts';
import { zonesOf } from '../zones.ts';
import { type Effect, type FailureEffect, withReason } from './effect.ts';
import { hostMemory, reservationMiB } from './host-memory.ts';
import type { ClusterBody, KxCluster } from './kx-cluster-mounts.ts';
import { addEntity, listOf, type Presentation } from './storage.ts';

const NODE: Presentation<'kx-node'> = {
  kind: 'kx-node',
  detail: ({ name, status, body }) => ({
    nodeId: name,
    availabilityZoneId: body.availabilityZoneId,
    launchTime: seconds(body.launched),
    status,
  }),
};

export const kxClusterNodes = {
  ListKxClusterNodes: listOf(NODE),

  async DeleteKxClusterNode(input, context) {
    const cluster = await entityAt('kx-cluster', input, context);
    const node = await entityAt('kx-node', input, context);
    await context.tx.remove(node);
    if (cluster.status !== 'DELETING') await launch(cluster, node.body.availabilityZoneId, context);
    return {};
  },
} satisfies Partial<Handlers>;

/** The node keeps its status until its cluster changes it; a planned failure without a time is inconsistent. */
const NO_NEXT_STATUS = { due: null, plannedFailure: null } as const;

/** Launches the nodes of a new cluster. */
export const provisionNodes: Effect<ClusterBody> = async (cluster, context) => {
  const { availabilityZoneId } = cluster.body;
  const zones = availabilityZoneId === undefined ? zonesOf(context.world.region) : [availabilityZoneId];
  // A world file may ask for more nodes.
  const count = Math.min(nodeCountOf(cluster.body), MAX_NODES);
  for (let index = 0; index < count; index++) {
    await launch(cluster, zones[index % zones.length] ?? '', context);
  }
  return { body: { ...cluster.body, modified: context.now } };
};

/** The cluster runs with all its nodes, or fails if its scaling group lacks memory. */
export const startCluster: Effect<ClusterBody> = async (cluster, context) => {
  const reason = await memoryShortage(cluster, context);
  if (reason !== undefined) return { status: 'CREATE_FAILED', body: await failCluster(cluster, { reason }, context) };
  for (const node of await nodesIn(cluster, context)) {
    await context.tx.put({ ...node, ...NO_NEXT_STATUS, status: 'RUNNING', since: context.now });
  }
  return { body: { ...cluster.body, modified: context.now } };
};

/** A cluster that cannot be created loses its nodes; one that cannot be deleted keeps them. */
export const failCluster: FailureEffect<ClusterBody> = async (cluster, failure, context) => {
  if (cluster.status === 'CREATING') await context.tx.removeUnder(arnOf(cluster));
  return withReason(cluster, failure, context);
};

/** Restarts the nodes of a cluster: with FORCE, all at once; with ROLLING, in turn until {@link applyUpdate}. */
export async function restartNodes(cluster: KxCluster, strategy: 'ROLLING' | 'FORCE', context: Context): Promise<void> {
  const { tx, now } = context;
  for (const node of await nodesIn(cluster, context)) {
    const body = { ...node.body, relaunch: strategy };
    const stopped = { ...NO_NEXT_STATUS, status: 'PROVISIONING', since: now, body: { ...body, launched: now } };
    await tx.put(strategy === 'FORCE' ? { ...node, ...stopped } : { ...node, body });
  }
}

/** The update has finished: each restarted node runs; with ROLLING, it was launched at its turn. */
export const applyUpdate: Effect<ClusterBody> = async (cluster, context) => {
  const { tx, now } = context;
  const restarted = (await nodesIn(cluster, context)).filter(({ body }) => body.relaunch !== undefined);
  for (const [index, node] of restarted.entries()) {
    const { relaunch, ...body } = node.body;
    const turn = cluster.since + Math.round(((now - cluster.since) * (index + 1)) / (restarted.length + 1));
    const launched = relaunch === 'ROLLING' ? turn : body.launched;
    await tx.put({ ...node, ...NO_NEXT_STATUS, status: 'RUNNING', since: now, body: { ...body, launched } });
  }
  return { body: { ...cluster.body, modified: now } };
};

const nodesIn = (cluster: KxCluster, { tx }: Context) =>
  tx.page<Bodies['kx-node']>(nodeCollection(cluster), { after: '', limit: MAX_NODES });

export const dropNodes: Effect<ClusterBody> = async (cluster, { tx }) => {
  await tx.removeUnder(arnOf(cluster));
  return {};
};

/** Adds a node. It runs once it is provisioned; in a cluster that is being created, once the cluster runs. */
async function launch(cluster: KxCluster, availabilityZoneId: string, context: Context): Promise<void> {
  const key = { ...keyOf(arnOf(cluster)), nodeId: uuid(context.random) };
  const body = { availabilityZoneId, launched: context.now };
  const node = await addEntity('kx-node', key, { status: 'PROVISIONING', body }, context);
  if (isStarting(cluster)) await context.tx.put({ ...node, ...NO_NEXT_STATUS });
}

const isStarting = ({ status }: KxCluster) => status === 'PENDING' || status === 'CREATING';

async function memoryShortage(cluster: KxCluster, context: Context): Promise<string | undefined> {
  const { scalingGroupConfiguration: placement } = cluster.body;
  if (placement === undefined) return undefined;
  const environmentId = environmentIdOf(cluster);
  const { scalingGroupName } = placement;
  const group = await entityAt('kx-scaling-group', { environmentId, scalingGroupName }, context);
  const { totalMiB, reservedMiB } = await hostMemory(group, context);
  const requestedMiB = reservationMiB(cluster.body);
  if (reservedMiB + requestedMiB <= totalMiB) return undefined;
  return `Not enough memory on scaling group ${group.name} - ${requestedMiB} MiB requested and ${totalMiB - reservedMiB} of ${totalMiB} MiB free`;
}
