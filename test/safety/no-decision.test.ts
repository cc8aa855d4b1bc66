import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Approval, PendingApproval } from '../../src/safety/ledger.ts';
import { MINUTE, SECOND, type Spy, spyOn } from './support/backend.ts';
import { ROLE } from './support/estate.ts';
import { accept, asked, cancel, decline, type Guard, openGuard } from './support/guard.ts';
import { openScene, type Scene, type Wish } from './support/scene.ts';

const TRUSTED: Approval = { channel: 'terminal', approver: 'ada', at: 1 };
const UNUSABLE = [undefined, {}, { approval: {} }, { approval: { action: 'later' } }, { approval: [] }, { other: 1 }];

const change = (scene: Scene, { arguments: database }: Wish) =>
  scene.call('UpdateKxDatabase', { ...database, description: 'another' } as never);

describe('a form that comes back without the decision of a person', () => {
  let scene: Scene;
  let spy: Spy;
  let guard: Guard;
  let wish: Wish;
  let other: Wish;
  const start = async (
    outOfBand?: () => Promise<{ accepts: () => boolean; instructions: (code: string) => string }>,
  ) => {
    scene = await openScene();
    spy = spyOn(scene.call, { forward: false });
    guard = await openGuard({ call: spy.call, clock: scene.clock, ...(outOfBand === undefined ? {} : { outOfBand }) });
    [wish, other] = scene.wishes as [Wish, Wish];
  };
  const elsewhere = async () => ({
    accepts: () => true,
    instructions: (code: string) => `In a terminal: approve ${code}`,
  });
  beforeEach(() => start(elsewhere));
  afterEach(async () => {
    await guard.close();
    await scene.close();
  });

  const answered = async (what: Wish, answers: unknown, client = 'one', afterMs = 0) => {
    const { state } = await asked(guard, { ...what, client });
    scene.clock.advance(afterMs);
    return guard.attempt({ ...what, client, state, answers });
  };
  const getsForms = async (client = 'one') => (await guard.attempt({ ...other, client })).kind === 'asked';
  const open = async () => (await guard.ledger.list()).find(({ shown }) => shown.name === wish.name) as PendingApproval;

  it.each<[string, unknown, string]>([
    ['a cancel', cancel, 'closed without a decision'],
    ['a decline that no person is quick enough for', decline, 'declined faster than a person can read it'],
    ...UNUSABLE.map((answers): [string, unknown, string] => [JSON.stringify(answers), answers, 'nobody decided']),
  ])('leaves its plan open under a code: %s', async (_, answers, said) => {
    const outcome = await answered(wish, answers);
    const { code, nonce } = await open();
    expect(outcome).toMatchObject({ kind: 'refused', text: expect.stringContaining(said) });
    expect(outcome).toMatchObject({ text: expect.stringContaining(`The plan waits under the code ${code}.`) });
    expect(outcome).toMatchObject({ text: expect.stringContaining(`In a terminal: approve ${code}`) });
    expect(outcome).toMatchObject({ text: expect.stringContaining(`\nType ${wish.name} to approve.\n`) });
    expect(spy.reached).toEqual([]);
    await guard.ledger.approve(nonce, TRUSTED);
    expect((await guard.attempt({ ...wish, forms: false })).kind).toBe('done');
    expect(spy.reached).toHaveLength(1);
  });

  it('stops forms to that client for ten minutes, after two cancels in a row', async () => {
    await answered(wish, cancel);
    expect(await getsForms()).toBe(true);
    await answered(wish, cancel);
    expect(await getsForms()).toBe(false);
    expect(await guard.attempt(wish)).toMatchObject({
      text: expect.stringMatching(/gets no forms for ten minutes.*under the code \w{5}/),
    });
    scene.clock.advance(10 * MINUTE - 1);
    expect(await getsForms()).toBe(false);
    scene.clock.advance(1);
    expect(await getsForms()).toBe(true);
  });

  it.each([
    ['accepts', accept('trades')],
    ['types another name', accept('trade')],
    ['declines', decline],
  ])('does not, where a person %s between the cancels', async (_, answers) => {
    await answered(wish, cancel);
    await answered(wish, answers, 'one', 2 * SECOND);
    await answered(wish, cancel);
    expect(await getsForms()).toBe(true);
  });

  it.each<[string, unknown]>([
    ['a hasty decline', decline],
    ...UNUSABLE.map((answers): [string, unknown] => [JSON.stringify(answers), answers]),
  ])('stops forms to that client at once after %s', async (_, answers) => {
    await answered(wish, answers);
    expect(await getsForms()).toBe(false);
    expect(await getsForms('two')).toBe(true);
    scene.clock.advance(10 * MINUTE);
    expect(await getsForms()).toBe(true);
  });

  it('does not count as unanswered', async () => {
    for (let times = 0; times < 20; times += 1) {
      await answered(wish, cancel);
      expect((await answered(wish, accept(wish.name))).kind).toBe('done');
    }
    expect(await getsForms()).toBe(true);
  });

  it('is not assumed where the right name comes at once, nor where a decline took a second', async () => {
    expect((await answered(wish, accept(wish.name))).kind).toBe('done');
    const outcome = await answered(wish, decline, 'one', SECOND);
    expect(outcome).toMatchObject({ text: expect.stringContaining('The person declined') });
    expect(await guard.ledger.list()).toEqual([]);
    expect(await getsForms()).toBe(true);
  });

  it('ends the plan all the same where things changed meanwhile', async () => {
    const { state } = await asked(guard, wish);
    await change(scene, wish);
    const outcome = await guard.attempt({ ...wish, state, answers: cancel });
    expect(outcome).toMatchObject({ text: expect.stringContaining('changed after the person saw it') });
    expect(await guard.ledger.list()).toEqual([]);
  });

  it('says how to set up another way where there is none', async () => {
    await guard.close();
    await scene.close();
    await start();
    const first = await answered(wish, cancel);
    expect(first).toMatchObject({ text: expect.stringContaining('approve --init') });
    await answered(wish, cancel);
    expect(await guard.attempt(wish)).toMatchObject({
      kind: 'refused',
      text: expect.stringMatching(/gets no forms for ten minutes[\s\S]*approve --init/),
    });
  });
});

