import { FinspaceError } from '../operations/failure.ts';
import type { OperationName } from '../operations/index.ts';
import { type Caller, offeredTo, type Restrictions } from './policy.ts';

/** Runs a read if this caller may; undefined when it may not, or when the read fails with a FinspaceError. */
export async function readIfOffered<T>(
  offer: { readonly restrictions: Restrictions; readonly caller: Caller },
  name: OperationName,
  read: () => Promise<T>,
): Promise<T | undefined> {
  if (!offeredTo(offer)(name)) return undefined;
  try {
    return await read();
  } catch (error) {
    if (error instanceof FinspaceError) return undefined;
    throw error;
  }
}
