import {
  deleted,
  deletionFailed,
  failed,
  GONE,
  leaving,
  MINUTE,
  SECOND,
  type StatusMeaning,
  settled,
  underway,
} from './status-meanings.ts';
import type { KindName, StatusOf } from './views.ts';

interface Lifecycle<K extends KindName> {
  /** Every status that the catalog declares, in its order. */
  readonly statuses: { readonly [S in StatusOf<K>]: StatusMeaning<StatusOf<K>> };
  /** The statuses in which an entity can be used, the usual one first. */
  readonly ready: readonly StatusOf<K>[];
  /** The time within which a change usually ends, as users of FinSpace observed; after three times as long, it is stuck. */
  readonly usualMs?: number;
  /** The statuses in which it has released everything that it refers to. */
  readonly detached?: readonly StatusOf<K>[];
}

/** How long a cluster is UPDATING: as users of FinSpace observed, except NO_RESTART and ROLLING for code, which are our estimates. */
export const CLUSTER_UPDATE_MS = {
  code: { NO_RESTART: 1.5 * MINUTE, ROLLING: 15 * MINUTE, FORCE: 700 * SECOND },
  databases: { NO_RESTART: 75 * SECOND, ROLLING: 3 * MINUTE },
} as const;

export const LIFECYCLES: { readonly [K in KindName]: Lifecycle<K> } = {
  environment: {
    statuses: {
      CREATE_REQUESTED: underway('CREATING', 10 * SECOND),
      CREATING: underway('CREATED', 55 * MINUTE, { failing: 'FAILED_CREATION' }),
      CREATED: settled,
      DELETE_REQUESTED: leaving(GONE, 20 * MINUTE, { failing: 'FAILED_DELETION' }),
      DELETING: leaving(),
      DELETED: deleted,
      FAILED_CREATION: failed,
      RETRY_DELETION: leaving(),
      FAILED_DELETION: deletionFailed,
      UPDATE_NETWORK_REQUESTED: underway(),
      UPDATING_NETWORK: underway(),
      FAILED_UPDATING_NETWORK: failed,
      SUSPENDED: settled,
    },
    ready: ['CREATED'],
  },
  'kx-environment': {
    statuses: {
      CREATE_REQUESTED: underway('CREATING', 10 * SECOND),
      CREATING: underway('CREATED', 315 * SECOND, { failing: 'FAILED_CREATION' }),
      CREATED: settled,
      DELETE_REQUESTED: leaving('DELETING', 10 * SECOND),
      DELETING: leaving('DELETED', 20 * MINUTE, { failing: 'FAILED_DELETION' }),
      DELETED: deleted,
      FAILED_CREATION: failed,
      RETRY_DELETION: leaving('DELETED', 20 * MINUTE, { failing: 'FAILED_DELETION' }),
      FAILED_DELETION: deletionFailed,
      UPDATE_NETWORK_REQUESTED: underway('UPDATING_NETWORK', 30 * SECOND),
      UPDATING_NETWORK: underway('CREATED', 10 * MINUTE, { failing: 'FAILED_UPDATING_NETWORK' }),
      FAILED_UPDATING_NETWORK: failed,
      SUSPENDED: settled,
    },
    ready: ['CREATED'],
    usualMs: 30 * MINUTE,
  },
  'kx-user': { statuses: {}, ready: [] },
  'kx-scaling-group': {
    statuses: {
      CREATING: underway('ACTIVE', 5.5 * MINUTE, { failing: 'CREATE_FAILED' }),
      CREATE_FAILED: failed,
      ACTIVE: settled,
      DELETING: leaving(GONE, 5 * SECOND, { failing: 'DELETE_FAILED' }),
      DELETED: deleted,
      DELETE_FAILED: deletionFailed,
    },
    ready: ['ACTIVE'],
    usualMs: 10 * MINUTE,
  },
  'kx-volume': {
    statuses: {
      CREATING: underway('ACTIVE', 9 * MINUTE, { failing: 'CREATE_FAILED' }),
      CREATE_FAILED: failed,
      ACTIVE: settled,
      UPDATING: underway('ACTIVE', 6 * MINUTE, { failing: 'UPDATE_FAILED' }),
      UPDATED: settled,
      UPDATE_FAILED: failed,
      DELETING: leaving(GONE, 5 * SECOND, { failing: 'DELETE_FAILED' }),
      DELETED: deleted,
      DELETE_FAILED: deletionFailed,
    },
    // The model has UPDATED, too; in replies of AWS, an updated volume was ACTIVE.
    ready: ['ACTIVE', 'UPDATED'],
    usualMs: 15 * MINUTE,
  },
  'kx-database': { statuses: {}, ready: [] },
  'kx-changeset': {
    statuses: {
      PENDING: underway('IN_PROGRESS', 5 * SECOND),
      PROCESSING: underway(),
      IN_PROGRESS: underway('COMPLETED', 30 * SECOND, { failing: 'FAILED' }),
      FAILED: failed,
      COMPLETED: settled,
    },
    ready: ['COMPLETED'],
    usualMs: 20 * MINUTE,
  },
  'kx-dataview': {
    statuses: {
      CREATING: underway('ACTIVE', 5 * MINUTE, { failing: 'FAILED' }),
      ACTIVE: settled,
      UPDATING: underway('ACTIVE', 5.5 * MINUTE, { failing: 'FAILED' }),
      FAILED: failed,
      DELETING: leaving(GONE, 4 * MINUTE),
    },
    ready: ['ACTIVE'],
    usualMs: 10 * MINUTE,
  },
  'kx-cluster': {
    statuses: {
      PENDING: underway('CREATING', 20 * SECOND),
      CREATING: underway('RUNNING', 14 * MINUTE, { failing: 'CREATE_FAILED' }),
      CREATE_FAILED: failed,
      RUNNING: settled,
      UPDATING: underway('RUNNING', CLUSTER_UPDATE_MS.databases.ROLLING),
      DELETING: leaving(GONE, 5 * MINUTE, { failing: 'DELETE_FAILED' }),
      DELETED: deleted,
      DELETE_FAILED: deletionFailed,
    },
    ready: ['RUNNING'],
    usualMs: 20 * MINUTE,
    detached: ['DELETING', 'DELETED', 'DELETE_FAILED'],
  },
  'kx-node': {
    statuses: {
      RUNNING: settled,
      // A node that cannot be provisioned stays PROVISIONING.
      PROVISIONING: underway('RUNNING', 5 * MINUTE, { failing: 'PROVISIONING' }),
    },
    ready: ['RUNNING'],
    usualMs: 10 * MINUTE,
  },
};
