import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { cachedEnvironments } from '../inventory/fleet.ts';
import { environmentGraph } from '../inventory/graph.ts';
import { arnIn, isLeavingOrGone } from '../inventory/kinds.ts';
import { listPages } from '../inventory/pages.ts';
import { FinspaceError } from '../operations/failure.ts';
import { labels } from '../operations/http.ts';
import { type OperationName, operationNamed } from '../operations/index.ts';
import { listerOfLabel } from '../operations/references.ts';
import { refusalReason } from '../safety/policy.ts';
import { quoteUntrusted } from '../untrusted.ts';
import { RESOURCE_KINDS, resourceAt } from './catalog.ts';
import type { ResourceDependencies } from './dependencies.ts';
import { idOfEnvironmentNamed } from './environment-names.ts';

const MAX_SCANNED = 2_000;
/** Maximum length of the typed text and of each given value. */
const MAX_LENGTH = 2_048;

/** Throws ProtocolError for anything but a template or the URI of a resource. */
export function requireTemplate(uri: string): void {
  if (RESOURCE_KINDS.some(({ uriTemplate }) => uriTemplate === uri) || resourceAt(uri) !== undefined) return;
  throw new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `There is no resource template ${quoteUntrusted(uri, 300)}.`,
  );
}

/**
 * The current values of a variable of a template or prompt that start with `typed`, or whose name does; case is ignored. `given` holds
 * the variables before it; if the operation that lists the values needs one that is missing, there are no suggestions.
 */
export async function completeVariable(
  deps: ResourceDependencies,
  { variable, template }: { readonly variable: string; readonly template?: string | undefined },
  typed: string,
  given: Record<string, string>,
  signal: AbortSignal,
): Promise<string[]> {
  if ([typed, ...Object.values(given)].some(({ length }) => length > MAX_LENGTH)) return [];
  const lower = typed.toLowerCase();
  try {
    const found = variable.endsWith('Arn')
      ? await arnsFor(deps, typed, signal)
      : await valuesOf(deps, variable, template, given, signal);
    const begins = (text: string | undefined) => text?.toLowerCase().startsWith(lower) === true;
    return [...new Set(found.filter(({ value, name }) => begins(value) || begins(name)).map(({ value }) => value))];
  } catch (error) {
    if (error instanceof FinspaceError) return [];
    throw error;
  }
}

interface Suggestion {
  readonly value: string;
  /** The name that people use, if it differs. */
  readonly name?: string | undefined;
}

async function valuesOf(
  deps: ResourceDependencies,
  variable: string,
  template: string | undefined,
  given: Record<string, string>,
  signal: AbortSignal,
): Promise<Suggestion[]> {
  const { call, restrictions, caller } = deps;
  const lister = listerFor(variable, template);
  if (lister === undefined || refusalReason(lister, restrictions, caller) !== undefined) return [];
  const needed = labels(operationNamed(lister));
  if (needed.some((label) => given[label] === undefined)) return [];
  const input = Object.fromEntries(needed.map((label) => [label, given[label]]));
  const list = (more = {}) => listPages(call, lister, { ...input, ...more } as never, MAX_SCANNED, { signal });
  const { items } = await list().catch(async (error) => {
    const { environmentId: name } = input;
    const environmentId = name === undefined ? undefined : await idOfEnvironmentNamed(deps, name, signal);
    if (environmentId === undefined) throw error;
    return list({ environmentId });
  });
  const nameOf = (item: Record<string, unknown>) =>
    variable === 'environmentId' ? { name: String(item['name'] ?? '') } : {};
  return items
    .filter(({ status }) => !isLeavingOrGone(status))
    .map((item) => ({ value: String(item[variable]), ...nameOf(item) }));
}

/** ARNs of environments and, when one of those has been typed, of the entities in it. */
async function arnsFor(deps: ResourceDependencies, typed: string, signal: AbortSignal): Promise<Suggestion[]> {
  const { call, restrictions, caller, cache } = deps;
  const refusal = (name: OperationName) => refusalReason(name, restrictions, caller);
  if (refusal('ListKxEnvironments') !== undefined) return [];
  const all = await cachedEnvironments(call, { signal }, cache);
  const typedEnvironment = all.find(
    ({ environmentArn }) => environmentArn !== undefined && typed.startsWith(environmentArn),
  );
  const graph =
    typedEnvironment === undefined || refusal('GetKxEnvironment') !== undefined
      ? undefined
      : await environmentGraph(call, typedEnvironment.environmentId ?? '', { signal, refusal, details: false, cache });
  return [
    ...all.flatMap(({ environmentArn, name }) => (environmentArn ? [{ value: environmentArn, name }] : [])),
    ...(graph?.entities ?? []).flatMap((entity) => {
      const value = graph && arnIn(graph, entity);
      return value === undefined ? [] : [{ value }];
    }),
  ];
}

/** The operation that lists the values of a variable of a template or prompt. The role, which only prompts have, is in no path. */
function listerFor(variable: string, template: string | undefined): OperationName | undefined {
  const operation = RESOURCE_KINDS.find(({ uriTemplate }) => uriTemplate === template)?.operation;
  return variable === 'iamRole' ? 'ListKxUsers' : listerOfLabel(variable, operation);
}
