import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Approval,
  type FormEvent,
  type Ledger,
  MAX_OPEN,
  type OpenedApproval,
  type PendingApproval,
} from '../../../src/safety/ledger.ts';
import { isBehind } from '../../../src/safety/ledger-clock.ts';
import { type LedgerUnderTest, type PendingOptions, pendingFor } from './ledger-under-test.ts';

const MINUTE = 60_000;
const APPROVAL: Approval = { channel: 'terminal', approver: 'ann', at: 1, signature: 's"\u2028' };

/** The behaviour that the gate relies on, for every ledger: in this process, between processes and in a store that replicas share. */
export function itKeepsTheLedgerContract(name: string, start: () => Promise<LedgerUnderTest>): void {
  describe(`the ledger in ${name}`, () => {
    let under: LedgerUnderTest;
    let ledger: Ledger;
    beforeEach(async () => {
      under = await start();
      ledger = under.ledger;
    });
    afterEach(() => under.close());

    const opened = (callDigest: string, { on = ledger, ...options }: PendingOptions & { on?: Ledger } = {}) =>
      on.open(pendingFor(callDigest, options));
    const open = async (callDigest: string, options?: PendingOptions & { on?: Ledger }): Promise<PendingApproval> =>
      (await opened(callDigest, options)).pending;
    const trueTimes = (answers: readonly boolean[]) => answers.filter(Boolean).length;

    it('keeps a pending approval as it was opened', async () => {
      const pending = await open('one');
      expect(await ledger.find(pending.nonce)).toEqual(pending);
      expect(await (await under.another()).find(pending.nonce)).toEqual(pending);
      expect(pending).toMatchObject({ callDigest: 'one', principal: 'ann', stateDigest: 'digest for one' });
      expect(pending.shown.lost).toEqual([{ kind: 'data', name: 'trades' }]);
      expect(pending.expires - pending.opened).toBe(under.openMs);
    });

    it('gives no two pending approvals the same nonce or code', async () => {
      const pendings = await Promise.all(Array.from({ length: 200 }, (_, at) => open(`b${at}`)));
      expect(new Set(pendings.map(({ nonce }) => nonce)).size).toBe(200);
      expect(new Set(pendings.map(({ code }) => code)).size).toBe(200);
      for (const { nonce, code } of pendings) {
        expect(nonce.length).toBeGreaterThanOrEqual(22);
        expect(code).toMatch(/^[A-Z2-9]{4,6}$/);
      }
    });

    it('has one open pending approval for a call, however often and in whichever process it is opened', async () => {
      const another = await under.another();
      const inTurn = (at: number) => ({ on: at % 2 === 0 ? ledger : another });
      const opened = await Promise.all(Array.from({ length: 20 }, (_, at) => open('same', inTurn(at))));
      expect(new Set(opened.map(({ nonce }) => nonce)).size).toBe(1);
    });

    it('lists open pending approvals, oldest first', async () => {
      for (const callDigest of ['one', 'two', 'three']) {
        await under.advance(1_000);
        await open(callDigest);
      }
      await ledger.end((await open('two')).nonce, 'declined');
      expect((await ledger.list()).map(({ callDigest }) => callDigest)).toEqual(['one', 'three']);
    });

    it('finds no unknown nonce', async () => {
      for (const nonce of ['', 'x', "' OR 1=1 --", '*', '\0']) {
        expect(await ledger.find(nonce)).toBeUndefined();
        expect(await ledger.consume(nonce)).toBe(false);
        expect(await ledger.approve(nonce, APPROVAL)).toBe(false);
        await ledger.end(nonce, 'declined');
      }
    });

    it('is consumed by exactly one of many attempts, even across processes', async () => {
      const another = await under.another();
      const { nonce } = await open('one');
      const consumed = Array.from({ length: 100 }, (_, at) => (at % 2 === 0 ? ledger : another).consume(nonce));
      expect(trueTimes(await Promise.all(consumed))).toBe(1);
      expect(await ledger.consume(nonce)).toBe(false);
    });

    it.each(['declined', 'wrong-name', 'other-call', 'changed'] as const)(
      'cannot be consumed once it was %s',
      async (ending) => {
        const { nonce } = await open('one');
        await ledger.end(nonce, ending);
        expect(await ledger.consume(nonce)).toBe(false);
        expect(await ledger.approve(nonce, APPROVAL)).toBe(false);
        expect(await ledger.list()).toEqual([]);
        expect((await open('one')).nonce).not.toBe(nonce);
      },
    );

    it('stays consumed, whatever ends it afterwards', async () => {
      const { nonce } = await open('one');
      await ledger.consume(nonce);
      await ledger.end(nonce, 'declined');
      expect(await ledger.consume(nonce)).toBe(false);
    });

    it('keeps an approval for its own call until it is consumed', async () => {
      const pending = await open('one');
      expect(await ledger.approvedFor('one')).toBeUndefined();
      expect(await ledger.approve(pending.nonce, APPROVAL)).toBe(true);
      expect(await ledger.approve(pending.nonce, APPROVAL)).toBe(false);
      expect(await ledger.list()).toEqual([]);
      expect(await ledger.approvedFor('two')).toBeUndefined();
      expect(await (await under.another()).approvedFor('one')).toEqual({ pending, approval: APPROVAL });
      expect(await ledger.consume(pending.nonce)).toBe(true);
      expect(await ledger.approvedFor('one')).toBeUndefined();
      expect(await ledger.approve(pending.nonce, APPROVAL)).toBe(false);
    });

    it('checks every approval of a call, newest first', async () => {
      const by = (approver: string) => ({ ...APPROVAL, approver });
      for (const approver of ['ann', 'ben', 'eve']) {
        await under.advance(1_000);
        await ledger.approve((await open('one')).nonce, by(approver));
      }
      const seen: string[] = [];
      const counting = (who: string) =>
        ledger.approvedFor('one', (pending, { approver }) => {
          seen.push(approver);
          return pending.callDigest === 'one' && approver === who;
        });
      const granted = await counting('ann');
      expect(granted?.approval).toEqual(by('ann'));
      expect(seen).toEqual(['eve', 'ben', 'ann']);
      expect((await ledger.approvedFor('one'))?.approval).toEqual(by('eve'));
      expect(await ledger.consume(String(granted?.pending.nonce))).toBe(true);
      expect(await counting('ann')).toBeUndefined();
      expect((await counting('ben'))?.approval).toEqual(by('ben'));
    });

    it('drops an approval that was withdrawn', async () => {
      const { nonce } = await open('one');
      await ledger.approve(nonce, APPROVAL);
      await ledger.end(nonce, 'declined');
      expect(await ledger.approvedFor('one')).toBeUndefined();
      expect(await ledger.consume(nonce)).toBe(false);
    });

    describe('with several pending approvals of one target', () => {
      const codes = ({ replaced }: OpenedApproval) =>
        replaced.map(({ pending: { code }, wasApproved }) => [code, wasApproved]);

      it('keeps the newest, whether the older ones were approved or not', async () => {
        const [asked, granted] = [await open('one', { subject: 'x' }), await open('other')];
        await ledger.approve(granted.nonce, APPROVAL);
        const newer = await opened('two', { subject: 'x', on: await under.another() });
        expect(codes(newer)).toEqual([[asked.code, false]]);
        expect(codes(await opened('newer', { subject: 'other' }))).toEqual([[granted.code, true]]);
        for (const { nonce } of [asked, granted]) {
          expect(await ledger.consume(nonce)).toBe(false);
          expect(await ledger.approve(nonce, APPROVAL)).toBe(false);
        }
        expect(await ledger.approvedFor('other')).toBeUndefined();
        expect(await ledger.status(asked.code)).toEqual({ state: 'replaced', successor: newer.pending.code });
        expect(await ledger.consume(newer.pending.nonce)).toBe(true);
      });

      it('replaces none of another principal, and none twice', async () => {
        await open('one', { subject: 'x' });
        expect(codes(await opened('two', { subject: 'x', principal: 'bob' }))).toEqual([]);
        expect(codes(await opened('three', { subject: 'x' }))).toHaveLength(1);
        expect(codes(await opened('three', { subject: 'x' }))).toEqual([]);
        expect(await ledger.list()).toHaveLength(2);
      });
    });

    it('shows the status of the pending approval of a code', async () => {
      const stands = async ({ code }: PendingApproval) => (await ledger.status(code))?.state;
      const [asked, granted, used, declined] = [await open('1'), await open('2'), await open('3'), await open('4')];
      await ledger.approve(granted.nonce, APPROVAL);
      await ledger.consume(used.nonce);
      await ledger.end(declined.nonce, 'declined');
      expect(await Promise.all([asked, granted, used, declined].map(stands))).toEqual([
        'open',
        'approved',
        'consumed',
        'declined',
      ]);
      expect(await ledger.status('XXXXX')).toBeUndefined();
      await under.advance(under.openMs);
      expect(await Promise.all([asked, granted, used, declined].map(stands))).toEqual([
        'expired',
        'expired',
        'consumed',
        'declined',
      ]);
    });

    describe(`with ${MAX_OPEN} pending approvals of one principal open`, () => {
      const ask = async (count: number, options: PendingOptions) => {
        const pendings: PendingApproval[] = [];
        for (let at = 0; at < count; at += 1) {
          await under.advance(1);
          pendings.push(await open(`${options.client} ${at}`, options));
        }
        return pendings;
      };

      it('evicts the oldest of the client that has most', async () => {
        const person = await ask(2, { client: 'person' });
        const [first, second] = await ask(MAX_OPEN, { client: 'headless' });
        const evicted = await Promise.all([first, second].map((one) => ledger.status(String(one?.code))));
        expect(evicted).toEqual([{ state: 'evicted' }, { state: 'evicted' }]);
        await under.advance(1);
        await open('one more', { client: 'person' });
        expect(await ledger.list()).toHaveLength(MAX_OPEN);
        for (const { code } of person) expect(await ledger.status(code)).toEqual({ state: 'open' });
      });

      it('does not evict those of other principals, or approved ones', async () => {
        const other = await open('theirs', { principal: 'bob' });
        const granted = await open('granted');
        await ledger.approve(granted.nonce, APPROVAL);
        await ask(MAX_OPEN + 2, { client: 'one' });
        expect(await ledger.status(other.code)).toEqual({ state: 'open' });
        expect(await ledger.consume(granted.nonce)).toBe(true);
      });
    });

    it('records the form events of each client, in order', async () => {
      const kinds = async (client: string) => (await ledger.formHistory(client)).events.map(({ kind }) => kind);
      const happened: FormEvent['kind'][] = ['shown', 'cancelled', 'shown', 'accepted', 'shown', 'withdrawn'];
      for (const [at, kind] of happened.entries()) await ledger.formHistory('one', { nonce: `n${at}`, kind });
      await (await under.another()).formHistory('two', { nonce: 'n', kind: 'declined' });
      expect(await kinds('one')).toEqual(happened);
      expect(await kinds('two')).toEqual(['declined']);
      expect(await kinds('three')).toEqual([]);
    });

    describe('over time', () => {
      /** The clock of a server advances by itself, so nothing here depends on less than half a minute. */
      const pass = async (milliseconds: number) => under.advance(milliseconds);

      it('does not consume an expired approval', async () => {
        const [asked, granted] = [await open('one'), await open('two')];
        await ledger.approve(granted.nonce, APPROVAL);
        await pass(under.openMs - MINUTE / 2);
        expect(await ledger.list()).toHaveLength(1);
        expect(await ledger.approvedFor('two')).toBeDefined();
        await pass(MINUTE / 2);
        expect(await ledger.list()).toEqual([]);
        expect(await ledger.consume(asked.nonce)).toBe(false);
        expect(await ledger.consume(granted.nonce)).toBe(false);
        expect(await ledger.approve(asked.nonce, APPROVAL)).toBe(false);
        expect(await ledger.approvedFor('two')).toBeUndefined();
        expect((await open('one')).nonce).not.toBe(asked.nonce);
      });

      it('reports when each form was shown, and deletes that after an hour', async () => {
        await ledger.formHistory('one', { nonce: 'n', kind: 'shown' });
        await pass(2 * MINUTE);
        const { now, events } = await ledger.formHistory('one');
        expect(now - Number(events[0]?.at)).toBeGreaterThanOrEqual(2 * MINUTE);
        expect(now - Number(events[0]?.at)).toBeLessThan(3 * MINUTE);
        await pass(60 * MINUTE);
        expect((await ledger.formHistory('one', { nonce: 'n', kind: 'shown' })).events).toHaveLength(1);
      });

      it('deletes pending approvals after a day', async () => {
        const { nonce } = await open('one');
        await pass(25 * 60 * MINUTE);
        await open('two');
        expect(await ledger.find(nonce)).toBeUndefined();
      });

      it('grants nothing while the clock is behind the latest recorded time', async () => {
        const pending = await open('one');
        await ledger.approve(pending.nonce, APPROVAL);
        await pass(-MINUTE);
        await expect(ledger.consume(pending.nonce)).rejects.toMatchObject({ name: 'LedgerError' });
        await expect(ledger.approvedFor('one')).rejects.toMatchObject({ name: 'LedgerError' });
        await expect(open('two')).rejects.toMatchObject({ name: 'LedgerError' });
        await pass(MINUTE);
        expect(await ledger.consume(pending.nonce)).toBe(true);
      });

      it('accepts an earlier time after a reset, and keeps nothing that was recorded later', async () => {
        const [asked, granted] = [await open('one'), await open('two')];
        await ledger.approve(granted.nonce, APPROVAL);
        for (const nonce of [asked.nonce, granted.nonce]) await ledger.formHistory('one', { nonce, kind: 'cancelled' });
        await pass(-400 * 24 * 60 * MINUTE);
        expect(isBehind(await under.clock.read())).toBe(true);
        await under.clock.reset();
        expect(isBehind(await under.clock.read())).toBe(false);
        expect((await ledger.formHistory('one')).events).toEqual([]);
        expect(await ledger.list()).toEqual([]);
        expect(await ledger.approvedFor('two')).toBeUndefined();
        expect(await ledger.consume(asked.nonce)).toBe(false);
        expect(await ledger.consume((await open('one')).nonce)).toBe(true);
      });
    });
  });
}
