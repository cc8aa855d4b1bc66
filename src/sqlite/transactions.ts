import { oncePer } from '../once-per.ts';
import type { Sql } from './connection.ts';
import { isBusy } from './errors.ts';

/** Runs `work` in one transaction; if it throws, it has no effect. Nothing else may use the connection meanwhile. */
export async function inTransaction<T>(
  db: Sql,
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
    rollBack(db);
    throw error;
  }
}

function rollBack(db: Sql): void {
  try {
    db.exec('ROLLBACK');
  } catch {
    // SQLite has done it already, as it does when the disk is full.
  }
}

export type Outcome = { readonly value: unknown } | { readonly error: unknown };

/**
 * Runs several pieces of work in sequence in one transaction, so that they share its commit. If one throws, only that one is
 * undone. Throws, without any effect, when the whole transaction fails.
 */
export async function inSharedTransaction(db: Sql, works: readonly (() => unknown)[]): Promise<Outcome[]> {
  const [only] = works;
  if (works.length === 1 && only !== undefined) return [{ value: await inTransaction(db, 'IMMEDIATE', only) }];
  return inTransaction(db, 'IMMEDIATE', async () => {
    const outcomes: Outcome[] = [];
    for (const work of works) outcomes.push(await inSavepoint(db, work));
    return outcomes;
  });
}

async function inSavepoint(db: Sql, work: () => unknown): Promise<Outcome> {
  const { savepoint, release, undo } = statements(db);
  savepoint.run();
  try {
    const value = await work();
    release.run();
    return { value };
  } catch (error) {
    if (isBusy(error)) throw error;
    try {
      undo.run();
      release.run();
    } catch {
      // SQLite has rolled the whole transaction back, as it does when the disk is full.
      throw error;
    }
    return { error };
  }
}

/** Compiled once per connection: parsing each time costs as much as a small read. */
const statements = oncePer((db: Sql) => ({
  DEFERRED: db.prepare('BEGIN DEFERRED'),
  IMMEDIATE: db.prepare('BEGIN IMMEDIATE'),
  commit: db.prepare('COMMIT'),
  savepoint: db.prepare('SAVEPOINT work'),
  release: db.prepare('RELEASE work'),
  undo: db.prepare('ROLLBACK TO work'),
}));
