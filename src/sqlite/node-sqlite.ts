import type { Connection, Engine, Statement } from './connection.ts';

/** What this uses of `node:sqlite`; the types of Node 20 do not have it. */
interface NodeSqlite {
  readonly DatabaseSync: new (path: string) => NodeDatabase;
}
interface NodeDatabase {
  exec(sql: string): void;
  prepare(sql: string): NodeStatement;
  close(): void;
}
interface NodeStatement {
  run(...values: readonly unknown[]): { readonly changes: number | bigint };
  get(...values: readonly unknown[]): object | undefined;
  all(...values: readonly unknown[]): object[];
  /** Since Node 22.16. */
  setReturnArrays?(enabled: boolean): void;
}

/** The engine in Node 22.13 and newer; undefined where this Node has none. */
export function nodeEngine(): Engine | undefined {
  const sqlite = withoutWarnings(() => process.getBuiltinModule('node:sqlite')) as NodeSqlite | undefined;
  if (sqlite === undefined) return undefined;
  return {
    name: 'node:sqlite',
    connect: (path, busyMs) => {
      const db = new sqlite.DatabaseSync(path);
      db.exec(`PRAGMA busy_timeout = ${busyMs}`);
      return connection(db);
    },
  };
}

function connection(db: NodeDatabase): Connection {
  return {
    exec: (sql) => db.exec(sql),
    prepare: (sql) => statement(db.prepare(sql)),
    prepareRows: (sql) => {
      const compiled = db.prepare(sql);
      const isNative = compiled.setReturnArrays !== undefined;
      compiled.setReturnArrays?.(true);
      const { run, get, all } = statement(compiled);
      if (isNative) return { run, get, all };
      const row = (found: unknown) => found && Object.values(found);
      return { run, get: (...values) => row(get(...values)), all: (...values) => all(...values).map(row) };
    },
    close: () => db.close(),
  };
}

const statement = (compiled: NodeStatement): Statement => ({
  run: (...values) => ({ changes: Number(compiled.run(...values).changes) }),
  get: (...values) => compiled.get(...values),
  all: (...values) => compiled.all(...values),
});

/** Node warns on stderr, which belongs to the log, that its SQLite is experimental. */
function withoutWarnings<T>(load: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}
