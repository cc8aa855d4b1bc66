import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import type { OperationName } from '../../../src/operations/index.ts';
import type { Approval } from '../../../src/safety/ledger.ts';
import { stateSigners } from '../../../src/safety/state-signer.ts';
import type { ApprovalFixture } from './approval-fixture.ts';
import { answering, type Members, SECOND, spyOn, standingClock } from './backend.ts';
import { accept, cancel, decline, type Guard, OPEN_MS, openGuard } from './guard.ts';

/** One action of an agent, a person, time or the world. Numbers are taken modulo the number of choices. */
export type Step =
  | { readonly do: 'ask'; readonly principal: number; readonly guardedCall: number; readonly answers: boolean }
  | { readonly do: 'answer'; readonly form: number; readonly how: How; readonly crossing: Crossing }
  | { readonly do: 'forge'; readonly form: number; readonly way: number }
  | { readonly do: 'approve elsewhere'; readonly form: number; readonly signed: boolean }
  | { readonly do: 'change'; readonly guardedCall: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'restart'; readonly keepsKey: boolean };

const HOW = ['right', 'right', 'right', 'wrong', 'empty', 'number', 'decline', 'cancel', 'nothing', 'junk'] as const;
type How = (typeof HOW)[number];
const CROSSING = ['none', 'none', 'none', 'none', 'principal', 'call'] as const;
type Crossing = (typeof CROSSING)[number];

const small = fc.nat(7);
export const steps = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('ask' as const),
        principal: small,
        guardedCall: small,
        answers: fc.boolean(),
      }),
    },
    {
      weight: 7,
      arbitrary: fc.record({
        do: fc.constant('answer' as const),
        form: small,
        how: fc.constantFrom(...HOW),
        crossing: fc.constantFrom(...CROSSING),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('forge' as const), form: small, way: small }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('approve elsewhere' as const), form: small, signed: fc.boolean() }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('change' as const), guardedCall: small }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(60_000, 16 * 60_000, -3_600_000) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), keepsKey: fc.boolean() }) },
  ),
  { minLength: 1, maxLength: 10 },
) as fc.Arbitrary<Step[]>;

/** What the person and the world know about one pending approval. */
interface Known {
  readonly principal: number;
  readonly guardedCall: number;
  readonly version: number;
  readonly expires: number;
  shown: number;
  status: 'open' | 'approved' | 'over';
}

interface Form {
  readonly state: string;
  readonly nonce: string;
  readonly process: number;
}

const PRINCIPALS = ['ann', 'bob'];
const SIGNED: Approval = { channel: 'terminal', approver: 'ann', at: 0, signature: 'good' };

