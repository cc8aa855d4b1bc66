import type { Context } from '../context.ts';
import type { Entity } from '../transaction.ts';

/** The side effect of a status change; it may replace the body, and override the table's next status. */
export type Effect<Body> = (entity: Entity<Body>, context: Context) => Changed<Body> | Promise<Changed<Body>>;

interface Changed<Body> {
  readonly status?: string;
  readonly body?: Body;
}
