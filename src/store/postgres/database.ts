import { setTimeout as pause } from 'node:timers/promises';
import type { Client, Pool, QueryResultRow } from 'pg';
import type { Gauges } from '../../gauge.ts';
import { asStoreError, isDiskFull, isTransient } from './errors.ts';
import { withoutNulCharacters } from './nul-characters.ts';
import type { StoreTarget } from './target.ts';

/** Statements on a pool of connections. */
export interface Database {
  readonly name: string;
  /**
   * Runs one statement, which commits by itself. It is repeated while the database does not answer and, with more than the usual patience,
   * while the disk is full. So a repeat must have no further effect. Rejects with `StoreError`.
   */
  run<T extends QueryResultRow>(text: string, values?: readonly unknown[], patienceMs?: number): Promise<T[]>;
  /** A connection of its own, for notifications and transactions. The caller ends it. */
  connect(): Promise<Client>;
  /** For `/metrics`. */
  readonly gauges: Gauges;
  close(): Promise<void>;
}

/** Runs a function of the store, and returns its result. A repeat must have no further effect. Rejects with `StoreError`. */
export async function callFunction<T>(
  db: Pick<Database, 'run'>,
  name: string,
  values: readonly unknown[] = [],
  patienceMs?: number,
): Promise<T | undefined> {
  const placeholders = values.map((_, at) => `$${at + 1}`).join(', ');
  const [row] = await db.run<{ result: T }>(
    `SELECT finspace_mcp.${name}(${placeholders}) AS result`,
    values,
    patienceMs,
  );
  return row?.result;
}

const MAX_CONNECTIONS = 10;
const CONNECT_MS = 2_000;
const ATTEMPT_MS = 3_000;
/** Long enough for a restart after a crash. */
const PATIENCE_MS = 8_000;
const [FIRST_PAUSE_MS, MAX_PAUSE_MS] = [25, 500];
/**
 * A circuit breaker: after a statement has failed for all of the usual patience, others without more than that are tried once, until one
 * succeeds or none has failed for this long.
 */
const CIRCUIT_OPEN_MS = 2_000;

/** A session waits for the disk at each commit, sees what others committed, and never waits for a lock without end. */
const SESSION =
  '-c synchronous_commit=on -c default_transaction_isolation=read\\ committed -c statement_timeout=5000 -c idle_in_transaction_session_timeout=60000';

/** How connections are made, with more settings of the session if given. */
export const connectionOptions = (target: StoreTarget, settings = '') => ({
  ...target.client,
  options: `${SESSION}${settings}`,
  application_name: 'finspace-mcp',
  keepAlive: true,
  connectionTimeoutMillis: CONNECT_MS,
});

/** Opens nothing before the first statement. */
export async function openDatabase(target: StoreTarget): Promise<Database> {
  // Bundling loses the named exports of this CommonJS package.
  const { default: pg } = await import('pg');
  const options = connectionOptions(target);
  const pool: Pool = new pg.Pool({
    ...options,
    query_timeout: ATTEMPT_MS,
    max: MAX_CONNECTIONS,
    allowExitOnIdle: true,
  });
  // The pool replaces an idle connection that ended; if it cannot, the next statement fails.
  pool.on('error', () => {});
  const counts: Counts = { retries: 0, failures: 0 };
  return {
    name: target.name,
    run: patientRun(pool, target.name, counts),
    connect: async () => {
      const client = new pg.Client(options);
      client.on('error', () => {});
      try {
        await client.connect();
        return client;
      } catch (error) {
        throw asStoreError(target.name, error);
      }
    },
    gauges: {
      store_connections: { help: 'Connections to the store', read: () => pool.totalCount },
      store_connections_idle: { help: 'Connections to the store that are idle', read: () => pool.idleCount },
      store_waiting: { help: 'Statements that wait for a connection to the store', read: () => pool.waitingCount },
      store_retries: { help: 'Statements sent to the store again', read: () => counts.retries },
      store_failures: { help: 'Statements that failed after all retries', read: () => counts.failures },
    },
    close: () => pool.end(),
  };
}

interface Counts {
  retries: number;
  failures: number;
}

/** Repeats a statement while the database does not answer. */
function patientRun(pool: Pool, name: string, counts: Counts): Database['run'] {
  const patiently = patience(name, counts);
  return (text, values = [], patienceMs) =>
    patiently(async () => (await pool.query(text, values.map(withoutNulCharacters))).rows, patienceMs);
}

/** Repeats an attempt while the database does not answer, and counts what it repeats and what fails after that. Rejects with `StoreError`. */
export function patience(name: string, counts: Counts) {
  let circuitOpenUntil = 0;
  return async <T>(attempt: () => Promise<T>, patienceMs = PATIENCE_MS): Promise<T> => {
    const start = performance.now();
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
      try {
        const result = await attempt();
        circuitOpenUntil = 0;
        return result;
      } catch (error) {
        const time = performance.now();
        const isPatient = patienceMs > PATIENCE_MS;
        const isCircuitOpen = time < circuitOpenUntil && !isPatient;
        const waitedAfterPause = time - start + pauseMs;
        const isOver = waitedAfterPause > patienceMs || isCircuitOpen;
        const mayPass = isTransient(error) || (isPatient && isDiskFull(error));
        if (!mayPass || isOver) {
          counts.failures += 1;
          if (isTransient(error) && (isCircuitOpen || waitedAfterPause > PATIENCE_MS))
            circuitOpenUntil = time + CIRCUIT_OPEN_MS;
          throw asStoreError(name, error);
        }
        counts.retries += 1;
        await pause(pauseMs);
      }
    }
  };
}
