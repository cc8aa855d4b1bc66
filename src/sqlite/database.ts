import { statSync } from 'node:fs';
import Database from 'libsql';
import { type Format, judgeMarks, prepareFile } from './file.ts';
import { createPrivately } from './privacy.ts';
import { StoreError } from './store-error.ts';
import { together, within } from './transactions.ts';
import { unusable, wrongWith } from './trouble.ts';
import { batches, patiently, queue } from './turns.ts';

/** A database handle, as views are made from it. */
export type Sql = Database.Database;

/** A SQLite file behind a view of it. The functions that it runs are synchronous, so nothing can come between their steps. */
export interface SqlStore<View> {
  /** Runs `work` on one consistent view. */
  read<T>(work: (view: View) => T): Promise<T>;
  /**
   * Runs `work` and resolves after its commit, which it may share with others that came at the same time; when `work` throws,
   * nothing of it has happened.
   */
  write<T>(work: (view: View) => T): Promise<T>;
  close(): Promise<void>;
}

/**
 * Opens a database file, or a store that forgets (`:memory:`). Several processes may open one file. Throws `StoreError` for a
 * file that it cannot use, and leaves that file alone.
 */
export async function openDatabase<View>(
  path: string,
  format: Format,
  viewOf: (db: Sql) => View,
): Promise<SqlStore<View>> {
  const inMemory = path === ':memory:';
  if (!inMemory) {
    prepareFile(path, format);
    createPrivately(path);
  }
  const db = await opened(path, format);
  const view = viewOf(db);
  const reads = queue(path);
  const writes = batches(path, (works) => together(db, works));
  // A handle that is used after it was closed takes the process down.
  let isClosed = false;
  const unlessClosed = <T>(work: () => Promise<T>): Promise<T> =>
    isClosed ? Promise.reject(unusable(path, 'is closed')) : work();
  return {
    read: (work) => unlessClosed(() => reads(() => within(db, 'DEFERRED', () => work(view)))),
    write: (work) => unlessClosed(() => writes(() => work(view))),
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      await Promise.all([reads(() => {}), writes(() => {})]);
      if (db.open) db.close();
    },
  };
}

/** Longer waits are ours and asynchronous: inside SQLite they would freeze the event loop. */
const BUSY_MS = 2;
/** Above this a whole check at every start would be felt. */
const CHECKED_BYTES = 32 * 1024 * 1024;

async function opened(path: string, format: Format): Promise<Database.Database> {
  let db: Database.Database;
  try {
    db = new Database(path, { timeout: BUSY_MS });
  } catch (cause) {
    throw new StoreError(`${path}: cannot be opened (${cause instanceof Error ? cause.message : cause})`, { cause });
  }
  try {
    await patiently(path, () => migrate(db, path, format));
    if (path !== ':memory:') {
      await patiently(path, () => db.exec('PRAGMA journal_mode = WAL'));
      await patiently(path, () => check(db, path));
    }
    db.exec('PRAGMA synchronous = FULL');
    return db;
  } catch (cause) {
    db.close();
    if (cause instanceof StoreError) throw cause;
    throw unusable(path, wrongWith(cause) ?? 'cannot be used', cause);
  }
}

function migrate(db: Database.Database, path: string, format: Format): void {
  const { applicationId, migrations } = format;
  const mark = (name: string) => Object.values(db.prepare(`PRAGMA ${name}`).get() as object)[0] as number;
  const isNew = () => mark('application_id') === 0 && mark('user_version') === 0 && mark('schema_version') === 0;
  if (!isNew()) judgeMarks(path, format, mark('application_id'), mark('user_version'));
  if (mark('user_version') === migrations.length) return;
  within(db, 'IMMEDIATE', () => {
    if (isNew()) db.exec(`PRAGMA application_id = ${applicationId}`);
    for (const migration of migrations.slice(mark('user_version'))) db.exec(migration);
    db.exec(`PRAGMA user_version = ${migrations.length}`);
  });
}

function check(db: Database.Database, path: string): void {
  if (statSync(path).size > CHECKED_BYTES) return;
  const { quick_check: verdict } = db.prepare('PRAGMA quick_check(1)').get() as { quick_check: string };
  if (verdict !== 'ok') throw new StoreError(`${path}: is damaged (${verdict.split('\n').join(' ')})`);
}
