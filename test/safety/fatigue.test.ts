import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_OPEN, type PendingApproval } from '../../src/safety/ledger.ts';
import { type ApprovalFixture, type GuardedCall, openApprovalFixture } from './support/approval-fixture.ts';
import { MINUTE, SECOND, type Spy, spyOn } from './support/backend.ts';
import { ROLE } from './support/call-environment-builder.ts';
import { accept, asked, decline, type Guard, openGuard } from './support/guard.ts';

const MOST = 5;

describe('a person who receives many forms', () => {
  let fixture: ApprovalFixture;
  let spy: Spy;
  let guard: Guard;
  let guardedCall: GuardedCall;
  let other: GuardedCall;
  beforeEach(async () => {
    fixture = await openApprovalFixture();
    spy = spyOn(fixture.call, { forward: false });
    guard = await openGuard({ call: spy.call, clock: fixture.clock });
    [guardedCall, other] = fixture.guardedCalls as [GuardedCall, GuardedCall];
  });
  afterEach(async () => {
    await guard.close();
    await fixture.close();
  });

  /** Requests a call, and answers the form if one is shown. Resolves with whether one was shown. */
  const showsForm = async (what: GuardedCall, answers?: unknown, principal = 'ann') => {
    const outcome = await guard.attempt({ ...what, principal });
    if (outcome.kind !== 'asked') return false;
    if (answers === undefined) return true;
    fixture.clock.advance(2 * SECOND);
    await guard.attempt({ ...what, principal, state: outcome.state, answers });
    return true;
  };
  const timesAsked = async (times: number, answers?: unknown) => {
    let count = 0;
    for (let at = 0; at < times; at += 1) if (await showsForm(guardedCall, answers)) count += 1;
    return count;
  };

  it.each([
    ['declined', decline],
    ['answered with another name', accept('quotes')],
    ['left unanswered', undefined],
  ])(`gets no more after ${MOST} forms were %s`, async (_, answers) => {
    expect(await timesAsked(20, answers)).toBe(MOST);
    expect(await showsForm(other, answers)).toBe(false);
    expect(spy.reached).toEqual([]);
  });

  it('gets forms again after ten minutes', async () => {
    await timesAsked(20);
    fixture.clock.advance(10 * MINUTE - 1);
    expect(await showsForm(guardedCall)).toBe(false);
    fixture.clock.advance(1);
    expect(await timesAsked(20)).toBe(MOST);
  });

  it('is counted separately from other people', async () => {
    await timesAsked(20, decline);
    expect(await showsForm(guardedCall, accept(guardedCall.name), 'bob')).toBe(true);
    expect(spy.reached).toHaveLength(1);
    expect((await guard.attempt({ ...guardedCall, client: 'another of the same principal' })).kind).toBe('asked');
  });

  it('still gets forms after approvals', async () => {
    for (let times = 0; times < 20; times += 1)
      expect(await showsForm(guardedCall, accept(guardedCall.name))).toBe(true);
    expect(spy.reached).toHaveLength(20);
  });

  it('gets a limited number of forms from parallel calls, too', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        guard.attempt(fixture.guardedCalls[at % fixture.guardedCalls.length] as GuardedCall),
      ),
    );
    expect(outcomes.filter(({ kind }) => kind === 'asked').length).toBeLessThanOrEqual(MOST);
  });

  it('gets a limited number of forms in any ten minutes, however long a form stays open', async () => {
    expect(await showsForm(guardedCall)).toBe(true);
    fixture.clock.advance(10 * MINUTE + 1);
    expect(await timesAsked(20)).toBeLessThanOrEqual(MOST);
    fixture.clock.advance(5 * MINUTE);
    expect(await timesAsked(20)).toBe(0);
  });

  it('may retry after a wrong name, with a new form each time and within the limit', async () => {
    for (let slips = 1; slips < MOST; slips += 1) {
      const { state } = await asked(guard, guardedCall);
      const slip = { ...guardedCall, state, answers: accept(`${guardedCall.name} `) };
      expect(await guard.attempt(slip)).toMatchObject({
        text: expect.stringContaining('repeat the call to get another form'),
      });
      expect((await guard.attempt({ ...slip, answers: accept(guardedCall.name) })).kind).toBe('refused');
    }
    expect(await showsForm(guardedCall, accept(guardedCall.name))).toBe(true);
    expect(spy.reached).toHaveLength(1);
  });

  it('can still approve an open form', async () => {
    const first = await guard.attempt(guardedCall);
    await timesAsked(20);
    const state = first.kind === 'asked' ? first.state : '';
    expect((await guard.attempt({ ...guardedCall, state, answers: accept(guardedCall.name) })).kind).toBe('done');
  });

  it('can set up another channel, as the refusal says', async () => {
    await timesAsked(20, decline);
    expect(await guard.attempt(guardedCall)).toMatchObject({
      kind: 'refused',
      text: expect.stringMatching(/gets no forms for now.*\n.*approve --init/),
    });
  });

  it('gets no form if the client shows none, which does not count', async () => {
    for (let times = 0; times < 20; times += 1)
      expect((await guard.attempt({ ...guardedCall, forms: false })).kind).toBe('refused');
    expect(await showsForm(guardedCall)).toBe(true);
  });
});

