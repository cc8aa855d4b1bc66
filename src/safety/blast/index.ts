import type { OperationName } from '../../operations/index.ts';
import { changingNetwork, deletingEnvironment, deletingKxEnvironment } from './environments.ts';
import type { Finding, Subject } from './finding.ts';
import { changingEnvironment, renamingKxEnvironment } from './updates.ts';

type Reader = (subject: Subject) => Promise<Finding>;
/** What deletes or changes something that is there: a new one without a reader does not compile. */
type Changing = Extract<
  OperationName,
  `${'Delete' | 'Update'}${'Environment' | 'KxEnvironment' | 'KxEnvironmentNetwork'}`
>;

/** For each operation that needs a plan, the reader that finds out what else it touches. */
const READERS: Readonly<Record<Changing, Reader>> = {
  DeleteEnvironment: deletingEnvironment,
  DeleteKxEnvironment: deletingKxEnvironment,
  UpdateEnvironment: changingEnvironment,
  UpdateKxEnvironment: renamingKxEnvironment,
  UpdateKxEnvironmentNetwork: changingNetwork,
};
export const BLAST_READERS: Readonly<Partial<Record<OperationName, Reader>>> = READERS;
