import type { Input } from '../../operations/index.ts';
import type { Context } from '../context.ts';
import { entityAt } from '../entity-at.ts';
import type { KxCluster } from './kx-cluster-mounts.ts';

type Named = Pick<Input<'GetKxCluster'>, 'environmentId' | 'clusterName'>;

/** The cluster that a request names. */
export const clusterOf = (input: Named, context: Context): Promise<KxCluster> => entityAt('kx-cluster', input, context);