describe('people and a headless client', () => {
  it('on one ledger do not disturb each other', async () => {
    const scene = await openScene();
    const spy = spyOn(scene.call, { forward: false });
    const outOfBand = async () => ({ accepts: () => true, instructions: () => 'In a terminal.' });
    const guard = await openGuard({ call: spy.call, clock: scene.clock, outOfBand });
    const headless = async (what: Wish, at: number) => {
      const outcome = await guard.attempt({ ...what, client: 'headless' });
      const answers = at % 2 === 0 ? cancel : decline;
      if (outcome.kind === 'asked') await guard.attempt({ ...what, client: 'headless', state: outcome.state, answers });
    };
    for (let round = 0; round < 10; round += 1) {
      for (const [at, what] of scene.wishes.entries()) await headless(what, at);
      for (const client of ['ann', 'ben']) {
        const wish = scene.wishes[round % scene.wishes.length] as Wish;
        const { state } = await asked(guard, { ...wish, client });
        await headless(wish, round);
        const outcome = await guard.attempt({ ...wish, client, state, answers: accept(wish.name) });
        expect(outcome.kind, `${client}, round ${round}`).toBe('done');
      }
      scene.clock.advance(MINUTE);
    }
    expect(spy.reached).toHaveLength(20);
    await guard.close();
    await scene.close();
  });
});

describe('a plan that a newer one replaced', () => {
  it('no longer counts, and a call that uses it is told why', async () => {
    const scene = await openScene();
    const spy = spyOn(scene.call, { forward: false });
    const outOfBand = async () => ({ accepts: () => true, instructions: (code: string) => `Approve ${code}.` });
    const guard = await openGuard({ call: spy.call, clock: scene.clock, outOfBand });
    const [wish] = scene.wishes as [Wish];
    const form = await asked(guard, wish);
    const [first] = (await guard.ledger.list()) as [PendingApproval];
    await guard.ledger.approve(first.nonce, TRUSTED);
    await change(scene, wish);
    const second = await guard.attempt({ ...wish, forms: false });
    expect(second).toMatchObject({
      text: expect.stringMatching(
        new RegExp(`The older plan ${first.code} that a person had approved no longer counts: .* changed\\.`),
      ),
    });
    const [{ code }] = (await guard.ledger.list()) as [PendingApproval];
    expect(await guard.attempt({ ...wish, state: form.state, answers: accept(wish.name) })).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining(`The newer plan ${code} replaced the one that the person saw`),
    });
    expect(spy.reached).toEqual([]);
    await guard.close();
    await scene.close();
  });

  it('says what has been added since, with the names that the caller may see', async () => {
    const scene = await openScene();
    const { environmentId } = scene;
    const outOfBand = async () => ({ accepts: () => true, instructions: (code: string) => `Approve ${code}.` });
    const guard = await openGuard({ call: scene.call, clock: scene.clock, outOfBand });
    const whole = { tool: 'delete_kx_environment', arguments: { environmentId }, forms: false };
    await guard.attempt(whole);
    for (let at = 0; at < 12; at += 1)
      await scene.call('CreateKxUser', { environmentId, userName: `u${at}`, iamRole: ROLE });
    const outcome = await guard.attempt(whole);
    const said = outcome.kind === 'refused' ? outcome.text : '';
    expect(said).toMatch(/The older plan \w{5} no longer counts: now there is user "u0", .* and 2 more\.\n/);
    await guard.close();
    await scene.close();
  });
});
