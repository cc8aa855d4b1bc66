import { bytesOf } from '../answer-size.ts';
import { environmentIdsIn } from '../operations/arn.ts';
import { type Call, type OperationName, type Output, operationNamed } from '../operations/index.ts';
import { changesNothing } from '../operations/operation.ts';

export type Environment = NonNullable<Output<'ListKxEnvironments'>['environments']>[number];

export interface CachedReply<T> {
  readonly reply: T;
  readonly readAt: number;
}

/**
 * Replies of earlier questions, for the tools and resources that only read. Nothing that decides whether a call is safe reads it,
 * and neither does the resolution of names in changes.
 */
export interface ReplyCache {
  /**
   * The reply of a read: the cached one if it was read for the same version, and at most `maxAgeMs` ago. `isCurrent` says whether a
   * new reply fits that version; others are not cached.
   */
  read<T extends object>(request: ReadRequest<T>): Promise<CachedReply<T>>;
  /** The environments as listed at most a minute ago; undefined without such a list. */
  environments(): readonly Environment[] | undefined;
  /** Reads the list of the environments, and caches it unless something was changed meanwhile. */
  readEnvironments(load: () => Promise<readonly Environment[]>): Promise<readonly Environment[]>;
  /** Drops everything if the world was replaced since the last time. */
  dropIfReplaced(): Promise<void>;
  /**
   * A Call that, after each change, drops the list of environments, and what is cached of those that the change names; everything if it
   * names none.
   */
  invalidating(call: Call): Call;
  bytes(): number;
}

/** A read whose reply may be cached. */
export interface ReadRequest<T> {
  readonly name: OperationName;
  readonly input: object;
  /** What a list shows of the entity: while that stays the same, a cached reply is valid. */
  readonly version: string;
  readonly maxAgeMs?: number | undefined;
  readonly isCurrent?: (reply: T) => boolean;
  readonly load: () => Promise<T>;
}

interface Entry {
  readonly version: string;
  /** JSON: shorter than the objects, and immutable. */
  readonly text: string;
  readonly readAt: number;
}

interface ReplyCacheOptions {
  /** Differs after the world behind the calls was replaced. */
  readonly worldInstance?: (() => Promise<string | undefined>) | undefined;
  readonly now?: (() => number) | undefined;
  readonly maxBytes?: number | undefined;
}

export const MINUTE_MS = 60_000;
const MAX_BYTES = 48 * 1024 * 1024;

/** An empty cache. When it is full, it evicts the least recently used replies. */
export function replyCache({
  now = Date.now,
  maxBytes = MAX_BYTES,
  worldInstance = async () => undefined,
}: ReplyCacheOptions = {}): ReplyCache {
  const entries = boundedEntries(maxBytes);
  let list: CachedReply<readonly Environment[]> | undefined;
  /** Counts changes, so that a reply that was requested before a change is not cached after it. */
  let changes = 0;
  let world: string | undefined;
  const isRecent = (readAt: number, maxAgeMs: number) => {
    const age = now() - readAt;
    // A negative age shows that the clock was set back.
    return age >= 0 && age <= maxAgeMs;
  };
  const invalidate = (input: object) => {
    changes += 1;
    list = undefined;
    const ids = environmentIdsIn(input);
    entries.deleteWhere((key) => ids.length === 0 || ids.some((id) => key.startsWith(`${id} `)));
  };

  return {
    async read({ name, input, version, maxAgeMs = Number.POSITIVE_INFINITY, isCurrent = () => true, load }) {
      const key = `${environmentIdsIn(input)[0] ?? ''} ${name} ${JSON.stringify(input)}`;
      const cached = entries.get(key, (entry) => entry.version === version && isRecent(entry.readAt, maxAgeMs));
      if (cached !== undefined) return { reply: JSON.parse(cached.text), readAt: cached.readAt };
      const before = changes;
      const readAt = now();
      const reply = await load();
      if (before === changes && isCurrent(reply)) entries.set(key, { version, text: JSON.stringify(reply), readAt });
      return { reply, readAt };
    },
    environments: () => (list !== undefined && isRecent(list.readAt, MINUTE_MS) ? list.reply : undefined),
    async readEnvironments(load) {
      const before = changes;
      const readAt = now();
      const reply = await load();
      if (before === changes) list = { reply, readAt };
      return reply;
    },
    async dropIfReplaced() {
      const found = await worldInstance();
      if (found !== world) invalidate({});
      world = found;
    },
    invalidating: (call) => async (name, input, options) => {
      if (changesNothing(operationNamed(name).risk)) return call(name, input, options);
      try {
        return await call(name, input, options);
      } finally {
        invalidate(input);
      }
    },
    bytes: () => entries.bytes(),
  };
}

const sizeOf = (key: string, text: string) => bytesOf(key) + bytesOf(text);

/** Entries by key, in at most `maxBytes` bytes; evicts the least recently used ones. */
function boundedEntries(maxBytes: number) {
  const entries = new Map<string, Entry>();
  let bytes = 0;
  const drop = (key: string, { text }: Entry) => {
    entries.delete(key);
    bytes -= sizeOf(key, text);
  };
  return {
    bytes: () => bytes,
    /** The entry if it is usable, which counts as a use. */
    get(key: string, isUsable: (entry: Entry) => boolean): Entry | undefined {
      const entry = entries.get(key);
      if (entry === undefined || !isUsable(entry)) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry;
    },
    set(key: string, entry: Entry): void {
      const before = entries.get(key);
      if (before !== undefined) drop(key, before);
      entries.set(key, entry);
      bytes += sizeOf(key, entry.text);
      for (const [oldest, each] of entries) {
        if (bytes <= maxBytes) break;
        drop(oldest, each);
      }
    },
    deleteWhere(matches: (key: string) => boolean): void {
      for (const [key, entry] of entries) if (matches(key)) drop(key, entry);
    },
  };
}
