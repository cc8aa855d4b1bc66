import { walk } from '../inventory/pages.ts';
import { FinspaceError } from '../operations/failure.ts';
import { labels } from '../operations/http.ts';
import { operationNamed } from '../operations/index.ts';
import { listerOf } from '../operations/naming.ts';
import { withheld } from '../safety/policy.ts';
import { getterOf } from './catalog.ts';
import type { ResourceEnvironment } from './read.ts';

const MOST_SCANNED = 2_000;

/**
 * The values that a path variable can have now and that start with `typed`. `given` holds the variables before it; without
 * those that its list needs there is nothing to suggest.
 */
export async function completeVariable(
  { call, restrictions, caller }: ResourceEnvironment,
  variable: string,
  typed: string,
  given: Record<string, string>,
  signal: AbortSignal,
): Promise<string[]> {
  const getter = getterOf(variable);
  const lister = getter === undefined ? undefined : listerOf(getter);
  if (lister === undefined || withheld(lister, restrictions, caller) !== undefined) return [];
  const needed = labels(operationNamed(lister));
  if (needed.some((label) => given[label] === undefined)) return [];
  const input = Object.fromEntries(needed.map((label) => [label, given[label]]));
  try {
    const { items } = await walk(call, lister, input as never, MOST_SCANNED, { signal });
    return items
      .filter(({ status }) => status !== 'DELETED')
      .map((item) => String(item[variable]))
      .filter((value) => value.startsWith(typed));
  } catch (error) {
    if (error instanceof FinspaceError) return [];
    throw error;
  }
}
