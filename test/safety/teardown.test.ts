import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Call, OperationName } from '../../src/operations/index.ts';
import { typedIn } from '../support/typed.ts';
import { type Embedded, HOUR, openEmbedded, type Spy, spyOn } from './support/backend.ts';
import { type EnvironmentBuilder, openBuilder } from './support/call-environment-builder.ts';
import { accept, asked, type Guard, type GuardOptions, openGuard } from './support/guard.ts';

const TOOL = 'tear_down_kx_environment';
/** The number of the read of the volume that follows after the approval of a step is consumed. */
const LAST_LOOK = 8;

describe('a teardown in progress', () => {
  let backend: Embedded;
  let builder: EnvironmentBuilder;
  let town = 0;
  beforeAll(async () => {
    backend = await openEmbedded();
  });
  afterAll(() => backend.close());
  beforeEach(async () => {
    town += 1;
    keep = undefined;
    builder = await openBuilder(backend.call, `town-${town}`);
    await builder.volume('fast');
    for (const name of ['ann', 'bob']) await builder.user(name);
  });

  /** Runs when the kit is written. */
  let keep: GuardOptions['beforeCall'];
  /** Approves the teardown of a volume and two users and runs it; returns the answer, and what was deleted. */
  const tornDown = async (
    options: Partial<GuardOptions>,
    call: (guard: Guard, spy: Spy) => Call = (_, spy) => spy.call,
  ) => {
    const spy = spyOn(backend.call);
    let through: Call = spy.call;
    const guard = await openGuard({
      call: (...given) => through(...given),
      clock: backend.clock,
      beforeCall: async (plan) => keep?.(plan),
      ...options,
    });
    through = call(guard, spy);
    const only = ['fast', 'ann', 'bob'];
    const attempt = { tool: TOOL, arguments: { environmentId: builder.environmentId, only } };
    const { message, state } = await asked(guard, attempt);
    const outcome = await guard.attempt({ ...attempt, state, answers: accept(typedIn(message)) });
    await guard.close();
    if (outcome.kind !== 'done') throw new Error(outcome.kind);
    return { said: outcome.content, reached: spy.reached.map(({ name }) => name) };
  };

  it('does not run if the environment was renamed after the person saw its name', async () => {
    const { environmentId } = builder;
    const spy = spyOn(backend.call);
    const guard = await openGuard({ call: spy.call, clock: backend.clock });
    const attempt = { tool: TOOL, arguments: { environmentId, only: ['ann'] } };
    const { message, state } = await asked(guard, attempt);
    await backend.call('UpdateKxEnvironment', { environmentId, name: 'production' });
    expect(await guard.attempt({ ...attempt, state, answers: accept(typedIn(message)) })).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining('changed after the person saw it'),
    });
    expect(spy.reached).toEqual([]);
    await guard.close();
  });

  it('writes one recovery kit of all entities before the first delete', async () => {
    const kits: string[][] = [];
    const before: OperationName[][] = [];
    const { said, reached } = await tornDown({}, (_, spy) => {
      keep = async (plan) => {
        kits.push('deletions' in plan ? plan.deletions.map(({ item }) => item.name) : [plan.name]);
        before.push(spy.reached.map(({ name }) => name));
      };
      return spy.call;
    });
    expect(said).toMatchObject({ finished: true, requested: 3, gone: 3, left: 0 });
    expect(kits).toEqual([['fast', 'ann', 'bob']]);
    expect(before).toEqual([[]]);
    expect(reached).toEqual(['DeleteKxVolume', 'DeleteKxUser', 'DeleteKxUser']);
  });

  it('reads each entity again before its delete, and stops when it has changed', async () => {
    const { environmentId } = builder;
    keep = async () => {
      await backend.call('UpdateKxVolume', { environmentId, volumeName: 'fast', description: 'needed again' });
    };
    const { said, reached } = await tornDown({});
    expect(said).toMatchObject({ finished: false, requested: 0, left: 3, why: expect.stringContaining('person saw') });
    expect(reached).toEqual([]);
  });

  it('stops at an entity that changes between the last two reads', async () => {
    const { environmentId } = builder;
    let looks = 0;
    const { said, reached } = await tornDown({}, (_, spy) => async (name, input, options) => {
      if (name === 'GetKxVolume' && ++looks === LAST_LOOK)
        await backend.call('UpdateKxVolume', { environmentId, volumeName: 'fast', description: 'needed again' });
      return spy.call(name, input, options);
    });
    expect(said).toMatchObject({
      requested: 0,
      left: 3,
      why: expect.stringMatching(/so the approval no longer counts\.$/),
    });
    expect(reached).toEqual([]);
  });

  it('names the protection that refuses an entity between the last two reads', async () => {
    let looks = 0;
    const { said, reached } = await tornDown({}, (_, spy) => async (name, input, options) => {
      if (name === 'GetKxVolume' && ++looks === LAST_LOOK) await builder.tag('/kxVolume/fast');
      return spy.call(name, input, options);
    });
    expect(said).toMatchObject({
      requested: 0,
      left: 3,
      why: expect.stringMatching(/^volume "fast" .*kxVolume\/fast" carries the tag finspace-mcp:protected\./),
    });
    expect(reached).toEqual([]);
  });

  it('does not start if no kit can be written', async () => {
    keep = async () => {
      throw new Error('disk full');
    };
    await expect(tornDown({})).rejects.toThrow('refused');
  });

  it('stops at an entity that was replaced by another of the same name since the person saw it', async () => {
    const user = { environmentId: builder.environmentId, userName: 'ann' };
    const { said, reached } = await tornDown({}, (_, spy) => async (name, input, options) => {
      const output = await spy.call(name, input, options);
      if (name !== 'DeleteKxVolume') return output;
      const { iamRole } = await backend.call('GetKxUser', user);
      await backend.call('DeleteKxUser', user);
      backend.clock.advance(1_000);
      await builder.user('ann', iamRole);
      return output;
    });
    expect(said).toMatchObject({
      finished: false,
      requested: 1,
      why: expect.stringContaining('has changed since the person saw it'),
    });
    expect(reached).toEqual(['DeleteKxVolume']);
  });

  it.each([
    ['that expires before it is used', HOUR / 4, 'has expired'],
    ['when the clock is set back', -HOUR / 8, 'was set back'],
  ])('does not run a step %s', async (_, leap, why) => {
    let time = backend.clock.now();
    let leaps = false;
    const now = () => {
      if (leaps) time += leap;
      return time;
    };
    const { said, reached } = await tornDown(
      { clock: { now, advance: () => {} } },
      (_guard, spy) => async (name, input, options) => {
        const output = await spy.call(name, input, options);
        leaps ||= name === 'DeleteKxVolume';
        return output;
      },
    );
    expect(said).toMatchObject({ finished: false, requested: 1, left: 2, why: expect.stringContaining(why) });
    expect(said).toMatchObject({ why: expect.not.stringContaining('Nothing was changed') });
    expect(reached).toEqual(['DeleteKxVolume']);
  });

  it('quotes the error of the service, and stops', async () => {
    const { said } = await tornDown({}, (_, spy) => async (name, input, options) => {
      if (name === 'DeleteKxUser')
        await backend.call('DeleteKxUser', { environmentId: builder.environmentId, userName: 'ann' });
      return spy.call(name, input, options);
    });
    expect(said).toMatchObject({
      finished: false,
      requested: 1,
      why: expect.stringMatching(/^user "ann": delete_kx_user failed with ResourceNotFoundException: ".*ann.*" /),
    });
  });
});
