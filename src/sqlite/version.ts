import { whileOpen } from '../while-open.ts';
import { engine } from './engine.ts';

/** The SQLite engine and its version. Rejects with `StoreError` where none can be loaded. */
export async function engineVersion(): Promise<string> {
  const { name, connect } = await engine();
  return whileOpen(connect(':memory:', 0), (db) => {
    const { version } = db.prepare('SELECT sqlite_version() AS version').get() as { version: string };
    return `${version} (${name})`;
  });
}
