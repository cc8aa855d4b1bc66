import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isBehind, resetClock, sqlClock } from '../../src/safety/ledger-clock.ts';
import { type ApprovalFixture, type GuardedCall, openApprovalFixture } from './support/approval-fixture.ts';
import { HOUR, MINUTE, type Spy, spyOn } from './support/backend.ts';
import { accept, type Guard, openGuard } from './support/guard.ts';

describe('the system clock', () => {
  let fixture: ApprovalFixture;
  let spy: Spy;
  let guard: Guard;
  let guardedCall: GuardedCall;
  beforeEach(async () => {
    fixture = await openApprovalFixture();
    spy = spyOn(fixture.call, { forward: false });
    guard = await openGuard({ call: spy.call, clock: fixture.clock });
    guardedCall = fixture.guardedCalls[0] as GuardedCall;
  });
  afterEach(async () => {
    await guard.close();
    await fixture.close();
  });
  const answeredAfter = async (milliseconds: number) => {
    const outcome = await guard.attempt(guardedCall);
    const state = outcome.kind === 'asked' ? outcome.state : '';
    fixture.clock.advance(milliseconds);
    return guard.attempt({ ...guardedCall, state, answers: accept(guardedCall.name) });
  };

  it('may advance', async () => {
    expect((await answeredAfter(15 * MINUTE - 1)).kind).toBe('done');
  });

  it('past the expiry ends an approval', async () => {
    expect(await answeredAfter(15 * MINUTE)).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining('expired'),
    });
    expect(spy.reached).toEqual([]);
  });

  it('blocks approvals while it is set back', async () => {
    expect(await answeredAfter(-MINUTE)).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining('was set back'),
    });
    expect((await guard.attempt(guardedCall)).kind).toBe('refused');
    expect(spy.reached).toEqual([]);
    fixture.clock.advance(MINUTE);
    expect((await answeredAfter(0)).kind).toBe('done');
  });

  it('does not restore expired approvals when it is set back', async () => {
    const first = await guard.attempt(guardedCall);
    const state = first.kind === 'asked' ? first.state : '';
    fixture.clock.advance(15 * MINUTE);
    await guard.attempt(fixture.guardedCalls[1] as GuardedCall);
    fixture.clock.advance(-10 * MINUTE);
    expect((await guard.attempt({ ...guardedCall, state, answers: accept(guardedCall.name) })).kind).toBe('refused');
    expect(spy.reached).toEqual([]);
  });

  it('may vary by seconds', async () => {
    expect((await answeredAfter(-3_000)).kind).toBe('done');
  });

  describe('that was ahead once', () => {
    const behind = async () => {
      const before = await guard.attempt(guardedCall);
      fixture.clock.advance(24 * HOUR);
      const ahead = await guard.attempt(guardedCall);
      fixture.clock.advance(-24 * HOUR);
      return [before, ahead].map((outcome) => (outcome.kind === 'asked' ? outcome.state : ''));
    };
    const answers = () => accept(guardedCall.name);
    const clockOf = () => sqlClock(async () => guard.state, fixture.clock.now);

    it('blocks every change, and the refusal says what a person can do', async () => {
      await behind();
      expect(await guard.attempt(guardedCall)).toMatchObject({
        kind: 'refused',
        text: expect.stringMatching(/was ahead before: it says 2026-03-17T.*2026-03-18T.*approve --reset-clock/),
      });
      const times = await clockOf().read();
      expect(times).toEqual({ now: fixture.clock.now(), latest: fixture.clock.now() + 24 * HOUR });
      expect(isBehind(times)).toBe(true);
    });

    it('is accepted after a person confirms it, which voids all open plans and is journaled', async () => {
      const states = await behind();
      const { nonce = '', callDigest = '' } = (await guard.ledger.list()).at(-1) ?? {};
      await guard.state.write((db) =>
        db.prepare("UPDATE questions SET state = 'approved', approval = '{}' WHERE nonce = ?").run(nonce),
      );
      await resetClock(clockOf(), guard.journal, await clockOf().read(), 'ada');
      expect(isBehind(await clockOf().read())).toBe(false);
      expect(await guard.ledger.list()).toEqual([]);
      expect(await guard.ledger.approvedFor(callDigest)).toBeUndefined();
      for (const state of states)
        expect(await guard.attempt({ ...guardedCall, state, answers: answers() })).toMatchObject({
          kind: 'refused',
          text: expect.stringContaining('no longer exists'),
        });
      expect(spy.reached).toEqual([]);
      expect(await guard.journal.entries()).toMatchObject([
        {
          kind: 'clock-reset',
          seen: '2026-03-18T09:30:00.000Z',
          accepted: '2026-03-17T09:30:00.000Z',
          approver: 'ada',
        },
      ]);
      expect(await guard.journal.verify()).toMatchObject({ entries: 1 });
      expect(await guard.journal.unfinished()).toEqual([]);

      expect((await answeredAfter(0)).kind).toBe('done');
      fixture.clock.advance(-MINUTE);
      expect((await guard.attempt(guardedCall)).kind).toBe('refused');
    });

    it('is not reset if the journal cannot be written', async () => {
      await behind();
      const broken = { ...guard.journal, record: () => Promise.reject(new Error('disk full')) };
      const times = await clockOf().read();
      await expect(resetClock(clockOf(), broken, times, 'ada')).rejects.toThrow('disk full');
      expect((await guard.attempt(guardedCall)).kind).toBe('refused');
    });
  });
});
