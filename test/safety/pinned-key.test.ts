import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Approval, LedgerError } from '../../src/safety/ledger.ts';
import { type ApprovalFixture, type GuardedCall, openApprovalFixture } from './support/approval-fixture.ts';
import { type Spy, spyOn } from './support/backend.ts';
import { accept, type Guard, type GuardOptions, openGuard } from './support/guard.ts';

const PINNED = 'This world belongs to another key.';

describe('a world that may come to require another key', () => {
  let fixture: ApprovalFixture;
  let spy: Spy;
  let guard: Guard;
  let guardedCall: GuardedCall;
  let isOurs: boolean;
  const start = async (options: Partial<GuardOptions> = {}) => {
    const requirePinnedKey = async () => {
      if (!isOurs) throw new LedgerError(PINNED);
    };
    guard = await openGuard({ call: spy.call, clock: fixture.clock, requirePinnedKey, ...options });
  };
  beforeEach(async () => {
    fixture = await openApprovalFixture();
    spy = spyOn(fixture.call, { forward: false });
    [guardedCall] = fixture.guardedCalls as [GuardedCall];
    isOurs = true;
  });
  afterEach(async () => {
    await guard.close();
    await fixture.close();
  });

  it('allows approvals while it requires our key', async () => {
    await start();
    const asked = await guard.attempt(guardedCall);
    const { state } = asked as Extract<typeof asked, { kind: 'asked' }>;
    expect((await guard.attempt({ ...guardedCall, state, answers: accept(guardedCall.name) })).kind).toBe('done');
    expect(spy.reached).toHaveLength(1);
  });

  it.each<[string, Partial<GuardOptions>]>([
    ['with forms', {}],
    ['with --approve none', { restrictions: { approve: 'none' } }],
    [
      'where approvals are given elsewhere',
      { outOfBand: async () => ({ accepts: () => true, instructions: () => 'There.' }) },
    ],
  ])('blocks every call that needs approval, %s', async (_, options) => {
    await start(options);
    isOurs = false;
    const refused = await guard.attempt(guardedCall);
    expect(refused).toMatchObject({ kind: 'refused', text: expect.stringContaining(PINNED) });
    expect(spy.reached).toEqual([]);
  });

  it('blocks changes of tags that this server obeys, even with --approve none', async () => {
    const { environmentArn } = await fixture.call('GetKxEnvironment', { environmentId: fixture.environmentId });
    await start({ restrictions: { approve: 'none' } });
    isOurs = false;
    const tags = { 'finspace-mcp:protected': 'false' };
    const refused = await guard.attempt({ tool: 'tag_resource', arguments: { resourceArn: environmentArn, tags } });
    expect(refused).toMatchObject({ kind: 'refused', text: expect.stringContaining(PINNED) });
    expect(spy.reached).toEqual([]);
  });

  it('blocks a call whose form was shown before', async () => {
    await start();
    const asked = await guard.attempt(guardedCall);
    const { state } = asked as Extract<typeof asked, { kind: 'asked' }>;
    isOurs = false;
    const answered = await guard.attempt({ ...guardedCall, state, answers: accept(guardedCall.name) });
    expect(answered).toMatchObject({ kind: 'refused', text: expect.stringContaining(PINNED) });
    expect(spy.reached).toEqual([]);
  });

  it('blocks a call whose approval is found at the moment of the change', async () => {
    let looks = 0;
    const given: Approval = { channel: 'terminal', approver: 'ada', at: 1 };
    await start({
      outOfBand: async () => ({ accepts: () => true, instructions: () => 'There.' }),
      requirePinnedKey: async () => {
        looks += 1;
        if (!isOurs && looks > 2) throw new LedgerError(PINNED);
      },
    });
    await guard.attempt({ ...guardedCall, forms: false });
    const [pending] = await guard.ledger.list();
    await guard.ledger.approve((pending as NonNullable<typeof pending>).nonce, given);
    [looks, isOurs] = [0, false];
    const refused = await guard.attempt({ ...guardedCall, forms: false });
    expect(refused).toMatchObject({ kind: 'refused', text: expect.stringContaining(PINNED) });
    expect(spy.reached).toEqual([]);
  });

  it('accepts no form as approval where forms do not count, even if the client answers it', async () => {
    await start();
    const asked = await guard.attempt(guardedCall);
    const { state } = asked as Extract<typeof asked, { kind: 'asked' }>;
    const { signer, state: kept } = guard;
    const strict = await openGuard({
      call: spy.call,
      clock: fixture.clock,
      signer,
      state: kept,
      trustsForms: async () => false,
    });
    const answered = await strict.attempt({ ...guardedCall, state, answers: accept(guardedCall.name) });
    expect(answered).toMatchObject({ kind: 'refused', text: expect.stringContaining('need the passphrase') });
    expect((await strict.attempt(guardedCall)).kind).toBe('refused');
    expect(spy.reached).toEqual([]);
  });
});
