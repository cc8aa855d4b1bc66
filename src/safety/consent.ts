import type { Actor } from '../operations/index.ts';
import { digest } from './digest.ts';
import { isNoDecision, type Stopped, stoppedForms } from './form-limit.ts';
import type { Approval, Ending, FormEvent, Ledger, Question, QuestionStatus } from './ledger.ts';
import { type Bound, bindingOf } from './plan.ts';
import type { Restrictions } from './policy.ts';
import {
  blocking,
  changed,
  elsewhere,
  ended,
  forbidding,
  type NoForm,
  notRun,
  nowhere,
  over,
  replacing,
  UNDECIDED,
  USED,
} from './refusals.ts';
import type { Seal } from './seal.ts';
import type { Sight } from './sight.ts';

/** The answer to a form; `unusable` when the client returned an error or no valid answer. */
export type Answer =
  | { readonly action: 'accept'; readonly typed: string }
  | { readonly action: 'decline' | 'cancel' | 'unusable' };

/** The outcome of a call. `Planned` is what a person consented to; absent if no consent was needed. */
export type Decision<Planned> =
  | { readonly kind: 'run'; readonly actor: Actor; readonly plan: Planned }
  | {
      readonly kind: 'refuse';
      readonly lines: readonly string[];
      /** Whether a question waits for a person outside the client. */
      readonly waits?: boolean;
    }
  | { readonly kind: 'ask'; readonly by: 'form' | 'link'; readonly question: Question; readonly state: string };

/** Consent that is given outside the client. */
export interface OutOfBand {
  readonly trusts: (question: Question, approval: Approval) => boolean;
  /** How a person gives it: a sentence that the agent passes on. */
  readonly how: (code: string) => string;
}

/** The answer to a form: the nonce sealed into it, and the person's decision. */
export interface Reply {
  readonly nonce: string;
  readonly answer: Answer;
}

/** What the caller's client can show to a person during the call. */
export interface Dialog {
  /** Identifies the client: by its connection, or else by the name that it gives. */
  readonly client: string;
  readonly form: boolean;
  readonly link: boolean;
}

/** What an answer must belong to: the call, without the state of its target. */
export type Asked = Pick<Bound, 'tool' | 'input' | 'place' | 'principal'>;

export interface Consents {
  /** Consent to a plan of any kind: found, requested, or refused with what the caller may see. */
  consent<Planned extends Bound>(plan: Planned, dialog: Dialog, sight: Sight): Promise<Decision<Planned>>;
  /** The same after a form was answered; `again` makes the plan from the current state. */
  consentAnswered<Planned extends Bound>(
    asked: Asked,
    again: () => Promise<Planned | undefined>,
    reply: Reply,
    caller: { readonly client: string; readonly sightFor: (plan: Planned) => Sight },
  ): Promise<Decision<Planned>>;
}

export interface ConsentOptions {
  readonly restrictions: Restrictions;
  readonly ledger: Ledger;
  readonly seal: Seal;
  /** Throws LedgerError if no approval can count, in any channel; opens the backend, so that its place is known. */
  readonly admit?: () => Promise<void>;
  /** Undefined if forms are the only way. */
  readonly outOfBand: () => Promise<OutOfBand | undefined>;
}

/** Finds, requests and verifies the consent of a person. */
export const consents = (options: ConsentOptions): Consents => ({
  consent: (plan, dialog, sight) => consentTo(options, plan, dialog, sight),
  consentAnswered: (asked, again, reply, caller) => afterForm(options, asked, again, reply, caller),
});

async function consentTo<Planned extends Bound>(
  options: ConsentOptions,
  plan: Planned,
  dialog: Dialog,
  sight: Sight,
): Promise<Decision<Planned>> {
  const { tool, principal, forbidden, blockers, binding } = plan;
  const { restrictions, ledger, admit, outOfBand } = options;
  await admit?.();
  if (forbidden !== undefined) return refuse(...forbidding(tool, forbidden, sight));
  if (blockers.length > 0) return refuse(...blocking(tool, blockers, sight));
  if (restrictions.approve === 'none') return { kind: 'run', actor: { principal }, plan };
  const way = await outOfBand();
  const granted = way && (await ledger.approvedFor(binding, countsFor(plan, way)));
  return granted === undefined ? ask(options, plan, dialog, sight, way) : useApproved(options, plan, dialog, granted);
}

/** Runs a call that a person approved outside the client. */
async function useApproved<Planned extends Bound>(
  options: ConsentOptions,
  plan: Planned,
  dialog: Dialog,
  { question, approval }: { readonly question: Question; readonly approval: Approval },
): Promise<Decision<Planned>> {
  await countForm(options, plan, dialog, { nonce: question.nonce, kind: 'accepted' });
  return use(options, plan, question, approval);
}

/** Opens a question for a person: as a form or link in the client, or else one that waits outside the client. */
async function ask(
  options: ConsentOptions,
  plan: Bound,
  dialog: Dialog,
  sight: Sight,
  way: OutOfBand | undefined,
): Promise<Decision<never>> {
  const why = await noForm(options, plan, dialog, way !== undefined);
  if (why !== undefined && way === undefined) return refuse(notRun(plan.tool), ...nowhere(plan, why, sight));
  const { question, replaced } = await options.ledger.open({ ...boundOf(plan), client: dialog.client });
  const state = options.seal.seal(question.nonce);
  const by = why === undefined ? 'form' : dialog.link ? 'link' : undefined;
  const stopped = by === undefined ? why : await show(options, plan, dialog, question.nonce);
  if (by !== undefined && stopped === undefined) return { kind: 'ask', by, question, state };
  const lines = [notRun(plan.tool), ...replacing(replaced, plan, sight)];
  return way === undefined
    ? refuse(...lines, ...nowhere(plan, stopped, sight))
    : waiting(...lines, ...elsewhere(plan, question, plan.textFor(sight), stopped, way.how));
}

