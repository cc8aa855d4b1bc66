import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stateSigners } from '../../src/safety/state-signer.ts';
import { deferred } from '../support/deferred.ts';
import { type ApprovalFixture, type GuardedCall, openApprovalFixture } from './support/approval-fixture.ts';
import { type Spy, spyOn } from './support/backend.ts';
import { accept, approved, asked, type Guard, type GuardOptions, openGuard } from './support/guard.ts';

const RETRIES = 1_000;

describe('an approved answer that is sent again and again', () => {
  let fixture: ApprovalFixture;
  let spy: Spy;
  let guardedCall: GuardedCall;
  let folder: string;
  const opened: Guard[] = [];
  const signer = stateSigners([randomBytes(32)])('question');

  beforeEach(async () => {
    fixture = await openApprovalFixture();
    spy = spyOn(fixture.call, { forward: false });
    guardedCall = fixture.guardedCalls[0] as GuardedCall;
    folder = mkdtempSync(join(tmpdir(), 'safety-'));
  });
  afterEach(async () => {
    for (const guard of opened.splice(0)) await guard.close();
    await fixture.close();
    rmSync(folder, { recursive: true });
  });

  /** A server on the only state file of this test; each server accepts what the others sealed. */
  const server = async (options: Partial<GuardOptions> = {}) => {
    const guard = await openGuard({
      call: spy.call,
      clock: fixture.clock,
      signer,
      state: join(folder, 'state.db'),
      ...options,
    });
    opened.push(guard);
    return guard;
  };
  const retry = (state: string) => ({ ...guardedCall, state, answers: accept(guardedCall.name) });
  const times = (count: number, guards: readonly Guard[], state: string) =>
    Promise.all(Array.from({ length: count }, (_, at) => guards[at % guards.length]?.attempt(retry(state))));
  const ran = (outcomes: readonly ({ kind: string } | undefined)[]) =>
    outcomes.filter((outcome) => outcome?.kind === 'done').length;

  it(`runs once in ${RETRIES} parallel calls`, async () => {
    const guard = await server();
    const { state } = await asked(guard, guardedCall);
    expect(ran(await times(RETRIES, [guard], state))).toBe(1);
    expect(spy.reached).toHaveLength(1);
  });

  it(`runs once in ${RETRIES} parallel calls to two servers on one state file`, async () => {
    const guards = [await server(), await server()];
    const { state } = await asked(guards[0] as Guard, guardedCall);
    expect(ran(await times(RETRIES, guards, state))).toBe(1);
    expect(spy.reached).toHaveLength(1);
  });

  it('runs once in each of many rounds of requests and answers on two servers', async () => {
    const guards = [await server(), await server()];
    for (let round = 1; round <= 20; round += 1) {
      const { state } = await asked(guards[round % 2] as Guard, guardedCall);
      await times(10, guards, state);
      expect(spy.reached).toHaveLength(round);
    }
  });

  it('never runs after the server was killed between consuming the approval and making the call', async () => {
    const killed = deferred();
    const dying = await server({
      beforeCall: () => {
        killed.resolve();
        return new Promise(() => {});
      },
    });
    const { state } = await asked(dying, guardedCall);
    void dying.attempt(retry(state));
    await killed.promise;
    const next = await server();
    expect(ran(await times(RETRIES, [next], state))).toBe(0);
    expect(spy.reached).toHaveLength(0);
    expect((await approved(next, guardedCall, guardedCall.name)).kind).toBe('done');
    expect(spy.reached).toHaveLength(1);
  });

  it('runs once when it was approved out of band and in the form at the same time', async () => {
    const guard = await server({ outOfBand: async () => ({ accepts: () => true, instructions: () => 'Elsewhere.' }) });
    const { state } = await asked(guard, guardedCall);
    const nonce = state.split('.')[0] as string;
    await guard.ledger.approve(nonce, { channel: 'terminal', approver: 'ann', at: fixture.clock.now() });
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, at) =>
        guard.attempt(at % 2 === 0 ? { ...guardedCall, forms: false } : retry(state)),
      ),
    );
    expect(ran(outcomes)).toBe(1);
    expect(spy.reached).toHaveLength(1);
  });
});
