import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Approval, PendingApproval } from '../../src/safety/ledger.ts';
import { type ApprovalFixture, type GuardedCall, openApprovalFixture } from './support/approval-fixture.ts';
import { MINUTE, SECOND, type Spy, spyOn } from './support/backend.ts';
import { ROLE } from './support/call-environment-builder.ts';
import { accept, asked, cancel, decline, type Guard, openGuard } from './support/guard.ts';

const TRUSTED: Approval = { channel: 'terminal', approver: 'ada', at: 1 };
const UNUSABLE = [undefined, {}, { approval: {} }, { approval: { action: 'later' } }, { approval: [] }, { other: 1 }];

const change = (fixture: ApprovalFixture, { arguments: database }: GuardedCall) =>
  fixture.call('UpdateKxDatabase', { ...database, description: 'another' } as never);

describe("a form that is returned without a person's decision", () => {
  let fixture: ApprovalFixture;
  let spy: Spy;
  let guard: Guard;
  let guardedCall: GuardedCall;
  let other: GuardedCall;
  const start = async (
    outOfBand?: () => Promise<{ accepts: () => boolean; instructions: (code: string) => string }>,
  ) => {
    fixture = await openApprovalFixture();
    spy = spyOn(fixture.call, { forward: false });
    guard = await openGuard({
      call: spy.call,
      clock: fixture.clock,
      ...(outOfBand === undefined ? {} : { outOfBand }),
    });
    [guardedCall, other] = fixture.guardedCalls as [GuardedCall, GuardedCall];
  };
  const elsewhere = async () => ({
    accepts: () => true,
    instructions: (code: string) => `In a terminal: approve ${code}`,
  });
  beforeEach(() => start(elsewhere));
  afterEach(async () => {
    await guard.close();
    await fixture.close();
  });

  const answered = async (what: GuardedCall, answers: unknown, client = 'one', afterMs = 0) => {
    const { state } = await asked(guard, { ...what, client });
    fixture.clock.advance(afterMs);
    return guard.attempt({ ...what, client, state, answers });
  };
  const getsForms = async (client = 'one') => (await guard.attempt({ ...other, client })).kind === 'asked';
  const open = async () =>
    (await guard.ledger.list()).find(({ shown }) => shown.name === guardedCall.name) as PendingApproval;

  it.each<[string, unknown, string]>([
    ['a cancel', cancel, 'closed without a decision'],
    ['a decline that is faster than any person', decline, 'declined faster than a person can read it'],
    ...UNUSABLE.map((answers): [string, unknown, string] => [JSON.stringify(answers), answers, 'nobody decided']),
  ])('leaves its plan open with a code: %s', async (_, answers, said) => {
    const outcome = await answered(guardedCall, answers);
    const { code, nonce } = await open();
    expect(outcome).toMatchObject({ kind: 'refused', text: expect.stringContaining(said) });
    expect(outcome).toMatchObject({ text: expect.stringContaining(`The plan waits under the code ${code}.`) });
    expect(outcome).toMatchObject({ text: expect.stringContaining(`In a terminal: approve ${code}`) });
    expect(outcome).toMatchObject({ text: expect.stringContaining(`\nType ${guardedCall.name} to approve.\n`) });
    expect(spy.reached).toEqual([]);
    await guard.ledger.approve(nonce, TRUSTED);
    expect((await guard.attempt({ ...guardedCall, forms: false })).kind).toBe('done');
    expect(spy.reached).toHaveLength(1);
  });

  it('stops forms to that client for ten minutes after two cancellations in a row', async () => {
    await answered(guardedCall, cancel);
    expect(await getsForms()).toBe(true);
    await answered(guardedCall, cancel);
    expect(await getsForms()).toBe(false);
    expect(await guard.attempt(guardedCall)).toMatchObject({
      text: expect.stringMatching(/gets no forms for ten minutes.*under the code \w{5}/),
    });
    fixture.clock.advance(10 * MINUTE - 1);
    expect(await getsForms()).toBe(false);
    fixture.clock.advance(1);
    expect(await getsForms()).toBe(true);
  });

  it.each([
    ['accepts', accept('trades')],
    ['types another name', accept('trade')],
    ['declines', decline],
  ])('does not stop forms if a person %s between the cancellations', async (_, answers) => {
    await answered(guardedCall, cancel);
    await answered(guardedCall, answers, 'one', 2 * SECOND);
    await answered(guardedCall, cancel);
    expect(await getsForms()).toBe(true);
  });

  it.each<[string, unknown]>([
    ['a hasty decline', decline],
    ...UNUSABLE.map((answers): [string, unknown] => [JSON.stringify(answers), answers]),
  ])('stops forms to that client at once after %s', async (_, answers) => {
    await answered(guardedCall, answers);
    expect(await getsForms()).toBe(false);
    expect(await getsForms('two')).toBe(true);
    fixture.clock.advance(10 * MINUTE);
    expect(await getsForms()).toBe(true);
  });

  it('does not count as unanswered', async () => {
    for (let times = 0; times < 20; times += 1) {
      await answered(guardedCall, cancel);
      expect((await answered(guardedCall, accept(guardedCall.name))).kind).toBe('done');
    }
    expect(await getsForms()).toBe(true);
  });

  it('is not assumed if the right name comes at once, nor if a decline took a second', async () => {
    expect((await answered(guardedCall, accept(guardedCall.name))).kind).toBe('done');
    const outcome = await answered(guardedCall, decline, 'one', SECOND);
    expect(outcome).toMatchObject({ text: expect.stringContaining('The person declined') });
    expect(await guard.ledger.list()).toEqual([]);
    expect(await getsForms()).toBe(true);
  });

  it('still ends the plan if the state changed in the meantime', async () => {
    const { state } = await asked(guard, guardedCall);
    await change(fixture, guardedCall);
    const outcome = await guard.attempt({ ...guardedCall, state, answers: cancel });
    expect(outcome).toMatchObject({ text: expect.stringContaining('changed after the person saw it') });
    expect(await guard.ledger.list()).toEqual([]);
  });

  it('explains how to set up another channel if there is none', async () => {
    await guard.close();
    await fixture.close();
    await start();
    const first = await answered(guardedCall, cancel);
    expect(first).toMatchObject({ text: expect.stringContaining('approve --init') });
    await answered(guardedCall, cancel);
    expect(await guard.attempt(guardedCall)).toMatchObject({
      kind: 'refused',
      text: expect.stringMatching(/gets no forms for ten minutes[\s\S]*approve --init/),
    });
  });
});

