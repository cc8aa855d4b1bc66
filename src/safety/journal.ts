import { createHash, randomUUID } from 'node:crypto';
import type { Actor, OperationName } from '../operations/index.ts';
import type { Sql } from '../sqlite/database.ts';
import { digest } from './digest.ts';
import type { StateDatabase } from './state.ts';

/** Before a mutating call: who wants what, and by which approval. */
export interface Intent extends Actor {
  readonly operation: OperationName;
  readonly backend: string;
  /** The path labels of the call; never a body, which may hold anything. */
  readonly target: Readonly<Record<string, unknown>>;
  /** The name of the environment, as it was last seen before the call. */
  readonly environment?: string | undefined;
  /** Digest of all arguments. */
  readonly arguments: string;
}

/** After it: what came of it. */
export interface Outcome {
  readonly result: 'succeeded' | 'failed' | 'unknown';
  readonly error?: string | undefined;
  readonly requestId?: string | undefined;
}

/** A person took the present time for right although a later one had been seen, which voided all that was open. */
export interface ClockReset {
  readonly kind: 'clock-reset';
  readonly seen: string;
  readonly accepted: string;
  readonly approver: string;
}

/** A command replaces a local world. Its outcome follows as that of a call does. */
export interface WorldReplacement {
  readonly kind: 'world';
  readonly call: string;
  readonly act: 'reset' | 'import';
  readonly file: string;
  readonly region: string;
  /** `demo`, `empty`, or the world file. */
  readonly source: string;
  /** Where the file is kept as it was; missing where nothing is lost. */
  readonly backup?: string | undefined;
  readonly user: string;
}

export type Entry = { readonly sequence: number; readonly at: string } & (
  | ({ readonly kind: 'intent'; readonly call: string } & Intent)
  | ({ readonly kind: 'outcome'; readonly call: string } & Outcome)
  | ClockReset
  | WorldReplacement
  /** A row that cannot be parsed as an entry, because it was altered. */
  | { readonly kind: 'unreadable' }
);
type BegunEntry = Extract<Entry, { kind: 'intent' }>;

/** The append-only record of every mutating call, each entry chained to the one before by SHA-256. */
export interface Journal {
  /** Durable when it resolves. The call must not be made when it rejects. */
  begin(intent: Intent): Promise<string>;
  finish(call: string, outcome: Outcome): Promise<void>;
  /** What is no call and belongs in the record all the same. */
  record(event: ClockReset | WorldReplacement): Promise<void>;
  entries(): Promise<Entry[]>;
  /** Intents without outcome: their calls may or may not have taken effect. */
  unfinished(): Promise<BegunEntry[]>;
  /** The number of entries and the newest hash, or the sequence of the first entry that does not fit the chain. */
  verify(): Promise<{ readonly entries: number; readonly head: string } | { readonly brokenAt: number }>;
}

const ROOT = '0'.repeat(64);

/** The journal in the state database; several servers may share it, since the chain grows inside one immediate transaction. */
export function sqlJournal(state: () => Promise<StateDatabase>, now: () => number): Journal {
  const append = async (entry: object) =>
    (await state()).write((db) => {
      const last = db.prepare('SELECT sequence, hash FROM journal ORDER BY sequence DESC LIMIT 1').get() as
        | Link
        | undefined;
      const sequence = (last?.sequence ?? 0) + 1;
      const text = JSON.stringify({ sequence, at: new Date(now()).toISOString(), ...entry });
      db.prepare('INSERT INTO journal VALUES (?, ?, ?)').run(sequence, text, chained(last?.hash ?? ROOT, text));
    });
  const all = async () => (await state()).read((db) => links(db));
  const entries = async () => (await all()).map(entryIn);

  return {
    begin: async (intent) => {
      const call = randomUUID();
      await append({ kind: 'intent', call, ...intent });
      return call;
    },
    finish: (call, outcome) => append({ kind: 'outcome', call, ...outcome }),
    record: append,
    entries,
    unfinished: async () => {
      const list = await entries();
      const finished = new Set(list.flatMap((entry) => (entry.kind === 'outcome' ? entry.call : [])));
      return list.flatMap((entry) => (entry.kind === 'intent' && !finished.has(entry.call) ? entry : []));
    },
    verify: async () => {
      let head = ROOT;
      let expected = 1;
      for (const { sequence, entry, hash } of await all()) {
        if (sequence !== expected || chained(head, entry) !== hash) return { brokenAt: expected };
        head = hash;
        expected += 1;
      }
      return { entries: expected - 1, head };
    },
  };
}

interface Link {
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
};

function entryIn({ sequence, entry }: Link): Entry {
  const unreadable: Entry = { sequence, at: '', kind: 'unreadable' };
  try {
    const parsed = { target: {}, ...(JSON.parse(entry) as Record<string, unknown>) };
    const needed = Object.entries(NEEDED).find(([kind]) => kind === (parsed as { kind?: unknown }).kind)?.[1];
    const isText = (member: string) => typeof (parsed as Record<string, unknown>)[member] === 'string';
    return needed?.every(isText) === true && parsed.target !== null ? (JSON.parse(entry) as Entry) : unreadable;
  } catch {
    return unreadable;
  }
}

const links = (db: Sql) => db.prepare('SELECT sequence, entry, hash FROM journal ORDER BY sequence').all() as Link[];
const chained = (previous: string, entry: string) => createHash('sha256').update(`${previous}\n${entry}`).digest('hex');

/** The digest under which the journal knows a set of arguments. */
export const argumentsDigest = (input: unknown) => digest(input);
