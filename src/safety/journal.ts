import { createHash, randomUUID } from 'node:crypto';
import type { Actor, OperationName } from '../operations/index.ts';
import type { StateDatabase } from './state.ts';

/** Before a call that changes something or shows a credential: the caller, the call, and its approval. */
export interface Intent extends Actor {
  readonly operation: OperationName;
  /** Where the call goes, for people: the name of the target if it has one, the backend or its endpoint, and the region. */
  readonly backend: string;
  /** The path labels of the call, and the name that it gives; no other argument, which may be a secret. */
  readonly target: Readonly<Record<string, unknown>>;
  /** The name of the environment, as last seen before the call. */
  readonly environment?: string | undefined;
  /** Digest of all arguments. */
  readonly arguments: string;
}

/** After the call: its outcome. */
export interface Outcome {
  readonly result: 'succeeded' | 'failed' | 'unknown';
  readonly error?: string | undefined;
  readonly requestId?: string | undefined;
}

/** A person accepted the current time although a later one had been recorded, which voided everything open. */
export interface ClockReset {
  readonly kind: 'clock-reset';
  readonly seen: string;
  readonly accepted: string;
  readonly approver: string;
}

/** A command replaces a local world. Its outcome follows, as for a call. */
export interface WorldReplacement {
  readonly kind: 'world';
  readonly call: string;
  readonly act: 'reset' | 'import';
  readonly file: string;
  readonly region: string;
  /** `demo`, `empty`, or the world file. */
  readonly source: string;
  /** Path of the kept file; absent if nothing is lost. */
  readonly backup?: string | undefined;
  readonly user: string;
}

/** The journal of a state directory was moved to a shared store, where it stays as it was. */
export interface JournalImport {
  readonly kind: 'import';
  /** Its id in the store. */
  readonly journal: string;
  /** The state directory that it comes from. */
  readonly source: string;
  readonly entries: number;
  /** Its newest hash. */
  readonly head: string;
  readonly user: string;
}

/** A person accepted that a shared store was restored, which voided everything open. */
export interface RestoreAcceptance {
  readonly kind: 'restore';
  readonly user: string;
}

/** An entry, with the hash that the chain has for it. */
export type Entry = { readonly sequence: number; readonly at: string; readonly hash: string } & (
  | ({ readonly kind: 'intent'; readonly call: string } & Intent)
  | ({ readonly kind: 'outcome'; readonly call: string } & Outcome)
  | ClockReset
  | WorldReplacement
  | JournalImport
  | RestoreAcceptance
  /** A row that is not a valid entry: altered, or of a newer version. */
  | { readonly kind: 'unreadable' }
);
type IntentEntry = Extract<Entry, { kind: 'intent' }>;

/**
 * The append-only record of calls that change something or show a credential, and of other events. The hash of each entry is the
 * SHA-256 of that entry and of the hash before it.
 */
export interface Journal {
  /** Durable when it resolves. If it rejects, the call must not be made. */
  begin(intent: Intent): Promise<string>;
  finish(call: string, outcome: Outcome): Promise<void>;
  /** Records events other than calls. */
  record(event: ClockReset | WorldReplacement): Promise<void>;
  entries(): Promise<Entry[]>;
  /** Calls without a recorded outcome: they may or may not have taken effect. */
  unfinished(): Promise<IntentEntry[]>;
  /** The number of entries and the newest hash, or the sequence of the first entry that does not match the chain. */
  verify(): Promise<Verified | Broken>;
}

/** A journal in order. `imported` counts the imported journals, which are in order, too; absent if there are none. */
type Verified = {
  readonly entries: number;
  readonly head: string;
  readonly imported?: number;
  /** The entries that are in order and cannot be read, also imported ones; absent if there are none. */
  readonly unreadable?: readonly number[];
};
/** A journal that was altered, or the imported one that was. */
type Broken = { readonly brokenAt: number; readonly imported?: string };

/** The calls in a journal that are not known to have failed, oldest first. */
export const callsNotFailed = async (journal: Pick<Journal, 'entries'>): Promise<IntentEntry[]> =>
  callsWithout(await journal.entries(), ({ result }) => result === 'failed');

/** The calls among entries that have no outcome of a kind. */
function callsWithout(entries: readonly Entry[], isOfKind: (outcome: Outcome) => boolean): IntentEntry[] {
  const excluded = new Set(entries.flatMap((entry) => (entry.kind === 'outcome' && isOfKind(entry) ? entry.call : [])));
  return entries.flatMap((entry) => (entry.kind === 'intent' && !excluded.has(entry.call) ? entry : []));
}

const ROOT = '0'.repeat(64);