describe('people and a headless client', () => {
  it('do not disturb each other on one ledger', async () => {
    const fixture = await openApprovalFixture();
    const spy = spyOn(fixture.call, { forward: false });
    const outOfBand = async () => ({ accepts: () => true, instructions: () => 'In a terminal.' });
    const guard = await openGuard({ call: spy.call, clock: fixture.clock, outOfBand });
    const headless = async (what: GuardedCall, at: number) => {
      const outcome = await guard.attempt({ ...what, client: 'headless' });
      const answers = at % 2 === 0 ? cancel : decline;
      if (outcome.kind === 'asked') await guard.attempt({ ...what, client: 'headless', state: outcome.state, answers });
    };
    for (let round = 0; round < 10; round += 1) {
      for (const [at, what] of fixture.guardedCalls.entries()) await headless(what, at);
      for (const client of ['ann', 'ben']) {
        const guardedCall = fixture.guardedCalls[round % fixture.guardedCalls.length] as GuardedCall;
        const { state } = await asked(guard, { ...guardedCall, client });
        await headless(guardedCall, round);
        const outcome = await guard.attempt({ ...guardedCall, client, state, answers: accept(guardedCall.name) });
        expect(outcome.kind, `${client}, round ${round}`).toBe('done');
      }
      fixture.clock.advance(MINUTE);
    }
    expect(spy.reached).toHaveLength(20);
    await guard.close();
    await fixture.close();
  });
});

