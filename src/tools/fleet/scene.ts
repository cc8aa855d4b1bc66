import * as z from 'zod';
import {
  acrossEnvironments,
  candidatesText,
  type Environment,
  environmentsEver,
  environmentsNamed,
  environmentsNow,
} from '../../inventory/fleet.ts';
import { environmentGraph, type Graph, type GraphOptions } from '../../inventory/graph.ts';
import { readsDone } from '../../inventory/progress.ts';
import { lateGap, sharing } from '../../inventory/reading.ts';
import { didYouMean } from '../../nearest.ts';
import { FinspaceError } from '../../operations/failure.ts';
import type { Call, CallOptions, OperationName } from '../../operations/index.ts';
import { once } from '../../operations/operation.ts';
import type { Quotas } from '../../operations/quotas.ts';
import { refusalReason } from '../../safety/policy.ts';
import { quoted } from '../../untrusted.ts';
import type { Exchange, ToolEnvironment } from '../environment.ts';
import { progressOf } from '../progress.ts';
import type { Position } from './cursor.ts';
import { NotThere } from './not-there.ts';
import type { Rest } from './page.ts';
import { graphsOf, inTime, partOf, SAME_CURSOR } from './part.ts';
import { textOf, type Unread } from './unread.ts';

/** The status of an entity that no longer exists. */
export const GONE = 'DELETED';

/** The argument of every tool for one environment. */
export const EnvironmentArgument = () => z.string().min(1).max(64).describe('Id or name of a kdb environment');
/** The argument of every tool for one or several environments. */
export const EnvironmentsArgument = () =>
  z.string().min(1).max(64).describe('Id, name, or a pattern such as desk-*. Default: all.');

export { NotThere } from './not-there.ts';

/** The context of a fleet tool: the existing environments, and ways to read them within the caller's rights. */
export interface Scene {
  readonly call: Call;
  /** The same, with one call for identical reads. */
  readonly reads: Call;
  /** For one of many reads. */
  readonly background: CallOptions;
  readonly options: GraphOptions;
  /** Whether all environments of the account are visible. */
  readonly seesAll: boolean;
  /** The existing environments. */
  present(): Promise<readonly Environment[]>;
  /** The limits of the backend; undefined if the API does not show them. */
  readonly quotas: () => Promise<Quotas | undefined>;
  /** The only environment with an id or name. Throws NotThere. */
  environment(wanted: string): Promise<Environment>;
  /** The same, or else the newest deleted one with that id or name. */
  environmentOrDeleted(wanted: string): Promise<Environment>;
  graph(wanted: string, options?: GraphOptions): Promise<Graph>;
  /** The graphs of all environments, of one, or of those whose names match a pattern with `*`. */
  graphs(wanted: string | undefined, options?: GraphOptions, follow?: Follow): Promise<Graphs>;
  /** The environments that `graphs` had no time for. */
  rest(): Rest | undefined;
  /** Reads the environments of these graphs again, with other options. */
  again(graphs: readonly Pick<Graph, 'environmentId'>[], options: GraphOptions): Promise<Graphs>;
}

export interface Graphs {
  readonly graphs: readonly Graph[];
  readonly gaps: readonly Unread[];
}

/** Reads what belongs to the graph of an environment, before the environment counts as read. */
export type Follow = (graph: Graph, call: Call, options: CallOptions) => Promise<void>;

