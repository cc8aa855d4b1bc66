import type { Client } from 'pg';
import { ownCommand } from '../../own-command.ts';
import { StoreError } from '../../sqlite/store-error.ts';
import { JOURNAL_FUNCTIONS } from './schema-journal.ts';
import { LEDGER_FUNCTIONS } from './schema-ledger.ts';
import { SHARED_FUNCTIONS } from './schema-shared.ts';
import { TABLES } from './schema-tables.ts';
import { TASKS } from './schema-tasks.ts';
import { WORLD_TABLES, worldRights } from './world/schema.ts';

/** The steps to the present schema. A released step never changes, so steps contain no constants of the code; a test pins them. */
export const MIGRATIONS: readonly string[] = [
  `${TABLES}${JOURNAL_FUNCTIONS}${LEDGER_FUNCTIONS}${SHARED_FUNCTIONS}`,
  WORLD_TABLES,
  TASKS,
];

/** The version of the schema that this server uses. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** The role of servers. It may read, call the functions of the store, and change the worlds of the local service. */
export const SERVER_ROLE = 'finspace_mcp_server';

/** Functions are open to everyone by default. Only their owner may call `make_room`, which checks nothing. */
const RIGHTS = `
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA finspace_mcp FROM PUBLIC;
DO $rights$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = '${SERVER_ROLE}') THEN
    GRANT USAGE ON SCHEMA finspace_mcp TO ${SERVER_ROLE};
    GRANT SELECT ON ALL TABLES IN SCHEMA finspace_mcp TO ${SERVER_ROLE};
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA finspace_mcp TO ${SERVER_ROLE};
    REVOKE EXECUTE ON FUNCTION finspace_mcp.make_room FROM ${SERVER_ROLE};${worldRights(SERVER_ROLE)}
  END IF;
END $rights$;
`;

const ROLE = `
DO $role$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${SERVER_ROLE}') THEN CREATE ROLE ${SERVER_ROLE} NOLOGIN; END IF;
END $role$;
`;

/**
 * Creates the store in a database unless there is one, and with `createsRole` the role of servers. Grants the rights of that role. Run
 * inside a transaction.
 */
export async function initialize(client: Client, id: string, generation: string, createsRole: boolean): Promise<void> {
  await lock(client);
  const { rows } = await client.query<{ ours: boolean }>(
    "SELECT to_regclass('finspace_mcp.store') IS NOT NULL AS ours FROM pg_namespace WHERE nspname = 'finspace_mcp'",
  );
  if (rows[0]?.ours === false) throw new StoreError('its schema finspace_mcp is not ours');
  if (createsRole) await client.query(ROLE);
  if (rows.length > 0) return void (await client.query(RIGHTS));
  await client.query('CREATE SCHEMA finspace_mcp');
  await applyMigrations(client, 0);
  await client.query('INSERT INTO finspace_mcp.store (id, version, generation) VALUES ($1, $2, $3)', [
    id,
    SCHEMA_VERSION,
    generation,
  ]);
}

/** Brings a store to the present schema, and returns its version before. Run inside a transaction. */
export async function migrate(client: Client, createsRole: boolean): Promise<number> {
  await lock(client);
  const { rows } = await client.query<{ version: number }>('SELECT version FROM finspace_mcp.store');
  const version = rows[0]?.version ?? 0;
  if (version > SCHEMA_VERSION) throw newerStore(version);
  if (createsRole) await client.query(ROLE);
  await applyMigrations(client, version);
  await client.query('UPDATE finspace_mcp.store SET version = $1', [SCHEMA_VERSION]);
  return version;
}

/** Throws `StoreError` unless a store has the schema of this server. */
export function requireVersion(version: number): void {
  if (version > SCHEMA_VERSION) throw newerStore(version);
  if (version < SCHEMA_VERSION)
    throw new StoreError(
      `The store has version ${version}, and this server needs ${SCHEMA_VERSION}: run ${ownCommand()} store migrate.`,
    );
}

const newerStore = (version: number) =>
  new StoreError(
    `The store has version ${version}, which is newer than this server (${SCHEMA_VERSION}): update finspace-mcp.`,
  );

const lock = (client: Client) =>
  client.query("SELECT pg_advisory_xact_lock(hashtextextended('finspace-mcp schema', 0))");

async function applyMigrations(client: Client, version: number): Promise<void> {
  await client.query('SET LOCAL search_path = finspace_mcp');
  await client.query('SET LOCAL check_function_bodies = off');
  for (const migration of MIGRATIONS.slice(version)) await client.query(migration);
  await client.query(RIGHTS);
}
