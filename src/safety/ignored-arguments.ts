import { changeOf, readRequestedChange } from '../kinds/index.ts';
import type { Call, OperationName } from '../operations/index.ts';
import { apiReader } from './api-reader.ts';
import type { Blocker, Members } from './plan-parts.ts';
import { argumentBlocker } from './problem-text.ts';

/** The arguments that the service would ignore, for a call that is made without a plan. */
export async function ignoredArguments(
  call: Call,
  operation: OperationName,
  input: Members,
): Promise<readonly Blocker[]> {
  const fillDefaults = changeOf(operation)?.change.fillDefaults;
  if (fillDefaults === undefined) return [];
  const requested = await readRequestedChange(apiReader(call), operation, input);
  return (await fillDefaults(requested)).ignored.map(argumentBlocker);
}