/** The context of one call, which answers with what it knows when `overtime` aborts. */
export function sceneOf(
  { call, restrictions, caller, quotas, inventory }: ToolEnvironment,
  { context }: Exchange,
  overtime: AbortSignal,
  part: Partial<Position>,
): Scene {
  const signal = AbortSignal.any([context.mcpReq.signal, overtime]);
  const onProgress = readsDone(progressOf(context));
  const refusal = (name: OperationName) => refusalReason(name, restrictions, caller);
  const foreground: CallOptions = { signal, untilAborted: true };
  const background: CallOptions = { ...foreground, isBackground: true };
  const options: GraphOptions = { ...foreground, overtime, refusal, onProgress, inventory };
  // What one question reads twice, it reads once: its parts agree with each other.
  const reads = sharing(call);
  const seen = new Map<string | undefined, Environment>();
  let rest: Rest | undefined;
  const present = once(async () => {
    const all = await environmentsNow(reads, background, inventory);
    for (const each of all) seen.set(each.environmentId, each);
    return all;
  });

  const theOne = (all: readonly Environment[], wanted: string) => {
    const exact = environmentsNamed(all, wanted);
    const [found, second] = exact.length > 0 ? exact : withWord(all, wanted);
    if (found === undefined)
      throw noSuch(
        'kdb environment',
        wanted,
        all.map(({ name }) => name ?? ''),
      );
    if (second !== undefined) throw new NotThere(candidatesText(exact, wanted));
    return found;
  };
  const environment = async (wanted: string) => (await withoutListing(wanted)) ?? theOne(await present(), wanted);
  /** The environment with an id, or with a name that it had a minute ago and still has. */
  const withoutListing = async (wanted: string): Promise<Environment | undefined> => {
    const named = environmentsNamed(inventory?.listed() ?? [], wanted);
    const id = LIKE_AN_ID.test(wanted) ? wanted : named.length === 1 ? named[0]?.environmentId : undefined;
    if (id === undefined) return undefined;
    const found = seen.get(id) ?? (await reads('GetKxEnvironment', { environmentId: id }, foreground).catch(orList));
    if (found === undefined || found.status === GONE || environmentsNamed([found], wanted).length === 0)
      return undefined;
    seen.set(id, found);
    return found;
  };
  const environmentOrDeleted = async (wanted: string) => {
    const [deleted, others] = apart(await environmentsEver(call, foreground));
    const [gone] = environmentsNamed(others, wanted).length > 0 ? [] : newest(environmentsNamed(deleted, wanted));
    return gone ?? theOne(others, wanted);
  };
  const one = (through: Call, environment: Environment, more: GraphOptions) =>
    environmentGraph(through, environment.environmentId ?? '', {
      ...options,
      environment: wholly(environment),
      ...more,
    });
  const each = async (environments: readonly Environment[], more: GraphOptions, follow?: Follow) => {
    const work = async (bounded: Call, environment: Environment) => {
      const graph = await one(bounded, environment, { onProgress: undefined, ...more });
      try {
        await follow?.(graph, bounded, background);
        return graph;
      } catch (error) {
        if (overtime.aborted) return { ...graph, gaps: [...graph.gaps, lateGap('environment', 'ListTagsForResource')] };
        throw error;
      }
    };
    const found = await acrossEnvironments(reads, environments, work, { onProgress, overtime });
    context.mcpReq.signal.throwIfAborted();
    const { results, failures } = found;
    const [first] = failures;
    if (first !== undefined && results.length === 0 && !overtime.aborted) throw first.error;
    return found;
  };
  const graphs = async (environments: readonly Environment[], more: GraphOptions, follow?: Follow) => {
    const all = partOf(environments, part);
    const { read, left } = inTime(all, await each(all, more, follow), overtime);
    if (left !== undefined && (part.at ?? 0) > 0) throw new NotThere(SAME_CURSOR);
    rest = left;
    return graphsOf(read);
  };
  const again = async (places: readonly Pick<Graph, 'environmentId'>[], more: GraphOptions) => {
    const environments = places.map(({ environmentId }) => seen.get(environmentId) ?? { environmentId });
    return graphsOf(await each(environments, more), environments);
  };
  const meant = async (wanted: string | undefined) => {
    if (wanted === undefined) return present();
    if (!wanted.includes('*')) return [await environment(wanted)];
    const all = await present();
    const fitting = all.filter(({ name = '' }) => isLike(name.toLowerCase(), wanted.toLowerCase()));
    const names = all.map(({ name = '' }) => name);
    if (fitting.length === 0)
      throw new NotThere(`No kdb environment has a name like ${quoted(wanted)}. Existing ones: ${listed(names)}.`);
    return fitting;
  };
  return {
    call,
    background,
    options,
    seesAll: restrictions.environments === undefined,
    present,
    quotas: async () => quotas?.(),
    environment,
    environmentOrDeleted,
    graph: async (wanted, more = {}) => one(reads, await environment(wanted), more),
    reads,
    graphs: async (wanted, more = {}, follow = undefined) => graphs(await meant(wanted), more, follow),
    again,
    rest: () => rest,
  };
}

