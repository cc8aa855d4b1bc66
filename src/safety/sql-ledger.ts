import { randomBytes, randomInt } from 'node:crypto';
import type { Sql } from '../sqlite/database.ts';
import type { Approval, Ledger, Question } from './ledger.ts';
import { markedTime } from './ledger-clock.ts';
import type { StateDatabase } from './state.ts';

export interface LedgerOptions {
  readonly now: () => number;
  /** How long a question may stay open, in milliseconds. */
  readonly openMs: number;
}

interface Row {
  readonly nonce: string;
  readonly code: string;
  readonly binding: string;
  readonly principal: string;
  readonly opened: number;
  readonly expires: number;
  readonly body: string;
  readonly approval: string | null;
}

/** Ended questions are kept this long, for the count of unanswered dialogs and for people who look back. */
const KEPT_MS = 24 * 3_600_000;

/** The ledger in the state database. */
export function sqlLedger(state: () => Promise<StateDatabase>, { now, openMs }: LedgerOptions): Ledger {
  const write = async <T>(work: (db: Sql, time: number) => T) =>
    (await state()).write((db) => work(db, markedTime(db, now())));
  const read = async <T>(work: (db: Sql) => T) => (await state()).read(work);

  /** Remembered here too, so that nobody who can write to the file makes a used question usable again under a running server. */
  const burnt = new Set<string>();

  return {
    open: ({ binding, principal, fingerprint, shown }, counted) =>
      write((db, time) => {
        db.prepare('DELETE FROM questions WHERE expires < ?').run(time - KEPT_MS);
        const present = row(
          db,
          "SELECT * FROM questions WHERE binding = ? AND state = 'open' AND expires > ?",
          binding,
          time,
        );
        if (present !== undefined) {
          if (counted === 'each') {
            const change = 'UPDATE questions SET dialog = dialog + 1, asked = ? WHERE nonce = ?';
            db.prepare(change).run(time, present.nonce);
          }
          return question(present);
        }
        const nonce = randomBytes(16).toString('base64url');
        const body = JSON.stringify({ fingerprint, shown });
        db.prepare('INSERT INTO questions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?)').run(
          nonce,
          freeCode(db),
          binding,
          principal,
          'open',
          counted === 'never' ? 0 : 1,
          time,
          time + openMs,
          body,
          time,
        );
        return question(row(db, 'SELECT * FROM questions WHERE nonce = ?', nonce) as Row);
      }),
    find: (nonce) => read((db) => optional(row(db, 'SELECT * FROM questions WHERE nonce = ?', nonce))),
    list: () =>
      read((db) =>
        (
          db.prepare("SELECT * FROM questions WHERE state = 'open' AND expires > ? ORDER BY opened").all(now()) as Row[]
        ).map(question),
      ),
    approve: (nonce, approval) =>
      write((db, time) => {
        const change =
          "UPDATE questions SET state = 'approved', approval = ? WHERE nonce = ? AND state = 'open' AND expires > ?";
        return db.prepare(change).run(JSON.stringify(approval), nonce, time).changes === 1;
      }),
    approvedFor: async (binding, counts = () => true) => {
      const query =
        "SELECT * FROM questions WHERE binding = ? AND state = 'approved' AND expires > ? ORDER BY opened DESC";
      const rows = await write((db, time) => db.prepare(query).all(binding, time) as Row[]);
      return rows
        .map((found) => ({ question: question(found), approval: JSON.parse(String(found.approval)) as Approval }))
        .find((granted) => counts(granted.question, granted.approval));
    },
    burn: async (nonce) => {
      if (burnt.has(nonce)) return false;
      const change =
        "UPDATE questions SET state = 'burnt' WHERE nonce = ? AND state IN ('open', 'approved') AND expires > ?";
      const first = await write((db, time) => db.prepare(change).run(nonce, time).changes === 1);
      if (first) burnt.add(nonce);
      return first;
    },
    end: (nonce, how) =>
      write(
        (db) => void db.prepare("UPDATE questions SET state = ? WHERE nonce = ? AND state <> 'burnt'").run(how, nonce),
      ),
    unanswered: (principal, ms) =>
      write((db, time) => {
        const query =
          "SELECT coalesce(sum(dialog), 0) AS n FROM questions WHERE principal = ? AND asked > ? AND state NOT IN ('approved', 'burnt')";
        return (db.prepare(query).get(principal, time - ms) as { n: number }).n;
      }),
  };
}

const row = (db: Sql, sql: string, ...values: unknown[]) => db.prepare(sql).get(...values) as Row | undefined;
const optional = (found: Row | undefined) => (found === undefined ? undefined : question(found));

function question({ nonce, code, binding, principal, opened, expires, body }: Row): Question {
  return {
    nonce,
    code,
    binding,
    principal,
    opened,
    expires,
    ...(JSON.parse(body) as Pick<Question, 'fingerprint' | 'shown'>),
  };
}

/** Five letters and digits that nobody confuses, unlike those of any question kept. */
function freeCode(db: Sql): string {
  const letters = 'ABCDEFGHJKMNPQRSTVWXYZ23456789';
  let code: string;
  do code = Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join('');
  while (row(db, 'SELECT * FROM questions WHERE code = ?', code) !== undefined);
  return code;
}
