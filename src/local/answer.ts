import { changeOf } from '../kinds/index.ts';
import type { Input, OperationName } from '../operations/index.ts';
import type { Context, Handler } from './context.ts';
import { HANDLERS } from './entities/index.ts';
import { requirePermitted } from './permitted.ts';
import type { WorldSettings } from './transaction.ts';

/** Checks that the service permits a request, and runs its handler. */
export async function answer<N extends OperationName>(
  name: N,
  input: Input<N>,
  context: Context,
  settings: WorldSettings | undefined,
): Promise<object> {
  const definition = changeOf(name);
  if (definition !== undefined) await requirePermitted(definition.change, name, input, context, settings);
  return await (HANDLERS[name] as Handler<N>)(input, context);
}
