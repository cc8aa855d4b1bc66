import type Database from 'libsql';
import { isBusy } from './trouble.ts';

/** Runs `work` in one transaction; if it throws, it has no effect. Nothing else may use the connection meanwhile. */
export async function within<T>(
  db: Database.Database,
  mode: 'DEFERRED' | 'IMMEDIATE',
  work: () => T | Promise<T>,
): Promise<T> {
  const { commit, ...begin } = statements(db);
  begin[mode].run();
  try {
    const result = await work();
    commit.run();
    return result;
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

export type Outcome = { readonly value: unknown } | { readonly error: unknown };

/**
 * Runs several pieces of work in sequence in one transaction, so that they share its commit. If one throws, only that one is
 * undone. Throws, without any effect, when the whole transaction fails.
 */
export async function together(db: Database.Database, works: readonly (() => unknown)[]): Promise<Outcome[]> {
  const [only] = works;
  if (works.length === 1 && only !== undefined) return [{ value: await within(db, 'IMMEDIATE', only) }];
  return within(db, 'IMMEDIATE', async () => {
    const outcomes: Outcome[] = [];
    for (const work of works) outcomes.push(await inSavepoint(db, work));
    return outcomes;
  });
}

async function inSavepoint(db: Database.Database, work: () => unknown): Promise<Outcome> {
  const { savepoint, release, undo } = statements(db);
  savepoint.run();
  try {
    const value = await work();
    release.run();
    return { value };
  } catch (error) {
    // If SQLite has rolled back everything, the other pieces are undone, too.
    if (!db.inTransaction || isBusy(error)) throw error;
    undo.run();
    release.run();
    return { error };
  }
}

type Statements = Record<'DEFERRED' | 'IMMEDIATE' | 'commit' | 'savepoint' | 'release' | 'undo', Database.Statement>;

const prepared = new WeakMap<Database.Database, Statements>();

/** Compiled once per connection: parsing each time costs as much as a small read. */
function statements(db: Database.Database): Statements {
  const known = prepared.get(db);
  if (known !== undefined) return known;
  const made = {
    DEFERRED: db.prepare('BEGIN DEFERRED'),
    IMMEDIATE: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    savepoint: db.prepare('SAVEPOINT work'),
    release: db.prepare('RELEASE work'),
    undo: db.prepare('ROLLBACK TO work'),
  };
  prepared.set(db, made);
  return made;
}