/** The format of the ids that the service chooses. Names may have it, too. */
const LIKE_AN_ID = /^[a-z0-9]{20,26}$/;

/** A listed environment that shows as much as its own read, which is what the API describes. */
const wholly = (environment: Environment) =>
  environment.environmentArn === undefined || environment.status === undefined ? undefined : environment;

/** An environment that cannot be read by its id is looked for in the list, which also says what exists instead. */
function orList(error: unknown): undefined {
  if (error instanceof FinspaceError && error.fields.code !== 'Aborted') return;
  throw error;
}

/**
 * Whether a complete name matches a pattern with `*` for any text. No regular expression, because the pattern comes from the
 * model.
 */
export function isLike(name: string, pattern: string): boolean {
  const [begin = '', ...rest] = pattern.split('*');
  const end = rest.pop() ?? '';
  if (!name.startsWith(begin) || !name.slice(begin.length).endsWith(end)) return false;
  const between = name.slice(begin.length, name.length - end.length);
  let at = 0;
  return rest.every((part) => {
    const found = between.indexOf(part, at);
    at = found + part.length;
    return found >= 0;
  });
}

const apart = (all: readonly Environment[]) =>
  [all.filter(({ status }) => status === GONE), all.filter(({ status }) => status !== GONE)] as const;
const newest = (all: readonly Environment[]) =>
  all.toSorted((a, b) => (b.creationTimestamp ?? '').localeCompare(a.creationTimestamp ?? ''));

/**
 * The only environment whose name matches apart from word separators, or contains the word: `prod` or `production` is `kdb-prod`.
 */
const withWord = (all: readonly Environment[], wanted: string): Environment[] => {
  const words = (text: string) => text.toLowerCase().split(/[-_\s]+/);
  const is = words(wanted).join('-');
  const isShort = (one: string, other: string) => SHORTENED.test(one) && SHORTENED.test(other) && other.startsWith(one);
  const named = all.filter(({ name = '' }) => words(name).join('-') === is);
  const having = all.filter(({ name = '' }) =>
    words(name).some((word) => word === is || isShort(word, is) || isShort(is, word)),
  );
  const found = named.length > 0 ? named : having;
  return found.length === 1 ? found : [];
};
/** A word that may stand for a longer one; `kdb-test` and `prod2` count as exact names. */
const SHORTENED = /^[a-z]{3,}$/;

/** The time of the earliest read. */
export const readAtOf = (graphs: readonly Graph[]) => graphs.map(({ readAt }) => readAt).toSorted()[0];

const MOST_IDS = 8;
/** The time of the read, the number of environments and, if they are few, their ids with their names. */
export const environmentsOf = (graphs: readonly Graph[]) => ({
  readAt: readAtOf(graphs),
  environments: graphs.length,
  ...(graphs.length > MOST_IDS
    ? {}
    : { environmentIds: Object.fromEntries(graphs.map(({ name, environmentId }) => [environmentId, name])) }),
});

/** Says that something was not found, as far as everything could be read, with what was probably meant. */
export function noSuch(
  noun: string,
  wanted: string,
  known: readonly string[],
  [gap, ...gaps]: readonly Unread[] = [],
  advice = '',
): NotThere {
  const like = known.filter((name) => name.toLowerCase().includes(wanted.toLowerCase()));
  const otherwise = `. Existing ones: ${listed(like.length > 0 ? like : known)}.`;
  const meant = like.length > 0 ? otherwise : didYouMean(wanted, known, { otherwise, shown: quoted });
  const more = gaps.length === 0 ? '' : ` and ${gaps.length} more`;
  const unread =
    gap === undefined
      ? ''
      : ` It may be in a part that could not be read: ${quoted(gap.environment)}, ${quoted(textOf(gap), 200)}${more}.`;
  return new NotThere(`There is no ${noun} ${quoted(wanted)}${meant}${unread}${advice && ` ${advice}`}`);
}

/** The first of some names, quoted, in one line. */
export const listed = (known: readonly string[]) =>
  `${
    known
      .slice(0, 12)
      .map((name) => quoted(name))
      .join(', ') || 'none'
  }${known.length > 12 ? ', …' : ''}`;