/** Runs a sequence against the real gate and beside it a model of who consented to what. Throws at the first difference. */
export async function play(fixture: ApprovalFixture, sequence: readonly Step[]): Promise<{ executed: number }> {
  const clock = standingClock(fixture.clock.now());
  const spy = spyOn(fixture.call, { forward: false });
  const versions = fixture.guardedCalls.map(() => 0);
  const call = answering(spy.call, (name, reply, input) => withVersion(fixture, versions, name, reply, input));
  const { state } = fixture;
  await state.write((db) =>
    db.exec('DELETE FROM questions; DELETE FROM forms; DELETE FROM journal; DELETE FROM marks'),
  );
  let key = randomBytes(32);
  const start = () =>
    openGuard({
      call,
      clock,
      state,
      signer: stateSigners([key])('question'),
      outOfBand: async () => ({
        accepts: (_, { signature }) => signature === 'good',
        instructions: () => 'Elsewhere.',
      }),
    });
  const model = { known: new Map<string, Known>(), forms: [] as Form[], process: 0, latest: 0, allowed: 0 };
  let guard = await start();

  const isLive = ({ version, guardedCall, expires }: Known) =>
    version === versions[guardedCall] && expires > clock.now();
  const isClockOk = () => clock.now() >= model.latest - 5_000;
  const recordTime = () => {
    model.latest = Math.max(model.latest, clock.now());
  };
  const requireApproved = (why: string) => {
    if (spy.reached.length !== model.allowed)
      throw new Error(`${why}: ${spy.reached.length} requests reached the backend, ${model.allowed} were approved`);
  };

  const ask = async (principal: number, guardedCall: number, answers: boolean) => {
    const {
      tool,
      arguments: given,
      name,
    } = fixture.guardedCalls[guardedCall] as ApprovalFixture['guardedCalls'][number];
    const found = [...model.known.values()].find(
      (one) =>
        one.status === 'approved' && one.principal === principal && one.guardedCall === guardedCall && isLive(one),
    );
    const runs = found !== undefined && isClockOk();
    const outcome = await guard.attempt({
      tool,
      arguments: given,
      principal: PRINCIPALS[principal] as string,
      ...(answers ? { answers: accept(name) } : {}),
    });
    if (isClockOk()) recordTime();
    if (runs) {
      found.status = 'over';
      model.allowed += 1;
    }
    if (outcome.kind !== 'asked') return;
    const nonce = outcome.state.split('.')[0] as string;
    if (!model.known.has(nonce)) {
      const version = versions[guardedCall] as number;
      model.known.set(nonce, {
        principal,
        guardedCall,
        version,
        expires: clock.now() + OPEN_MS,
        shown: 0,
        status: 'open',
      });
    }
    (model.known.get(nonce) as Known).shown = clock.now();
    model.forms.push({ state: outcome.state, nonce, process: model.process });
  };

  const answer = async ({ state: sealed, nonce, process }: Form, how: How, crossing: Crossing) => {
    const known = model.known.get(nonce) as Known;
    const principal = crossing === 'principal' ? 1 - known.principal : known.principal;
    const guardedCall = crossing === 'call' ? (known.guardedCall + 1) % fixture.guardedCalls.length : known.guardedCall;
    const { tool, arguments: given } = fixture.guardedCalls[guardedCall] as ApprovalFixture['guardedCalls'][number];
    const { name } = fixture.guardedCalls[known.guardedCall] as ApprovalFixture['guardedCalls'][number];
    const consents = how === 'right' && crossing === 'none' && process === model.process;
    const runs = consents && known.status !== 'over' && isLive(known) && isClockOk();
    await guard
      .attempt({
        tool,
        arguments: given,
        principal: PRINCIPALS[principal] as string,
        state: sealed,
        answers: ANSWERS[how](name),
      })
      .catch(requireSealRefused);
    if (process !== model.process || !isClockOk()) return;
    recordTime();
    const wasLive = known.expires > clock.now();
    if (runs) model.allowed += 1;
    const isHasty = clock.now() - known.shown < SECOND;
    const decides = crossing !== 'none' || how !== 'decline' ? !UNDECIDED.includes(how) : !isHasty;
    const isDecided = crossing !== 'none' || (decides && !consents);
    if (runs || isDecided || (wasLive && !isLive(known))) known.status = 'over';
  };

  const perform = async (step: Step) => {
    const form = 'form' in step && model.forms.length > 0 ? model.forms[step.form % model.forms.length] : undefined;
    if (step.do === 'ask') await ask(step.principal % 2, step.guardedCall % fixture.guardedCalls.length, step.answers);
    if (step.do === 'change')
      versions[step.guardedCall % versions.length] = Number(versions[step.guardedCall % versions.length]) + 1;
    if (step.do === 'wait') clock.advance(step.ms);
    if (step.do === 'restart') {
      if (!step.keepsKey) {
        key = randomBytes(32);
        model.process += 1;
      }
      guard = await start();
    }
    if (form === undefined) return;
    if (step.do === 'answer') await answer(form, step.how, step.crossing);
    if (step.do === 'forge') await forge(fixture, guard, model.forms, form, step.way);
    if (step.do === 'approve elsewhere') {
      const known = model.known.get(form.nonce) as Known;
      const approval = step.signed ? SIGNED : { ...SIGNED, signature: 'bad' };
      const took = await guard.ledger.approve(form.nonce, approval).catch(() => false);
      if (isClockOk()) recordTime();
      if (took) known.status = step.signed ? 'approved' : 'open';
    }
  };

  for (const step of sequence) {
    await perform(step);
    requireApproved(`after ${JSON.stringify(step)}`);
  }
  return { executed: model.allowed };
}

const ANSWERS: Record<How, (name: string) => unknown> = {
  right: accept,
  wrong: (name) => accept(name.toUpperCase()),
  empty: () => accept(''),
  number: () => accept(1),
  decline: () => decline,
  cancel: () => cancel,
  nothing: () => undefined,
  junk: (name) => ({ approval: [{ action: 'accept', content: { name } }], other: accept(name) }),
};

/** Answers without a decision, so the plan stays open, as after an immediate decline. */
const UNDECIDED: readonly How[] = ['cancel', 'nothing', 'junk'];

const requireSealRefused = (error: Error) => {
  if (error.message !== 'the state was not sealed with a key of this server') throw error;
};

/** States that this server never sealed, with the right answer. */
async function forge(
  fixture: ApprovalFixture,
  guard: Guard,
  forms: readonly Form[],
  form: Form,
  way: number,
): Promise<void> {
  const [nonce = '', tag = ''] = form.state.split('.');
  // A request that was repeated after the key changed has a new seal, which is valid.
  const otherTag = forms.find((other) => other.nonce !== form.nonce)?.state.split('.')[1] ?? 'AAAA';
  const flipped = `${tag[0] === 'A' ? 'B' : 'A'}${tag.slice(1)}`;
  const forged = [
    '',
    nonce,
    `${nonce}.`,
    `${nonce}.${flipped}`,
    `${nonce}.${otherTag}`,
    `${nonce.slice(1)}.${tag}`,
    stateSigners([randomBytes(32)])('question').sign(nonce),
    JSON.stringify({ nonce, approved: true }),
  ][way % 8] as string;
  for (const { tool, arguments: given, name } of fixture.guardedCalls)
    await guard.attempt({ tool, arguments: given, state: forged, answers: accept(name) }).then(() => {
      throw new Error(`the forged state ${forged} was accepted`);
    }, requireSealRefused);
}

/** The reader's reply after this many changes of the target. */
function withVersion(
  { guardedCalls }: ApprovalFixture,
  versions: readonly number[],
  name: OperationName,
  reply: Members,
  input: Members,
) {
  const at = guardedCalls.findIndex(({ reader, target }) => reader === name && input[target[0]] === target[1]);
  if (at < 0 || versions[at] === 0) return reply;
  const changed = (entity: Members) => ({ ...entity, changed: versions[at] });
  const { users } = reply;
  return users === undefined ? changed(reply) : { ...reply, users: (users as Members[]).map(changed) };
}
