import { environmentsNamed, existingEnvironments } from '../inventory/fleet.ts';
import { readIfOffered } from '../safety/offered-read.ts';
import type { ResourceDependencies } from './dependencies.ts';

/**
 * The id of the only environment with a name; undefined if there is none or several, if the name is an id itself, or if environments
 * cannot be listed.
 */
export async function idOfEnvironmentNamed(
  deps: ResourceDependencies,
  name: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { call, cache } = deps;
  const list = () => existingEnvironments(call, { signal }, cache);
  const existing = (await readIfOffered(deps, 'ListKxEnvironments', list)) ?? [];
  const [first, second] = environmentsNamed(existing, name);
  return second === undefined && first?.environmentId !== name ? first?.environmentId : undefined;
}
