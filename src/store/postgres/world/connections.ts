import type { Pool } from 'pg';
import { connectionOptions } from '../database.ts';
import type { StoreTarget } from '../target.ts';
import { REPEAT, type Session, sessionOn } from './session.ts';

/** Maximum connections of a server for reads, and again for writes. */
const MAX_CONNECTIONS = 8;
/** Longer than a statement may take, so that the database ends it first. */
const ANSWER_MS = 6_000;
/** A server that stops in the middle of a transaction holds its locks for at most 5 seconds. */
const SETTINGS =
  ' -c search_path=finspace_mcp,pg_temp -c idle_in_transaction_session_timeout=5000' +
  // All statements find rows by an index, whatever the statistics say, so that planning each execution would be wasted.
  ' -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off';

/** Connections that send statements without waiting for the answers to earlier ones. */
export interface Connections {
  /**
   * Lends a transaction to `use`, which ends it, or without `begin` a connection. If `use` throws, the transaction has no effect, unless
   * the connection broke during its commit. Rejects with the first error of the database; if `use` itself throws, resolves with that
   * error as the outcome, unless its code is `REPEAT`.
   */
  lend<T>(begin: string | undefined, use: (session: Session) => Promise<T>): Promise<Outcome<T>>;
  close(): Promise<void>;
}

/** What work resolved with, or threw. */
export type Outcome<T> = { readonly value: T } | { readonly error: unknown };

export function resultOf<T>(outcome: Outcome<T>): T {
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}

export async function openConnections(target: StoreTarget): Promise<Connections> {
  // Bundling loses the named exports of this CommonJS package.
  const { default: pg } = await import('pg');
  const pool: Pool = new pg.Pool({
    ...connectionOptions(target, SETTINGS),
    pipeline: true,
    query_timeout: ANSWER_MS,
    max: MAX_CONNECTIONS,
    allowExitOnIdle: true,
  });
  // The pool replaces an idle connection that ended, and statements on one that breaks fail.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return {
    lend: async (begin, use) => {
      const client = await pool.connect();
      const session = sessionOn(client, begin);
      try {
        return { value: await use(session) };
      } catch (error) {
        if (session.isAlive()) session.rollBack();
        // A polite end would wait for statements that may not end.
        else client.connection.stream.destroy();
        const failure = session.failure() ?? ((error as { code?: unknown }).code === REPEAT ? error : undefined);
        if (failure !== undefined) throw failure;
        return { error };
      } finally {
        client.release(!session.isAlive());
      }
    },
    close: () => pool.end(),
  };
}
