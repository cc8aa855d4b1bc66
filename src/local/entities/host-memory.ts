import { hasStarted } from '../../kinds/statuses.ts';
import { HOST_TYPES, memoryMiB } from '../../operations/machine-types.ts';
import { arnOf, splitArn } from '../arns.ts';
import type { Context } from '../context.ts';
import type { Bodies } from '../worlds/bodies.ts';
import type { Stored } from './storage.ts';

type ClusterBody = Bodies['kx-cluster'];

/** The memory of a scaling group's host, and how much of it the clusters that run on it reserve. */
export async function hostMemory(
  group: Stored<'kx-scaling-group'>,
  { tx }: Context,
): Promise<{ totalMiB: number; reservedMiB: number }> {
  const dependents = (await tx.sources(arnOf(group))).map(splitArn);
  const clusters = await Promise.all(dependents.map(({ collection, name }) => tx.get<ClusterBody>(collection, name)));
  const reservedMiB = clusters
    .filter((cluster) => cluster !== undefined && hasStarted(cluster.status))
    .reduce((sum, cluster) => sum + reservationMiB(cluster?.body), 0);
  return { totalMiB: memoryMiB(HOST_TYPES, group.body.hostType) ?? 0, reservedMiB };
}

/** The memory that a cluster reserves on the host of its scaling group, if it has one. */
export function reservationMiB(cluster: ClusterBody | undefined): number {
  const { memoryReservation = 0, nodeCount = 0 } = cluster?.scalingGroupConfiguration ?? {};
  return memoryReservation * nodeCount;
}
