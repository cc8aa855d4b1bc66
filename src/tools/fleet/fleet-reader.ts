import * as z from 'zod';
import { acrossEnvironments, type Environment } from '../../inventory/fleet.ts';
import { environmentGraph } from '../../inventory/graph.ts';
import type { Graph, GraphOptions } from '../../inventory/graph-types.ts';
import { progressReporter } from '../../inventory/progress.ts';
import { lateGap } from '../../inventory/reading.ts';
import { deduplicated } from '../../operations/calls.ts';
import type { Call, CallOptions, OperationName } from '../../operations/index.ts';
import type { Quotas } from '../../operations/quotas.ts';
import { refusalReason } from '../../safety/policy.ts';
import type { Exchange, ToolDependencies } from '../dependencies.ts';
import { progressOf } from '../progress.ts';
import type { Position } from './cursor.ts';
import { type EnvironmentLookup, environmentLookup } from './environment-lookup.ts';
import { environmentsBetween, graphsOf, inTime, REPEAT_PAGE } from './in-time.ts';
import type { EnvironmentsLeft } from './page.ts';
import type { ReadGap } from './read-gaps.ts';
import { Unanswerable } from './unanswerable.ts';

export const EnvironmentArgument = () => z.string().min(1).max(64).describe('Id or name of a kdb environment');
export const EnvironmentsArgument = () =>
  z.string().min(1).max(64).describe('Id, name, or a pattern such as desk-*. Default: all.');

/** The context of a fleet tool: the existing environments, and ways to read them. */
export interface FleetReader extends EnvironmentLookup {
  /** Makes calls even if the caller may not: before another operation than those in `needs`, check `options.refusal`. */
  readonly call: Call;
  /** As `call`, but makes identical reads only once. */
  readonly readOnce: Call;
  /** The options for one of many reads. */
  readonly backgroundOptions: CallOptions;
  readonly options: GraphOptions;
  /** Whether all environments of the account are visible. */
  readonly seesAll: boolean;
  /** The limits of the backend; undefined if the API does not show them. */
  readonly quotas: () => Promise<Quotas | undefined>;
  graph(wanted: string, options?: GraphOptions): Promise<Graph>;
  /**
   * The graphs of all environments, of one, or of those whose names match a pattern with `*`; of these, only those to which the cursor
   * leads, as far as there is time. What the caller may not read is a gap.
   */
  graphs(wanted: string | undefined, options?: GraphOptions, prefetch?: Prefetch): Promise<Graphs>;
  /** The environments that `graphs` had no time for. */
  environmentsLeft(): EnvironmentsLeft | undefined;
  /**
   * Reads the environments of these graphs with other options, by `call`. The default, `readOnce`, makes only the calls that were not made
   * yet.
   */
  reread(graphs: readonly Pick<Graph, 'environmentId'>[], options: GraphOptions, call?: Call): Promise<Graphs>;
}

export interface Graphs {
  readonly graphs: readonly Graph[];
  readonly gaps: readonly ReadGap[];
}

/** Reads what belongs to the graph of an environment, before the environment counts as read. */
export type Prefetch = (graph: Graph, call: Call, options: CallOptions) => Promise<void>;

/** The context of one call, which answers with what it knows when `deadline` aborts. */
export function fleetReader(
  { call, restrictions, caller, quotas, aheadMs, cache }: ToolDependencies,
  { context }: Exchange,
  deadline: AbortSignal,
  position: Partial<Position>,
): FleetReader {
  const cancelled = context.mcpReq.signal;
  const signal = AbortSignal.any([cancelled, deadline]);
  const onProgress = progressReporter(progressOf(context));
  const refusal = (name: OperationName) => refusalReason(name, restrictions, caller);
  const foregroundOptions: CallOptions = { signal, untilAborted: true };
  const backgroundOptions: CallOptions = { ...foregroundOptions, isBackground: true };
  const options: GraphOptions = { ...foregroundOptions, deadline, refusal, onProgress, cache, aheadMs };
  // Identical reads are made once per question, so that the parts of its answer agree.
  const readOnce = deduplicated(call);
  const lookup = environmentLookup({ call, readOnce, foregroundOptions, backgroundOptions, cache });
  const read = graphReader({ backgroundOptions, options, cancelled, deadline });
  let environmentsLeft: EnvironmentsLeft | undefined;
  return {
    call,
    backgroundOptions,
    options,
    seesAll: restrictions.environments === undefined,
    quotas: async () => quotas?.(),
    ...lookup,
    readOnce,
    graph: async (wanted, more = {}) => read.one(readOnce, await lookup.environment(wanted), more),
    graphs: async (wanted, more = {}, prefetch = undefined) => {
      const all = environmentsBetween(await lookup.matching(wanted), position);
      const { read: found, left } = inTime(all, await read.each(readOnce, all, more, prefetch), deadline);
      if (left !== undefined && (position.row ?? 0) > 0) throw new Unanswerable(REPEAT_PAGE);
      environmentsLeft = left;
      return graphsOf(found);
    },
    reread: async (graphs, more, rereadCall = readOnce) => {
      const environments = graphs.map(({ environmentId }) => lookup.environmentById(environmentId));
      return graphsOf(await read.each(rereadCall, environments, more), environments);
    },
    environmentsLeft: () => environmentsLeft,
  };
}

/** The time of the world, whose clock may be ahead, ISO 8601. */
export const worldTime = async ({ options }: FleetReader): Promise<string> =>
  new Date(Date.now() + ((await options.aheadMs?.()) ?? 0)).toISOString();

type GraphReaderOptions = Pick<FleetReader, 'backgroundOptions' | 'options'> &
  Record<'cancelled' | 'deadline', AbortSignal>;

/** Reads the graphs of environments: of one, or of several at a time until `deadline` aborts. */
function graphReader({ backgroundOptions, options, cancelled, deadline }: GraphReaderOptions) {
  const one = (call: Call, environment: Environment, more: GraphOptions) =>
    environmentGraph(call, environment.environmentId ?? '', {
      ...options,
      environment: ifComplete(environment),
      ...more,
    });
  const each = async (by: Call, environments: readonly Environment[], more: GraphOptions, prefetch?: Prefetch) => {
    const work = async (call: Call, environment: Environment) => {
      const graph = await one(call, environment, { onProgress: undefined, ...more });
      try {
        await prefetch?.(graph, call, backgroundOptions);
        return graph;
      } catch (error) {
        if (deadline.aborted) return { ...graph, gaps: [...graph.gaps, lateGap('environment', 'ListTagsForResource')] };
        throw error;
      }
    };
    const found = await acrossEnvironments(by, environments, work, {
      onProgress: options.onProgress,
      deadline,
    });
    cancelled.throwIfAborted();
    const { results, failures } = found;
    const [first] = failures;
    if (first !== undefined && results.length === 0 && !deadline.aborted) throw first.error;
    return found;
  };
  return { one, each };
}

/** An environment as listed, if it has what the API describes: then its own read would show no more. */
const ifComplete = (environment: Environment) =>
  environment.environmentArn === undefined || environment.status === undefined ? undefined : environment;

export const readAtOf = (graphs: readonly Graph[]) => graphs.map(({ readAt }) => readAt).toSorted()[0];

const MAX_IDS = 8;
/** The time of the read, the number of environments and, if they are few, their ids with their names. */
export const environmentsOf = (graphs: readonly Graph[]) => ({
  readAt: readAtOf(graphs),
  environments: graphs.length,
  ...(graphs.length > MAX_IDS
    ? {}
    : { environmentIds: Object.fromEntries(graphs.map(({ name, environmentId }) => [environmentId, name])) }),
});
