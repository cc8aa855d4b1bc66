import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { ownCommand } from '../../own-command.ts';
import type { RestoreAcceptance } from '../../safety/journal.ts';
import { StoreError } from '../../sqlite/store-error.ts';
import { userName } from '../../user-name.ts';
import { whileOpen } from '../../while-open.ts';
import { type Database, openDatabase } from './database.ts';
import { asStoreError } from './errors.ts';
import { initialize, migrate, SCHEMA_VERSION } from './migrations.ts';
import { requireServer, requireStore } from './requirements.ts';
import { storeTarget } from './target.ts';

interface StoreSetup {
  /** Whether to create the role with the rights of a server. */
  readonly createsRole: boolean;
}

/** Creates the store in the database of a URL, unless there is one, and returns its id. Rejects with `StoreError`. */
export const initStore = (url: string, { createsRole }: StoreSetup): Promise<string> =>
  withDatabase(url, async (db) => {
    await requireServer(db);
    await inTransaction(db, (client) => initialize(client, randomUUID(), randomUUID(), createsRole));
    return requireStore(db);
  });

/** Brings the store to the schema of this server; returns the versions before and after. */
export const migrateStore = (url: string, { createsRole }: StoreSetup): Promise<{ from: number; to: number }> =>
  withDatabase(url, async (db) => {
    await requireServer(db);
    return { from: await inTransaction(db, (client) => migrate(client, createsRole)), to: SCHEMA_VERSION };
  });

/** Accepts the present content of a store that was restored. Everything open is void, and the journal says who did it. */
export const acceptRestore = (url: string): Promise<void> =>
  withDatabase(url, async (db) => {
    await requireStore(db);
    await inTransaction(db, async (client) => {
      await client.query(
        'INSERT INTO finspace_mcp.generations SELECT generation, finspace_mcp.now_ms() FROM finspace_mcp.store',
      );
      await client.query('UPDATE finspace_mcp.store SET generation = $1', [randomUUID()]);
      await client.query('DELETE FROM finspace_mcp.approvals');
      await client.query('DELETE FROM finspace_mcp.tasks');
      const entry: RestoreAcceptance = { kind: 'restore', user: userName() };
      await client.query("SELECT finspace_mcp.append('', $1, $2)", [randomUUID(), JSON.stringify(entry)]);
    });
  });

/** Forgets what replicas must have in common. */
export const unpin = (url: string): Promise<void> =>
  withDatabase(url, async (db) => {
    await requireStore(db);
    await inTransaction(db, (client) => client.query('DELETE FROM finspace_mcp.pins'));
  });

/** What a person wants to know about a store. */
export interface StoreStatus {
  readonly id: string;
  readonly version: number;
  readonly postgresVersion: string;
  readonly entries: number;
  readonly openPlans: number;
  readonly replicas: readonly { readonly name: string; readonly version: string; readonly secondsAgo: number }[];
  readonly pins: readonly { readonly name: string; readonly replica: string }[];
  readonly synchronous: boolean;
  /** Whether the user of the URL could change the journal, as the owner of the tables can. */
  readonly ownsTables: boolean;
}

export const storeStatus = (url: string): Promise<StoreStatus> =>
  withDatabase(url, async (db) => {
    const id = await requireStore(db);
    const [row] = await db.run<Omit<StoreStatus, 'id' | 'replicas' | 'pins'>>(
      `SELECT s.version, current_setting('server_version') AS "postgresVersion",
       (SELECT count(*)::integer FROM finspace_mcp.journal) AS entries,
       (SELECT count(*)::integer FROM finspace_mcp.open_approvals()) AS "openPlans",
       current_setting('synchronous_standby_names') <> '' AS synchronous,
       has_table_privilege('finspace_mcp.journal', 'UPDATE') AS "ownsTables"
       FROM finspace_mcp.store s`,
    );
    const replicas = await db.run<StoreStatus['replicas'][number]>(
      `SELECT name, version, ((finspace_mcp.now_ms() - seen) / 1000)::integer AS "secondsAgo" FROM finspace_mcp.replicas ORDER BY name`,
    );
    const pins = await db.run<StoreStatus['pins'][number]>('SELECT name, replica FROM finspace_mcp.pins ORDER BY name');
    return { ...(row as NonNullable<typeof row>), id, replicas, pins };
  });

/** The fingerprints of the keys to which the replicas of a store, and the worlds in it, are pinned. */
export const pinnedApprovers = (url: string): Promise<Record<'replicas' | 'world', string | null>> =>
  withDatabase(url, async (db) => {
    await requireStore(db);
    const [row] = await db.run<Record<'replicas' | 'world', string | null>>(
      `SELECT (SELECT value FROM finspace_mcp.pins WHERE name = 'approver' AND value <> '') AS replicas,
       (SELECT approver FROM finspace_mcp.identity) AS world`,
    );
    return row as NonNullable<typeof row>;
  });

/** Runs work on the database of a URL, and closes its connections. */
export const withDatabase = async <T>(url: string, work: (db: Database) => Promise<T>): Promise<T> =>
  whileOpen(await openDatabase(storeTarget(url)), work);

/** Runs work in one transaction. The outcome of a commit whose reply is lost is unknown, and the error says so. */
export async function inTransaction<T>(db: Database, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await db.connect();
  let isCommitting = false;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    isCommitting = true;
    await client.query('COMMIT');
    return result;
  } catch (error) {
    if (error instanceof StoreError) throw new StoreError(`The store ${db.name}: ${error.message}`);
    const storeError = asStoreError(db.name, error);
    throw isCommitting
      ? new StoreError(
          `${storeError.message} Whether the change was made is unknown: see ${ownCommand()} store status.`,
        )
      : storeError;
  } finally {
    await client.end().catch(() => {});
  }
}
