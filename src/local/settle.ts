import { kindOf, worldOfArn } from './arns.ts';
import type { Context } from './context.ts';
import { EFFECTS } from './entities/effects.ts';
import { MISFORTUNES } from './entities/misfortunes.ts';
import { enter, GONE, type Transition, transitionFrom } from './lifecycle.ts';
import type { Entity } from './transaction.ts';

/** Whether a status that ends at `due` has ended. */
export const isDue = (due: number | null, context: Pick<Context, 'pace' | 'now'>): boolean =>
  due !== null && due <= horizon(context);

/** Brings every world of the store up to now: each change of status happens at its own time, in the order of time. */
export function settle(context: Context): void {
  for (;;) {
    const entity = context.tx.nextDue(horizon(context));
    if (entity === undefined) return;
    const at = Math.min(entity.due ?? context.now, context.now);
    step(entity, { ...context, now: at, world: worldOfArn(entity.collection) });
  }
}

/** At the instant pace nothing is waited for, not even what began at another pace. */
const horizon = ({ pace, now }: Pick<Context, 'pace' | 'now'>) => (pace === 0 ? Number.MAX_SAFE_INTEGER : now);

function step(entity: Entity, context: Context): void {
  const transition = transitionFrom(kindOf(entity.collection), entity.status);
  if (transition === undefined) {
    context.tx.put({ ...entity, due: null });
    return;
  }
  if (entity.fate !== null && transition.failed !== undefined) {
    fail(entity, transition, context);
    return;
  }
  const effect = transition.effect && EFFECTS[transition.effect];
  const { status = transition.to, body = entity.body } = effect?.(entity, context) ?? {};
  const current = { ...entity, body };
  if (status === GONE) context.tx.remove(current);
  else context.tx.put(enter(current, status, context));
}

function fail(entity: Entity, { kind, failed = '' }: Transition, context: Context): void {
  const misfortune = entity.fate && MISFORTUNES[kind]?.(entity, entity.fate, context);
  const body = misfortune ?? entity.body;
  // What fails has come to its end: a node that cannot be provisioned stays PROVISIONING.
  context.tx.put({ ...entity, body, status: failed, since: context.now, due: null, fate: null });
}
