import { environmentsNamed, existingEnvironments } from '../inventory/fleet.ts';
import { FinspaceError } from '../operations/failure.ts';
import { refusalReason } from '../safety/policy.ts';
import type { ResourceEnvironment } from './environment.ts';

/** The id of the only environment with a name; undefined if there is none or several, or if they cannot be listed. */
export async function idOfEnvironmentNamed(
  { call, restrictions, caller, cache }: ResourceEnvironment,
  name: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (refusalReason('ListKxEnvironments', restrictions, caller) !== undefined) return undefined;
  try {
    const [first, second] = environmentsNamed(await existingEnvironments(call, { signal }, cache), name);
    return second === undefined && first?.environmentId !== name ? first?.environmentId : undefined;
  } catch (error) {
    if (error instanceof FinspaceError) return undefined;
    throw error;
  }
}
