import { type FailureEffect, withReason } from './failure-effect.ts';
import { failChangeset } from './kx-changeset.ts';
import { failCluster } from './kx-cluster-nodes.ts';
import { failVersion } from './kx-dataview-versions.ts';
import { failEnvironment } from './kx-environment.ts';

/** The effects of a failure besides the status, by kind; each is called only with entities of its own kind. */
export const FAILURE_EFFECTS = {
  'kx-environment': failEnvironment,
  'kx-cluster': failCluster,
  'kx-changeset': failChangeset,
  'kx-dataview': failVersion,
  'kx-scaling-group': withReason,
  'kx-volume': withReason,
} as unknown as Readonly<Record<string, FailureEffect<unknown>>>;
