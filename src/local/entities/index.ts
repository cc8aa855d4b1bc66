import type { Handlers } from '../context.ts';
import { legacyEnvironmentHandlers } from './environment.ts';
import { kxChangesets } from './kx-changeset.ts';
import { kxClusters } from './kx-cluster.ts';
import { kxClusterNodes } from './kx-cluster-nodes.ts';
import { kxClusterUpdates } from './kx-cluster-updates.ts';
import { kxDatabases } from './kx-database.ts';
import { kxDataviews } from './kx-dataview.ts';
import { kxEnvironments } from './kx-environment.ts';
import { kxScalingGroups } from './kx-scaling-group.ts';
import { kxUsers } from './kx-user.ts';
import { kxVolumes } from './kx-volume.ts';
import { tags } from './tags.ts';

export const HANDLERS: Handlers = {
  ...kxEnvironments,
  ...kxClusters,
  ...kxClusterNodes,
  ...kxClusterUpdates,
  ...kxDatabases,
  ...kxChangesets,
  ...kxDataviews,
  ...kxScalingGroups,
  ...kxVolumes,
  ...kxUsers,
  ...tags,
  ...legacyEnvironmentHandlers,
};
