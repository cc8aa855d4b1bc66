import { openDatabase, type SqlStore } from '../sqlite/database.ts';
import { WORLD_FORMAT } from './schema.ts';
import { sqlTransaction } from './sql-transaction.ts';
import type { Transaction } from './transaction.ts';

/** Storage of the local service's worlds. */
export type Store = SqlStore<Transaction>;

/** Opens a state file, or a store in memory (`:memory:`). Throws `StoreError` for an unusable file, which it leaves unchanged. */
export function openStore(path: string): Promise<Store> {
  return openDatabase(path, WORLD_FORMAT, sqlTransaction);
}
