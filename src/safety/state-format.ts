import { join } from 'node:path';
import type { Format } from '../sqlite/file.ts';

/** The file of the ledger, the journal and the tasks in a state directory. */
export const stateFile = (stateDir: string): string => join(stateDir, 'state.db');

/** The format of that file; its application id is the letters FSKS. */
export const STATE_FORMAT: Format = {
  applicationId: 0x46534b53,
  migrations: [
    // `questions` holds pending approvals and approvals; `Row` in sql-ledger.ts says what its columns mean.
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
    // When a pending approval was last shown to its principal.
    'ALTER TABLE questions ADD COLUMN asked INTEGER NOT NULL DEFAULT 0',
    // Form events of each client. The columns that counted forms before (dialog, asked) stay for servers of earlier versions that
    // still run.
    `
    CREATE TABLE forms (client TEXT NOT NULL, at INTEGER NOT NULL, nonce TEXT NOT NULL, kind TEXT NOT NULL) STRICT;
    CREATE INDEX forms_by_client ON forms (client, at);
    CREATE INDEX forms_by_time ON forms (at);
    `,
    `
    CREATE TABLE tasks (
      id TEXT PRIMARY KEY,
      owner TEXT NOT NULL,
      running INTEGER NOT NULL,
      cancelled INTEGER NOT NULL,
      created INTEGER NOT NULL,
      updated INTEGER NOT NULL,
      report TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX tasks_by_creation ON tasks (created);
    `,
  ],
};