describe('a plan that a newer one replaced', () => {
  it('no longer counts, and a call that uses it gets the reason', async () => {
    const fixture = await openApprovalFixture();
    const spy = spyOn(fixture.call, { forward: false });
    const outOfBand = async () => ({ accepts: () => true, instructions: (code: string) => `Approve ${code}.` });
    const guard = await openGuard({ call: spy.call, clock: fixture.clock, outOfBand });
    const [guardedCall] = fixture.guardedCalls as [GuardedCall];
    const form = await asked(guard, guardedCall);
    const [first] = (await guard.ledger.list()) as [PendingApproval];
    await guard.ledger.approve(first.nonce, TRUSTED);
    await change(fixture, guardedCall);
    const second = await guard.attempt({ ...guardedCall, forms: false });
    expect(second).toMatchObject({
      text: expect.stringMatching(
        new RegExp(`The older plan ${first.code} that a person had approved no longer counts: .* changed\\.`),
      ),
    });
    const [{ code }] = (await guard.ledger.list()) as [PendingApproval];
    expect(await guard.attempt({ ...guardedCall, state: form.state, answers: accept(guardedCall.name) })).toMatchObject(
      {
        kind: 'refused',
        text: expect.stringContaining(`The newer plan ${code} replaced the one that the person saw`),
      },
    );
    expect(spy.reached).toEqual([]);
    await guard.close();
    await fixture.close();
  });

  it('names the entities that were added since, as far as the caller may see them', async () => {
    const fixture = await openApprovalFixture();
    const { environmentId } = fixture;
    const outOfBand = async () => ({ accepts: () => true, instructions: (code: string) => `Approve ${code}.` });
    const guard = await openGuard({ call: fixture.call, clock: fixture.clock, outOfBand });
    const whole = { tool: 'delete_kx_environment', arguments: { environmentId }, forms: false };
    await guard.attempt(whole);
    for (let at = 0; at < 12; at += 1)
      await fixture.call('CreateKxUser', { environmentId, userName: `u${at}`, iamRole: ROLE });
    const outcome = await guard.attempt(whole);
    const said = outcome.kind === 'refused' ? outcome.text : '';
    expect(said).toMatch(/The older plan \w{5} no longer counts: the plan now lists user "u0", .* and 2 more\.\n/);
    await guard.close();
    await fixture.close();
  });

  it('is named as the plan of another call if only the arguments differ', async () => {
    const fixture = await openApprovalFixture();
    const { environmentId } = fixture;
    const outOfBand = async () => ({ accepts: () => true, instructions: (code: string) => `Approve ${code}.` });
    const guard = await openGuard({ call: fixture.call, clock: fixture.clock, outOfBand });
    const connect = async (transitGatewayID: string) => {
      const transitGatewayConfiguration = { transitGatewayID, routableCIDRSpace: '100.64.0.0/26' };
      const tool = 'update_kx_environment_network';
      const outcome = await guard.attempt({
        tool,
        arguments: { environmentId, transitGatewayConfiguration },
        forms: false,
      });
      return outcome.kind === 'refused' ? outcome.text : outcome.kind;
    };
    await connect('tgw-0a1b2c3d4e5f60718');
    const [{ code }] = (await guard.ledger.list()) as [PendingApproval];
    const text = await connect('tgw-0a1b2c3d4e5f60719');
    expect(text).toContain(
      `The older plan ${code} no longer counts: it is the plan of another call, with other arguments, and this call replaces it.\n`,
    );
    expect(text).not.toMatch(/changed or disappeared|now lists/);
    await guard.close();
    await fixture.close();
  });
});

describe('the answer to a form whose plan was closed before', () => {
  it.each([
    ['declined', 'The plan was declined or closed before, so the approval does not count.'],
    ['changed', 'The plan was declined or closed before, so the approval does not count.'],
    ['used', 'That approval has been used already, or has expired.'],
  ] as const)('gets the reason: %s', async (how, reason) => {
    const fixture = await openApprovalFixture();
    const spy = spyOn(fixture.call, { forward: false });
    const guard = await openGuard({ call: spy.call, clock: fixture.clock });
    const [guardedCall] = fixture.guardedCalls as [GuardedCall];
    const { state } = await asked(guard, guardedCall);
    const [{ nonce }] = (await guard.ledger.list()) as [PendingApproval];
    await (how === 'used' ? guard.ledger.consume(nonce) : guard.ledger.end(nonce, how));
    expect(await guard.attempt({ ...guardedCall, state, answers: accept(guardedCall.name) })).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining(reason),
    });
    expect(spy.reached).toEqual([]);
    await guard.close();
    await fixture.close();
  });
});
