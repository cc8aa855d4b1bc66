import type { EffectName } from '../../kinds/states.ts';
import type { Effect } from './effect.ts';
import { finishChangeset } from './kx-changeset.ts';
import { applyUpdate, dropNodes, provisionNodes, startCluster } from './kx-cluster-nodes.ts';
import { activateVersion } from './kx-dataview-versions.ts';
import { emptyEnvironment, openEnvironmentEffect } from './kx-environment.ts';
import { finishNetwork, stepNetwork } from './kx-network.ts';

/** The effects that the lifecycle names; each is called only with entities of its own kind. */
export const EFFECTS = {
  openEnvironment: openEnvironmentEffect,
  emptyEnvironment,
  stepNetwork,
  finishNetwork,
  provisionNodes,
  startCluster,
  applyUpdate,
  dropNodes,
  finishChangeset,
  activateVersion,
} as Record<EffectName, Effect<unknown>>;
