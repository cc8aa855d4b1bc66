import { closeSync, openSync, rmSync } from 'node:fs';
import Database from 'libsql';
import { asStoreError } from './trouble.ts';

/**
 * Copies the committed contents of a database file to a new file that only its owner can read. Open transactions of other
 * processes do not block it. Throws `StoreError` on failure, and leaves no file.
 */
export function backUp(path: string, target: string): void {
  closeSync(openSync(target, 'wx', 0o600));
  const db = new Database(path);
  try {
    db.prepare('VACUUM INTO ?').run(target);
  } catch (cause) {
    rmSync(target, { force: true });
    throw asStoreError(target, cause);
  } finally {
    db.close();
  }
}
