import { statSync } from 'node:fs';
import type { Connection, Sql } from './connection.ts';
import { engine } from './engine.ts';
import { problemOf, unusable } from './errors.ts';
import { checkFormat, type Format, prepareFile } from './file.ts';
import { createPrivately } from './privacy.ts';
import { batches, queue } from './queue.ts';
import { StoreError } from './store-error.ts';
import { inSharedTransaction, inTransaction } from './transactions.ts';

/**
 * A SQLite file behind a view of it. The view belongs to `work` until `work` settles; if it does not settle within the limit, it
 * fails, and its view stops working. After an attempt that a lock ended, it may run again.
 */
export interface SqlStore<View> {
  /** Runs `work` on one consistent view of the committed data. */
  read<T>(work: (view: View) => T | Promise<T>): Promise<T>;
  /** Runs `work` and resolves after its commit, which it may share with concurrent calls; if `work` throws, it has no effect. */
  write<T>(work: (view: View) => T | Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface SqlStoreOptions {
  /** Work that still waits after this many milliseconds fails. */
  readonly limitMs?: number | undefined;
}

const LIMIT_MS = 5_000;

/**
 * Opens a database file, or a store in memory (`:memory:`). Several processes may open one file. Rejects with `StoreError` for
 * an unusable file, whose contents stay as they are.
 */
export async function openDatabase<View extends object>(
  path: string,
  format: Format,
  viewOf: (db: Sql) => View,
  { limitMs = LIMIT_MS }: SqlStoreOptions = {},
): Promise<SqlStore<View>> {
  const inMemory = path === ':memory:';
  if (!inMemory) {
    prepareFile(path, format);
    createPrivately(path);
  }
  const writer = await openWriter(path, format);
  // Reads on their own connection do not see uncommitted writes. A database in memory has only one connection.
  const reader = inMemory ? writer : await connect(path);
  const writeQueue = queue(path);
  const readQueue = inMemory ? writeQueue : queue(path);
  const lendReader = lender(viewOf(reader), limitMs);
  const lendWriter = lender(viewOf(writer), limitMs);
  const enqueueWrite = batches(path, writeQueue, (works) => inSharedTransaction(writer, works));
  // Using a closed handle crashes the process.
  let isClosed = false;
  const unlessClosed = <T>(work: () => Promise<T>): Promise<T> =>
    isClosed ? Promise.reject(unusable(path, 'is closed')) : work();
  return {
    read: (work) =>
      unlessClosed(async () => {
        const { result } = await readQueue(() => inTransaction(reader, 'DEFERRED', () => lendReader(work)));
        return result;
      }),
    write: (work) => unlessClosed(() => enqueueWrite(() => lendWriter(work))),
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      await Promise.all([readQueue(() => {}), enqueueWrite(() => {})]);
      for (const db of new Set([reader, writer])) db.close();
    },
  };
}

type Lend<View> = <T>(work: (view: View) => T | Promise<T>) => Promise<T>;

/** Lends the view to a piece of work until that settles or exceeds the limit. The caller runs one piece of work at a time. */
function lender<View extends object>(view: View, limitMs: number): Lend<View> {
  let end = () => {};
  // One timer for all of them: a timer each would cost a read a tenth of its time.
  const timer = setTimeout(() => end(), limitMs).unref();
  return async <T>(work: (view: View) => T | Promise<T>) => {
    const { proxy, revoke } = Proxy.revocable(view, {});
    try {
      return await new Promise<T>((resolve, reject) => {
        end = () => reject(new Error(`A transaction did not end within ${limitMs} ms.`));
        timer.refresh();
        Promise.resolve(work(proxy)).then(resolve, reject);
      });
    } finally {
      end = () => {};
      revoke();
    }
  };
}

/** Longer waits are asynchronous and happen in our code: inside SQLite they would block the event loop. */
const BUSY_MS = 2;
/** Above this size, a complete check at every start would be too slow. */
const CHECKED_BYTES = 32 * 1024 * 1024;

async function connect(path: string): Promise<Connection> {
  const { connect: open } = await engine();
  try {
    return open(path, BUSY_MS);
  } catch (cause) {
    throw new StoreError(`${path}: cannot be opened (${cause instanceof Error ? cause.message : cause})`, { cause });
  }
}

async function openWriter(path: string, format: Format): Promise<Connection> {
  const db = await connect(path);
  const enqueue = queue(path);
  try {
    if (path !== ':memory:') await enqueue(() => check(db, path));
    await enqueue(() => migrate(db, path, format));
    if (path !== ':memory:') await enqueue(() => db.exec('PRAGMA journal_mode = WAL'));
    db.exec('PRAGMA synchronous = FULL');
    return db;
  } catch (cause) {
    db.close();
    if (cause instanceof StoreError) throw cause;
    throw unusable(path, problemOf(cause) ?? 'cannot be used', cause);
  }
}

async function migrate(db: Connection, path: string, format: Format): Promise<void> {
  const { applicationId, migrations } = format;
  const pragma = (name: string) => Object.values(db.prepare(`PRAGMA ${name}`).get() as object)[0] as number;
  const isNew = () => pragma('application_id') === 0 && pragma('user_version') === 0 && pragma('schema_version') === 0;
  if (!isNew()) checkFormat(path, format, pragma('application_id'), pragma('user_version'));
  if (pragma('user_version') === migrations.length) return;
  await inTransaction(db, 'IMMEDIATE', () => {
    if (isNew()) db.exec(`PRAGMA application_id = ${applicationId}`);
    for (const migration of migrations.slice(pragma('user_version'))) db.exec(migration);
    db.exec(`PRAGMA user_version = ${migrations.length}`);
  });
}

function check(db: Connection, path: string): void {
  if (statSync(path).size > CHECKED_BYTES) return;
  const { quick_check: verdict } = db.prepare('PRAGMA quick_check(1)').get() as { quick_check: string };
  if (verdict !== 'ok') throw new StoreError(`${path}: is damaged (${verdict.split('\n').join(' ')})`);
}
