import { changeOf } from '../kinds/index.ts';
import { outputMembers } from '../operations/derive.ts';
import { type Input, type OperationName, operationNamed } from '../operations/index.ts';
import type { Context, Handler } from './context.ts';
import { HANDLERS } from './entities/index.ts';
import { pick } from './entities/storage.ts';
import { requirePermitted } from './permitted.ts';
import type { WorldSettings } from './transaction.ts';

/** Checks that the service permits a request, and runs its handler. The reply has only the members that the API returns. */
export async function answer<N extends OperationName>(
  name: N,
  input: Input<N>,
  context: Context,
  settings: WorldSettings | undefined,
): Promise<object> {
  const definition = changeOf(name);
  if (definition !== undefined) await requirePermitted(definition.change, name, input, context, settings);
  const reply = await (HANDLERS[name] as Handler<N>)(input, context);
  return pick(reply, outputMembers(operationNamed(name)));
}
