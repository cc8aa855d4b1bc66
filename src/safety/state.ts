import type { Sql } from '../sqlite/connection.ts';
import { openDatabase, type SqlStore } from '../sqlite/database.ts';
import { STATE_FORMAT } from './state-format.ts';

/** Ledger, journal and tasks in one file, so that the server, the terminal and a restarted server share the same state. */
export type StateDatabase = SqlStore<Sql>;

/** Opens the state database, or one in memory (`:memory:`). Throws `StoreError` for an unusable file. */
export function openState(path: string): Promise<StateDatabase> {
  return openDatabase(path, STATE_FORMAT, (db) => db);
}
