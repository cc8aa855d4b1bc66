import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UnlockResult } from '../../src/safety/approval-actions.ts';
import { approverKey, initApprover, isApprovedBy } from '../../src/safety/approver.ts';
import {
  ago,
  closedReason,
  locationText,
  pagesOf,
  planText,
  printable,
  remaining,
  unlisted,
} from '../../src/safety/plan-text.ts';
import { approvalsIn, OPEN_MS, PASSPHRASE, SHOWN, stateDirectory } from './support.ts';

const made = mkdtempSync(join(tmpdir(), 'finspace-mcp-approval-'));
beforeAll(async () => void (await initApprover(made, PASSPHRASE)));
afterAll(() => rmSync(made, { recursive: true, force: true }));

const keyed = async (clock?: { now: number }) => {
  const dir = stateDirectory();
  cpSync(made, dir, { recursive: true });
  return { dir, ...(await approvalsIn(dir, 'terminal', clock)) };
};
const MINUTE = 60_000;
const opened = (unlocked: UnlockResult) => (unlocked as Extract<UnlockResult, { kind: 'open' }>).approver;

describe('approval with a passphrase', { timeout: 60_000 }, () => {
  it('signs what a person approved by typing its name', async () => {
    const { dir, approvals, ledger, ask } = await keyed();
    const pending = await ask();
    const approver = opened(await approvals.unlock(PASSPHRASE));
    expect(await approvals.approve(pending, 'trades', approver)).toBe('approved');
    const found = await ledger.approvedFor(pending.callDigest);
    expect(found?.approval).toMatchObject({ channel: 'terminal', approver: 'ada' });
    expect(isApprovedBy(pending, found?.approval as never, (await approverKey(dir)) as never)).toBe(true);
    expect(await approvals.approve(pending, 'trades', approver)).toBe('closed');
    for (let tries = 0; tries < 2; tries += 1) await approvals.check(pending, 'quotes');
    expect(await approvals.approve(pending, 'quotes', approver)).toBe('closed');
    expect(await ledger.approvedFor(pending.callDigest)).toBeDefined();
  });

  it('approves once when two people approve at the same time', async () => {
    const { approvals, ask } = await approvalsIn(stateDirectory(), 'page');
    const pending = await ask();
    const approver = opened(await approvals.unlock(''));
    const both = await Promise.all([1, 2].map(() => approvals.approve(pending, 'trades', approver)));
    expect(both.sort()).toEqual(['approved', 'closed']);
  });

  it('reports a key that cannot be used before a person types anything', async () => {
    const { dir, approvals } = await keyed();
    await approvals.requireUsableKey();
    writeFileSync(join(dir, 'approver', 'private.json'), 'x');
    await expect(approvals.requireUsableKey()).rejects.toThrow(/^The approver key cannot be used: .*private\.json/);
    const { approvals: without } = await approvalsIn(stateDirectory(), 'page');
    await expect(without.requireUsableKey()).resolves.toBeUndefined();
  });

  it('signs nothing if no passphrase was set up', async () => {
    const { approvals, ledger, ask } = await approvalsIn(stateDirectory(), 'page');
    expect(approvals.hasPassphrase).toBe(false);
    const pending = await ask();
    await approvals.approve(pending, 'trades', opened(await approvals.unlock('anything')));
    expect((await ledger.approvedFor(pending.callDigest))?.approval.signature).toBeUndefined();
  });

  it('allows two wrong names', async () => {
    const { approvals, ask } = await approvalsIn(stateDirectory(), 'page');
    const [pending, other] = [await ask(), await ask({ name: 'quotes' })];
    const approver = opened(await approvals.unlock(''));
    for (const typed of ['trade', 'Trades'])
      expect(await approvals.approve(pending, typed, approver)).toBe('try-again');
    expect(await approvals.check(other, 'quote')).toBe('try-again');
    expect(await approvals.check(pending, 'trades')).toBe('right');
    expect(await approvals.approve(pending, 'trades', approver)).toBe('approved');
  });

  it('counts wrong names for the latest 500 plans', async () => {
    const { approvals, ask } = await approvalsIn(stateDirectory(), 'page');
    const pending = await ask();
    const other = (at: number) => ({ ...pending, nonce: `n${at}` });
    for (const typed of ['trade', 'Trades']) await approvals.check(pending, typed);
    for (let at = 0; at < 500; at += 1) await approvals.check(other(at), 'trade');
    expect(await approvals.check(pending, 'trade')).toBe('try-again');
  });

  it.each(['Trades', ' trades', 'trades ', '', 'tradеs'])(
    'closes a plan permanently the third time that %j is typed',
    async (typed) => {
      const { approvals, ledger, ask } = await approvalsIn(stateDirectory(), 'page');
      const pending = await ask();
      const approver = opened(await approvals.unlock(''));
      for (let tries = 0; tries < 2; tries += 1) await approvals.check(pending, typed);
      expect(await approvals.approve(pending, typed, approver)).toBe('wrong-name');
      expect(await approvals.approve(pending, 'trades', approver)).toBe('closed');
      expect(await ledger.approvedFor(pending.callDigest)).toBeUndefined();
    },
  );

  it('declines once', async () => {
    const { approvals, ask } = await approvalsIn(stateDirectory(), 'page');
    const pending = await ask();
    expect(await approvals.decline(pending)).toBe('declined');
    expect(await approvals.decline(pending)).toBe('closed');
    expect(await approvals.list()).toEqual([]);
  });

  it('does not approve a plan that expired while a person read it', async () => {
    const clock = { now: 1_000_000 };
    const { approvals, ask } = await approvalsIn(stateDirectory(), 'page', clock);
    const pending = await ask();
    clock.now += OPEN_MS;
    expect(await approvals.approve(pending, 'trades', opened(await approvals.unlock('')))).toBe('closed');
  });

  it('approves nothing that is no longer in the ledger as it was shown', async () => {
    const { approvals, state, ask } = await approvalsIn(stateDirectory(), 'page');
    const pending = await ask();
    await state.write((db) => db.prepare("UPDATE questions SET binding = 'of the production environment'").run());
    expect(await approvals.approve(pending, 'trades', opened(await approvals.unlock('')))).toBe('closed');
  });

  it('reports damaged key files, instead of a wrong passphrase', async () => {
    const { dir, approvals } = await keyed();
    writeFileSync(join(dir, 'approver', 'private.json'), '{}');
    await expect(approvals.unlock(PASSPHRASE)).rejects.toThrow('is damaged');
  });

  it('locks for ten minutes after five wrong passphrases, even for the correct one', async () => {
    const clock = { now: 1_000_000 };
    const { approvals, attempts } = await keyed(clock);
    for (let tries = 0; tries < 3; tries += 1) await attempts.take();
    for (const wrong of ['wrong', '']) expect(await approvals.unlock(wrong)).toEqual({ kind: 'wrong' });
    expect(await approvals.unlock(PASSPHRASE)).toEqual({ kind: 'locked', until: clock.now + 10 * MINUTE });
    clock.now += 10 * MINUTE;
    expect(await approvals.unlock(PASSPHRASE)).toMatchObject({ kind: 'open' });
  });
});

