import Database from 'libsql';

/** The SQLite engine and its version. */
export function engineVersion(): string {
  const db = new Database(':memory:');
  try {
    const { version } = db.prepare('SELECT sqlite_version() AS version').get() as { version: string };
    return `${version} (libsql)`;
  } finally {
    db.close();
  }
}
