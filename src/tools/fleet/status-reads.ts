import { failureReason, isLeaving, statusClass } from '../../inventory/kinds.ts';
import { listPages } from '../../inventory/pages.ts';
import { isNotFound } from '../../operations/failure.ts';
import { callNamed, type Input, type OperationName } from '../../operations/index.ts';
import { MAX_NODES } from '../../operations/kx-cluster-shapes.ts';
import { DELETED } from './environment-lookup.ts';
import type { FleetReader } from './fleet-reader.ts';

export interface EntityStatus {
  readonly status: string;
  readonly reason?: string;
}

/** The result of a read, with what a wait needs to know of the reply. */
export interface StatusRead extends EntityStatus {
  /** Time of creation, ISO 8601. */
  readonly created?: string | undefined;
  /** Time of the last change, or else of the creation; for nodes, since when the first of them is PROVISIONING. ISO 8601. */
  readonly since?: string | undefined;
  readonly reply?: object;
}

/** In place of a status that the endpoint does not show. */
export const NOT_SHOWN = 'not shown';

export async function readEntityStatus(
  { call, options }: FleetReader,
  getter: OperationName,
  input: object,
): Promise<StatusRead> {
  const found = await callNamed(call, getter, input, { signal: options.signal });
  const { status, createdTimestamp, creationTimestamp, lastModifiedTimestamp, updateTimestamp } = found;
  const reason = failureReason(found);
  const created = (createdTimestamp ?? creationTimestamp) as string | undefined;
  return {
    status: String(status ?? NOT_SHOWN),
    ...(reason === undefined ? {} : { reason }),
    created,
    since: (lastModifiedTimestamp ?? updateTimestamp ?? created) as string | undefined,
    reply: found,
  };
}

/**
 * RUNNING when all nodes are RUNNING, and at least as many as the cluster needs; the status of a cluster that failed or is being
 * deleted; otherwise PROVISIONING.
 */
export async function readNodesStatus(
  { call, options }: FleetReader,
  input: Input<'GetKxCluster'>,
): Promise<StatusRead> {
  const { signal } = options;
  const [{ items }, cluster] = await Promise.all([
    listPages(call, 'ListKxClusterNodes', input, MAX_NODES, { signal }),
    call('GetKxCluster', input, { signal }),
  ]);
  const { capacityConfiguration, scalingGroupConfiguration, autoScalingConfiguration } = cluster;
  const { status } = cluster;
  if (statusClass(status) === 'failed' || isLeaving(status)) return { status: String(status) };
  const minNodes =
    autoScalingConfiguration?.minNodeCount ??
    capacityConfiguration?.nodeCount ??
    scalingGroupConfiguration?.nodeCount ??
    1;
  const running = items.filter(({ status }) => status === 'RUNNING').length;
  const isWhole = running === items.length && running >= minNodes;
  const missing = Math.max(minNodes, items.length) - running;
  return isWhole
    ? { status: 'RUNNING', reply: { ...cluster, nodes: items } }
    : {
        status: 'PROVISIONING',
        since: items
          .flatMap(({ status: state, launchTime }) =>
            state === 'PROVISIONING' && launchTime ? [String(launchTime)] : [],
          )
          .toSorted()[0],
        reason: `${missing} of ${running + missing} nodes ${missing === 1 ? 'is' : 'are'} not RUNNING yet`,
      };
}

export function deletedIfNotFound(error: unknown): StatusRead {
  if (isNotFound(error)) return { status: DELETED };
  throw error;
}
