import type { Context } from '../context.ts';
import type { Entity } from '../transaction.ts';

/** What a change of status does beside it; it may replace the body, and choose another status than the table's. */
export type Effect<Body> = (entity: Entity<Body>, context: Context) => Changed<Body> | Promise<Changed<Body>>;

interface Changed<Body> {
  readonly status?: string;
  readonly body?: Body;
}
