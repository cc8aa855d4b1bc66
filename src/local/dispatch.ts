import { type Input, type OperationName, operationNamed } from '../operations/index.ts';
import type { Context, Handler } from './context.ts';
import { HANDLERS } from './entities/index.ts';
import { isAnythingDue, settle } from './settle.ts';
import type { Store } from './store.ts';
import { once } from './tokens.ts';

/** Runs one validated request on a world that is up to date; a change is committed when this resolves. */
export async function dispatch(
  store: Store,
  name: OperationName,
  input: object,
  frame: Omit<Context, 'tx'>,
): Promise<object> {
  const answer = (context: Context) =>
    (HANDLERS[name] as Handler<OperationName>)(input as Input<OperationName>, context);
  if (isRead(name)) {
    const output = await store.read((tx) => {
      const context = { ...frame, tx };
      return isAnythingDue(context) ? undefined : answer(context);
    });
    if (output !== undefined) return output;
    await store.write((tx) => settle({ ...frame, tx }));
    return store.read((tx) => answer({ ...frame, tx }));
  }
  // Settled on its own first, so that a refusal does not undo what time has done.
  if (await store.read((tx) => isAnythingDue({ ...frame, tx }))) await store.write((tx) => settle({ ...frame, tx }));
  return store.write((tx) => {
    const context = { ...frame, tx };
    settle(context);
    return once(name, input, context, () => answer(context));
  });
}

const isRead = (name: OperationName) => ['read', 'reveal'].includes(operationNamed(name).risk);
