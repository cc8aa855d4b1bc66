import type { KindName } from '../../kinds/views.ts';
import type { Bodies } from '../worlds/bodies.ts';
import { type FailureEffect, withReason } from './failure-effect.ts';
import { failChangeset } from './kx-changeset.ts';
import { failCluster } from './kx-cluster-nodes.ts';
import { failVersion } from './kx-dataview-versions.ts';
import { failEnvironment } from './kx-environment.ts';

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
