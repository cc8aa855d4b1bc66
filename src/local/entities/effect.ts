import type { Context } from '../context.ts';
import type { PlannedFailure } from '../planned-failure.ts';
import type { Entity } from '../transaction.ts';

/** The side effect of a status change; it may replace the body, and override the next status of the lifecycle. */
export type Effect<Body> = (entity: Entity<Body>, context: Context) => EffectResult<Body> | Promise<EffectResult<Body>>;

interface EffectResult<Body> {
  readonly status?: string;
  readonly body?: Body;
}

/** The body of an entity after a failure, besides the failed status. */
export type FailureEffect<Body> = (
  entity: Entity<Body>,
  failure: PlannedFailure,
  context: Context,
) => Body | Promise<Body>;

/** The reason of a failure as a valid statusReason; reasons in world files may exceed the API's limits. */
export const statusReasonOf = ({ reason }: PlannedFailure): string => reason.replace(/[^\w\-.\s]+/g, ' ').slice(0, 250);

/** The body with the reason of a failure, as replies about clusters, scaling groups and volumes show it. */
export const withReason = <Body>({ body }: Entity<Body>, failure: PlannedFailure, { now }: Context): Body => ({
  ...body,
  statusReason: statusReasonOf(failure),
  modified: now,
});
