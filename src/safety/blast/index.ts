import type { OperationName } from '../../operations/index.ts';
import { deletingCluster, deletingNode, reconfiguringCluster } from './clusters.ts';
import { changingNetwork, deletingEnvironment, deletingKxEnvironment, deletingUser } from './environments.ts';
import type { Finding, Subject } from './finding.ts';
import { changingVolume, deletingDatabase, deletingDataview, deletingScalingGroup, deletingVolume } from './storage.ts';

/** For each operation that needs a plan, the reader that finds out what else it touches. */
export const BLAST_READERS: Partial<Record<OperationName, (subject: Subject) => Promise<Finding>>> = {
  DeleteEnvironment: deletingEnvironment,
  DeleteKxCluster: deletingCluster,
  DeleteKxClusterNode: deletingNode,
  DeleteKxDatabase: deletingDatabase,
  DeleteKxDataview: deletingDataview,
  DeleteKxEnvironment: deletingKxEnvironment,
  DeleteKxScalingGroup: deletingScalingGroup,
  DeleteKxUser: deletingUser,
  DeleteKxVolume: deletingVolume,
  UpdateKxClusterCodeConfiguration: reconfiguringCluster,
  UpdateKxClusterDatabases: reconfiguringCluster,
  UpdateKxEnvironmentNetwork: changingNetwork,
  UpdateKxVolume: changingVolume,
};
