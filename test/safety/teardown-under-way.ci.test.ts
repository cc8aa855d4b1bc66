import { describe, expect, it } from 'vitest';
import type { Call } from '../../src/operations/index.ts';
import { typedIn } from '../support/typed.ts';
import { type Embedded, HOUR, openEmbedded } from './support/backend.ts';
import { type EnvironmentBuilder, openBuilder } from './support/call-environment-builder.ts';
import { accept, asked, openGuard } from './support/guard.ts';

const TOOL = 'tear_down_kx_environment';

describe('a teardown that takes long', () => {
  it('reports what is in progress, and does not request approval for it again', async () => {
    const backend = await openEmbedded('empty', 'realistic');
    const builder = await openBuilder(backend.call);
    backend.clock.advance(HOUR);
    await builder.user('ann');
    const guard = await openGuard({ call: backend.call, clock: backend.clock });
    const attempt = { tool: TOOL, arguments: { environmentId: builder.environmentId } };
    const { message, state } = await asked(guard, attempt);
    const outcome = await guard.attempt({ ...attempt, state, answers: accept(typedIn(message)) });
    const { environmentId: id } = builder;
    const wait = { environment: id, kind: 'environment', name: id, until: 'DELETED' };
    const next = { tool: 'wait_for_kx_entity', arguments: wait };
    expect(outcome).toMatchObject({
      kind: 'done',
      content: {
        finished: false,
        requested: 2,
        gone: 1,
        left: 0,
        underway: 1,
        entities: ['kdb environment "trading"'],
        next,
      },
      text: expect.stringContaining('To wait for the end, make the call in `next`.'),
    });
    expect(await guard.attempt(attempt)).toMatchObject({
      kind: 'done',
      content: { finished: false, requested: 0, gone: 0, left: 0, underway: 1 },
    });
    backend.clock.advance(HOUR);
    expect(await guard.attempt(next)).toMatchObject({ kind: 'done', content: { reached: true, status: 'DELETED' } });
    expect(await guard.attempt(attempt)).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining('the environment is already deleted'),
    });
    await guard.close();
    await backend.close();
  });

  it.each([
    ['waits for all of them in one call', []],
    ['names no tool that is not offered', ['wait_for_kx_entity']],
  ])('that leaves several deletions in progress %s', async (_, deny) => {
    const { backend, builder } = await furnished((more) => more.volume('slow'));
    const { environmentId } = builder;
    const guard = await openGuard({ call: backend.call, clock: backend.clock, restrictions: { deny } });
    const attempt = { tool: TOOL, arguments: { environmentId, only: ['fast', 'slow', 'ann'] } };
    const { message, state } = await asked(guard, attempt);
    const outcome = await guard.attempt({ ...attempt, state, answers: accept(typedIn(message)) });
    if (outcome.kind !== 'done') throw new Error(outcome.kind);
    const [fast, slow] = ['fast', 'slow'].map((name) => ({ kind: 'volume', name }));
    const wait = { environment: environmentId, ...fast, also: [slow], until: 'DELETED' };
    expect(outcome.content['next']).toEqual(
      deny.length > 0 ? undefined : { tool: 'wait_for_kx_entity', arguments: wait },
    );
    expect(outcome.text.includes('To wait')).toBe(deny.length === 0);
    await guard.close();
    await backend.close();
  });

  /** An environment with a volume and a user, and its service. */
  const furnished = async (more: (builder: EnvironmentBuilder) => unknown = () => undefined) => {
    const backend = await openEmbedded('empty', 'realistic');
    const builder = await openBuilder(backend.call);
    backend.clock.advance(HOUR);
    await builder.volume('fast');
    await builder.user('ann');
    await more(builder);
    backend.clock.advance(HOUR);
    return { backend, builder };
  };

  /**
   * Approves the teardown of such an environment; `meanwhile` runs before each read of what remains, after the deletion of these two was
   * requested.
   */
  const whole = async (
    meanwhile: (look: number, backend: Embedded, builder: EnvironmentBuilder) => unknown,
    more?: (builder: EnvironmentBuilder) => unknown,
  ) => {
    const { backend, builder } = await furnished(more);
    let looks = 0;
    let last = false;
    let settled: unknown;
    const call: Call = async (name, input, options) => {
      // The first of the lists that are read concurrently; the others wait for it.
      if (last && name === 'ListKxClusters') settled = meanwhile(++looks, backend, builder);
      await settled;
      const output = await backend.call(name, input, options);
      last ||= name === 'DeleteKxUser';
      return output;
    };
    const guard = await openGuard({ call, clock: backend.clock });
    const plan = { tool: TOOL, arguments: { environmentId: builder.environmentId } };
    const { message, state } = await asked(guard, plan);
    const outcome = await guard.attempt({ ...plan, state, answers: accept(typedIn(message)) });
    await guard.close();
    await backend.close();
    return outcome;
  };

  it('names entities in progress without their status at planning time', async () => {
    expect(await whole(() => undefined)).toMatchObject({
      content: { requested: 3, gone: 1, underway: 2, entities: ['volume "fast"', 'kdb environment "trading"'] },
    });
  });

  it('continues when an entity that it removed disappears between the last two reads', async () => {
    const outcome = await whole((look, { clock }) => look === 2 && clock.advance(HOUR / 6));
    expect(outcome).toMatchObject({ kind: 'done', content: { finished: false, requested: 3, left: 0, gone: 2 } });
  });

  it.each([1, 2])('stops at an environment with an unapproved entity in it, since read %d', async (since) => {
    const outcome = await whole((look, _, builder) => look === since && builder.user('eve'));
    expect(outcome).toMatchObject({
      kind: 'done',
      content: { requested: 2, left: 1, why: 'user "eve" was added after the person saw the plan.' },
    });
  });

  it.each([
    ['user "ann"', (builder: EnvironmentBuilder) => builder.user('ann')],
    ['volume "fast" ("1200 GB of SSD_1000")', (builder: EnvironmentBuilder) => builder.volume('fast')],
    ['scaling group "host" ("kx.sg.4xlarge")', (builder: EnvironmentBuilder) => builder.group('host')],
    ['database "trades" ("0 B, 0 changesets")', (builder: EnvironmentBuilder) => builder.database('trades')],
  ])('stops at an environment that contains a recreated entity: %s', async (what, again) => {
    const made = async (builder: EnvironmentBuilder) => {
      await builder.group('host');
      await builder.database('trades');
    };
    for (const since of [1, 2]) {
      const outcome = await whole(async (look, { clock }, builder) => {
        if (look !== since) return;
        clock.advance(HOUR);
        await again(builder);
      }, made);
      expect(outcome).toMatchObject({
        kind: 'done',
        content: { requested: 4, left: 1, why: `${what} was recreated after the person saw the plan.` },
      });
    }
  });

  it('stops at an entity that another client is deleting', async () => {
    const { backend, builder } = await furnished();
    const { environmentId } = builder;
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
    const { message, state } = await asked(guard, plan);
    let looks = 0;
    const counting = await openGuard({
      call: async (name, input, options) => {
        // The new plan reads twice; the third read is that of the step.
        if (name === 'GetKxVolume') answered = ++looks === 3;
        return call(name, input, options);
      },
      clock: backend.clock,
      state: guard.state,
      signer: guard.signer,
    });
    expect(await counting.attempt({ ...plan, state, answers: accept(typedIn(message)) })).toMatchObject({
      kind: 'done',
      content: { finished: false, requested: 0, left: 2, why: expect.stringContaining('already being deleted') },
    });
    await guard.close();
    await backend.close();
  });
});
