import { HOST_TYPES, memoryMiB } from '../operations/machine-types.ts';
import type { Cluster } from './kx-cluster-references.ts';
import type { RequestedChange, RuleResult } from './model.ts';
import { itemOf } from './rules.ts';
import { occupiesHost } from './statuses.ts';

/** Without a message, because nobody is shown one: plans list it as unchecked, and the local service does not check warnings. */
const MEMORY_UNCHECKED = {
  error: 'Validation',
  message: '',
  listedAsUnchecked: 'whether its host has enough memory',
} as const;

/** The host has enough memory. Otherwise, the service accepts the cluster, but it then fails to start. */
export async function memoryFits({
  input,
  key,
  read,
}: RequestedChange<'kx-cluster', 'CreateKxCluster'>): Promise<RuleResult> {
  const { environmentId } = key;
  if (input.scalingGroupConfiguration === undefined) return undefined;
  const { scalingGroupName } = input.scalingGroupConfiguration;
  const group = await read.get('kx-scaling-group', { environmentId, scalingGroupName });
  if (group === undefined) return undefined;
  const total = memoryMiB(HOST_TYPES, group.hostType);
  if (total === undefined) return MEMORY_UNCHECKED;
  const clusters = await read.dependents('kx-scaling-group', { environmentId, scalingGroupName });
  const others = await Promise.all(
    clusters.map(({ name }) => read.get('kx-cluster', { environmentId, clusterName: name })),
  );
  const used = others.filter(holdsMemory).reduce((sum, other) => sum + memoryOf(other), 0);
  const free = Math.max(0, total - used);
  if (Number.isNaN(free)) return MEMORY_UNCHECKED;
  const wanted = memoryOf(input);
  if (wanted <= free) return undefined;
  const detail = `${wanted} MiB requested, ${free} of ${total} MiB free`;
  return {
    error: 'Validation',
    message: detail,
    item: itemOf('kx-scaling-group', { scalingGroupName }, detail),
    advice:
      'The service accepts it, but the cluster ends in CREATE_FAILED: reserve less, request fewer nodes, or use another scaling group.',
  };
}

const holdsMemory = (cluster: Cluster | undefined): cluster is Cluster =>
  cluster !== undefined && occupiesHost(cluster.status);

const memoryOf = ({ scalingGroupConfiguration: shared }: Pick<Cluster, 'scalingGroupConfiguration'>) =>
  Number(shared?.memoryReservation) * Number(shared?.nodeCount);
