import { randomUUID } from 'node:crypto';
import type { Awaitable, Transaction } from '../../../local/transaction.ts';
import { StoreError } from '../../../sqlite/store-error.ts';
import type { BatchedRead } from './batched.ts';
import type { Connections, Outcome } from './connections.ts';
import { type FirstRead, firstRead } from './first-read.ts';
import { lock } from './locks.ts';
import type { Range } from './range.ts';
import { REPEAT, type Session, statement } from './session.ts';
import { postgresTransaction } from './transaction.ts';

type Work<T> = (tx: Transaction) => Awaitable<T>;

/** Runs work on one snapshot, without locks: on what `readBatched` returns if the work reads no more, or else in a transaction. */
export async function readSnapshot<T>(connections: Connections, work: Work<T>, range: Range, readBatched: BatchedRead) {
  if (range.readsOnlySubject) {
    const outcome = await readSubject(work, range, await readBatched(range));
    if (outcome !== undefined) return outcome;
  }
  return readInTransaction(connections, work, range);
}

/** Undefined if the work reads more than its subject and what contains it. */
async function readSubject<T>(work: Work<T>, range: Range, first: FirstRead): Promise<Outcome<T> | undefined> {
  try {
    return { value: await work(postgresTransaction(NO_STATEMENTS, range, first)) };
  } catch (error) {
    return error === READS_MORE ? undefined : { error };
  }
}

const READS_MORE = new Error('The work reads more.');
const NO_STATEMENTS = {
  rows: () => Promise.reject(READS_MORE),
  change: () => {
    throw new Error('This transaction is read-only.');
  },
  isClean: () => true,
};

const readInTransaction = <T>(connections: Connections, work: Work<T>, range: Range): Promise<Outcome<T>> =>
  connections.lend('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', async (session) => {
    const first = range.world === undefined ? undefined : await firstRead(session, range);
    const result = await withinLimit(work, postgresTransaction(session, range, first), range);
    session.rollBack();
    return result;
  });

const RECORD = statement('INSERT INTO writes (id) VALUES ($1)');
const RECORD_ONCE = statement('INSERT INTO writes (id) VALUES ($1) ON CONFLICT DO NOTHING RETURNING 1');
const FORGET = statement(`DELETE FROM writes WHERE id IN (
  SELECT id FROM writes WHERE at < clock_timestamp() - interval '1 hour' ORDER BY at LIMIT 2000 FOR UPDATE SKIP LOCKED)`);
/** One write in this many deletes the ids of old ones. */
const FORGET_EVERY = 1_000;
let writes = 0;

/**
 * A write that can be attempted again. When the connection breaks during a commit, the next attempt waits for the lock that the earlier
 * one holds, and then finds out by the id of the write whether it was committed.
 */
export function retryableWrite<T>(connections: Connections, work: Work<T>, range: Range) {
  const id = randomUUID();
  let unconfirmed: { readonly result: T } | undefined;
  const attempt = () =>
    connections.lend('BEGIN', async (session) => {
      const opening = lockAndRead(session, range);
      opening.catch(() => {});
      const isRecorded = unconfirmed !== undefined;
      if (unconfirmed !== undefined && (await session.rows(RECORD_ONCE, id)).length === 0) {
        session.rollBack();
        return unconfirmed.result;
      }
      // If an earlier attempt was unconfirmed, it was not committed, and its id is recorded now.
      unconfirmed = undefined;
      const result = await withinLimit(work, postgresTransaction(session, range, await opening), range);
      if (session.isClean()) {
        session.rollBack();
        return result;
      }
      if (!isRecorded) session.change(RECORD, id);
      writes += 1;
      if (writes % FORGET_EVERY === 0) session.change(FORGET);
      unconfirmed = { result };
      try {
        await session.commit();
      } catch (error) {
        // A database that answers has rolled back.
        if (session.isAlive()) unconfirmed = undefined;
        throw error;
      }
      return result;
    });
  const explain = (error: unknown): never => {
    if (unconfirmed === undefined || !(error instanceof StoreError)) throw error;
    const { message, why, advice } = error;
    throw new StoreError(`${message} ${UNKNOWN}`, {
      why: `${why}. ${UNKNOWN}`,
      ...(advice && { advice }),
      cause: error,
    });
  };
  return { attempt, explain };
}

const UNKNOWN = 'Whether the change was made is unknown.';

/** Locks and reads the range, in one round trip. */
async function lockAndRead(session: Session, range: Range): Promise<FirstRead | undefined> {
  const { world, environment, isWholeWorld } = range;
  const reading = () => (world === undefined ? undefined : firstRead(session, range));
  const [locked, first] = await Promise.all([lock(session, range), reading()]);
  const isThere = environment !== undefined && first?.knownRows.get(environment) !== undefined;
  // The environment was replaced by another one with its id, which is not locked.
  if (isThere && !isWholeWorld && locked === undefined) throw repeatError();
  return first;
}

/** An error after which the work is attempted again. */
const repeatError = () => Object.assign(new Error('The transaction has to be repeated.'), { code: REPEAT });

const LIMIT_MS = 5_000;
/** For everything in a world. */
const WHOLE_LIMIT_MS = 120_000;

/** Runs work, which fails if it does not end in time. */
async function withinLimit<T>(work: Work<T>, tx: Transaction, { isWholeWorld }: Range): Promise<T> {
  const limitMs = isWholeWorld ? WHOLE_LIMIT_MS : LIMIT_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`A transaction did not end within ${limitMs} ms.`)), limitMs);
  });
  try {
    return await Promise.race([work(tx), limit]);
  } finally {
    clearTimeout(timer);
  }
}