/** Why this client gets no form for a plan; undefined when it does. */
async function noForm(
  options: ConsentOptions,
  plan: Bound,
  dialog: Dialog,
  hasOtherWay: boolean,
): Promise<NoForm | undefined> {
  if (!dialog.form) return 'no-forms';
  if (plan.fits === 'too-long' || (plan.fits === 'too-wide' && hasOtherWay)) return plan.fits;
  return stoppedForms(await countForm(options, plan, dialog), 1);
}

/**
 * Records a form or link that is about to be shown. Returns why it must not be shown: parallel calls may all have passed the
 * first check.
 */
async function show(options: ConsentOptions, plan: Bound, dialog: Dialog, nonce: string): Promise<Stopped | undefined> {
  const stopped = stoppedForms(await countForm(options, plan, dialog, { nonce, kind: 'shown' }), 0);
  if (stopped !== undefined) await countForm(options, plan, dialog, { nonce, kind: 'withdrawn' });
  return stopped;
}

async function afterForm<Planned extends Bound>(
  options: ConsentOptions,
  asked: Asked,
  again: () => Promise<Planned | undefined>,
  { nonce, answer }: Reply,
  { client, sightFor }: { readonly client: string; readonly sightFor: (plan: Planned) => Sight },
): Promise<Decision<Planned>> {
  const { ledger, admit } = options;
  await admit?.();
  const question = await ledger.find(nonce);
  if (question === undefined) return refuse('That request for approval no longer exists.', notRun(asked.tool));
  const { binding, fingerprint, shown, code } = question;
  const end = async (how: Exclude<Ending, 'changed'>) => {
    await ledger.end(nonce, how);
    return refuse(ended(how, shown.name), notRun(asked.tool));
  };
  if (bindingOf({ ...asked, fingerprint }) !== binding) return end('other-call');
  const status = (await ledger.status(code)) as QuestionStatus;
  if (status.state !== 'open' && status.state !== 'approved') return refuse(over(status), notRun(asked.tool));
  const isRight = answer.action === 'accept' && answer.typed === shown.name;
  const kind = isRight ? 'accepted' : KINDS[answer.action];
  const isUndecided = isNoDecision(await countForm(options, asked, { client }, { nonce, kind }));
  if (!isRight && !isUndecided) return end(answer.action === 'accept' ? 'wrong-name' : 'declined');
  const plan = await again();
  if (plan?.binding !== binding || plan.forbidden !== undefined || plan.blockers.length > 0) {
    await ledger.end(nonce, 'changed');
    return refuse(...changed(asked.tool, shown.noun));
  }
  if (!isUndecided) return use(options, plan, question, { channel: 'form' });
  return undecided(options, plan, question, UNDECIDED[answer.action as keyof typeof UNDECIDED], sightFor(plan));
}

/** Consumes an approval and runs the call. */
async function use<Planned extends Bound>(
  { ledger, admit }: ConsentOptions,
  plan: Planned,
  { nonce, binding }: Question,
  { channel, approver }: Pick<Approval, 'channel'> & Partial<Approval>,
): Promise<Decision<Planned>> {
  await admit?.();
  if (!(await ledger.burn(nonce))) return refuse(USED, notRun(plan.tool));
  const approval = { plan: binding, channel, ...(approver === undefined ? {} : { approver }) };
  return { kind: 'run', actor: { principal: plan.principal, approval }, plan };
}

/** Refuses a call whose form nobody decided about; its plan stays open for a decision outside the client. */
async function undecided(
  { outOfBand }: ConsentOptions,
  plan: Bound,
  question: Question,
  why: string,
  sight: Sight,
): Promise<Decision<never>> {
  const way = await outOfBand();
  const lines = [why, notRun(plan.tool)];
  return way === undefined
    ? refuse(...lines, ...nowhere(plan, undefined, sight))
    : waiting(...lines, ...elsewhere(plan, question, plan.textFor(sight), undefined, way.how));
}

/** The history of the forms that a client was shown for a principal, with one more event. */
const countForm = (
  { ledger }: ConsentOptions,
  { principal }: Pick<Bound, 'principal'>,
  { client }: Pick<Dialog, 'client'>,
  event?: FormEvent,
) => ledger.forms(digest([principal, client]), event);

export const refuse = (...lines: readonly string[]): Decision<never> => ({ kind: 'refuse', lines });
const waiting = (...lines: readonly string[]): Decision<never> => ({ kind: 'refuse', lines, waits: true });

const KINDS: Record<Answer['action'], FormEvent['kind']> = {
  accept: 'wrong-name',
  decline: 'declined',
  cancel: 'cancelled',
  unusable: 'unusable',
};

const boundOf = ({ binding, principal, fingerprint, about, shown }: Bound) => ({
  binding,
  principal,
  fingerprint,
  about,
  shown,
});

/** The approval in the ledger may belong to another call, if others can write to its store. */
const countsFor = (plan: Bound, way: OutOfBand) => (question: Question, approval: Approval) =>
  question.binding === plan.binding && digest(question.shown) === digest(plan.shown) && way.trusts(question, approval);