/** The journal in the state database. Several servers may share it, because the chain grows inside one immediate transaction. */
export function sqlJournal(state: () => Promise<StateDatabase>, now: () => number): Journal {
  const append = async (entry: object) =>
    (await state()).write((db) => {
      const last = db.prepare('SELECT sequence, hash FROM journal ORDER BY sequence DESC LIMIT 1').get() as
        | Link
        | undefined;
      const sequence = (last?.sequence ?? 0) + 1;
      const text = JSON.stringify({ sequence, at: new Date(now()).toISOString(), ...entry });
      db.prepare('INSERT INTO journal VALUES (?, ?, ?)').run(sequence, text, chainHash(last?.hash ?? ROOT, text));
    });
  const entries = async () => {
    const found: Entry[] = [];
    for await (const page of linkPages(await state())) found.push(...page.map(parseEntry));
    return found;
  };

  return {
    begin: async (intent) => {
      const call = randomUUID();
      await append({ kind: 'intent', call, ...intent });
      return call;
    },
    finish: (call, outcome) => append({ kind: 'outcome', call, ...outcome }),
    record: append,
    entries,
    unfinished: async () => unfinishedIn(await entries()),
    verify: async () => {
      const chain = emptyChain();
      for await (const page of linkPages(await state()))
        if (!page.every(chain.append)) return { brokenAt: chain.length() + 1 };
      return verified(chain);
    },
  };
}

type Chain = ReturnType<typeof emptyChain>;

/** A chain to which links are appended in order, each checked against the one before it. */
export function emptyChain() {
  let head = ROOT;
  let entries = 0;
  const unreadable: number[] = [];
  return {
    /** Appends a link, and returns its entry; undefined if it is not the next one. */
    append: (link: Link): Entry | undefined => {
      const { sequence, entry, hash } = link;
      if (sequence !== entries + 1 || chainHash(head, entry) !== hash) return undefined;
      head = hash;
      entries += 1;
      const parsed = parseEntry(link);
      if (parsed.kind === 'unreadable') unreadable.push(sequence);
      return parsed;
    },
    length: () => entries,
    head: () => head,
    unreadable: (): readonly number[] => unreadable,
  };
}

/** What `verify` returns for chains in order, of which the first is the journal. */
export function verified(chain: Chain, ...imported: readonly Chain[]): Verified {
  const unreadable = [chain, ...imported].flatMap((one) => one.unreadable());
  return { entries: chain.length(), head: chain.head(), ...(unreadable.length > 0 && { unreadable }) };
}

/** The calls without an outcome. */
export const unfinishedIn = (entries: readonly Entry[]): IntentEntry[] => callsWithout(entries, () => true);

/** An entry as it is stored. */
export interface Link {
  readonly sequence: number;
  readonly entry: string;
  readonly hash: string;
}

type Readable = Exclude<Entry['kind'], 'unreadable'>;
/** The texts without which an entry of a kind cannot be shown. */
const NEEDED: Readonly<Record<Readable, readonly string[]>> = {
  intent: ['at', 'call', 'operation', 'principal'],
  outcome: ['at', 'call', 'result'],
  'clock-reset': ['at', 'seen', 'approver'],
  world: ['at', 'call', 'act', 'file', 'region', 'source', 'user'],
  import: ['at', 'journal', 'source', 'head', 'user'],
  restore: ['at', 'user'],
};

export function parseEntry({ sequence, entry, hash }: Link): Entry {
  const unreadable: Entry = { sequence, at: '', kind: 'unreadable', hash };
  try {
    const parsed = JSON.parse(entry) as Record<string, unknown>;
    const needed = Object.entries(NEEDED).find(([kind]) => kind === parsed['kind'])?.[1];
    const isText = (member: string) => typeof parsed[member] === 'string';
    const isWhole = needed?.every(isText) === true && (parsed['kind'] !== 'intent' || isIntent(parsed));
    return isWhole ? ({ ...parsed, hash } as unknown as Entry) : unreadable;
  } catch {
    return unreadable;
  }
}

const isIntent = ({ target, approval = {} }: Record<string, unknown>) => isObject(target) && isObject(approval);
const isObject = (value: unknown) => typeof value === 'object' && value !== null;

const ROWS_PER_READ = 2_000;

/** The links of the journal in a state database, in order, by page. */
export async function* linkPages(state: StateDatabase): AsyncGenerator<Link[]> {
  const text = 'SELECT sequence, entry, hash FROM journal WHERE sequence > ? ORDER BY sequence LIMIT ?';
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    const from = after;
    const page = await state.read((db) => db.prepare(text).all(from, ROWS_PER_READ) as Link[]);
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    after = last.sequence;
  }
}

const chainHash = (previous: string, entry: string) =>
  createHash('sha256').update(`${previous}\n${entry}`).digest('hex');
