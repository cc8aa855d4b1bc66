import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MINUTE, type Spy, spyOn } from './support/backend.ts';
import { accept, cancel, decline, type Guard, openGuard } from './support/guard.ts';
import { openScene, type Scene, type Wish } from './support/scene.ts';

const MOST = 5;

describe('a person who is asked again and again', () => {
  let scene: Scene;
  let spy: Spy;
  let guard: Guard;
  let wish: Wish;
  let other: Wish;
  beforeEach(async () => {
    scene = await openScene();
    spy = spyOn(scene.call, { forward: false });
    guard = await openGuard({ call: spy.call, clock: scene.clock });
    [wish, other] = scene.wishes as [Wish, Wish];
  });
  afterEach(async () => {
    await guard.close();
    await scene.close();
  });

  /** Wants something; the person, if asked, does this. Whether the person was asked. */
  const wants = async (what: Wish, answers?: unknown, principal = 'ann') => {
    const outcome = await guard.attempt({ ...what, principal });
    if (outcome.kind !== 'asked') return false;
    if (answers !== undefined) await guard.attempt({ ...what, principal, state: outcome.state, answers });
    return true;
  };
  const timesAsked = async (times: number, answers?: unknown) => {
    let count = 0;
    for (let at = 0; at < times; at += 1) if (await wants(wish, answers)) count += 1;
    return count;
  };

  it.each([
    ['declined', decline],
    ['closed', cancel],
    ['answered with another name', accept('quotes')],
    ['left unanswered', undefined],
  ])(`is left in peace after ${MOST} forms were %s`, async (_, answers) => {
    expect(await timesAsked(20, answers)).toBe(MOST);
    expect(await wants(other, answers)).toBe(false);
    expect(spy.reached).toEqual([]);
  });

  it('hears of it again after ten minutes', async () => {
    await timesAsked(20, decline);
    scene.clock.advance(10 * MINUTE - 1);
    expect(await wants(wish, decline)).toBe(false);
    scene.clock.advance(1);
    expect(await timesAsked(20, decline)).toBe(MOST);
  });

  it('is told apart from others', async () => {
    await timesAsked(20, decline);
    expect(await wants(wish, accept(wish.name), 'bob')).toBe(true);
    expect(spy.reached).toHaveLength(1);
  });

  it('is not spared what was approved', async () => {
    for (let times = 0; times < 20; times += 1) expect(await wants(wish, accept(wish.name))).toBe(true);
    expect(spy.reached).toHaveLength(20);
  });

  it('is asked at most so often by parallel calls, too', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, at) => guard.attempt(scene.wishes[at % scene.wishes.length] as Wish)),
    );
    expect(outcomes.filter(({ kind }) => kind === 'asked').length).toBeLessThanOrEqual(MOST);
  });

  it('is asked at most so often in any ten minutes, however long a question stays open', async () => {
    expect(await wants(wish)).toBe(true);
    scene.clock.advance(10 * MINUTE + 1);
    expect(await timesAsked(20)).toBeLessThanOrEqual(MOST);
    scene.clock.advance(5 * MINUTE);
    expect(await timesAsked(20)).toBe(0);
  });

  it('can still approve a form that is open already', async () => {
    const first = await guard.attempt(wish);
    await timesAsked(20);
    const state = first.kind === 'asked' ? first.state : '';
    expect((await guard.attempt({ ...wish, state, answers: accept(wish.name) })).kind).toBe('done');
  });

  it('is not asked where the client shows no forms, which counts for nothing', async () => {
    for (let times = 0; times < 20; times += 1)
      expect((await guard.attempt({ ...wish, forms: false })).kind).toBe('refused');
    expect(await wants(wish)).toBe(true);
  });
});

describe('a clock', () => {
  let scene: Scene;
  let spy: Spy;
  let guard: Guard;
  let wish: Wish;
  beforeEach(async () => {
    scene = await openScene();
    spy = spyOn(scene.call, { forward: false });
    guard = await openGuard({ call: spy.call, clock: scene.clock });
    wish = scene.wishes[0] as Wish;
  });
  afterEach(async () => {
    await guard.close();
    await scene.close();
  });
  const answeredAfter = async (milliseconds: number) => {
    const outcome = await guard.attempt(wish);
    const state = outcome.kind === 'asked' ? outcome.state : '';
    scene.clock.advance(milliseconds);
    return guard.attempt({ ...wish, state, answers: accept(wish.name) });
  };

  it('that goes on a little is good enough', async () => {
    expect((await answeredAfter(15 * MINUTE - 1)).kind).toBe('done');
  });

  it('that is past the expiry ends an approval', async () => {
    expect(await answeredAfter(15 * MINUTE)).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining('expired'),
    });
    expect(spy.reached).toEqual([]);
  });

  it('that is set back ends all approvals until it is right again', async () => {
    expect(await answeredAfter(-MINUTE)).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining('was set back'),
    });
    expect((await guard.attempt(wish)).kind).toBe('refused');
    expect(spy.reached).toEqual([]);
    scene.clock.advance(MINUTE);
    expect((await answeredAfter(0)).kind).toBe('done');
  });

  it('that is set back does not bring back what expired', async () => {
    const first = await guard.attempt(wish);
    const state = first.kind === 'asked' ? first.state : '';
    scene.clock.advance(15 * MINUTE);
    await guard.attempt(scene.wishes[1] as Wish);
    scene.clock.advance(-10 * MINUTE);
    expect((await guard.attempt({ ...wish, state, answers: accept(wish.name) })).kind).toBe('refused');
    expect(spy.reached).toEqual([]);
  });

  it('that wavers by seconds, as clocks do, is good enough', async () => {
    expect((await answeredAfter(-3_000)).kind).toBe('done');
  });
});
