import type { PoolClient } from 'pg';
import { withoutNulCharacters } from '../nul-characters.ts';

export interface Statement {
  readonly name: string;
  readonly text: string;
}

export type Row = unknown[];

export interface Statements {
  /** Sends a statement and waits for its rows. */
  rows(statement: Statement, ...values: unknown[]): Promise<Row[]>;
  /** Sends a statement that changes something, without waiting; if it fails, `commit` rejects. */
  change(statement: Statement, ...values: unknown[]): void;
  /** Whether the transaction has changed nothing so far. */
  isClean(): boolean;
}

let statements = 0;

/** A statement that each connection prepares on first use. */
export function statement(text: string): Statement {
  statements += 1;
  return { name: `world_${statements}`, text };
}

/**
 * One transaction on a pipelined connection: the database executes statements in the order in which they are sent, without a round trip
 * for each.
 */
export interface Session extends Statements {
  /** Ends it. Resolves when everything that was sent has succeeded. */
  commit(): Promise<void>;
  /** Ends it without effect, and without waiting. */
  rollBack(): void;
  /** The first error of the database; later ones follow from it. */
  failure(): unknown;
  /** Whether the connection can be used for another transaction. */
  isAlive(): boolean;
}

/** The code of a transaction that would succeed if it were repeated. */
export const REPEAT = '40001';

/** A request in another environment stored a reply to the same token, which the repeated request finds. */
const isStoredMeanwhile = (error: unknown): error is object =>
  (error as { constraint?: unknown }).constraint === 'tokens_pkey';

/** Begins a transaction; without `begin`, each statement is one. */
export function sessionOn(client: Pick<PoolClient, 'query'>, begin: string | undefined): Session {
  let failure: unknown;
  let isClean = true;
  let isOver = false;
  const changes: Promise<unknown>[] = [];
  const tracked = <T>(answer: Promise<T>): Promise<T> => {
    answer.catch((error: unknown) => {
      failure ??= isStoredMeanwhile(error) ? Object.assign(error, { code: REPEAT }) : error;
    });
    return answer;
  };
  const run = ({ name, text }: Statement, values: unknown[]) => {
    if (isOver) throw new Error('The transaction has ended.');
    return tracked(client.query<Row>({ name, text, values: values.map(withoutNulCharacters), rowMode: 'array' }));
  };
  const begun = begin === undefined ? undefined : tracked(client.query(begin));
  return {
    rows: async (wanted, ...values) => (await run(wanted, values)).rows,
    change: (wanted, ...values) => {
      isClean = false;
      changes.push(run(wanted, values));
    },
    isClean: () => isClean,
    commit: async () => {
      isOver = true;
      const committed = tracked(client.query('COMMIT'));
      await Promise.all([begun, ...changes, committed]);
      // PostgreSQL rolls back a transaction that failed.
      if ((await committed).command !== 'COMMIT') throw new Error('The transaction was rolled back.');
    },
    rollBack: () => {
      isOver = true;
      if (begun !== undefined) void tracked(client.query('ROLLBACK'));
    },
    failure: () => failure,
    // Other severities, and a broken socket, end the connection.
    isAlive: () => failure === undefined || (failure as { severity?: unknown }).severity === 'ERROR',
  };
}
