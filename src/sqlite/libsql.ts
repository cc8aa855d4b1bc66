import type Database from 'libsql';
import type { Connection, Engine, Statement } from './connection.ts';

/** The engine where Node has no SQLite. Rejects where its native part cannot be loaded. */
export async function libsqlEngine(): Promise<Engine> {
  const { default: Libsql } = await import('libsql');
  return { name: 'libsql', connect: (path, busyMs) => connection(new Libsql(path, { timeout: busyMs })) };
}

function connection(db: Database.Database): Connection {
  return {
    exec: (sql) => void db.exec(sql),
    prepare: (sql) => statement(db.prepare(sql)),
    prepareRows: (sql) => statement(db.prepare(sql).raw()),
    close: () => void db.close(),
  };
}

/** Values in one array cost half of what spread arguments do. */
const statement = (compiled: Database.Statement): Statement => ({
  run: (...values) => compiled.run(values),
  get: (...values) => compiled.get(values),
  all: (...values) => compiled.all(values),
});
