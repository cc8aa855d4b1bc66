import { randomBytes, randomInt } from 'node:crypto';
import type { Redis } from 'ioredis';
import {
  type Approval,
  FORMS_KEPT_MS,
  type FormEvent,
  type Ledger,
  LedgerError,
  MOST_OPEN,
  type PendingApproval,
} from '../../safety/ledger.ts';
import { statusOf } from '../../safety/sql-ledger.ts';
import { CLOCK_SET_BACK, NO_RUN_ID, SCRIPTS } from './redis-scripts.ts';

/** Ended pending approvals are kept this long, so that their codes can still be explained. */
const KEPT_MS = 24 * 3_600_000;
const LETTERS = 'ABCDEFGHJKMNPQRSTVWXYZ23456789';

/**
 * The ledger in Redis, on its clock: each change is one script, so that exactly one replica consumes a pending approval. A
 * pending approval counts only on the Redis process that stored it, so that a restart or failover that lost writes cannot revive
 * a consumed approval.
 */
export function redisLedger(redis: Redis, scope: string, openMs: number): Ledger {
  const base = `ledger:${scope}:`;
  const run = async (
    script: keyof typeof SCRIPTS,
    keys: string[],
    ...values: (string | number)[]
  ): Promise<unknown> => {
    const all = ['latest', ...keys].map((key) => base + key);
    try {
      return await redis.eval(SCRIPTS[script], all.length, ...all, ...values);
    } catch (error) {
      const said = String(error);
      throw new LedgerError(
        said.includes(CLOCK_SET_BACK) ? SET_BACK : said.includes(NO_RUN_ID) ? UNIDENTIFIED : UNREACHABLE,
      );
    }
  };
  const found = (row: unknown) => (Array.isArray(row) && row.length > 0 ? fields(row as string[]) : undefined);

  return {
    open: async ({ binding, principal, fingerprint, about, client, shown }) => {
      const body = JSON.stringify({ fingerprint, shown });
      for (;;) {
        const nonce = randomBytes(16).toString('base64url');
        const code = Array.from({ length: 5 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
        const keys = [`q:${nonce}`, `b:${binding}`, `c:${code}`, 'open', `p:${principal}`, 'q:'];
        const values = [nonce, code, binding, principal, body, about, client, MOST_OPEN, openMs, KEPT_MS];
        const [row, ...replaced] = (await run('open', keys, ...values)) as string[][];
        const opened = found(row);
        if (opened === undefined) continue;
        const rows = replaced.map(fields);
        return {
          pending: pendingIn(opened),
          replaced: rows.map((old) => ({ pending: pendingIn(old), wasApproved: old['state'] === 'approved' })),
        };
      }
    },
    find: async (nonce) => {
      const row = found(await run('find', [`q:${nonce}`]));
      return row === undefined ? undefined : pendingIn(row);
    },
    status: async (code) => {
      const row = (await run('status', [`c:${code}`, 'q:'])) as [string, number] | [];
      return row[0] === undefined ? undefined : statusOf(row[0], row[1] === 1);
    },
    list: async () => ((await run('list', ['open', 'q:'])) as string[][]).map((row) => pendingIn(fields(row))),
    approve: async (nonce, approval) =>
      (await run('approve', [`q:${nonce}`, 'g:'], nonce, JSON.stringify(approval))) === 1,
    approvedFor: async (binding, counts = () => true) => {
      const rows = (await run('approvedFor', [`g:${binding}`, 'q:'])) as string[][];
      return rows
        .map(fields)
        .map((row) => ({ pending: pendingIn(row), approval: JSON.parse(String(row['approval'])) as Approval }))
        .find((granted) => counts(granted.pending, granted.approval));
    },
    consume: async (nonce) => (await run('burn', [`q:${nonce}`])) === 1,
    end: async (nonce, how) => void (await run('end', [`q:${nonce}`], how)),
    forms: async (client, event) => {
      const added = event === undefined ? [] : [`${event.nonce} ${event.kind}`];
      const rows = (await run('forms', [`f:${client}`, 'forms'], FORMS_KEPT_MS, ...added)) as [number, string[]];
      const [now, members] = rows;
      const events = Array.from({ length: members.length / 2 }, (_, at) => {
        const [, nonce = '', kind] = String(members[2 * at]).split(' ');
        return { nonce, kind: kind as FormEvent['kind'], at: Number(members[2 * at + 1]) };
      });
      return { now: Number(now), events };
    },
  };
}

const SET_BACK =
  'The clock of the store that the replicas share was set back, or was ahead before, so no approval can be trusted. A person must ' +
  'correct it or, if it is correct now, accept it in a terminal: finspace-mcp approve --reset-clock --redis URL.';
const UNIDENTIFIED =
  'The store that the replicas share does not report restarts or replacement (INFO has no run_id or master_replid), so no ' +
  'approval can be trusted. A person must configure a Redis that does.';
const UNREACHABLE = 'The ledger that the replicas share does not answer, so no approval can be trusted.';

type Fields = Readonly<Record<string, string>>;

/** A hash as Redis returns it: alternating names and values. */
function fields(row: readonly string[]): Fields {
  return Object.fromEntries(
    Array.from({ length: row.length / 2 }, (_, at) => [row[2 * at] as string, row[2 * at + 1] as string]),
  );
}

function pendingIn(row: Fields): PendingApproval {
  const { nonce = '', code = '', binding = '', principal = '', about = '', client = '', body = '{}' } = row;
  return {
    ...(JSON.parse(body) as Pick<PendingApproval, 'fingerprint' | 'shown'>),
    ...{ nonce, code, binding, principal, about, client },
    opened: Number(row['opened']),
    expires: Number(row['expires']),
  };
}
