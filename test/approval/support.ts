import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { passphraseApprovals } from '../../src/safety/approval-actions.ts';
import { approverKey } from '../../src/safety/approver.ts';
import type { ShownPlan } from '../../src/safety/ledger.ts';
import { passphraseAttempts } from '../../src/safety/passphrase-attempts.ts';
import { sqlLedger } from '../../src/safety/sql-ledger.ts';
import { openState } from '../../src/safety/state.ts';

export { PASSPHRASE } from '../support/approver.ts';

export const OPEN_MS = 15 * 60_000;

/** A new state directory, removed after the test. */
export function stateDirectory(): string {
  const dir = mkdtempSync(join(tmpdir(), 'finspace-mcp-approval-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** What a person would be shown about deleting a database that others use. */
export const SHOWN: ShownPlan = {
  operation: 'DeleteKxDatabase',
  noun: 'database',
  name: 'trades',
  text: [
    'DELETE database trades in kdb-prod (m5cn)',
    'Permanent loss: data trades (1.3 GB in 214 files, 7 changesets). + 1 more effect below',
    'Type trades to approve.',
    'environment: "kdb-prod", account: "111122223333", region: "us-east-1", backend: "local (embedded FinSpace-compatible service)".',
    'This cannot be undone.',
    'Lost for good:',
    '- data "trades" ("1.3 GB in 214 files, 7 changesets").',
    'Interrupted:',
    '- cluster "hdb-futures" ("HDB, RUNNING").',
    'environmentId: "m5cnbg3l25pwsmzikb7kdj".',
    'createdTimestamp: "2026-03-02T09:14:05.000Z".',
  ].join('\n'),
  lost: [{ kind: 'data', name: 'trades', detail: '1.3 GB in 214 files, 7 changesets' }],
  interrupted: [{ kind: 'cluster', name: 'hdb-futures', detail: 'HDB, RUNNING' }],
};

/** The real clock, which other processes also use. */
export const COMMON_CLOCK = {
  get now() {
    return Date.now();
  },
};

/** A ledger in a state directory, with a clock that the test moves. */
export async function ledgerIn(dir: string, clock: { now: number } = { now: Date.now() }) {
  const state = await openState(join(dir, 'state.db'));
  onTestFinished(() => state.close());
  const now = () => clock.now;
  const ledger = sqlLedger(async () => state, { now, openMs: OPEN_MS });
  const ask = async (shown: Partial<ShownPlan> = {}, callDigest = `call about ${shown.name ?? SHOWN.name}`) => {
    const wanted = { callDigest, principal: 'local', stateDigest: 'f', subjectDigest: callDigest, client: 'test' };
    return (await ledger.open({ ...wanted, shown: { ...SHOWN, ...shown } })).pending;
  };
  return { state, ledger, now, clock, ask };
}

/** A ledger with the actions of a person who approves. */
export async function approvalsIn(dir: string, channel: 'terminal' | 'page', clock?: { now: number }) {
  const kept = await ledgerIn(dir, clock);
  const { state, ledger, now } = kept;
  const attempts = passphraseAttempts(async () => state, now);
  const approvals = passphraseApprovals({
    dir,
    key: await approverKey(dir),
    ledger,
    attempts,
    now,
    user: 'ada',
    channel,
  });
  return { ...kept, attempts, approvals };
}
