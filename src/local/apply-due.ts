import { GONE } from '../kinds/status-meanings.ts';
import { kindOf, worldOfArn } from './arns.ts';
import type { Context } from './context.ts';
import { effectAfter, effectOfFailure } from './entities/effects.ts';
import { enterStatus, transitionFrom } from './lifecycle.ts';
import type { PlannedFailure } from './planned-failure.ts';
import type { Entity } from './transaction.ts';

/** Whether a status that ends at `due` has ended. */
export const isDue = (due: number | null, context: Pick<Context, 'pace' | 'now'>): boolean =>
  due !== null && due <= horizon(context);

/**
 * Applies the due status changes in the transaction's subject, each at its own time, in order, up to a maximum. Resolves with false if
 * some may be left.
 */
export async function applyDue(context: Context, max = Infinity): Promise<boolean> {
  for (let applied = 0; applied < max; applied += 1) {
    const entity = await context.tx.nextDue(horizon(context));
    if (entity === undefined) return true;
    const time = Math.min(entity.due ?? context.now, context.now);
    await step(entity, { ...context, now: time, world: worldOfArn(entity.collection) });
  }
  return false;
}

/** At the instant pace, nothing takes time, not even a change that began at another pace. */
const horizon = ({ pace, now }: Pick<Context, 'pace' | 'now'>) => (pace === 0 ? Number.MAX_SAFE_INTEGER : now);

async function step(entity: Entity, context: Context): Promise<void> {
  const transition = transitionFrom(entity);
  if (transition === undefined) {
    await context.tx.put({ ...entity, due: null });
    return;
  }
  const plannedFailure = entity.plannedFailure ?? undefined;
  if (plannedFailure !== undefined && transition.failing !== undefined) {
    await fail(entity, plannedFailure, transition.failing, context);
    return;
  }
  const effect = effectAfter(kindOf(entity.collection), entity.status);
  const { status = transition.to, body = entity.body } = (await effect?.(entity, context)) ?? {};
  const current = { ...entity, body };
  if (status === GONE) await context.tx.remove(current);
  else await context.tx.put(enterStatus(current, status, { ...context, plannedFailure }));
}

async function fail(entity: Entity, failure: PlannedFailure, status: string, context: Context): Promise<void> {
  const body = (await effectOfFailure(kindOf(entity.collection))?.(entity, failure, context)) ?? entity.body;
  await context.tx.put({ ...entity, body, status, since: context.now, due: null, plannedFailure: null });
}
