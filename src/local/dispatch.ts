import { changeOf } from '../kinds/index.ts';
import { type Input, type OperationName, operationNamed } from '../operations/index.ts';
import { applyDue, isDue } from './apply-due.ts';
import { worldTime } from './clock.ts';
import type { Context, Handler } from './context.ts';
import { HANDLERS } from './entities/index.ts';
import { requirePermitted } from './permitted.ts';
import type { Store } from './store.ts';
import { subjectOf } from './subject.ts';
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
  const subject = subjectOf(request.world, name, input);
  const { arn } = request.world;
  const contextIn = (tx: Transaction, state: RequestState) => {
    const context: Context = { ...request, tx, now: worldTime(state, clock) };
    return { context, settings: state.settings, isBehind: isDue(state.due, context) };
  };
  // In transactions of its own, so that a refusal does not undo changes that are due, and none takes long.
  const catchUp = async () => {
    const apply = async (tx: Transaction) => applyDue(contextIn(tx, await tx.requestState(arn)).context, MAX_APPLIED);
    let isUpToDate = false;
    while (!isUpToDate) isUpToDate = await store.write(apply, { ...subject, isWhole: true });
  };
  const definition = changeOf(name);
  const answer = async (context: Context, settings: WorldSettings | undefined) => {
    if (definition !== undefined)
      await requirePermitted(definition.change, name, input as Input<OperationName>, context, settings);
    return await (HANDLERS[name] as Handler<OperationName>)(input as Input<OperationName>, context);
  };
  if (isRead(name)) {
    const output = await store.read(async (tx) => {
      const { context, settings, isBehind } = contextIn(tx, await tx.requestState(arn));
      return isBehind ? undefined : await answer(context, settings);
    }, subject);
    if (output !== undefined) return output;
    await catchUp();
    return store.read(async (tx) => {
      const { context, settings } = contextIn(tx, await tx.requestState(arn));
      return answer(context, settings);
    }, subject);
  }
  for (;;) {
    const output = await store.write(async (tx) => {
      const { context, settings, isBehind } = contextIn(tx, await tx.requestState(arn));
      if (isBehind) return undefined;
      if (settings?.touched !== true) await touch(context, settings);
      return await idempotent(name, input, context, () => answer({ ...context, plannedFailure }, settings));
    }, subject);
    if (output !== undefined) return output;
    await catchUp();
  }
}

/** Due status changes that one transaction applies at most. */
const MAX_APPLIED = 100;

/** Records that the world has been modified since its creation. */
async function touch({ tx, world }: Context, settings: WorldSettings = { quotas: 'published' }): Promise<void> {
  await tx.putSettings(world.arn, { ...settings, touched: true });
}

const isRead = (name: OperationName) => ['read', 'reveal'].includes(operationNamed(name).risk);
