import { StoreError } from '../../sqlite/store-error.ts';
import type { Database } from './database.ts';
import { requireVersion } from './migrations.ts';

interface Server {
  readonly fsync: string;
  readonly pages: string;
  readonly standby: boolean;
  readonly version: number;
  readonly encoding: string;
  readonly timeout: string;
}

const OLDEST_VERSION_NUM = 130_000;

/** Throws `StoreError` unless the server keeps what it acknowledges, and can have a store. */
export async function requireServer(db: Database): Promise<void> {
  const [server] = await db.run<Server>(
    `SELECT current_setting('fsync') AS fsync, current_setting('full_page_writes') AS pages, pg_is_in_recovery() AS standby,
     current_setting('server_version_num')::integer AS version, current_setting('server_encoding') AS encoding,
     current_setting('statement_timeout') AS timeout`,
  );
  const { fsync, pages, standby, version, encoding, timeout } = server as Server;
  const problem = [
    version < OLDEST_VERSION_NUM && 'is older than PostgreSQL 13',
    fsync !== 'on' && 'runs with fsync=off: a crash can lose commits that it acknowledged',
    pages !== 'on' && 'runs with full_page_writes=off: a crash can damage it',
    standby && 'is a standby; name the primary server',
    timeout !== '5s' &&
      'does not apply the settings of the connection, as with PgBouncer, which is not supported; connect to PostgreSQL itself',
    encoding !== 'UTF8' && `has the encoding ${encoding}; create the database with UTF8`,
  ].find((one) => one !== false);
  if (problem !== undefined) throw new StoreError(`The store ${db.name} ${problem}.`);
}

/** The id of the store. Throws `StoreError` unless it is one that this server can use. */
export async function requireStore(db: Database): Promise<string> {
  await requireServer(db);
  const [row] = await db.run<{ id: string; version: number }>('SELECT id, version FROM finspace_mcp.store');
  if (row === undefined) throw new StoreError(`The store ${db.name} has no id; it is not a store of finspace-mcp.`);
  requireVersion(row.version);
  return row.id;
}
