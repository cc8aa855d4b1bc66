import type { Call, CallOptions, Output } from '../operations/index.ts';
import { quoted } from '../untrusted.ts';
import { walk } from './pages.ts';
import { atMost } from './reading.ts';

const MOST_ENVIRONMENTS = 1_000;
const ENVIRONMENTS_AT_ONCE = 4;
const CALLS_AT_ONCE = 16;

export type Environment = NonNullable<Output<'ListKxEnvironments'>['environments']>[number];

/** The existing environments, without deleted ones. */
export async function environmentsNow(call: Call, options: CallOptions): Promise<Environment[]> {
  const all = await environmentsEver(call, options);
  return all.filter(isPresent);
}

/** Whether a listed environment still exists. */
export const isPresent = ({ status }: Environment): boolean => status !== 'DELETED';

/** All listed environments, with deleted ones. */
export async function environmentsEver(call: Call, options: CallOptions): Promise<Environment[]> {
  const { items } = await walk(call, 'ListKxEnvironments', {}, MOST_ENVIRONMENTS, options);
  return items as Environment[];
}

/** The environments with an id or a name, ignoring case. */
export function environmentsNamed(all: readonly Environment[], wanted: string): Environment[] {
  const byId = all.filter(({ environmentId }) => environmentId === wanted);
  if (byId.length > 0) return byId;
  return all.filter(({ name }) => name?.toLowerCase() === wanted.toLowerCase());
}

const MOST_CANDIDATES = 10;

/** Names the environments that share a name, so that the caller can give the id of one. */
export function candidatesText(candidates: readonly Environment[], wanted: string): string {
  const texts = candidates
    .slice(0, MOST_CANDIDATES)
    .map(
      ({ environmentId = '', name = '', creationTimestamp = '' }) =>
        `${quoted(environmentId)} (${quoted(name)}, created ${quoted(creationTimestamp)})`,
    );
  const more = candidates.length > MOST_CANDIDATES ? `, and ${candidates.length - MOST_CANDIDATES} more` : '';
  return `${candidates.length} environments have the name ${quoted(wanted)}: ${texts.join(', ')}${more}. Give the id of one of them.`;
}

/** The result for each environment, and the errors for those without one. */
export interface Found<T> {
  readonly results: readonly { readonly environment: Environment; readonly result: T }[];
  readonly failures: readonly { readonly environment: Environment; readonly error: unknown }[];
}

/** Does the same work in every environment, several at a time, with a limit on the concurrent calls in all of them together. */
export async function acrossEnvironments<T>(
  call: Call,
  environments: readonly Environment[],
  work: (call: Call, environment: Environment) => Promise<T>,
  onProgress?: (done: number, known: number) => void,
): Promise<Found<T>> {
  const bounded = atMost(call, CALLS_AT_ONCE, onProgress);
  const outcomes: ({ readonly result: T } | { readonly error: unknown })[] = [];
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < environments.length; at = next++)
      outcomes[at] = await work(bounded, environments[at] as Environment).then(
        (result) => ({ result }),
        (error: unknown) => ({ error }),
      );
  };
  await Promise.all(Array.from({ length: Math.min(ENVIRONMENTS_AT_ONCE, environments.length) }, worker));
  return {
    results: environments.flatMap((environment, at) => {
      const outcome = outcomes[at];
      return outcome !== undefined && 'result' in outcome ? [{ environment, result: outcome.result }] : [];
    }),
    failures: environments.flatMap((environment, at) => {
      const outcome = outcomes[at];
      return outcome !== undefined && 'error' in outcome ? [{ environment, error: outcome.error }] : [];
    }),
  };
}
