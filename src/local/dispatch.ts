import { type Input, type OperationName, operationNamed } from '../operations/index.ts';
import type { Context, Handler } from './context.ts';
import { HANDLERS } from './entities/index.ts';
import { isAnythingDue, settle } from './settle.ts';
import type { Store } from './store.ts';
import { once } from './tokens.ts';
import type { Transaction } from './transaction.ts';

/** What a request brings to its transactions; `clock` is the machine's, which the worlds' may be ahead of. */
export type Frame = Omit<Context, 'tx' | 'now'> & { readonly clock: () => number };

/** Runs one validated request on a world that is up to date; a change is committed when this resolves. */
export async function dispatch(
  store: Store,
  name: OperationName,
  input: object,
  { clock, fate, ...frame }: Frame,
): Promise<object> {
  const at = (tx: Transaction): Context => ({ ...frame, tx, now: clock() + tx.ahead() });
  const answer = (context: Context) =>
    (HANDLERS[name] as Handler<OperationName>)(input as Input<OperationName>, context);
  if (isRead(name)) {
    const output = await store.read((tx) => {
      const context = at(tx);
      return isAnythingDue(context) ? undefined : answer(context);
    });
    if (output !== undefined) return output;
    await store.write((tx) => settle(at(tx)));
    return store.read((tx) => answer(at(tx)));
  }
  for (;;) {
    const output = await store.write((tx) => {
      const context = at(tx);
      if (isAnythingDue(context)) return undefined;
      touch(context);
      return once(name, input, context, () => answer({ ...context, fate }));
    });
    if (output !== undefined) return output;
    // On its own, so that a refusal does not undo what time has done.
    await store.write((tx) => settle(at(tx)));
  }
}

/** Notes that the world is no longer as it was made. */
function touch({ tx, world }: Context): void {
  const settings = tx.settings(world.arn) ?? { quotas: 'published' };
  if (settings.touched !== true) tx.putSettings(world.arn, { ...settings, touched: true });
}

const isRead = (name: OperationName) => ['read', 'reveal'].includes(operationNamed(name).risk);
