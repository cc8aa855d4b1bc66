import { type OperationName, operationNamed } from '../../operations/index.ts';
import { waitTool } from '../../operations/naming.ts';
import type { Blocker, Item } from './finding.ts';

/** An environment whose network failed to attach is as usable as before. */
const OPEN = ['CREATED', 'FAILED_UPDATING_NETWORK'];
const STANDING = ['ACTIVE', 'CREATE_FAILED', 'DELETE_FAILED'];

/** The statuses from which the service takes an operation, the usual one first; what is not in here it takes from any. */
const TAKEN_FROM: Partial<Record<OperationName, readonly string[]>> = {
  DeleteEnvironment: ['CREATED', 'FAILED_CREATION', 'FAILED_DELETION', 'SUSPENDED'],
  DeleteKxCluster: ['RUNNING', 'PENDING', 'CREATING', 'UPDATING', 'CREATE_FAILED', 'DELETE_FAILED'],
  DeleteKxDataview: ['ACTIVE', 'FAILED'],
  DeleteKxEnvironment: [...OPEN, 'FAILED_CREATION', 'FAILED_DELETION'],
  DeleteKxScalingGroup: STANDING,
  DeleteKxVolume: [...STANDING, 'UPDATE_FAILED'],
  UpdateEnvironment: ['CREATED'],
  UpdateKxClusterCodeConfiguration: ['RUNNING'],
  UpdateKxClusterDatabases: ['RUNNING'],
  UpdateKxDataview: ['ACTIVE'],
  UpdateKxEnvironment: OPEN,
  UpdateKxEnvironmentNetwork: OPEN,
  UpdateKxVolume: ['ACTIVE', 'UPDATE_FAILED'],
};

const LEAVING: ReadonlySet<unknown> = new Set(['DELETE_REQUESTED', 'DELETING', 'RETRY_DELETION']);
/** A cluster that could not be deleted uses nothing any more all the same. */
const DETACHED: ReadonlySet<unknown> = new Set([...LEAVING, 'DELETE_FAILED', 'DELETED']);

/** Whether something in this status is on its way out already. */
export const isLeaving = (status: unknown) => LEAVING.has(status);

/** Whether a cluster in this status has let go of everything that it used. */
export const isDetached = (status: unknown) => DETACHED.has(status);

/** A blocker when the service does not take an operation from the status that its target has. */
export function wrongStatus(operation: OperationName, item: Item, status: unknown): Blocker[] {
  const taken = TAKEN_FROM[operation];
  if (taken === undefined || status === undefined || taken.includes(String(status))) return [];
  const first = isLeaving(status) && operationNamed(operation).risk === 'destroy' ? leavingAlready(item) : undefined;
  return [{ item: { ...item, detail: String(status) }, first: first ?? toBe(item, String(status), taken[0]) }];
}

/** A blocker when the environment that something is in cannot be changed in its status. */
export function closedEnvironment(name: string, status: unknown): Blocker[] {
  if (status === undefined || OPEN.includes(String(status))) return [];
  const item: Item = { kind: 'kdb environment', name, arn: '', detail: String(status) };
  return [{ item, first: toBe(item, String(status), OPEN[0]) }];
}

/** A blocker for something that holds the target until it is gone, which it is going to be. */
export const leaving = (item: Item): Blocker => ({ item, first: leavingAlready(item) });

const leavingAlready = (item: Item) => `It is already being deleted: ${waitTool(item.kind, 'DELETED')}.`;

/** What to do about something in this status, so that it is in the usual one. */
export function toBe(item: Item, status: string, usual = ''): string {
  if (isLeaving(status)) return 'It is being deleted: neither it nor its contents can be changed.';
  if (status === 'DELETED') return 'It is already deleted.';
  if (status === 'SUSPENDED') return 'It is suspended. This server cannot change that.';
  if (status === 'UPDATE_FAILED') return 'Its last update failed: repeat that update first.';
  if (status.includes('FAILED')) return 'It failed, and waiting does not help: delete it and create it again.';
  return `It must be ${usual}: ${waitTool(item.kind, usual)}.`;
}
