import { environmentsNow } from '../inventory/fleet.ts';
import { walk } from '../inventory/pages.ts';
import { FinspaceError } from '../operations/failure.ts';
import { labels, route } from '../operations/http.ts';
import { OPERATION_NAMES, type OperationName, operationNamed } from '../operations/index.ts';
import { withheld } from '../safety/policy.ts';
import { RESOURCE_KINDS } from './catalog.ts';
import type { ResourceEnvironment } from './environment.ts';

const MOST_SCANNED = 2_000;
const GONE = new Set<unknown>(['DELETED', 'DELETING']);

/**
 * The values that a variable of a template or prompt can have now and that start with `typed`. `given` holds the variables before
 * it; without those that its list needs there is nothing to suggest.
 */
export async function completeVariable(
  environment: ResourceEnvironment,
  { variable, template }: { readonly variable: string; readonly template?: string | undefined },
  typed: string,
  given: Record<string, string>,
  signal: AbortSignal,
): Promise<string[]> {
  try {
    const values = await valuesOf(environment, variable, template, given, signal);
    return [...new Set(values)].filter((value) => value.toLowerCase().startsWith(typed.toLowerCase()));
  } catch (error) {
    if (error instanceof FinspaceError) return [];
    throw error;
  }
}

async function valuesOf(
  { call, restrictions, caller }: ResourceEnvironment,
  variable: string,
  template: string | undefined,
  given: Record<string, string>,
  signal: AbortSignal,
): Promise<string[]> {
  const lister = listerFor(variable, template);
  if (lister === undefined || withheld(lister, restrictions, caller) !== undefined) return [];
  if (variable.endsWith('Arn'))
    return (await environmentsNow(call, { signal })).flatMap(({ environmentArn }) => environmentArn ?? []);
  const needed = labels(operationNamed(lister));
  if (needed.some((label) => given[label] === undefined)) return [];
  const input = Object.fromEntries(needed.map((label) => [label, given[label]]));
  const { items } = await walk(call, lister, input as never, MOST_SCANNED, { signal });
  return items.filter(({ status }) => !GONE.has(status)).map((item) => String(item[variable]));
}

/** The operation that lists what a variable names: the one whose path the variable follows, in the template or anywhere. */
function listerFor(variable: string, template: string | undefined): OperationName | undefined {
  const operation = RESOURCE_KINDS.find(({ uriTemplate }) => uriTemplate === template)?.operation;
  const paths = (operation === undefined ? OPERATION_NAMES : [operation]).map(
    (name) => route(operationNamed(name)).path,
  );
  const path = paths.find((each) => each.includes(`/{${variable}}`));
  const collection = variable.endsWith('Arn') ? '/kx/environments' : path?.slice(0, path.indexOf(`/{${variable}}`));
  return OPERATION_NAMES.find((name) => operationNamed(name).http === `GET ${collection}`);
}
