import { closed, OPEN } from '../../kinds/rules.ts';
import { type OperationName, operationNamed } from '../../operations/index.ts';
import { blockersOf, toBe } from '../problem-text.ts';
import type { Blocker, Item } from './finding.ts';

/** The statuses from which the service takes an operation, the usual one first; what is not in here it takes from any. */
const TAKEN_FROM: Partial<Record<OperationName, readonly string[]>> = {
  DeleteEnvironment: ['CREATED', 'FAILED_CREATION', 'FAILED_DELETION', 'SUSPENDED'],
  DeleteKxEnvironment: [...OPEN, 'FAILED_CREATION', 'FAILED_DELETION'],
  UpdateEnvironment: ['CREATED'],
  UpdateKxEnvironment: OPEN,
  UpdateKxEnvironmentNetwork: OPEN,
};

/** A blocker when the service does not take an operation from the status that its target has. */
export function wrongStatus(operation: OperationName, item: Item, status: unknown): Blocker[] {
  const taken = TAKEN_FROM[operation];
  if (taken === undefined || status === undefined || taken.includes(String(status))) return [];
  const isDelete = operationNamed(operation).risk === 'destroy';
  return [{ item: { ...item, detail: String(status) }, first: toBe(item, String(status), String(taken[0]), isDelete) }];
}

/** A blocker when the environment that something is in cannot be changed in its status. */
export function closedEnvironment(name: string, status: string | undefined): Blocker[] {
  const problem = closed(name, status);
  return problem === undefined ? [] : blockersOf(problem, undefined);
}
