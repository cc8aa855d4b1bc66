import { type Input, type OperationName, operationNamed } from '../operations/index.ts';
import { changesNothing } from '../operations/operation.ts';
import { answer } from './answer.ts';
import { applyDue, isDue } from './apply-due.ts';
import { worldTime } from './clock.ts';
import type { Context } from './context.ts';
import type { Subject, WorldStore } from './store.ts';
import { subjectOf } from './subject.ts';
import { idempotent } from './tokens.ts';
import type { RequestState, Transaction, WorldSettings } from './transaction.ts';

/** The context of a request before it has a transaction. `machineClock` may be behind the clock of the worlds. */
export type RequestContext = Omit<Context, 'tx' | 'now'> & { readonly machineClock: () => number };

/** Runs one validated request on an up-to-date world; when this resolves, a change is committed. */
export async function dispatch(
  store: WorldStore,
  name: OperationName,
  input: object,
  { plannedFailure, machineClock, ...shared }: RequestContext,
): Promise<object> {
  const request: Request = { store, name, input, machineClock, shared, subject: subjectOf(shared.world, name, input) };
  return changesNothing(operationNamed(name).risk) ? read(request) : change(request, plannedFailure);
}

/** A request, and what all its transactions have in common. */
interface Request extends Pick<RequestContext, 'machineClock'> {
  readonly store: WorldStore;
  readonly name: OperationName;
  readonly input: Input<OperationName>;
  readonly subject: Subject;
  readonly shared: Omit<Context, 'tx' | 'now' | 'plannedFailure'>;
}

/** Reads once; if changes were due, applies them and reads again. */
async function read(request: Request): Promise<object> {
  const { store, name, input, subject, shared } = request;
  const output = await store.read(async (tx) => {
    const state = await tx.requestState(shared.world.arn);
    const context = contextIn(request, tx, state);
    return isDue(state.due, context) ? undefined : answer(name, input, context, state.settings);
  }, subject);
  if (output !== undefined) return output;
  await applyAllDue(request);
  return store.read(async (tx) => {
    const state = await tx.requestState(shared.world.arn);
    return answer(name, input, contextIn(request, tx, state), state.settings);
  }, subject);
}

/** Makes a change in a transaction in which no other change is due. */
async function change(request: Request, plannedFailure: Context['plannedFailure']): Promise<object> {
  const { store, name, input, subject, shared } = request;
  for (;;) {
    const output = await store.write(async (tx) => {
      const state = await tx.requestState(shared.world.arn);
      const context = contextIn(request, tx, state);
      if (isDue(state.due, context)) return undefined;
      if (state.settings?.touched !== true) await touch(context, state.settings);
      return await idempotent(name, input, context, () =>
        answer(name, input, { ...context, plannedFailure }, state.settings),
      );
    }, subject);
    if (output !== undefined) return output;
    await applyAllDue(request);
  }
}

/** Applies due changes in transactions of their own, so that a refusal of the request does not undo them, and none takes long. */
async function applyAllDue(request: Request): Promise<void> {
  const { store, subject, shared } = request;
  const apply = async (tx: Transaction) =>
    applyDue(contextIn(request, tx, await tx.requestState(shared.world.arn)), MAX_APPLIED);
  let isUpToDate = false;
  while (!isUpToDate) isUpToDate = await store.write(apply, { ...subject, isWholeWorld: true });
}

const contextIn = ({ shared, machineClock }: Request, tx: Transaction, state: RequestState): Context => ({
  ...shared,
  tx,
  now: worldTime(state, machineClock),
});

/** Due status changes that one transaction applies at most. */
const MAX_APPLIED = 100;

/** Records that the world has been changed since its creation. */
async function touch({ tx, world }: Context, settings: WorldSettings = { quotas: 'published' }): Promise<void> {
  await tx.putSettings(world.arn, { ...settings, touched: true });
}
