import { openDatabase, type Sql, type SqlStore } from '../sqlite/database.ts';
import type { Format } from '../sqlite/file.ts';

/** Ledger and journal in one file, so that the server, the terminal and a restart see one truth. */
export type StateDatabase = SqlStore<Sql>;

/** The file of the ledger and the journal; its mark is the letters FSKS. */
export const STATE_FORMAT: Format = {
  applicationId: 0x46534b53,
  migrations: [
    `
    CREATE TABLE questions (
      nonce TEXT PRIMARY KEY,
      code TEXT NOT NULL UNIQUE,
      binding TEXT NOT NULL,
      principal TEXT NOT NULL,
      state TEXT NOT NULL,
      dialog INTEGER NOT NULL,
      opened INTEGER NOT NULL,
      expires INTEGER NOT NULL,
      body TEXT NOT NULL,
      approval TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX questions_by_binding ON questions (binding, state);
    CREATE INDEX questions_by_expiry ON questions (expires);

    CREATE TABLE journal (
      sequence INTEGER PRIMARY KEY,
      entry TEXT NOT NULL,
      hash TEXT NOT NULL
    ) STRICT;

    CREATE TABLE marks (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    `,
  ],
};

/** Opens the state database, or one that forgets (`:memory:`). Throws `StoreError` for a file that it cannot use. */
export function openState(path: string): Promise<StateDatabase> {
  return openDatabase(path, STATE_FORMAT, (db) => db);
}
