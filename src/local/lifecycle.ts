import type { Transition } from '../kinds/status-meanings.ts';
import { statusMeanings } from '../kinds/statuses.ts';
import { kindOf } from './arns.ts';
import type { Context } from './context.ts';
import { filterKeyOf } from './filter-key.ts';
import type { Entity } from './transaction.ts';

export type Lifecycle = 'realistic' | 'fast' | 'instant';

/** Factor for observed durations. */
export const PACE: Record<Lifecycle, number> = { realistic: 1, fast: 1 / 60, instant: 0 };

/** The transition out of a status that happens by time, if any. */
export const transitionFrom = ({ collection, status }: Pick<Entity, 'collection' | 'status'>): Transition | undefined =>
  statusMeanings(kindOf(collection))[status]?.next;

/** The entity as it enters a status now; `durationMs` overrides the observed duration of that status. */
export function enterStatus<B>(entity: Entity<B>, status: string, context: Context, durationMs?: number): Entity<B> {
  const transition = transitionFrom({ ...entity, status });
  const due =
    transition === undefined ? null : context.now + Math.round((durationMs ?? transition.after) * context.pace);
  const plannedFailure = transition === undefined ? null : (context.plannedFailure ?? null);
  return { ...entity, status, since: context.now, due, plannedFailure };
}

/** A new entity in its first status, or with status `''` for kinds without statuses. */
export function newEntity<B>(
  context: Context,
  {
    collection,
    name,
    position = name,
    tags = {},
  }: { collection: string; name: string; position?: string; tags?: Entity['tags'] | undefined },
  status: string,
  body: B,
): Entity<B> {
  const filterKey = filterKeyOf(collection, body);
  return enterStatus(
    { collection, name, position, filterKey, tags, body, status, since: 0, due: null, plannedFailure: null },
    status,
    context,
  );
}