describe('the text of a plan', () => {
  it('says why it is closed', () => {
    const said = (['open', 'replaced', 'evicted', 'expired', 'approved', 'consumed', 'declined'] as const).map(
      (state) => closedReason({ state, successor: 'ABCDE' }),
    );
    expect(new Set(said).size).toBe(6);
    expect(said[1]).toContain('The newer plan ABCDE replaced it');
  });

  it('lists entities by kind, a hundred per page', () => {
    const users = Array.from({ length: 101 }, (_, at) => ({ kind: 'user', name: `u${at}` }));
    const pages = pagesOf([{ kind: 'volume', name: 'v' }, ...users]);
    expect(pages.map(({ title, items }) => [title, items.length])).toEqual([
      ['1 volume', 1],
      ['101 users, 1 to 100', 100],
      ['101 users, 101 to 101', 1],
    ]);
  });

  it('is split into parts that contain all of it', () => {
    const settings = 'a.b: not set -> "c: \\"d\\"".\na.c: stays "e".\na.d: "f" -> removed.\n';
    const { headline, isDeletion, worst, instruction, where, details, changes, notes } = planText({
      shown: { ...SHOWN, text: SHOWN.text.replace('This', `${settings}This`) },
    });
    expect(isDeletion).toBe(true);
    expect([headline, worst, instruction]).toEqual(SHOWN.text.split('\n').slice(0, 3));
    expect(where).toEqual([
      ['environment', '"kdb-prod"'],
      ['account', '"111122223333"'],
      ['region', '"us-east-1"'],
      ['backend', '"local (embedded FinSpace-compatible service)"'],
    ]);
    expect(details.map(([label]) => label)).toEqual(['environmentId', 'createdTimestamp']);
    expect(changes).toEqual([
      ['a.b', 'not set', '"c: \\"d\\""'],
      ['a.c', undefined, '"e"'],
      ['a.d', '"f"', 'removed'],
    ]);
    expect(notes).toEqual(['This cannot be undone.']);
    const nothing = {
      ...{ headline: '', isDeletion: false, worst: '', instruction: '' },
      ...{ where: [], details: [], changes: [], notes: [] },
    };
    expect(planText({ shown: { ...SHOWN, text: '' } })).toEqual(nothing);
  });

  it('lists an item only if a line consists of it', () => {
    const items = ['a', 'b', 'c'].map((name) => ({ kind: 'cluster', name }));
    const text = '- cluster "a".\n10. cluster "b".\nIt also stops cluster "c".';
    expect(unlisted(text, items)).toEqual([{ kind: 'cluster', name: 'c' }]);
  });

  it('names its location', () => {
    expect(locationText({ shown: SHOWN })).toBe(
      'environment: "kdb-prod", account: "111122223333", region: "us-east-1", backend: "local (embedded FinSpace-compatible service)"',
    );
    expect(locationText({ shown: { ...SHOWN, text: 'DELETE x' } })).toBe('');
  });

  it('contains no control characters that move the cursor or reorder text', () => {
    expect(printable('a\u001b[2Jb\u202ec\u200b\u00a0')).toBe('a\\u{1b}[2Jb\\u{202e}c\\u{200b}\\u{a0}');
  });

  it('says how long ago it was opened and how long it stays open', () => {
    expect([0, 59_999, 60_000, 60 * MINUTE].map((ms) => ago(0, ms))).toEqual([
      'just now',
      'just now',
      '1 min ago',
      '1 h ago',
    ]);
    expect(ago(5, 0)).toBe('just now');
    expect([59_999, 5 * MINUTE, 15 * MINUTE - 1].map((ms) => remaining(ms, 0))).toEqual([
      'less than a minute',
      '5 min',
      '15 min',
    ]);
  });
});
