import type { Format } from '../sqlite/file.ts';

/** SQL that is true for collections that are listed by position; others are listed by name. */
export const ORDERED_CONDITION = "(collection GLOB '*:kxEnvironment' OR collection GLOB '*/kxChangeset')";

const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE entities (
    collection TEXT NOT NULL,
    name TEXT NOT NULL,
    position TEXT NOT NULL,
    facet TEXT,
    status TEXT NOT NULL,
    since INTEGER NOT NULL,
    due INTEGER,
    tags TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (collection, name)
  ) STRICT;
  CREATE UNIQUE INDEX entities_by_position ON entities (collection, position);
  CREATE INDEX entities_by_facet ON entities (collection, facet, position) WHERE facet IS NOT NULL;
  CREATE INDEX entities_by_due ON entities (due, collection, name) WHERE due IS NOT NULL;

  CREATE TABLE links (
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    PRIMARY KEY (target, source)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX links_by_source ON links (source);

  CREATE TABLE tokens (
    scope TEXT NOT NULL,
    token TEXT NOT NULL,
    digest TEXT NOT NULL,
    reply TEXT NOT NULL,
    expires INTEGER NOT NULL,
    PRIMARY KEY (scope, token)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX tokens_by_expiry ON tokens (expires);

  CREATE TABLE worlds (
    arn TEXT PRIMARY KEY,
    settings TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  ALTER TABLE entities ADD COLUMN fate TEXT;
  CREATE TABLE clock (ahead INTEGER NOT NULL) STRICT;
  INSERT INTO clock VALUES (0);
  `,
  // Without row ids, an entity needs one page less to write.
  `
  CREATE TABLE entities_by_key (
    collection TEXT NOT NULL,
    name TEXT NOT NULL,
    position TEXT NOT NULL,
    facet TEXT,
    status TEXT NOT NULL,
    since INTEGER NOT NULL,
    due INTEGER,
    fate TEXT,
    tags TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (collection, name)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO entities_by_key
    SELECT collection, name, position, facet, status, since, due, fate, tags, body FROM entities;
  DROP TABLE entities;
  ALTER TABLE entities_by_key RENAME TO entities;
  CREATE UNIQUE INDEX entities_by_position ON entities (collection, position);
  CREATE INDEX entities_by_facet ON entities (collection, facet, position) WHERE facet IS NOT NULL;
  CREATE INDEX entities_by_due ON entities (due, collection, name) WHERE due IS NOT NULL;
  `,
  // Entities listed by name need no index for it, which saves writing one page.
  `
  DROP INDEX entities_by_position;
  UPDATE entities SET position = name WHERE position <> name AND NOT ${ORDERED_CONDITION};
  CREATE UNIQUE INDEX entities_by_position ON entities (collection, position) WHERE ${ORDERED_CONDITION};
  `,
  // Rows are appended, and therefore in order of expiry; the long replies are outside the tree that is searched.
  `
  ALTER TABLE tokens RENAME TO tokens_by_key;
  CREATE TABLE tokens (
    id INTEGER PRIMARY KEY,
    scope TEXT NOT NULL,
    token TEXT NOT NULL,
    digest TEXT NOT NULL,
    reply TEXT NOT NULL,
    expires INTEGER NOT NULL,
    UNIQUE (scope, token)
  ) STRICT;
  INSERT INTO tokens (scope, token, digest, reply, expires)
    SELECT scope, token, digest, reply, expires FROM tokens_by_key ORDER BY expires;
  DROP TABLE tokens_by_key;
  `,
  // Identifies the file, so that a copy can be distinguished from the original, and the key that approves destructive calls on it.
  `
  CREATE TABLE identity (id TEXT NOT NULL, file TEXT NOT NULL, approver TEXT) STRICT;
  INSERT INTO identity VALUES (lower(hex(randomblob(16))), '', NULL);
  `,
];

/** The file of the local worlds; its application id is the letters FSKX. */
export const WORLD_FORMAT: Format = { applicationId: 0x46534b58, migrations: MIGRATIONS };
