import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FinspaceError } from '../../src/operations/failure.ts';
import type { Call, OperationName } from '../../src/operations/index.ts';
import { isGone, planTeardown } from '../../src/safety/teardown.ts';
import { answering, type Embedded, embedded, HOUR, type Members, type Spy, spyOn } from './support/backend.ts';
import { type Estate, openEstate } from './support/estate.ts';
import { accept, asked, type Guard, type GuardOptions, openGuard, PLACE } from './support/guard.ts';

const TOOL = 'tear_down_kx_environment';
/** The look at the volume after the approval of a step is used up. */
const LAST_LOOK = 8;

describe('a teardown that is under way', () => {
  let backend: Embedded;
  let estate: Estate;
  let town = 0;
  beforeAll(async () => {
    backend = await embedded();
  });
  afterAll(() => backend.close());
  beforeEach(async () => {
    town += 1;
    keep = undefined;
    estate = await openEstate(backend.call, `town-${town}`);
    await estate.volume('fast');
    for (const name of ['ann', 'bob']) await estate.user(name);
  });

  /** What happens when the kit is written. */
  let keep: GuardOptions['beforeApproved'];
  /** Approves the teardown of a volume and two users and lets it run; what it answered, and what was removed. */
  const tornDown = async (
    options: Partial<GuardOptions>,
    call: (guard: Guard, spy: Spy) => Call = (_, spy) => spy.call,
  ) => {
    const spy = spyOn(backend.call);
    let through: Call = spy.call;
    const guard = await openGuard({
      call: (...given) => through(...given),
      clock: backend.clock,
      beforeApproved: async (plan) => keep?.(plan),
      ...options,
    });
    through = call(guard, spy);
    const only = ['fast', 'ann', 'bob'];
    const attempt = { tool: TOOL, arguments: { environmentId: estate.environmentId, only } };
    const { state } = await asked(guard, attempt);
    const outcome = await guard.attempt({ ...attempt, state, answers: accept(`town-${town} 3`) });
    await guard.close();
    if (outcome.kind !== 'done') throw new Error(outcome.kind);
    return { said: outcome.content, reached: spy.reached.map(({ name }) => name) };
  };

  it('has one kit made of all things before the first goes', async () => {
    const kits: string[][] = [];
    const before: OperationName[][] = [];
    const { said, reached } = await tornDown({}, (_, spy) => {
      keep = async (plan) => {
        kits.push('removals' in plan ? plan.removals.map(({ item }) => item.name) : [plan.name]);
        before.push(spy.reached.map(({ name }) => name));
      };
      return spy.call;
    });
    expect(said).toMatchObject({ finished: true, requested: 3, gone: 3, left: 0 });
    expect(kits).toEqual([['fast', 'ann', 'bob']]);
    expect(before).toEqual([[]]);
    expect(reached).toEqual(['DeleteKxVolume', 'DeleteKxUser', 'DeleteKxUser']);
  });

  it('looks at each thing again before it goes, and stops when it changed meanwhile', async () => {
    const { environmentId } = estate;
    keep = async () => {
      await backend.call('UpdateKxVolume', { environmentId, volumeName: 'fast', description: 'needed again' });
    };
    const { said, reached } = await tornDown({});
    expect(said).toMatchObject({ finished: false, requested: 0, left: 3, why: expect.stringContaining('person saw') });
    expect(reached).toEqual([]);
  });

  it('stops at a thing that changes between the last two looks at it', async () => {
    const { environmentId } = estate;
    let looks = 0;
    const { said, reached } = await tornDown({}, (_, spy) => async (name, input, options) => {
      // The plan, the plan made anew, and the step each look once; the next look is the last.
      if (name === 'GetKxVolume' && ++looks === LAST_LOOK)
        await backend.call('UpdateKxVolume', { environmentId, volumeName: 'fast', description: 'needed again' });
      return spy.call(name, input, options);
    });
    expect(said).toMatchObject({ requested: 0, left: 3, why: expect.stringContaining('does not hold any more') });
    expect(reached).toEqual([]);
  });

  it('does not begin when no kit can be written', async () => {
    keep = async () => {
      throw new Error('disk full');
    };
    await expect(tornDown({})).rejects.toThrow('refused');
  });

  it('stops at a thing that was replaced by a namesake since the person saw it', async () => {
    const user = { environmentId: estate.environmentId, userName: 'ann' };
    const { said, reached } = await tornDown({}, (_, spy) => async (name, input, options) => {
      const output = await spy.call(name, input, options);
      if (name !== 'DeleteKxVolume') return output;
      const { iamRole } = await backend.call('GetKxUser', user);
      await backend.call('DeleteKxUser', user);
      backend.clock.advance(1_000);
      await estate.user('ann', iamRole);
      return output;
    });
    expect(said).toMatchObject({
      finished: false,
      requested: 1,
      why: expect.stringContaining('is not what the person saw'),
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
    expect(reached).toEqual(['DeleteKxVolume']);
  });

  it('says what the service said, as a quotation, and goes no further', async () => {
    const { said } = await tornDown({}, (_, spy) => async (name, input, options) => {
      if (name === 'DeleteKxUser')
        await backend.call('DeleteKxUser', { environmentId: estate.environmentId, userName: 'ann' });
      return spy.call(name, input, options);
    });
    expect(said).toMatchObject({
      finished: false,
      requested: 1,
      why: expect.stringMatching(/^user "ann": DeleteKxUser failed with ResourceNotFoundException: ".*ann.*" /),
    });
  });
});

describe('a teardown that takes its time', () => {
  it('says what is under way, and does not ask about that again', async () => {
    const backend = await embedded('empty', 'realistic');
    const estate = await openEstate(backend.call);
    backend.clock.advance(HOUR);
    await estate.user('ann');
    const guard = await openGuard({ call: backend.call, clock: backend.clock });
    const attempt = { tool: TOOL, arguments: { environmentId: estate.environmentId } };
    const { state } = await asked(guard, attempt);
    const outcome = await guard.attempt({ ...attempt, state, answers: accept('trading 2') });
    expect(outcome).toMatchObject({
      kind: 'done',
      content: {
        finished: false,
        requested: 2,
        gone: 1,
        left: 0,
        underWay: 1,
        entities: ['kdb environment "trading"'],
      },
      text: expect.stringContaining('wait_for_kx_entity (kind environment, until DELETED)'),
    });
    expect(await guard.attempt(attempt)).toMatchObject({
      kind: 'done',
      content: { finished: false, requested: 0, gone: 0, left: 0, underWay: 1 },
    });
    backend.clock.advance(HOUR);
    expect(await guard.attempt(attempt)).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining('there is no such environment'),
    });
    await guard.close();
    await backend.close();
  });

  it('stops at what somebody else is deleting meanwhile', async () => {
    const backend = await embedded('empty', 'realistic');
    const estate = await openEstate(backend.call);
    backend.clock.advance(HOUR);
    await estate.volume('fast');
    await estate.user('ann');
    backend.clock.advance(HOUR);
    const { environmentId } = estate;
    let answered = false;
    const call: Call = async (name, input, options) => {
      if (answered && name === 'GetKxVolume') {
        answered = false;
        await backend.call('DeleteKxVolume', { environmentId, volumeName: 'fast', clientToken: 'other' });
      }
      return backend.call(name, input, options);
    };
    const guard = await openGuard({ call, clock: backend.clock });
    const plan = { tool: TOOL, arguments: { environmentId, only: ['fast', 'ann'] } };
    const { state } = await asked(guard, plan);
    let looks = 0;
    const counting = await openGuard({
      call: async (name, input, options) => {
        // The plan is made anew with two looks; the third is that of the step.
        if (name === 'GetKxVolume') answered = ++looks === 3;
        return call(name, input, options);
      },
      clock: backend.clock,
      state: guard.state,
      seal: guard.seal,
    });
    expect(await counting.attempt({ ...plan, state, answers: accept('trading 2') })).toMatchObject({
      kind: 'done',
      content: { finished: false, requested: 0, left: 2, why: expect.stringContaining('being deleted already') },
    });
    await guard.close();
    await backend.close();
  });
});

