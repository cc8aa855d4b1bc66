import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Approval, Counted, Ledger, Question } from '../../../src/safety/ledger.ts';

/** A ledger under test, alone in its store. */
export interface LedgerUnderTest {
  readonly ledger: Ledger;
  /** Another process's view of the same store. */
  readonly another: () => Promise<Ledger>;
  /** Moves its clock, or what it keeps against it. */
  readonly advance: (milliseconds: number) => unknown;
  /** How long its questions stay open, in milliseconds. */
  readonly openMs: number;
  readonly close: () => Promise<void>;
}

const MINUTE = 60_000;
const APPROVAL: Approval = { channel: 'terminal', approver: 'ann', at: 1, signature: 's"\u2028' };

/** What the gate relies on, for every ledger: in this process, between processes and in a store that replicas share. */
export function itKeepsTheLedgerContract(name: string, start: () => Promise<LedgerUnderTest>): void {
  describe(`the ledger in ${name}`, () => {
    let under: LedgerUnderTest;
    let ledger: Ledger;
    beforeEach(async () => {
      under = await start();
      ledger = under.ledger;
    });
    afterEach(() => under.close());

    const open = (binding: string, counted: Counted = 'each', principal = 'ann', on = ledger): Promise<Question> =>
      on.open(
        {
          binding,
          principal,
          fingerprint: `print of ${binding}`,
          shown: {
            operation: 'DeleteKxDatabase',
            noun: 'database',
            name: 'trades "2026" \u2028 \ud83d',
            text: 'DELETE\n…',
            lost: [{ kind: 'data', name: 'trades', detail: undefined }],
            interrupted: [],
          },
        },
        counted,
      );
    const trueTimes = (answers: readonly boolean[]) => answers.filter(Boolean).length;

    it('keeps a question as it was opened', async () => {
      const question = await open('one');
      expect(await ledger.find(question.nonce)).toEqual(question);
      expect(await (await under.another()).find(question.nonce)).toEqual(question);
      expect(question).toMatchObject({ binding: 'one', principal: 'ann', fingerprint: 'print of one' });
      expect(question.shown.lost).toEqual([{ kind: 'data', name: 'trades' }]);
      expect(question.expires - question.opened).toBe(under.openMs);
    });

    it('gives no two questions the same nonce or code', async () => {
      const questions = await Promise.all(Array.from({ length: 200 }, (_, at) => open(`b${at}`)));
      expect(new Set(questions.map(({ nonce }) => nonce)).size).toBe(200);
      expect(new Set(questions.map(({ code }) => code)).size).toBe(200);
      for (const { nonce, code } of questions) {
        expect(nonce.length).toBeGreaterThanOrEqual(22);
        expect(code).toMatch(/^[A-Z2-9]{4,6}$/);
      }
    });

    it('has one open question for a binding, whoever opens it and how often', async () => {
      const another = await under.another();
      const opened = await Promise.all(
        Array.from({ length: 20 }, (_, at) => open('same', 'never', 'ann', at % 2 === 0 ? ledger : another)),
      );
      expect(new Set(opened.map(({ nonce }) => nonce)).size).toBe(1);
    });

    it('lists open questions, oldest first', async () => {
      const [first, second, third] = [await open('one'), await open('two'), await open('three')];
      await ledger.end(second.nonce, 'declined');
      const listed = (await ledger.list()).map(({ binding }) => binding);
      expect(listed.toSorted()).toEqual([first.binding, third.binding].toSorted());
    });

    it('knows nothing of nonces that it did not give out', async () => {
      for (const nonce of ['', 'x', "' OR 1=1 --", '*', '\0']) {
        expect(await ledger.find(nonce)).toBeUndefined();
        expect(await ledger.burn(nonce)).toBe(false);
        expect(await ledger.approve(nonce, APPROVAL)).toBe(false);
        await ledger.end(nonce, 'declined');
      }
    });

    it('is used up by exactly one of many, between processes too', async () => {
      const another = await under.another();
      const { nonce } = await open('one');
      const burns = Array.from({ length: 100 }, (_, at) => (at % 2 === 0 ? ledger : another).burn(nonce));
      expect(trueTimes(await Promise.all(burns))).toBe(1);
      expect(await ledger.burn(nonce)).toBe(false);
    });

    it.each(['declined', 'cancelled', 'wrong-name', 'other-call', 'changed'] as const)(
      'is never used up once it was %s',
      async (ending) => {
        const { nonce } = await open('one');
        await ledger.end(nonce, ending);
        expect(await ledger.burn(nonce)).toBe(false);
        expect(await ledger.approve(nonce, APPROVAL)).toBe(false);
        expect(await ledger.list()).toEqual([]);
        expect((await open('one')).nonce).not.toBe(nonce);
      },
    );

    it('stays used up, whatever ends it afterwards', async () => {
      const { nonce } = await open('one');
      await ledger.burn(nonce);
      await ledger.end(nonce, 'declined');
      expect(await ledger.unanswered('ann', MINUTE)).toBe(0);
      expect(await ledger.burn(nonce)).toBe(false);
    });

    it('keeps an approval for its own binding until it is used up', async () => {
      const question = await open('one', 'never');
      expect(await ledger.approvedFor('one')).toBeUndefined();
      expect(await ledger.approve(question.nonce, APPROVAL)).toBe(true);
      expect(await ledger.approve(question.nonce, APPROVAL)).toBe(false);
      expect(await ledger.list()).toEqual([]);
      expect(await ledger.approvedFor('two')).toBeUndefined();
      expect(await (await under.another()).approvedFor('one')).toEqual({ question, approval: APPROVAL });
      expect(await ledger.burn(question.nonce)).toBe(true);
      expect(await ledger.approvedFor('one')).toBeUndefined();
      expect(await ledger.approve(question.nonce, APPROVAL)).toBe(false);
    });

    it('looks at every approval of a binding, the newest first', async () => {
      const by = (approver: string) => ({ ...APPROVAL, approver });
      for (const approver of ['ann', 'ben', 'eve']) {
        await under.advance(1_000);
        await ledger.approve((await open('one', 'never')).nonce, by(approver));
      }
      const seen: string[] = [];
      const counting = (who: string) =>
        ledger.approvedFor('one', (question, { approver }) => {
          seen.push(approver);
          return question.binding === 'one' && approver === who;
        });
      const granted = await counting('ann');
      expect(granted?.approval).toEqual(by('ann'));
      expect(seen).toEqual(['eve', 'ben', 'ann']);
      expect((await ledger.approvedFor('one'))?.approval).toEqual(by('eve'));
      expect(await ledger.burn(String(granted?.question.nonce))).toBe(true);
      expect(await counting('ann')).toBeUndefined();
      expect((await counting('ben'))?.approval).toEqual(by('ben'));
    });

    it('forgets an approval that was withdrawn', async () => {
      const { nonce } = await open('one', 'never');
      await ledger.approve(nonce, APPROVAL);
      await ledger.end(nonce, 'declined');
      expect(await ledger.approvedFor('one')).toBeUndefined();
      expect(await ledger.burn(nonce)).toBe(false);
    });

    it('counts the dialogs of each principal that were not approved', async () => {
      await open('one');
      await open('one');
      await open('two');
      await open('three', 'never');
      await open('four', 'each', 'bob');
      const { nonce } = await open('five');
      expect(await ledger.unanswered('ann', MINUTE)).toBe(4);
      await ledger.burn(nonce);
      expect(await ledger.unanswered('ann', MINUTE)).toBe(3);
      await ledger.approve((await open('six')).nonce, APPROVAL);
      expect(await ledger.unanswered('ann', MINUTE)).toBe(3);
      expect(await ledger.unanswered('bob', MINUTE)).toBe(1);
      expect(await ledger.unanswered('eve', MINUTE)).toBe(0);
    });

    it('counts what only waits once, however often it is asked for at the same time', async () => {
      await Promise.all(Array.from({ length: 20 }, () => open('one', 'once')));
      expect(await ledger.list()).toHaveLength(1);
      expect(await ledger.unanswered('ann', MINUTE)).toBe(1);
    });

    describe('as time goes by', () => {
      /** A server's clock goes on by itself, so nothing here depends on less than half a minute. */
      const pass = async (milliseconds: number) => under.advance(milliseconds);

      it('lets nothing be used after it expired', async () => {
        const [asked, granted] = [await open('one'), await open('two')];
        await ledger.approve(granted.nonce, APPROVAL);
        await pass(under.openMs - MINUTE / 2);
        expect(await ledger.list()).toHaveLength(1);
        expect(await ledger.approvedFor('two')).toBeDefined();
        await pass(MINUTE / 2);
        expect(await ledger.list()).toEqual([]);
        expect(await ledger.burn(asked.nonce)).toBe(false);
        expect(await ledger.burn(granted.nonce)).toBe(false);
        expect(await ledger.approve(asked.nonce, APPROVAL)).toBe(false);
        expect(await ledger.approvedFor('two')).toBeUndefined();
        expect((await open('one')).nonce).not.toBe(asked.nonce);
      });

      it('counts dialogs from when they were put, however old their question is', async () => {
        await open('one');
        await pass(under.openMs - MINUTE);
        await open('one');
        expect(await ledger.unanswered('ann', 2 * MINUTE)).toBeGreaterThanOrEqual(1);
        await pass(2 * MINUTE);
        expect(await ledger.unanswered('ann', 2 * MINUTE)).toBe(0);
      });

      it('lets go of questions after a day', async () => {
        const { nonce } = await open('one');
        await pass(25 * 60 * MINUTE);
        await open('two');
        expect(await ledger.find(nonce)).toBeUndefined();
      });

      it('grants nothing while the clock is behind what it has seen', async () => {
        const question = await open('one');
        await ledger.approve(question.nonce, APPROVAL);
        await pass(-MINUTE);
        await expect(ledger.burn(question.nonce)).rejects.toMatchObject({ name: 'LedgerError' });
        await expect(ledger.approvedFor('one')).rejects.toMatchObject({ name: 'LedgerError' });
        await expect(open('two')).rejects.toMatchObject({ name: 'LedgerError' });
        await pass(MINUTE);
        expect(await ledger.burn(question.nonce)).toBe(true);
      });
    });
  });
}
