import { closeSync, openSync, rmSync } from 'node:fs';
import { engine } from './engine.ts';
import { asStoreError } from './errors.ts';

/**
 * Copies the committed contents of a database file to a new file that only its owner can read. Open transactions of other
 * processes do not block it. Throws `StoreError` on failure, and leaves no file.
 */
export async function backUp(path: string, target: string): Promise<void> {
  const { connect } = await engine();
  closeSync(openSync(target, 'wx', 0o600));
  const db = connect(path, BUSY_MS);
  try {
    db.prepare('VACUUM INTO ?').run(target);
  } catch (cause) {
    rmSync(target, { force: true });
    throw asStoreError(target, cause);
  } finally {
    db.close();
  }
}

/** SQLite itself waits as long as this for a lock. */
const BUSY_MS = 5_000;
