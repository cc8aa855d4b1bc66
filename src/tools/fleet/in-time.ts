import type { Environment, FleetResults } from '../../inventory/fleet.ts';
import type { Graph } from '../../inventory/graph-types.ts';
import { OUT_OF_TIME } from '../../inventory/reading.ts';
import { FinspaceError } from '../../operations/failure.ts';
import type { Position } from './cursor.ts';
import { type ReadGap, readGapsOf, reasonOf } from './read-gaps.ts';
import { Unanswerable } from './unanswerable.ts';

/** The environments from one on, up to but without another, by their ids. Throws Unanswerable when one of the two no longer exists. */
export function environmentsBetween(
  environments: readonly Environment[],
  { fromEnvironment: from, untilEnvironment: until }: Partial<Position>,
): readonly Environment[] {
  const indexOf = (id: string) => environments.findIndex(({ environmentId }) => environmentId === id);
  const start = from === undefined ? 0 : indexOf(from);
  const end = until === undefined ? environments.length : indexOf(until);
  if (Math.min(start, end) < 0)
    throw new Unanswerable('The environment at which to continue no longer exists: start again without cursor.');
  return environments.slice(start, end);
}

/** Says to repeat a page: if it covered fewer environments than the pages before, it would skip rows. */
export const REPEAT_PAGE = 'Out of time on this page: repeat the call with the same cursor.';

/**
 * What was read of the environments before the first one that was not read in time, and which are left. If that one is the first of
 * all, and a part of it was read, that part is shown, so that the next call continues after it.
 */
export function inTime(environments: readonly Environment[], found: FleetResults<Graph>, deadline: AbortSignal) {
  if (!deadline.aborted) return { read: found, left: undefined };
  const isWhole = ({ gaps }: Graph) => !gaps.some(({ isLate }) => isLate);
  const whole = [...found.results.filter(({ result }) => isWhole(result)), ...found.failures.filter(failedInTime)];
  const done = new Set(whole.map(({ environment }) => environment));
  const first = environments.findIndex((environment) => !done.has(environment));
  const isBegun = found.results.some(({ environment }) => environment === environments[0]);
  const end = first === 0 && isBegun ? 1 : first;
  const firstId = environments[end]?.environmentId;
  if (end < 0 || firstId === undefined) return { read: found, left: undefined };
  const before = new Set(environments.slice(0, end));
  const read = {
    results: found.results.filter(({ environment }) => before.has(environment)),
    failures: found.failures.filter(({ environment }) => before.has(environment)),
  };
  return { read, left: { firstId, count: environments.length - end } };
}

/** Whether an environment failed for a reason other than the time limit. */
const failedInTime = ({ error }: FleetResults<Graph>['failures'][number]) =>
  !(error instanceof FinspaceError) || error.fields.code !== 'Aborted';

/** The graphs of what was read, and the gaps, which include the environments of `wanted` that were not reached. */
export function graphsOf({ results, failures }: FleetResults<Graph>, wanted: readonly Environment[] = []) {
  const reached = new Set([...results, ...failures].map(({ environment }) => environment));
  const others = wanted.filter((environment) => !reached.has(environment));
  return {
    graphs: results.map(({ result }) => result),
    gaps: [
      ...results.flatMap(({ result }) => readGapsOf(result)),
      ...failures.map(({ environment: { name = '' }, error }) => ({ environment: name, reason: reasonOf(error) })),
      ...others.map(({ name = '' }): ReadGap => ({ environment: name, reason: OUT_OF_TIME })),
    ],
  };
}
