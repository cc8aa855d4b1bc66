import { createHash, randomUUID } from 'node:crypto';
import {
  type Approval,
  type FormEvent,
  type Ledger,
  LedgerError,
  type PendingApproval,
  randomIds,
} from '../../safety/ledger.ts';
import { approvalStatusOf, type StoredApproval, storedApproval } from '../../safety/sql-ledger.ts';
import { StoreError } from '../../sqlite/store-error.ts';
import type { Position } from '../position.ts';
import type { Database } from './database.ts';

interface Row {
  readonly nonce: string;
  readonly code: string;
  readonly opened: string;
  readonly expires: string;
  readonly body: string;
  readonly approval: string | null;
}

/**
 * The ledger in PostgreSQL, on its clock. Each change is one statement that locks the rows that it changes, so that exactly one
 * replica consumes an approval.
 */
export function postgresLedger(db: Database, position: Position, openMs: number): Ledger {
  const run: Run = async <T extends object>(text: string, ...values: unknown[]) => {
    try {
      return await db.run<T>(`SELECT * FROM finspace_mcp.${text}`, values);
    } catch (error) {
      throw error instanceof StoreError ? asLedgerError(error) : error;
    }
  };
  const isTrue = async (text: string, ...values: unknown[]) =>
    (await run<{ yes: boolean }>(`${text} AS yes`, ...values))[0]?.yes === true;

  return {
    open: (approval) => openApproval(run, position, openMs, approval),
    find: async (nonce) => (await run<Row>('find_approval($1)', nonce)).map(pendingIn)[0],
    status: async (code) => {
      const [row] = await run<{ state: string; is_over: boolean }>('approval_status($1)', code);
      return row && approvalStatusOf(row.state, row.is_over);
    },
    list: async () => (await run<Row>('open_approvals()')).map(pendingIn),
    approve: (nonce, approval) =>
      isTrue('approve($1, $2, $3, $4)', position.newest(), randomUUID(), nonce, JSON.stringify(approval)),
    approvedFor: async (callDigest, accepts = () => true) =>
      (await run<Row>('approved_for($1, $2)', position.newest(), keyOf(callDigest)))
        .map((row) => ({ pending: pendingIn(row), approval: JSON.parse(String(row.approval)) as Approval }))
        .find((granted) => accepts(granted.pending, granted.approval)),
    consume: (nonce) => isTrue('consume_approval($1, $2, $3)', position.newest(), randomUUID(), nonce),
    end: async (nonce, how) => void (await run('end_approval($1, $2)', nonce, how)),
    formHistory: async (client, event) => {
      const rows = await run<{ now: string; nonce: string | null; kind: FormEvent['kind']; at: string }>(
        'form_history($1, $2, $3, $4)',
        randomUUID(),
        keyOf(client),
        event?.nonce ?? '',
        event?.kind ?? '',
      );
      const events = rows.flatMap(({ nonce, kind, at }) => (nonce === null ? [] : [{ nonce, kind, at: Number(at) }]));
      return { now: Number(rows[0]?.now), events };
    },
  };
}

type Run = <T extends object>(text: string, ...values: unknown[]) => Promise<T[]>;

async function openApproval(
  run: Run,
  position: Position,
  openMs: number,
  { callDigest, principal, subjectDigest, client, stateDigest, shown }: Parameters<Ledger['open']>[0],
): ReturnType<Ledger['open']> {
  const stored: StoredApproval = {
    binding: callDigest,
    principal,
    about: subjectDigest,
    client,
    fingerprint: stateDigest,
    shown,
  };
  const keys = [callDigest, principal, subjectDigest, client].map(keyOf);
  for (;;) {
    const { nonce, code } = randomIds();
    const values = [position.newest(), nonce, code, ...keys, JSON.stringify(stored), openMs];
    const [opened, ...replaced] = await run<Row>('open_approval($1, $2, $3, $4, $5, $6, $7, $8, $9)', ...values);
    // Without a row, another approval has this code.
    if (opened === undefined) continue;
    return {
      pending: pendingIn(opened),
      replaced: replaced.map((old) => ({ pending: pendingIn(old), wasApproved: old.approval !== null })),
    };
  }
}

/** Its message reaches agents on other machines, so it does not name the database. */
const asLedgerError = ({ why = 'the store cannot be used', advice }: StoreError) =>
  new LedgerError(
    [`${why[0]?.toUpperCase()}${why.slice(1)}.`, advice, 'Until this is corrected, no approval can be trusted.']
      .filter(Boolean)
      .join(' '),
  );

const pendingIn = (row: Row): PendingApproval => storedApproval(row, JSON.parse(row.body) as StoredApproval);

/** A name of any length and content, as a short key. */
export const keyOf = (name: string): string => createHash('sha256').update(name).digest('hex');
