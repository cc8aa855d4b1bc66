import { changeOf } from '../kinds/index.ts';
import { type Input, type OperationName, operationNamed } from '../operations/index.ts';
import { applyDue, isDue } from './apply-due.ts';
import type { Context, Handler } from './context.ts';
import { HANDLERS } from './entities/index.ts';
import { requirePermitted } from './permitted.ts';
import type { Store } from './store.ts';
import { idempotent } from './tokens.ts';
import type { RequestState, Transaction, WorldSettings } from './transaction.ts';

/** The inputs of a request's transactions; `clock` is the machine's, which may be behind that of the worlds. */
export type RequestContext = Omit<Context, 'tx' | 'now'> & { readonly clock: () => number };

/** Runs one validated request on an up-to-date world; when this resolves, a change is committed. */
export async function dispatch(
  store: Store,
  name: OperationName,
  input: object,
  { clock, plannedFailure, ...request }: RequestContext,
): Promise<object> {
  const { arn } = request.world;
  const open = (tx: Transaction, { ahead, due, settings }: RequestState) => {
    const context: Context = { ...request, tx, now: clock() + ahead };
    return { context, settings, isBehind: isDue(due, context) };
  };
  const definition = changeOf(name);
  const answer = async (context: Context, settings: WorldSettings | undefined) => {
    if (definition !== undefined)
      await requirePermitted(definition.change, name, input as Input<OperationName>, context, settings);
    return await (HANDLERS[name] as Handler<OperationName>)(input as Input<OperationName>, context);
  };
  if (isRead(name)) {
    const output = await store.read(async (tx) => {
      const { context, settings, isBehind } = open(tx, await tx.requestState(arn));
      return isBehind ? undefined : await answer(context, settings);
    });
    if (output !== undefined) return output;
    await store.write(async (tx) => applyDue(open(tx, await tx.requestState(arn)).context));
    return store.read(async (tx) => {
      const { context, settings } = open(tx, await tx.requestState(arn));
      return answer(context, settings);
    });
  }
  for (;;) {
    const output = await store.write(async (tx) => {
      const { context, settings, isBehind } = open(tx, await tx.requestState(arn));
      if (isBehind) return undefined;
      if (settings?.touched !== true) await touch(context, settings);
      return await idempotent(name, input, context, () => answer({ ...context, plannedFailure }, settings));
    });
    if (output !== undefined) return output;
    // In its own transaction, so that a refusal does not undo changes that are due.
    await store.write(async (tx) => applyDue(open(tx, await tx.requestState(arn)).context));
  }
}

/** Records that the world has been modified since its creation. */
async function touch({ tx, world }: Context, settings: WorldSettings = { quotas: 'published' }): Promise<void> {
  await tx.putSettings(world.arn, { ...settings, touched: true });
}

const isRead = (name: OperationName) => ['read', 'reveal'].includes(operationNamed(name).risk);
