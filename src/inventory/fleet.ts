import { mapConcurrent } from '../map-concurrent.ts';
import { limitConcurrency } from '../operations/calls.ts';
import { FinspaceError } from '../operations/failure.ts';
import type { Call, CallOptions } from '../operations/index.ts';
import { quoteUntrusted } from '../untrusted.ts';
import type { GraphOptions } from './graph-types.ts';
import { listPages } from './pages.ts';
import { MAX_CONCURRENT_CALLS } from './reading.ts';
import type { Environment, ReplyCache } from './reply-cache.ts';

/** A list that continues after this many environments counts as an error of the endpoint. */
const MAX_ENVIRONMENTS = 100_000;
const ENVIRONMENTS_AT_ONCE = 12;

export type { Environment };

/** Reads the existing environments, and caches them. */
export async function existingEnvironments(
  call: Call,
  options: CallOptions,
  cache?: ReplyCache,
): Promise<readonly Environment[]> {
  const load = async () => (await allEnvironments(call, options)).filter(isPresent);
  return cache === undefined ? load() : cache.readEnvironments(load);
}

/** The existing environments, as read at most a minute ago. */
export const cachedEnvironments = async (
  call: Call,
  options: CallOptions,
  cache: ReplyCache | undefined,
): Promise<readonly Environment[]> => cache?.environments() ?? existingEnvironments(call, options, cache);

export const isPresent = ({ status }: Environment): boolean => status !== 'DELETED';

/** All listed environments, with deleted ones. Rejects rather than leave out any. */
export async function allEnvironments(call: Call, options: CallOptions): Promise<Environment[]> {
  const { items, complete } = await listPages(call, 'ListKxEnvironments', {}, MAX_ENVIRONMENTS, options);
  if (!complete) throw endless();
  return items as Environment[];
}

const endless = () =>
  new FinspaceError({
    operation: 'ListKxEnvironments',
    code: 'BadResponse',
    detail: `The list of environments does not end after ${MAX_ENVIRONMENTS.toLocaleString('en')}.`,
    retryable: false,
    advice: 'Name one environment by its id. Have a person check the endpoint.',
  });

/** The environments with an id or a name, or else those with that name in another case. */
export function environmentsNamed(all: readonly Environment[], wanted: string): Environment[] {
  const byId = all.filter(({ environmentId }) => environmentId === wanted);
  const exact = byId.length > 0 ? byId : all.filter(({ name }) => name === wanted);
  if (exact.length > 0) return exact;
  return all.filter(({ name }) => name?.toLowerCase() === wanted.toLowerCase());
}

/** Newest first. */
export const newestFirst = (all: readonly Environment[]): Environment[] =>
  all.toSorted((a, b) => (b.creationTimestamp ?? '').localeCompare(a.creationTimestamp ?? ''));

/** Says that the newest environment with an id or a name is deleted; undefined if no deleted one has it. */
export function deletedText(all: readonly Environment[], wanted: string): string | undefined {
  const [gone] = newestFirst(
    environmentsNamed(
      all.filter((each) => !isPresent(each)),
      wanted,
    ),
  );
  if (gone === undefined) return undefined;
  return `The kdb environment ${quoteUntrusted(gone.name ?? '')}, whose id is ${quoteUntrusted(gone.environmentId ?? '')}, is deleted.`;
}

/** Whether a text has the form of the ids that the service chooses. Names may have it, too. */
export const looksLikeId = (text: string): boolean => /^[a-z0-9]{20,}$/.test(text);

const MAX_CANDIDATES = 10;

/** Names the environments that share a name, so that the caller can give the id of one. */
export function candidatesText(candidates: readonly Environment[], wanted: string): string {
  const texts = candidates
    .slice(0, MAX_CANDIDATES)
    .map(
      ({ environmentId = '', name = '', creationTimestamp = '' }) =>
        `${quoteUntrusted(environmentId)} (${quoteUntrusted(name)}, created ${quoteUntrusted(creationTimestamp)})`,
    );
  const more = candidates.length > MAX_CANDIDATES ? `, and ${candidates.length - MAX_CANDIDATES} more` : '';
  return `${candidates.length} environments have the name ${quoteUntrusted(wanted)}: ${texts.join(', ')}${more}. Give the id of one of them.`;
}

/** The result for each environment, and the errors for those without one; neither for those that were not reached in time. */
export interface FleetResults<T> {
  readonly results: readonly { readonly environment: Environment; readonly result: T }[];
  readonly failures: readonly { readonly environment: Environment; readonly error: unknown }[];
}

/** Does the same work in every environment, several at a time, with a limit on the concurrent calls in all of them together. */
export async function acrossEnvironments<T>(
  call: Call,
  environments: readonly Environment[],
  work: (call: Call, environment: Environment) => Promise<T>,
  { onProgress, deadline }: Pick<GraphOptions, 'onProgress' | 'deadline'> = {},
): Promise<FleetResults<T>> {
  const bounded = limitConcurrency(call, MAX_CONCURRENT_CALLS, onProgress);
  const outcome = async (environment: Environment) => {
    if (deadline?.aborted) return {};
    try {
      return { success: { environment, result: await work(bounded, environment) } };
    } catch (error) {
      return { failure: { environment, error } };
    }
  };
  const outcomes = await mapConcurrent(environments, outcome, ENVIRONMENTS_AT_ONCE);
  return {
    results: outcomes.flatMap(({ success }) => success ?? []),
    failures: outcomes.flatMap(({ failure }) => failure ?? []),
  };
}
