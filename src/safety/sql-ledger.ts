import type { Sql } from '../sqlite/connection.ts';
import {
  type Approval,
  type ApprovalStatus,
  FORMS_KEPT_MS,
  type FormEvent,
  type FormHistory,
  type Ledger,
  MAX_OPEN,
  type OpenedApproval,
  type PendingApproval,
  randomIds,
} from './ledger.ts';
import { monotonicTime } from './ledger-clock.ts';
import type { StateDatabase } from './state.ts';

export interface LedgerOptions {
  readonly now: () => number;
  /** How long a pending approval may stay open, in milliseconds. */
  readonly openMs: number;
}

/**
 * A row of `questions`. Some names are older than those in TypeScript: a question is a pending approval, `binding` its callDigest, and the
 * state `burnt` is `consumed`. In the body, `about` is the subjectDigest, and `fingerprint` the stateDigest. The columns `dialog` and
 * `asked` are unused.
 */
interface Row {
  readonly nonce: string;
  readonly code: string;
  readonly binding: string;
  readonly principal: string;
  readonly opened: number;
  readonly expires: number;
  readonly state: string;
  readonly body: string;
  readonly approval: string | null;
}

/** Ended pending approvals are kept this long, so that their codes can still be explained. */
const ENDED_KEPT_MS = 24 * 3_600_000;

/** The ledger in the state database. */
export function sqlLedger(state: () => Promise<StateDatabase>, { now, openMs }: LedgerOptions): Ledger {
  const write = async <T>(work: (db: Sql, time: number) => T) =>
    (await state()).write((db) => work(db, monotonicTime(db, now())));
  const read = async <T>(work: (db: Sql) => T) => (await state()).read(work);

  /**
   * The nonces that this process consumed: another process that can write to the file cannot make them usable again here.
   */
  const consumed = new Set<string>();

  return {
    open: (request) => write((db, time) => openPending(db, request, time, time + openMs)),
    find: (nonce) => read((db) => pendingOrNone(findRow(db, 'SELECT * FROM questions WHERE nonce = ?', nonce))),
    status: (code) =>
      read((db) => {
        const row = findRow(db, 'SELECT * FROM questions WHERE code = ?', code);
        return row && approvalStatusOf(row.state, row.expires <= now());
      }),
    list: () => read((db) => listOpen(db, now())),
    approve: (nonce, approval) =>
      write((db, time) => {
        const change =
          "UPDATE questions SET state = 'approved', approval = ? WHERE nonce = ? AND state = 'open' AND expires > ?";
        return db.prepare(change).run(JSON.stringify(approval), nonce, time).changes === 1;
      }),
    approvedFor: async (callDigest, accepts = () => true) => {
      const found = await write((db, time) => approvalsFor(db, callDigest, time));
      return found.find(({ pending, approval }) => accepts(pending, approval));
    },
    consume: async (nonce) => {
      if (consumed.has(nonce)) return false;
      const change = `UPDATE questions SET state = '${CONSUMED}' WHERE nonce = ? AND state IN ('open', 'approved') AND expires > ?`;
      const isConsumed = await write((db, time) => db.prepare(change).run(nonce, time).changes === 1);
      if (isConsumed) consumed.add(nonce);
      return isConsumed;
    },
    end: (nonce, how) =>
      write((db) => {
        const change = `UPDATE questions SET state = ? WHERE nonce = ? AND state <> '${CONSUMED}'`;
        db.prepare(change).run(how, nonce);
      }),
    formHistory: (key, event) => write((db, time) => recordForm(db, key, event, time)),
  };
}

type OpenRequest = Parameters<Ledger['open']>[0];

/** The open pending approval for the same call, or a new one, which replaces others about the same subject. */
function openPending(db: Sql, request: OpenRequest, time: number, expires: number): OpenedApproval {
  db.prepare('DELETE FROM questions WHERE expires < ?').run(time - ENDED_KEPT_MS);
  const { callDigest, principal, subjectDigest, client, stateDigest, shown } = request;
  const query = "SELECT * FROM questions WHERE binding = ? AND state = 'open' AND expires > ?";
  const present = findRow(db, query, callDigest, time);
  if (present !== undefined) return { pending: pendingIn(present), replaced: [] };
  const { nonce, code } = unusedIds(db);
  const replaced = makeRoom(db, request, code, time);
  const insert =
    "INSERT INTO questions (nonce, code, binding, principal, state, dialog, opened, expires, body) VALUES (?, ?, ?, ?, 'open', 0, ?, ?, ?)";
  const body = JSON.stringify({ about: subjectDigest, client, fingerprint: stateDigest, shown });
  db.prepare(insert).run(nonce, code, callDigest, principal, time, expires, body);
  return { pending: pendingIn(findRow(db, 'SELECT * FROM questions WHERE nonce = ?', nonce) as Row), replaced };
}

