import { LIFECYCLES } from './lifecycles.ts';
import { KIND_NAMES } from './names.ts';
import type { StatusClass, StatusMeaning } from './status-meanings.ts';
import type { KindName } from './views.ts';

/** The statuses of a kind that the catalog declares; empty for kinds without statuses. */
export const statusMeanings = (kind: KindName): Readonly<Record<string, StatusMeaning>> => LIFECYCLES[kind].statuses;

/** The statuses in which an entity of a kind can be used, the usual one first; none for kinds without statuses. */
export const readyStatuses = (kind: KindName): readonly string[] => LIFECYCLES[kind].ready;

/** Every declared status. Its class and deletion are the same in all kinds that have it, but not `next`. */
const MEANINGS = new Map(KIND_NAMES.flatMap((kind) => Object.entries(statusMeanings(kind))));

/** Whether a status is a failure, final, or transitional. One that is not declared is classed by its name. */
export function statusClass(status: string | undefined): StatusClass {
  if (status === undefined) return 'settled';
  return MEANINGS.get(status)?.is ?? (status.includes('FAILED') ? 'failed' : 'underway');
}

/** Whether an entity with this status is still being created, so that nothing can use it yet. Not for clusters, which begin as PENDING. */
export const isBeingCreated = (status: string | undefined): boolean =>
  statusClass(status) === 'underway' && status?.startsWith('CREAT') === true;

/** Whether only an update failed: the entity exists, and what depends on it or is in it still uses it. */
export const isFailedUpdate = (status: string | undefined): boolean =>
  statusClass(status) === 'failed' && status?.includes('UPDAT') === true;

/** The form of an undocumented status of a deletion. Only a hostile service sends DELET in a text of another form, which does not count. */
const DELETION = /^[A-Z_]*DELET[A-Z_]*$/;

/** How far the deletion is that a status shows; undefined for other statuses. Undocumented ones are classed by their name. */
export function deletionIn(status: string | undefined): StatusMeaning['deletion'] {
  const known = MEANINGS.get(status ?? '');
  if (known !== undefined || !DELETION.test(status ?? '')) return known?.deletion;
  return status?.includes('FAILED') ? 'failed' : 'in progress';
}

/** Whether an entity with this status is already being deleted. */
export const isLeaving = (status: unknown): boolean => deletionIn(status as string | undefined) === 'in progress';

/** Whether an entity with this status no longer exists, although a list may still show it. */
export const isGone = (status: unknown): boolean => deletionIn(status as string | undefined) === 'done';

/** Whether an entity with this status no longer exists or soon will not. */
export const isLeavingOrGone = (status: unknown): boolean =>
  ['in progress', 'done'].includes(String(deletionIn(status as string | undefined)));

/** Why an entity has failed, as its Get shows it. */
export function failureReason(entity: Readonly<Record<string, unknown>>): string | undefined {
  const { statusReason, errorMessage, errorInfo } = entity;
  const reason = statusReason ?? errorMessage ?? (errorInfo as Record<string, unknown> | undefined)?.['errorMessage'];
  return reason === undefined ? undefined : String(reason);
}

/** Whether an entity with this status has released everything that it refers to. */
export const isDetached = (kind: KindName, status: unknown): boolean =>
  (LIFECYCLES[kind].detached as readonly unknown[] | undefined)?.includes(status) === true;

/**
 * Whether a cluster with this status has or will have memory of its host, which a new cluster has to leave free. One that could not be
 * deleted has released its host, although the service still lists its nodes.
 */
export const occupiesHost = (status: unknown): boolean =>
  status !== 'CREATE_FAILED' && !isLeavingOrGone(status) && !isDetached('kx-cluster', status);

/** Whether a cluster with this status has started: it has that memory already, and may hold data that is nowhere else. */
export const hasStarted = (status: unknown): boolean =>
  occupiesHost(status) && status !== 'PENDING' && status !== 'CREATING';
