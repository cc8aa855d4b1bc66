import { openDatabase } from '../sqlite/database.ts';
import { WORLD_FORMAT } from './schema.ts';
import { sqlTransaction } from './sql-transaction.ts';
import type { Awaitable, Transaction } from './transaction.ts';

/** What a transaction concerns. A store that several servers share locks and reads that first; a file is locked as a whole. */
export interface Subject {
  /** The ARN of a world, or of an entity in it, which need not exist. */
  readonly arn: string;
  /** Whether the transaction may change all environments of the world; without effect for a subject inside an environment. */
  readonly isWholeWorld?: boolean;
  /** Whether the transaction is likely to read nothing but that entity and what contains it. */
  readonly readsOnlySubject?: boolean;
}

/**
 * Storage of the local service's worlds. Without a subject, a transaction concerns all of it. `work` may run again, after an attempt
 * that had no effect.
 */
export interface WorldStore {
  /** Runs `work` on one consistent view of the committed data. */
  read<T>(work: (tx: Transaction) => Awaitable<T>, subject?: Subject): Promise<T>;
  /** Runs `work` and resolves after its commit; if `work` throws, it has no effect. */
  write<T>(work: (tx: Transaction) => Awaitable<T>, subject?: Subject): Promise<T>;
  close(): Promise<void>;
}

/** Opens a state file, or a store in memory (`:memory:`). Rejects with `StoreError` as `openDatabase` does. */
export function openWorldStore(path: string): Promise<WorldStore> {
  return openDatabase(path, WORLD_FORMAT, sqlTransaction);
}
