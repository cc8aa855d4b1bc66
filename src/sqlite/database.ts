import { statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'libsql';
import { type Format, judgeMarks, prepareFile } from './file.ts';
import { StoreError } from './store-error.ts';

/** A database handle, as views are made from it. */
export type Sql = Database.Database;

/** A SQLite file behind a view of it. The functions that it runs are synchronous, so nothing can come between their steps. */
export interface SqlStore<View> {
  /** Runs `work` on one consistent view. */
  read<T>(work: (view: View) => T): Promise<T>;
  /** Runs `work` in one transaction and resolves after its commit; when `work` throws, nothing has happened. */
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
  if (!inMemory) prepareFile(path, format);
  const db = await opened(path, format);
  const view = viewOf(db);
  const reads = queue(path);
  const writes = queue(path);
  return {
    read: (work) => reads(() => within(db, 'DEFERRED', () => work(view))),
    write: (work) => writes(() => within(db, 'IMMEDIATE', () => work(view))),
    close: async () => {
      await Promise.all([reads(() => {}), writes(() => {})]);
      if (db.open) db.close();
    },
  };
}

/** Longer waits are ours and asynchronous: inside SQLite they would freeze the event loop. */
const BUSY_MS = 2;
const PATIENCE_MS = 8_000;
const REST_SHARE = 0.5;
const MOST_REST_MS = 50;
/** Above this a whole check at every start would be felt. */
const CHECKED_BYTES = 32 * 1024 * 1024;

async function opened(path: string, format: Format): Promise<Database.Database> {
  let db: Database.Database;
  try {
    db = new Database(path, { timeout: BUSY_MS });
  } catch (cause) {
    throw new StoreError(`${path}: cannot be opened (${text(cause)})`, { cause });
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

function within<T>(db: Database.Database, mode: 'DEFERRED' | 'IMMEDIATE', work: () => T): T {
  const { begin, commit } = statements(db, mode);
  begin.run();
  try {
    const result = work();
    commit.run();
    return result;
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

interface Bounds {
  readonly begin: Database.Statement;
  readonly commit: Database.Statement;
}

const prepared = new WeakMap<Database.Database, Map<string, Bounds>>();

/** Compiled once per connection: parsing them each time costs as much as a small read. */
function statements(db: Database.Database, mode: string): Bounds {
  const known = prepared.get(db) ?? new Map<string, Bounds>();
  prepared.set(db, known);
  const found = known.get(mode) ?? { begin: db.prepare(`BEGIN ${mode}`), commit: db.prepare('COMMIT') };
  known.set(mode, found);
  return found;
}

/**
 * First come, first served: of the callers in this process one at a time competes for the file. A process that had to wait for
 * its turn rests as long afterwards, or it would take the file again before the others, who are asleep, have noticed.
 */
function queue(path: string) {
  let last: Promise<unknown> = Promise.resolve();
  let restedAt = 0;
  return <T>(work: () => T): Promise<T> => {
    const turn = last.then(async () => {
      const rest = restedAt - performance.now();
      if (rest > 0) await pause(rest);
      const { result, waited } = await patiently(path, work);
      restedAt = performance.now() + Math.min(waited * REST_SHARE, MOST_REST_MS);
      return result;
    });
    last = turn.catch(() => {});
    return turn;
  };
}

/** What `work` returns, and for how many milliseconds other processes kept it waiting. The longer it waits, the more it presses. */
async function patiently<T>(path: string, work: () => T): Promise<{ result: T; waited: number }> {
  const start = performance.now();
  for (let waited = 0; ; waited = performance.now() - start) {
    try {
      return { result: work(), waited };
    } catch (error) {
      if (!isBusy(error)) throw asStoreError(path, error);
      if (waited > PATIENCE_MS) throw unusable(path, 'is kept locked by another process');
      await pause(1 + Math.random() * Math.max(1, 7 - waited / 20));
    }
  }
}

const codeOf = (error: unknown) => String((error as { code?: unknown }).code ?? '');
const isBusy = (error: unknown) => /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error));
const text = (error: unknown) => (error instanceof Error ? error.message : String(error));

const WRONG: readonly [RegExp, string][] = [
  [/^SQLITE_(CORRUPT|NOTADB)/, 'is damaged'],
  [/^SQLITE_(READONLY|PERM|AUTH)/, 'cannot be written to'],
  [/^SQLITE_FULL/, 'the disk is full'],
  [/^SQLITE_(IOERR|CANTOPEN)/, 'cannot be read or written'],
];
const wrongWith = (error: unknown) => WRONG.find(([code]) => code.test(codeOf(error)))?.[1];

/** What went wrong with the file; anything else stays what it is. */
function asStoreError(path: string, cause: unknown): unknown {
  const why = wrongWith(cause);
  return why === undefined ? cause : unusable(path, why, cause);
}

function unusable(path: string, why: string, cause?: unknown): StoreError {
  const detail = cause === undefined ? '' : ` (${text(cause)})`;
  return new StoreError(`${path}: ${why}${detail}`, { why, cause });
}
