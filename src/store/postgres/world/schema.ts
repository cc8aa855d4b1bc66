/** The tables that servers of the local service change themselves. */
const WRITABLE = ['entities', 'links', 'tokens', 'clock', 'worlds', 'identity', 'writes'];

/**
 * The worlds of the local service. Texts compare by their bytes, as in SQLite. Times are milliseconds since 1970 on the clock of the
 * worlds, except where the clock of the database is named.
 */
export const WORLD_TABLES = `
CREATE TABLE finspace_mcp.entities (
  collection text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  position text COLLATE "C" NOT NULL,
  filter_key text COLLATE "C",
  status text COLLATE "C" NOT NULL,
  since bigint NOT NULL,
  due bigint,
  planned_failure text,
  tags text NOT NULL,
  body text NOT NULL,
  -- The ARN of the environment that it is, or is in.
  environment text COLLATE "C" NOT NULL GENERATED ALWAYS AS (
    split_part(collection || '/' || name, '/', 1) || '/' || split_part(collection || '/' || name, '/', 2)) STORED,
  PRIMARY KEY (collection, name)
);
CREATE UNIQUE INDEX entities_by_position ON finspace_mcp.entities (collection, position);
CREATE INDEX entities_by_filter_key ON finspace_mcp.entities (collection, filter_key, position) WHERE filter_key IS NOT NULL;
CREATE INDEX entities_by_due ON finspace_mcp.entities (due, collection, name) WHERE due IS NOT NULL;
CREATE INDEX entities_due_in_environment ON finspace_mcp.entities (environment, due, collection, name) WHERE due IS NOT NULL;
CREATE INDEX environments_by_collection ON finspace_mcp.entities (collection, name) WHERE strpos(collection, '/') = 0;

CREATE TABLE finspace_mcp.links (
  source text COLLATE "C" NOT NULL,
  target text COLLATE "C" NOT NULL,
  PRIMARY KEY (target, source)
);
CREATE INDEX links_by_source ON finspace_mcp.links (source);

CREATE TABLE finspace_mcp.tokens (
  scope text COLLATE "C" NOT NULL,
  token text COLLATE "C" NOT NULL,
  digest text NOT NULL,
  reply text NOT NULL,
  expires bigint NOT NULL,
  PRIMARY KEY (scope, token)
);
CREATE INDEX tokens_by_expiry ON finspace_mcp.tokens (expires);

CREATE TABLE finspace_mcp.clock (ahead bigint NOT NULL);
INSERT INTO finspace_mcp.clock VALUES (0);

-- A world without settings exists only as what requests lock.
CREATE TABLE finspace_mcp.worlds (arn text COLLATE "C" PRIMARY KEY, settings text);

CREATE TABLE finspace_mcp.identity (id text NOT NULL, file text NOT NULL, approver text);
INSERT INTO finspace_mcp.identity VALUES (replace(gen_random_uuid()::text, '-', ''), '', NULL);

-- The newest writes, so that one whose commit was not confirmed can be looked up. Its time is on the clock of the database.
CREATE TABLE finspace_mcp.writes (id uuid PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE INDEX writes_by_time ON finspace_mcp.writes (at);
`;

/** Lets a role change the worlds, if the store has them already. */
export const worldRights = (role: string): string => `
  IF to_regclass('finspace_mcp.entities') IS NOT NULL THEN
    GRANT INSERT, UPDATE, DELETE ON ${WRITABLE.map((table) => `finspace_mcp.${table}`).join(', ')} TO ${role};
  END IF;`;
