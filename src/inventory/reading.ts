import { statusClass } from '../kinds/statuses.ts';
import { limitConcurrency } from '../operations/calls.ts';
import { FinspaceError, wireName } from '../operations/failure.ts';
import type { Call, Input, OperationName, Output } from '../operations/index.ts';
import { lazy } from '../operations/operation.ts';
import { quoteUntrusted } from '../untrusted.ts';
import { withoutUndefined } from '../without-undefined.ts';
import type { Gap, GraphOptions, Kind } from './graph-types.ts';
import { isInDatabase } from './kinds.ts';
import { listPages, MAX_ITEMS, type PagedItems } from './pages.ts';
import { MINUTE_MS, type ReadRequest, type ReplyCache } from './reply-cache.ts';

/** What a part describes, for the gap that it leaves when it cannot be read. */
interface Part {
  readonly kind: Kind;
  readonly of?: string;
  /** Whether the read is skipped if only lists are wanted; by default, true for a `get` about a listed entity. */
  readonly isDetail?: boolean;
  /** Whether what is listed is being deleted, so that it may no longer exist. */
  readonly isLeaving?: boolean;
}

/** Reads parts of an environment, several at a time, and records what could not be read. */
export interface Reading {
  readonly gaps: Gap[];
  /** The time of the read, or of the earliest cached list that it uses, in milliseconds. */
  readAt(): number;
  /**
   * One entity; undefined when it no longer exists or cannot be read. A cached reply is valid while what the list shows of the
   * entity is unchanged.
   */
  get<N extends OperationName>(name: N, input: Input<N>, part: Part, listed?: Listed): Promise<Output<N> | undefined>;
  /** The items of a list, or as many as could be read; items beyond `maxItems` are a gap. */
  list<N extends OperationName, Item>(name: N, input: Input<N>, part: Part, extent?: Extent): Promise<Item[]>;
}

/** An entity as a list shows it. */
export interface Listed {
  readonly status?: string | undefined;
  readonly lastModifiedTimestamp?: string | undefined;
}

/** How far a list is read. */
interface Extent {
  /** The entity that the list belongs to: while it is unchanged, a cached list is valid for a minute. Not cached when omitted. */
  readonly cachedWith?: Listed;
  readonly maxItems?: number;
  /** Whether no more items are needed. */
  readonly isEnough?: (items: readonly Record<string, unknown>[]) => boolean;
  /** How a gap calls the items that were read. */
  readonly which?: 'first' | 'newest';
}

/** Why something is missing that was not read in time, and how to continue. */
export const OUT_OF_TIME = 'not read in time: repeat the call, which continues from there';

export const lateGap = (kind: Kind, operation: OperationName, of?: string): Gap =>
  withoutUndefined({ kind, operation, of, reason: OUT_OF_TIME, isLate: true });

/** Maximum concurrent calls of one question; the endpoint may admit fewer. */
export const MAX_CONCURRENT_CALLS = 48;
/** After these errors, reading ends: the caller has left, the backend cannot be used, or the environment is withheld. */
const FATAL_ERRORS = new Set(['Aborted', 'Misconfigured', 'Unreachable', 'ServiceEnded', 'Withheld']);

export function startReading(call: Call, options: GraphOptions): Reading {
  const {
    signal,
    concurrency = MAX_CONCURRENT_CALLS,
    onProgress,
    kinds,
    cache,
    now = Date.now,
    untilAborted,
  } = options;
  const callOptions = { signal, isBackground: true, untilAborted };
  let oldest = Number.POSITIVE_INFINITY;
  const neededKinds =
    kinds && new Set<Kind>(kinds.flatMap((kind) => (isInDatabase(kind) ? [kind, 'database'] : [kind])));
  const gaps: Gap[] = [];
  const attempt = attemptWith(options, neededKinds, gaps);
  const read = cachedRead(cache);
  const limited = limitConcurrency(stopWhenThrottled(call), concurrency, onProgress);
  return {
    gaps,
    readAt: () => Math.min(oldest, now()),
    get: (name, input, part, listed) => {
      const load = () => limited(name, input, callOptions);
      const isCurrent = (reply: object) => versionOf(reply) === versionOf(listed ?? {});
      const detail = async () => (await read(listed, { name, input, isCurrent, load })).reply;
      return attempt(name, { isDetail: part.of !== undefined, ...part }, detail, undefined);
    },
    list: (name, input, part, { maxItems = MAX_ITEMS, isEnough, which = 'first', cachedWith } = {}) => {
      const load = () => listPages(limited, name, input, maxItems, callOptions, isEnough);
      const items = async () => {
        const { reply, readAt } = await read(cachedWith, {
          name,
          input,
          maxAgeMs: MINUTE_MS,
          isCurrent: isQuiet,
          load,
        });
        oldest = Math.min(oldest, readAt);
        const { items, complete } = reply;
        if (!complete) gaps.push(beyondGap(name, part, which, items.length));
        return items as never[];
      };
      return attempt(name, part, items, []);
    },
  };
}

