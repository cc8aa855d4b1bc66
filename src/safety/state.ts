import { openDatabase, type Sql, type SqlStore } from '../sqlite/database.ts';
import { STATE_FORMAT } from './state-format.ts';

/** Ledger and journal in one file, so that the server, the terminal and a restart see one truth. */
export type StateDatabase = SqlStore<Sql>;

/** Opens the state database, or one that forgets (`:memory:`). Throws `StoreError` for a file that it cannot use. */
export function openState(path: string): Promise<StateDatabase> {
  return openDatabase(path, STATE_FORMAT, (db) => db);
}
