import { firstExceeded, firstProblem } from '../kinds/check-change.ts';
import { type AnyChange, readRequestedChange } from '../kinds/index.ts';
import type { Input, OperationName } from '../operations/index.ts';
import type { Context } from './context.ts';
import { quotasOf, quotaWords } from './quotas.ts';
import { requireNoProblem, ServiceError } from './service-error.ts';
import { storeReader } from './store-reader.ts';
import type { WorldSettings } from './transaction.ts';

/** Throws a `ServiceError` for the first rule or quota of a change that does not allow it. */
export async function requirePermitted<N extends OperationName>(
  change: AnyChange,
  operation: N,
  input: Input<N>,
  context: Context,
  settings: WorldSettings | undefined,
): Promise<void> {
  const requested = await readRequestedChange(storeReader(context), operation, input);
  requireNoProblem(await firstProblem(change, requested));
  if (change.quotas === undefined) return;
  const exceeded = await firstExceeded(change, requested, quotasOf(settings));
  if (exceeded !== undefined)
    throw new ServiceError(exceeded.error ?? 'LimitExceeded', quotaWords(exceeded.limit, exceeded.quota.what));
}
