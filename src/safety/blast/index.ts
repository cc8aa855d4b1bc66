import type { OperationName } from '../../operations/index.ts';
import { deletingCluster, deletingNode } from './clusters.ts';
import { changingNetwork, deletingEnvironment, deletingKxEnvironment, deletingUser } from './environments.ts';
import type { Finding, Subject } from './finding.ts';
import { reconfiguringCluster } from './restarts.ts';
import { deletingDatabase, deletingDataview, deletingScalingGroup } from './storage.ts';
import {
  changingData,
  changingDataview,
  changingEnvironment,
  changingUser,
  describingDatabase,
  renamingKxEnvironment,
} from './updates.ts';

type Reader = (subject: Subject) => Promise<Finding>;
/** What deletes or changes something that is there: a new one without a reader does not compile. */
type Changing =
  | Exclude<Extract<OperationName, `Delete${string}` | `Update${string}`>, 'DeleteKxVolume' | 'UpdateKxVolume'>
  | 'CreateKxChangeset';

/** For each operation that needs a plan, the reader that finds out what else it touches. */
const READERS: Readonly<Record<Changing, Reader>> = {
  CreateKxChangeset: changingData,
  DeleteEnvironment: deletingEnvironment,
  DeleteKxCluster: deletingCluster,
  DeleteKxClusterNode: deletingNode,
  DeleteKxDatabase: deletingDatabase,
  DeleteKxDataview: deletingDataview,
  DeleteKxEnvironment: deletingKxEnvironment,
  DeleteKxScalingGroup: deletingScalingGroup,
  DeleteKxUser: deletingUser,
  UpdateEnvironment: changingEnvironment,
  UpdateKxClusterCodeConfiguration: reconfiguringCluster,
  UpdateKxClusterDatabases: reconfiguringCluster,
  UpdateKxDatabase: describingDatabase,
  UpdateKxDataview: changingDataview,
  UpdateKxEnvironment: renamingKxEnvironment,
  UpdateKxEnvironmentNetwork: changingNetwork,
  UpdateKxUser: changingUser,
};
export const BLAST_READERS: Readonly<Partial<Record<OperationName, Reader>>> = READERS;
