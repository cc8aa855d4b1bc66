import type { Context } from '../context.ts';
import type { Fate } from '../fate.ts';
import type { Entity } from '../transaction.ts';

/** What else is different when something fails; the body as it stays. */
export type Misfortune<Body> = (entity: Entity<Body>, fate: Fate, context: Context) => Body;

/** The member in which replies about clusters, dataviews, groups and volumes say why. */
export const withReason: Misfortune<object> = ({ body }, { reason }, { now }) => ({
  ...body,
  statusReason: reason,
  modified: now,
});
