import { kindOf } from './arns.ts';
import type { Context } from './context.ts';
import type { Entity } from './transaction.ts';

export type Lifecycle = 'realistic' | 'fast' | 'instant';

/** Factor for the durations below. */
export const PACE: Record<Lifecycle, number> = { realistic: 1, fast: 1 / 60, instant: 0 };

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

export const GONE = 'GONE';

export interface Transition {
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  /** Milliseconds at the observed pace, unless the operation that starts it sets another duration. */
  readonly after: number;
  readonly effect?: EffectName;
  /** The status after a failure, caused by a fault or a world file. */
  readonly failed?: string;
}

/** The side effect at the end of a status; it may override the table's next status. */
export type EffectName =
  | 'openEnvironment'
  | 'stepNetwork'
  | 'finishNetwork'
  | 'emptyEnvironment'
  | 'provisionNodes'
  | 'startCluster'
  | 'applyUpdate'
  | 'dropNodes'
  | 'finishChangeset'
  | 'activateVersion';

/** Every status change that happens by time, with the durations that clients of FinSpace observed. */
export const TRANSITIONS: readonly Transition[] = [
  { kind: 'kxEnvironment', from: 'CREATE_REQUESTED', to: 'CREATING', after: 10 * SECOND },
  {
    kind: 'kxEnvironment',
    from: 'CREATING',
    to: 'CREATED',
    failed: 'FAILED_CREATION',
    after: 315 * SECOND,
    effect: 'openEnvironment',
  },
  {
    kind: 'kxEnvironment',
    from: 'UPDATE_NETWORK_REQUESTED',
    to: 'UPDATING_NETWORK',
    after: 30 * SECOND,
    effect: 'stepNetwork',
  },
  {
    kind: 'kxEnvironment',
    from: 'UPDATING_NETWORK',
    to: 'CREATED',
    failed: 'FAILED_UPDATING_NETWORK',
    after: 10 * MINUTE,
    effect: 'finishNetwork',
  },
  { kind: 'kxEnvironment', from: 'DELETE_REQUESTED', to: 'DELETING', after: 10 * SECOND },
  {
    kind: 'kxEnvironment',
    from: 'RETRY_DELETION',
    to: 'DELETED',
    failed: 'FAILED_DELETION',
    after: 20 * MINUTE,
    effect: 'emptyEnvironment',
  },
  {
    kind: 'kxEnvironment',
    from: 'DELETING',
    to: 'DELETED',
    failed: 'FAILED_DELETION',
    after: 20 * MINUTE,
    effect: 'emptyEnvironment',
  },

  { kind: 'kxCluster', from: 'PENDING', to: 'CREATING', after: 20 * SECOND, effect: 'provisionNodes' },
  {
    kind: 'kxCluster',
    from: 'CREATING',
    to: 'RUNNING',
    failed: 'CREATE_FAILED',
    after: 14 * MINUTE,
    effect: 'startCluster',
  },
  { kind: 'kxCluster', from: 'UPDATING', to: 'RUNNING', after: 3 * MINUTE, effect: 'applyUpdate' },
  { kind: 'kxCluster', from: 'DELETING', to: GONE, failed: 'DELETE_FAILED', after: 5 * MINUTE, effect: 'dropNodes' },
  { kind: 'kxNode', from: 'PROVISIONING', to: 'RUNNING', failed: 'PROVISIONING', after: 5 * MINUTE },

  { kind: 'kxChangeset', from: 'PENDING', to: 'IN_PROGRESS', after: 5 * SECOND },
  {
    kind: 'kxChangeset',
    from: 'IN_PROGRESS',
    to: 'COMPLETED',
    failed: 'FAILED',
    after: 30 * SECOND,
    effect: 'finishChangeset',
  },

  {
    kind: 'kxDataview',
    from: 'CREATING',
    to: 'ACTIVE',
    failed: 'FAILED',
    after: 5 * MINUTE,
    effect: 'activateVersion',
  },
  {
    kind: 'kxDataview',
    from: 'UPDATING',
    to: 'ACTIVE',
    failed: 'FAILED',
    after: 5.5 * MINUTE,
    effect: 'activateVersion',
  },
  { kind: 'kxDataview', from: 'DELETING', to: GONE, after: 4 * MINUTE },

  { kind: 'kxScalingGroup', from: 'CREATING', to: 'ACTIVE', failed: 'CREATE_FAILED', after: 5.5 * MINUTE },
  { kind: 'kxScalingGroup', from: 'DELETING', to: GONE, failed: 'DELETE_FAILED', after: 5 * SECOND },

  { kind: 'kxVolume', from: 'CREATING', to: 'ACTIVE', failed: 'CREATE_FAILED', after: 9 * MINUTE },
  { kind: 'kxVolume', from: 'UPDATING', to: 'ACTIVE', failed: 'UPDATE_FAILED', after: 6 * MINUTE },
  { kind: 'kxVolume', from: 'DELETING', to: GONE, failed: 'DELETE_FAILED', after: 5 * SECOND },

  { kind: 'environment', from: 'CREATE_REQUESTED', to: 'CREATING', after: 10 * SECOND },
  { kind: 'environment', from: 'CREATING', to: 'CREATED', failed: 'FAILED_CREATION', after: 55 * MINUTE },
  { kind: 'environment', from: 'DELETE_REQUESTED', to: GONE, failed: 'FAILED_DELETION', after: 20 * MINUTE },
];

/** The transition out of a status that happens by time, if any. */
export function transitionFrom(kind: string, status: string): Transition | undefined {
  return BY_STATUS.get(`${kind} ${status}`);
}

const BY_STATUS = new Map(TRANSITIONS.map((transition) => [`${transition.kind} ${transition.from}`, transition]));

/** The entity as it enters a status now; `after` overrides the observed duration of that status. */
export function enter<B>(entity: Entity<B>, status: string, context: Context, after?: number): Entity<B> {
  const next = transitionFrom(kindOf(entity.collection), status);
  const due = next === undefined ? null : context.now + Math.round((after ?? next.after) * context.pace);
  const fate = next === undefined ? null : (context.fate ?? entity.fate);
  return { ...entity, status, since: context.now, due, fate };
}

/** A new entity in its first status, or with status `''` for kinds without statuses. */
export function begin<B>(
  context: Context,
  place: { collection: string; name: string; position?: string; facet?: string; tags?: Entity['tags'] | undefined },
  status: string,
  body: B,
): Entity<B> {
  const { collection, name, position = name, facet = null, tags = {} } = place;
  return enter(
    { collection, name, position, facet, tags, body, status, since: 0, due: null, fate: null },
    status,
    context,
  );
}
