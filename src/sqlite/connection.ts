/** An open database, for code that may not close it. */
export interface Sql {
  exec(sql: string): void;
  /** Compiles a statement; its rows are objects. */
  prepare(sql: string): Statement;
  /** Compiles a query whose rows are arrays, which cost half as much. */
  prepareRows(sql: string): Statement;
}

export interface Statement {
  run(...values: readonly unknown[]): { readonly changes: number };
  get(...values: readonly unknown[]): unknown;
  all(...values: readonly unknown[]): unknown[];
}

/** An open connection of an engine. Using it after `close` may crash the process. */
export interface Connection extends Sql {
  close(): void;
}

/** A SQLite engine that this Node can load. */
export interface Engine {
  readonly name: string;
  /** Opens a file or `:memory:`. Waits up to `busyMs` for a lock. */
  connect(path: string, busyMs: number): Connection;
}
