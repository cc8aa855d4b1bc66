import type { Input } from '../../operations/index.ts';
import { inEnvironment } from '../arns.ts';
import type { Context } from '../context.ts';
import { Refusal } from '../refusal.ts';
import type { ClusterBody, KxCluster } from './kx-cluster-mounts.ts';

type Named = Pick<Input<'GetKxCluster'>, 'environmentId' | 'clusterName'>;

/** The cluster that a request names. */
export async function clusterOf({ environmentId, clusterName }: Named, { tx, world }: Context): Promise<KxCluster> {
  const cluster = await tx.get<ClusterBody>(inEnvironment(world, environmentId, 'kxCluster'), clusterName);
  if (cluster === undefined) throw new Refusal('ResourceNotFound', `Cluster ${clusterName} not found`);
  return cluster;
}
