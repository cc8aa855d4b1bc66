import { type Call, type OperationName, type Output, operationNamed } from '../operations/index.ts';

type Environment = NonNullable<Output<'ListKxEnvironments'>['environments']>[number];

/** A reply, and when it was read. */
export interface Kept<T> {
  readonly reply: T;
  readonly readAt: number;
}

/**
 * Replies of earlier questions, for the tools and resources that only read. Nothing that decides whether a call is safe reads it,
 * and neither does the resolution of names in changes.
 */
export interface Inventory {
  /**
   * The reply of a read: the kept one if it was read for the same version, and at most `mostMs` ago. `isCurrent` says whether a
   * new reply fits that version; others are not kept.
   */
  read<T extends object>(request: ReadRequest<T>): Promise<Kept<T>>;
  /** The environments as listed at most a minute ago; undefined without such a list. */
  listed(): readonly Environment[] | undefined;
  /** Reads the list of the environments, and keeps it unless something was changed meanwhile. */
  readListed(ask: () => Promise<readonly Environment[]>): Promise<readonly Environment[]>;
  /** A Call after whose changes nothing is kept of the environments that they name. */
  follow(call: Call): Call;
  /** Bytes of the replies that are kept. */
  size(): number;
}

interface ReadRequest<T> {
  readonly name: OperationName;
  readonly input: object;
  /** What a list shows of the entity: while that stays the same, a kept reply is valid. */
  readonly version: string;
  readonly mostMs?: number | undefined;
  readonly isCurrent?: (reply: object) => boolean;
  readonly ask: () => Promise<T>;
}

interface Entry {
  readonly version: string;
  /** JSON: shorter than the objects, and immutable. */
  readonly text: string;
  readonly readAt: number;
}

interface InventoryOptions {
  readonly now?: (() => number) | undefined;
  readonly mostBytes?: number | undefined;
}

export const MINUTE_MS = 60_000;
const MAX_BYTES = 48 * 1024 * 1024;

/** An empty inventory. When it is full, it evicts the least recently used replies. */
export function inventory({ now = Date.now, mostBytes = MAX_BYTES }: InventoryOptions = {}): Inventory {
  const entries = boundedEntries(mostBytes);
  let list: Kept<readonly Environment[]> | undefined;
  /** Counts changes, so that a reply that was requested before a change is not kept after it. */
  let changes = 0;
  const forget = (input: object) => {
    changes += 1;
    list = undefined;
    const ids = placesNamed(input);
    entries.dropWhere((key) => ids.length === 0 || ids.some((id) => key.startsWith(`${id} `)));
  };

  return {
    async read({ name, input, version, mostMs = Number.POSITIVE_INFINITY, isCurrent = () => true, ask }) {
      const key = `${placesNamed(input)[0] ?? ''} ${name} ${JSON.stringify(input)}`;
      const kept = entries.used(key, (entry) => entry.version === version && now() - entry.readAt <= mostMs);
      if (kept !== undefined) return { reply: JSON.parse(kept.text), readAt: kept.readAt };
      const before = changes;
      const readAt = now();
      const reply = await ask();
      if (before === changes && isCurrent(reply)) entries.keep(key, { version, text: JSON.stringify(reply), readAt });
      return { reply, readAt };
    },
    listed: () => (list !== undefined && now() - list.readAt <= MINUTE_MS ? list.reply : undefined),
    async readListed(ask) {
      const before = changes;
      const readAt = now();
      const reply = await ask();
      if (before === changes) list = { reply, readAt };
      return reply;
    },
    follow: (call) => async (name, input, options) => {
      const { risk } = operationNamed(name);
      if (risk === 'read' || risk === 'reveal') return call(name, input, options);
      try {
        return await call(name, input, options);
      } finally {
        forget(input);
      }
    },
    size: () => entries.bytes(),
  };
}

/** Entries by key, in at most `mostBytes` bytes; evicts the least recently used ones. */
function boundedEntries(mostBytes: number) {
  const entries = new Map<string, Entry>();
  let bytes = 0;
  const drop = (key: string, { text }: Entry) => {
    entries.delete(key);
    bytes -= key.length + text.length;
  };
  return {
    bytes: () => bytes,
    /** The entry if it is usable, which counts as a use. */
    used(key: string, isUsable: (entry: Entry) => boolean): Entry | undefined {
      const entry = entries.get(key);
      if (entry === undefined || !isUsable(entry)) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry;
    },
    keep(key: string, entry: Entry): void {
      const before = entries.get(key);
      if (before !== undefined) drop(key, before);
      entries.set(key, entry);
      bytes += key.length + entry.text.length;
      for (const [oldest, each] of entries) {
        if (bytes <= mostBytes) break;
        drop(oldest, each);
      }
    },
    dropWhere(isMeant: (key: string) => boolean): void {
      for (const [key, entry] of entries) if (isMeant(key)) drop(key, entry);
    },
  };
}

/** The ids of the environments in the arguments of an operation, also inside an ARN. */
function placesNamed(input: object): string[] {
  const { environmentId, resourceArn, userArn } = input as Record<string, unknown>;
  const inArns = [resourceArn, userArn].flatMap((arn) => /:kxEnvironment\/([^/]+)/.exec(String(arn))?.[1] ?? []);
  return environmentId === undefined ? inArns : [String(environmentId), ...inArns];
}