/** Reads through the cache, if there is one: a cached reply is valid while what a list shows of the entity is unchanged. */
function cachedRead(cache: ReplyCache | undefined) {
  const upToDate = lazy(async () => cache?.dropIfReplaced());
  return async <T extends object>(listed: Listed | undefined, request: Omit<ReadRequest<T>, 'version'>) => {
    if (cache === undefined || !isCacheable(listed))
      return { reply: await request.load(), readAt: Number.POSITIVE_INFINITY };
    await upToDate();
    return cache.read({ version: JSON.stringify(listed), ...request });
  };
}

/** Runs reads that the options ask for; one that cannot be made or fails leaves a gap. */
function attemptWith(options: GraphOptions, neededKinds: ReadonlySet<Kind> | undefined, gaps: Gap[]) {
  const { signal, deadline, refusal, details = true } = options;
  /** Whether the time is over, and nobody cancelled the reading before. */
  const isLate = () => deadline?.aborted === true && (!signal?.aborted || signal.reason === deadline.reason);
  const isOmitted = ({ kind, isDetail }: Part) =>
    (isDetail && !details) || (neededKinds !== undefined && !neededKinds.has(kind) && kind !== 'environment');

  return async <T>(name: OperationName, part: Part, work: () => Promise<T>, fallback: T): Promise<T> => {
    const { kind, of } = part;
    if (isOmitted(part)) return fallback;
    const reason = refusal?.(name);
    if (reason !== undefined) {
      if (!gaps.some(({ operation }) => operation === name)) gaps.push({ kind, operation: name, reason });
      return fallback;
    }
    try {
      if (!isLate()) return await work();
      gaps.push(lateGap(kind, name, of));
    } catch (error) {
      const gap = isLate() ? lateGap(kind, name, of) : failedGap(name, part, error);
      if (gap !== undefined) gaps.push(gap);
    }
    return fallback;
  };
}

/** The gap that a failed read leaves; none if what was being deleted no longer exists. Throws the errors that end the reading. */
function failedGap(operation: OperationName, { kind, of, isLeaving = false }: Part, error: unknown): Gap | undefined {
  if (!(error instanceof FinspaceError) || FATAL_ERRORS.has(error.fields.code)) throw error;
  const isMissing = error.fields.code === 'ResourceNotFound';
  if (isMissing && of === undefined) throw error;
  return isMissing && isLeaving ? undefined : withoutUndefined({ kind, operation, of, reason: errorText(error) });
}

/** `ThrottlingException: "Slow down."`. */
export const errorText = ({ fields: { code, detail } }: FinspaceError): string =>
  `${wireName(code)}${detail === '' ? '' : `: ${quoteUntrusted(detail, 120)}`}`;

function beyondGap(operation: OperationName, { kind, of }: Part, which: string, count: number): Gap {
  const reason = `only the ${which} ${count.toLocaleString('en')} were read`;
  return withoutUndefined({ kind, operation, of, reason, isOfOlder: which === 'newest' || undefined });
}

/** Whether an entity changes only with its status and the time of its last change, so that its reply can be cached. */
const isCacheable = (listed: Listed | undefined): listed is Listed =>
  listed?.lastModifiedTimestamp !== undefined && statusClass(listed.status) !== 'underway';

/** Whether no item of a list changes by itself, such as a node that starts. */
const isQuiet = ({ items }: PagedItems) =>
  items.every(({ status }) => statusClass(status as string | undefined) !== 'underway');

const versionOf = ({ status, lastModifiedTimestamp }: Listed) => `${status} ${lastModifiedTimestamp}`;

/** A Call that rejects without waiting after one of its calls got no turn in time. */
function stopWhenThrottled(call: Call): Call {
  let refused: FinspaceError | undefined;
  return async (name, input, options) => {
    if (refused !== undefined) throw refused;
    try {
      return await call(name, input, options);
    } catch (error) {
      if (error instanceof FinspaceError && error.fields.code === 'Throttling' && error.fields.attempts === 0)
        refused = error;
      throw error;
    }
  };
}
