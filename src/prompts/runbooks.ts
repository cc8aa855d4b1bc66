import { changeSize, copyCluster, diagnose, rollToNewData, rotateRdb } from './clusters.ts';
import { inventory, onboardUser, tearDown } from './environments.ts';
import type { Runbook } from './runbook.ts';

export type { Runbook };

/** All runbooks, in the order in which they are listed. */
export const RUNBOOKS: readonly Runbook[] = [
  rollToNewData,
  diagnose,
  changeSize,
  copyCluster,
  rotateRdb,
  onboardUser,
  tearDown,
  inventory,
];
