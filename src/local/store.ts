import { openDatabase, type SqlStore } from '../sqlite/database.ts';
import { WORLD_FORMAT } from './schema.ts';
import { sqlTransaction } from './sql-transaction.ts';
import type { Transaction } from './transaction.ts';

/** Where the worlds of the local service are kept. */
export type Store = SqlStore<Transaction>;

/** Opens a state file, or a store that forgets (`:memory:`). Throws `StoreError` for a file that it cannot use, and leaves that file alone. */
export function openStore(path: string): Promise<Store> {
  return openDatabase(path, WORLD_FORMAT, sqlTransaction);
}
