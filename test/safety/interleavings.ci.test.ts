import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toolName } from '../../src/operations/naming.ts';
import { openState, type StateDatabase } from '../../src/safety/state.ts';
import { cachingReads, type Embedded, MINUTE, openEmbedded, spyOn } from './support/backend.ts';
import { openBuilder } from './support/call-environment-builder.ts';
import { accept, asked, openGuard } from './support/guard.ts';
import { type Mutation, openSubjects, type Subject } from './support/mutations.ts';

const ROUNDS = process.env['TEST_LONG'] === undefined ? 1_000 : 20_000;

describe('an approval for an entity that changes before the answer', () => {
  let backend: Embedded;
  let subjects: Subject[];
  let round = 0;
  let ledgers: StateDatabase;
  beforeAll(async () => {
    backend = await openEmbedded();
    ledgers = await openState(':memory:');
    const call = cachingReads(backend.call);
    const estates = [await openBuilder(call, 'town'), await openBuilder(call, 'lab')] as const;
    subjects = await openSubjects(call, ...estates);
    backend = { ...backend, call };
  });
  afterAll(async () => {
    await ledgers.close();
    await backend.close();
  });

  /**
   * Requests a call, makes changes, and sends the answer of the person who saw the form. Returns what reached the backend, and the result.
   */
  const interleave = async (subject: Subject, mutations: readonly Mutation[]) => {
    backend.clock.advance(11 * MINUTE);
    const spy = spyOn(backend.call, { forward: false });
    const guard = await openGuard({ call: spy.call, clock: backend.clock, state: ledgers });
    const { state } = await asked(guard, subject);
    for (const { happen } of mutations) {
      backend.clock.advance(1_000);
      await happen(++round);
    }
    const outcome = await guard.attempt({ ...subject, state, answers: accept(subject.name) });
    for (const { undo } of mutations) await undo?.();
    await guard.close();
    return { reached: spy.reached.length, outcome };
  };

  it('is accepted if nothing changed', async () => {
    for (const subject of subjects) expect((await interleave(subject, [])).reached, subject.tool).toBe(1);
  });

  it('is accepted after an unrelated change', async () => {
    const [database, volume] = subjects as [Subject, Subject];
    expect((await interleave(database, volume.mutations.slice(0, 1))).reached).toBe(1);
  });

  it('is void after any related change', async () => {
    const missed: string[] = [];
    for (const subject of subjects)
      for (const mutation of subject.mutations) {
        const { reached, outcome } = await interleave(subject, [mutation]);
        if (reached > 0) missed.push(`${subject.tool}: ${mutation.what}`);
        else expect(outcome, mutation.what).toMatchObject({ kind: 'refused' });
      }
    expect(missed).toEqual([]);
  });

  it(`is never used for a stale plan in ${ROUNDS} interleavings`, async () => {
    const rounds = fc.asyncProperty(fc.nat(), fc.array(fc.nat(), { maxLength: 1 }), async (which, happened) => {
      const subject = subjects[which % subjects.length] as Subject;
      const chosen = new Set(happened.map((at) => subject.mutations[at % subject.mutations.length] as Mutation));
      const { reached } = await interleave(subject, [...chosen]);
      expect(reached).toBe(chosen.size === 0 ? 1 : 0);
    });
    await fc.assert(rounds, { numRuns: ROUNDS });
  }, 600_000);

  it('is rejected with the reason, and requested again with the current state', async () => {
    const [database] = subjects as [Subject];
    const { outcome } = await interleave(database, database.mutations.slice(0, 1));
    expect(outcome).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining('changed after the person saw it'),
    });
    expect((await interleave(database, [])).reached).toBe(1);
  });

  it('is void if something changes while the call is prepared', async () => {
    const [database] = subjects as [Subject];
    const spy = spyOn(backend.call, { forward: false });
    backend.clock.advance(11 * MINUTE);
    const guard = await openGuard({
      call: spy.call,
      clock: backend.clock,
      beforeCall: async () => void (await database.mutations[0]?.happen(++round)),
    });
    const { state } = await asked(guard, database);
    const outcome = await guard.attempt({ ...database, state, answers: accept(database.name) });
    expect(outcome.kind).toBe('refused');
    expect(spy.reached).toEqual([]);
    await guard.close();
  });

  it('is void if the entity was deleted', async () => {
    const spy = spyOn(backend.call);
    const guard = await openGuard({ call: spy.call, clock: backend.clock });
    const group = subjects.find(({ tool }) => tool === toolName('DeleteKxScalingGroup')) as Subject;
    const { state } = await asked(guard, group);
    await backend.call('DeleteKxScalingGroup', group.arguments as never);
    const { kind } = await guard.attempt({ ...group, state, answers: accept(group.name) });
    expect(kind).toBe('refused');
    expect(spy.reached).toEqual([]);
    await guard.close();
  });
});