function listOpen(db: Sql, time: number): PendingApproval[] {
  const query = "SELECT * FROM questions WHERE state = 'open' AND expires > ? ORDER BY opened";
  return (db.prepare(query).all(time) as Row[]).map(pendingIn);
}

/** The approvals for a call that are neither used nor expired, newest first. */
function approvalsFor(db: Sql, callDigest: string, time: number): { pending: PendingApproval; approval: Approval }[] {
  const query = "SELECT * FROM questions WHERE binding = ? AND state = 'approved' AND expires > ? ORDER BY opened DESC";
  return (db.prepare(query).all(callDigest, time) as Row[]).map((row) => ({
    pending: pendingIn(row),
    approval: JSON.parse(String(row.approval)) as Approval,
  }));
}

function recordForm(db: Sql, key: string, event: FormEvent | undefined, time: number): FormHistory {
  db.prepare('DELETE FROM forms WHERE at <= ?').run(time - FORMS_KEPT_MS);
  if (event !== undefined) db.prepare('INSERT INTO forms VALUES (?, ?, ?, ?)').run(key, time, event.nonce, event.kind);
  const query = 'SELECT nonce, kind, at FROM forms WHERE client = ? ORDER BY at, rowid';
  return { now: time, events: db.prepare(query).all(key) as (FormEvent & { at: number })[] };
}

/** As stored, also by servers of earlier versions. */
const CONSUMED = 'burnt';

/** The meaning of a stored state: `replaced by ABCDE` contains the code of the successor. */
export function approvalStatusOf(state: string, isOver: boolean): ApprovalStatus {
  const [, successor] = /^replaced by (\w+)$/.exec(state) ?? [];
  if (successor !== undefined) return { state: 'replaced', successor };
  if (state === CONSUMED) return { state: 'consumed' };
  const wasPending = state === 'open' || state === 'approved';
  return { state: wasPending && isOver ? 'expired' : (state as ApprovalStatus['state']) };
}

/** Replaces pending approvals about the same subject, and evicts one if the principal has too many. */
function makeRoom(
  db: Sql,
  { principal, subjectDigest, client, callDigest }: OpenRequest,
  code: string,
  time: number,
): OpenedApproval['replaced'] {
  const query =
    "SELECT * FROM questions WHERE principal = ? AND state IN ('open', 'approved') AND expires > ? ORDER BY opened";
  const unended = (db.prepare(query).all(principal, time) as Row[]).map((row) => ({ ...pendingIn(row), row }));
  const end = db.prepare('UPDATE questions SET state = ? WHERE nonce = ?');
  const older = unended.filter((one) => one.subjectDigest === subjectDigest && one.callDigest !== callDigest);
  for (const { nonce } of older) end.run(`replaced by ${code}`, nonce);
  const open = unended.filter((one) => one.row.state === 'open' && !older.includes(one));
  if (open.length >= MAX_OPEN) end.run('evicted', evictedFor(client, open).nonce);
  return older.map(({ row }) => ({ pending: pendingIn(row), wasApproved: row.state === 'approved' }));
}

/** The oldest pending approval of the client that will hold most, the new one of `client` included. */
function evictedFor(client: string, open: readonly PendingApproval[]): PendingApproval {
  const held = (holder: string) => open.filter((one) => one.client === holder).length + Number(holder === client);
  return open.reduce((most, one) => (held(one.client) > held(most.client) ? one : most));
}

const findRow = (db: Sql, sql: string, ...values: unknown[]) => db.prepare(sql).get(...values) as Row | undefined;
const pendingOrNone = (row: Row | undefined) => row && pendingIn(row);

const pendingIn = ({ binding, principal, ...row }: Row): PendingApproval =>
  storedApproval(row, { ...JSON.parse(row.body), binding, principal });

/** A pending approval as it is stored in JSON, with names that are older than those in TypeScript. */
export interface StoredApproval extends Pick<PendingApproval, 'principal' | 'client' | 'shown'> {
  readonly binding: string;
  readonly about: string;
  readonly fingerprint: string;
}

/** The pending approval in a row and its JSON. Databases may give integers as texts. */
export function storedApproval(
  { nonce, code, opened, expires }: { nonce: string; code: string; opened: unknown; expires: unknown },
  { binding: callDigest, about: subjectDigest, fingerprint: stateDigest, ...rest }: StoredApproval,
): PendingApproval {
  const times = { opened: Number(opened), expires: Number(expires) };
  return { ...rest, nonce, code, callDigest, stateDigest, subjectDigest, ...times };
}

/** A nonce, and a code that no stored pending approval has. */
function unusedIds(db: Sql): ReturnType<typeof randomIds> {
  let ids: ReturnType<typeof randomIds>;
  do ids = randomIds();
  while (findRow(db, 'SELECT * FROM questions WHERE code = ?', ids.code) !== undefined);
  return ids;
}
