import type { Context } from '../context.ts';
import type { Fate } from '../fate.ts';
import type { Entity } from '../transaction.ts';

/** What else is different when something fails; the body as it stays. */
export type Misfortune<Body> = (entity: Entity<Body>, fate: Fate, context: Context) => Body | Promise<Body>;

/** What the API takes for a statusReason, whatever a world file says. */
export const statusReasonOf = ({ reason }: Fate): string => reason.replace(/[^\w\-.\s]+/g, ' ').slice(0, 250);

/** The member in which replies about clusters, dataviews, groups and volumes say why. */
export const withReason: Misfortune<object> = ({ body }, fate, { now }) => ({
  ...body,
  statusReason: statusReasonOf(fate),
  modified: now,
});