describe('the plan of a teardown', () => {
  let backend: Embedded;
  let estate: Estate;
  beforeAll(async () => {
    backend = await embedded();
    estate = await openEstate(backend.call);
    await estate.user('ann');
    await estate.volume('fast');
  });
  afterAll(() => backend.close());

  const planned = (call: Call, only?: string[]) => {
    const input = { environmentId: estate.environmentId, ...(only === undefined ? {} : { only }) };
    return planTeardown({ call, place: PLACE }, TOOL, input, input, 'ann', {});
  };
  const environment = (changed: Members) =>
    answering(backend.call, (name, reply) => (name === 'GetKxEnvironment' ? { ...reply, ...changed } : reply));
  /** The users as they are for so many looks; then `ann` is gone. */
  const leaving = (looks: number) => {
    let left = looks;
    return answering(backend.call, (name, reply) => {
      if (name !== 'ListKxUsers') return reply;
      left -= 1;
      return left < 0 ? { users: [] } : reply;
    });
  };

  it('is none of an environment that is deleted', async () => {
    expect(await planned(environment({ status: 'DELETED' }))).toBeUndefined();
    const guard = await openGuard({ call: environment({ status: 'DELETED' }), clock: backend.clock });
    expect(await guard.attempt({ tool: TOOL, arguments: { environmentId: estate.environmentId } })).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining('there is no such environment'),
    });
    await guard.close();
  });

  it.each([[undefined], ['']])('names an environment whose name is %j by its id', async (name) => {
    const plan = await planned(environment({ name }));
    expect(plan?.shown.name).toBe(`${estate.environmentId} 3`);
  });

  it('leaves out what went while it was made', async () => {
    expect((await planned(leaving(1)))?.removals.map(({ item }) => item.name)).toEqual(['fast', 'trading']);
    expect(await planned(leaving(1), ['ann', 'fast'])).toMatchObject({ blockers: [{ item: { name: 'ann' } }] });
    expect(await planned(leaving(2), ['ann', 'fast'])).toMatchObject({ blockers: [] });
  });

  it('leaves out what is on its way out', async () => {
    const going = answering(backend.call, (name, reply) =>
      name === 'GetKxVolume' ? { ...reply, status: 'DELETING' } : reply,
    );
    const plan = await planned(going);
    expect(plan?.removals.map(({ item }) => item.name)).toEqual(['ann', 'trading']);
    expect(plan?.leaving.map(({ item }) => item.name)).toEqual(['fast']);
    expect(await planned(going, ['fast'])).toMatchObject({ removals: [], leaving: [{}], blockers: [] });
  });

  it('is of the environment alone when nothing in it can be changed any more', async () => {
    const failed = await planned(environment({ status: 'FAILED_DELETION' }));
    expect(failed?.removals.map(({ item }) => item.name)).toEqual(['trading']);
    expect(failed?.shown.text).toMatch(/^DELETE 1 entity of kdb environment "trading", in this order\n/);
    expect(failed?.blockers).toEqual([]);
    expect(await planned(environment({ status: 'FAILED_DELETION' }), ['fast'])).toMatchObject({
      blockers: [{ item: { kind: 'kdb environment', detail: 'FAILED_DELETION' } }],
    });
  });

  it('asks nobody about an environment that is not ready to be deleted', async () => {
    expect(await planned(environment({ status: 'UPDATING_NETWORK' }))).toMatchObject({
      blockers: [{ first: expect.stringContaining('until CREATED') }],
    });
    const deleting = await planned(environment({ status: 'DELETING' }));
    expect(deleting).toMatchObject({ removals: [], leaving: [{}], blockers: [] });
  });

  it('knows what is gone from what merely cannot be read', async () => {
    const user = {
      operation: 'DeleteKxVolume',
      input: { environmentId: estate.environmentId, volumeName: 'none' },
    } as const;
    const failing =
      (error: unknown): Call =>
      async () => {
        throw error;
      };
    const denied = new FinspaceError({
      operation: 'GetKxVolume',
      code: 'AccessDenied',
      detail: '',
      retryable: false,
      advice: '',
    });
    expect(await isGone(backend.call, user, {})).toBe(true);
    expect(await isGone(failing(denied), user, {})).toBe(false);
    expect(await isGone(failing(new Error('?')), user, {})).toBe(false);
  });

  it('looks at the tag of an environment with nothing in it', async () => {
    const empty = await openEstate(backend.call, 'empty');
    await empty.tag('');
    const input = { environmentId: empty.environmentId };
    const plan = await planTeardown({ call: backend.call, place: PLACE }, TOOL, input, input, 'ann', {});
    expect(plan?.forbidden).toContain('carries the tag');
  });

  it('shows up to 500 lines and says how many more there are, all of which are counted', async () => {
    const users = Array.from({ length: 510 }, (_, at) => ({ userName: `user-${at}`, iamRole: 'role' }));
    const crowded: Call = async (name, input, options) => {
      if (name === 'ListTagsForResource') return { tags: {} } as never;
      return name === 'ListKxUsers' ? ({ users } as never) : backend.call(name, input, options);
    };
    const { shown } = (await planned(crowded)) ?? {};
    expect(shown?.text).toContain('\n500. user "user-498"\nand 12 more of them\n');
    expect(shown?.name).toBe('trading 512');
  });
});