describe('a person who approves out of band', () => {
  let fixture: ApprovalFixture;
  let spy: Spy;
  let guard: Guard;
  beforeEach(async () => {
    fixture = await openApprovalFixture();
    spy = spyOn(fixture.call, { forward: false });
    const outOfBand = async () => ({ accepts: () => true, instructions: () => 'In a terminal.' });
    guard = await openGuard({ call: spy.call, clock: fixture.clock, outOfBand });
    const { environmentId } = fixture;
    for (let at = 0; at < 2 * MAX_OPEN; at += 1)
      await fixture.call('CreateKxUser', { environmentId, userName: `user-${at}`, iamRole: ROLE });
  });
  afterEach(async () => {
    await guard.close();
    await fixture.close();
  });

  /** The deletion of one of many users. */
  const removal = (at: number, forms = false) => ({
    tool: 'delete_kx_user',
    arguments: { environmentId: fixture.environmentId, userName: `user-${at}` },
    forms,
  });
  const said = async (at: number) => {
    const outcome = await guard.attempt(removal(at));
    return outcome.kind === 'refused' ? outcome.text : outcome.kind;
  };

  it('gets a code for each request, and a bounded list of them', async () => {
    for (let at = 0; at < 2 * MAX_OPEN; at += 1) expect(await said(at)).toContain('The plan waits under the code');
    expect(await guard.ledger.list()).toHaveLength(MAX_OPEN);
    const last = await said(2 * MAX_OPEN - 1);
    const { code, nonce } = (await guard.ledger.list()).find((one) => last.includes(one.code)) as PendingApproval;
    expect(await said(2 * MAX_OPEN - 1)).toContain(code);
    await guard.ledger.approve(nonce, { channel: 'terminal', approver: 'ann', at: fixture.clock.now() });
    expect(await said(2 * MAX_OPEN - 1)).toBe('done');
    expect(spy.reached).toHaveLength(1);
  });

  it('learns when newer plans have replaced the one in a form', async () => {
    const form = removal(0, true);
    const { state } = await asked(guard, form);
    fixture.clock.advance(1);
    for (let at = 1; at <= MAX_OPEN; at += 1) await said(at);
    expect(await guard.attempt({ ...form, state, answers: accept('user-0') })).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining('This client requested too many newer plans'),
    });
    expect(spy.reached).toEqual([]);
  });

  it('gets a bounded list even if requests arrive all at once', async () => {
    await Promise.all(Array.from({ length: 2 * MAX_OPEN }, (_, at) => said(at)));
    expect(await guard.ledger.list()).toHaveLength(MAX_OPEN);
  });

  it('gets as many links as forms, and a code after that', async () => {
    const kinds: string[] = [];
    for (let times = 0; times < 20; times += 1) kinds.push((await guard.attempt({ ...removal(0), links: true })).kind);
    expect(kinds.filter((kind) => kind === 'linked')).toHaveLength(MOST);
    expect(kinds.at(-1)).toBe('refused');
    expect(await said(0)).toContain('The plan waits under the code');
  });

  it('gets codes while forms are stopped', async () => {
    for (let times = 0; times < MOST; times += 1) expect((await guard.attempt(removal(0, true))).kind).toBe('asked');
    const outcome = await guard.attempt(removal(0, true));
    expect(outcome).toMatchObject({ text: expect.stringMatching(/gets no forms for now.*under the code \w{5}/) });
  });

  it('gets no plan if the server has no channel to approve it', async () => {
    const alone = await openGuard({ call: spy.call, clock: fixture.clock });
    const outcome = await alone.attempt(removal(0));
    expect(outcome).toMatchObject({ kind: 'refused', text: expect.stringContaining('shows no forms') });
    expect(await alone.ledger.list()).toEqual([]);
    await alone.close();
  });
});
