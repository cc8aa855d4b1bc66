import type { KindName, StatusOf } from '../../kinds/views.ts';
import type { Bodies } from '../worlds/bodies.ts';
import { type Effect, type FailureEffect, withReason } from './effect.ts';
import { failChangeset, finishChangeset } from './kx-changeset.ts';
import { applyUpdate, dropNodes, failCluster, provisionNodes, startCluster } from './kx-cluster-nodes.ts';
import { activateVersion, failVersion } from './kx-dataview-versions.ts';
import { failEnvironment, finishCreation, removeContents } from './kx-environment.ts';
import { beginNetworkUpdate, finishNetwork } from './kx-network.ts';

type Effects = { readonly [K in KindName]?: { readonly [S in StatusOf<K>]?: Effect<Bodies[K]> } };

/**
 * What happens at the end of a transitional status besides the change of status. An effect may also return another status. If a failure
 * was planned, `FAILURE_EFFECTS` apply instead.
 */
const EFFECTS: Effects = {
  'kx-environment': {
    CREATING: finishCreation,
    DELETING: removeContents,
    RETRY_DELETION: removeContents,
    UPDATE_NETWORK_REQUESTED: beginNetworkUpdate,
    UPDATING_NETWORK: finishNetwork,
  },
  'kx-changeset': { IN_PROGRESS: finishChangeset },
  'kx-dataview': { CREATING: activateVersion, UPDATING: activateVersion },
  'kx-cluster': { PENDING: provisionNodes, CREATING: startCluster, UPDATING: applyUpdate, DELETING: dropNodes },
};

/** The effect at the end of a status. It expects an entity of that kind. */
export const effectAfter = (kind: KindName, status: string): Effect<unknown> | undefined =>
  (EFFECTS[kind] as Readonly<Record<string, Effect<unknown>>> | undefined)?.[status];

/** What a failure changes besides the status. */
const FAILURE_EFFECTS: { readonly [K in KindName]?: FailureEffect<Bodies[K]> } = {
  'kx-environment': failEnvironment,
  'kx-cluster': failCluster,
  'kx-changeset': failChangeset,
  'kx-dataview': failVersion,
  'kx-scaling-group': withReason,
  'kx-volume': withReason,
};

/** The effect of a failure. It expects an entity of that kind. */
export const effectOfFailure = (kind: KindName): FailureEffect<unknown> | undefined =>
  FAILURE_EFFECTS[kind] as FailureEffect<unknown> | undefined;
