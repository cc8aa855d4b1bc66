/** The tables of the store. Times are milliseconds since 1970 on the clock of the database. */
export const TABLES = `
CREATE TABLE finspace_mcp.store (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  id text NOT NULL,
  version integer NOT NULL,
  generation text NOT NULL
);
-- The generations that a person ended by accepting a restored backup.
CREATE TABLE finspace_mcp.generations (generation text PRIMARY KEY, ended bigint NOT NULL);
-- What all replicas must have in common.
CREATE TABLE finspace_mcp.pins (
  name text PRIMARY KEY,
  value text NOT NULL,
  replica text NOT NULL,
  at bigint NOT NULL
);
CREATE TABLE finspace_mcp.replicas (
  id text PRIMARY KEY,
  name text NOT NULL,
  version text NOT NULL,
  started bigint NOT NULL,
  seen bigint NOT NULL
);
CREATE INDEX replicas_by_seen ON finspace_mcp.replicas (seen);

CREATE TABLE finspace_mcp.approvals (
  nonce text PRIMARY KEY,
  ordinal bigint GENERATED ALWAYS AS IDENTITY,
  code text NOT NULL UNIQUE,
  binding text NOT NULL,
  principal text NOT NULL,
  about text NOT NULL,
  client text NOT NULL,
  state text NOT NULL,
  opened bigint NOT NULL,
  expires bigint NOT NULL,
  changed bigint NOT NULL,
  -- The database that it was opened on, as finspace_mcp.era() names it. It counts on no other.
  era text NOT NULL,
  body text NOT NULL,
  approval text,
  -- The request that approved it, and the one that consumed it, so that a repeated request finds its own result.
  approved_by text,
  consumed_by text
);
CREATE INDEX approvals_by_binding ON finspace_mcp.approvals (binding, state);
CREATE INDEX approvals_by_principal ON finspace_mcp.approvals (principal, state);
CREATE INDEX approvals_by_state ON finspace_mcp.approvals (state, expires);
CREATE INDEX approvals_by_expiry ON finspace_mcp.approvals (expires);
CREATE INDEX approvals_by_change ON finspace_mcp.approvals (changed);

CREATE TABLE finspace_mcp.forms (
  id text PRIMARY KEY,
  ordinal bigint GENERATED ALWAYS AS IDENTITY,
  client text NOT NULL,
  at bigint NOT NULL,
  nonce text NOT NULL,
  kind text NOT NULL
);
CREATE INDEX forms_by_client ON finspace_mcp.forms (client, at);
CREATE INDEX forms_by_time ON finspace_mcp.forms (at);

CREATE TABLE finspace_mcp.journal (
  sequence bigint PRIMARY KEY,
  entry text NOT NULL,
  hash text NOT NULL,
  -- The request that appended it.
  request text NOT NULL UNIQUE
);
-- The journals of imported state directories. An entry of the journal contains the newest hash of each.
CREATE TABLE finspace_mcp.sealed_journals (
  id text NOT NULL,
  sequence bigint NOT NULL,
  entry text NOT NULL,
  hash text NOT NULL,
  PRIMARY KEY (id, sequence)
);
CREATE TABLE finspace_mcp.kits (
  target text NOT NULL,
  id text NOT NULL,
  kit text NOT NULL,
  PRIMARY KEY (target, id)
);
CREATE TABLE finspace_mcp.attempts (id text PRIMARY KEY, at bigint NOT NULL);
CREATE TABLE finspace_mcp.marks (name text PRIMARY KEY, at bigint NOT NULL);

-- Rates and events may be lost with the server, so they need no log.
CREATE UNLOGGED TABLE finspace_mcp.rates (
  bucket text PRIMARY KEY,
  tokens double precision NOT NULL,
  filled bigint NOT NULL
);
CREATE UNLOGGED TABLE finspace_mcp.events (
  id text PRIMARY KEY,
  scope text NOT NULL,
  event text NOT NULL,
  at bigint NOT NULL
);
CREATE INDEX events_by_time ON finspace_mcp.events (at);
`;
