import { closeSync, openSync, rmSync } from 'node:fs';
import { whileOpen } from '../while-open.ts';
import { engine } from './engine.ts';
import { asStoreError, isDamaged } from './errors.ts';

/**
 * Copies the committed contents of a database file to a new file that only its owner can read. Open transactions of other
 * processes do not block it. Throws `StoreError` for a damaged source or a full disk. Leaves no file on failure.
 */
export async function backUp(source: string, target: string): Promise<void> {
  const { connect } = await engine();
  closeSync(openSync(target, 'wx', 0o600));
  try {
    await whileOpen(connect(source, BUSY_MS), (db) => db.prepare('VACUUM INTO ?').run(target));
  } catch (cause) {
    rmSync(target, { force: true });
    throw asStoreError(isDamaged(cause) ? source : target, cause);
  }
}

/** SQLite itself waits as long as this for a lock. */
const BUSY_MS = 5_000;
