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

/** What came back for a form; `unusable` when the client answered with an error or with nothing that is an answer. */
export type Answer =
  | { readonly action: 'accept'; readonly typed: string }
  | { readonly action: 'decline' | 'cancel' | 'unusable' };

/** What becomes of a call. `Planned` is what a person consented to; nothing where nobody had to. */
export type Decision<Planned> =
  | { readonly kind: 'run'; readonly actor: Actor; readonly plan: Planned }
  | {
      readonly kind: 'refuse';
      readonly lines: readonly string[];
      /** Whether a question waits for a person out of band. */
      readonly waits?: boolean;
    }
  | { readonly kind: 'ask'; readonly by: 'form' | 'link'; readonly question: Question; readonly state: string };

/** Consent that is given somewhere else than in the client. */
export interface OutOfBand {
  readonly trusts: (question: Question, approval: Approval) => boolean;
  /** How a person gives it, in a sentence for the agent to pass on. */
  readonly how: (code: string) => string;
}

/** How a form came back: the nonce that was sealed into it, and what the person did. */
export interface Reply {
  readonly nonce: string;
  readonly answer: Answer;
}

/** What the caller's client can put before a person while the call waits. */
export interface Dialog {
  /** Names the client by its connection, or by what it calls itself where it has none. */
  readonly client: string;
  readonly form: boolean;
  readonly link: boolean;
}

/** What a reply has to belong to: the call without what its target was like. */
export type Asked = Pick<Bound, 'tool' | 'input' | 'place' | 'principal'>;

export interface Consents {
  /** Consent to a plan of any kind: found, asked for, or refused with what the caller may see. */
  consent<Planned extends Bound>(plan: Planned, dialog: Dialog, sight: Sight): Promise<Decision<Planned>>;
  /** The same after a form came back; `again` makes the plan of things as they are now. */
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
  /** Throws LedgerError where no approval counts, whatever the channel; opens the backend, so that its place is known. */
  readonly admit?: () => Promise<void>;
  /** Undefined where there is no other way than a form. */
  readonly outOfBand: () => Promise<OutOfBand | undefined>;
}

/** Finds, asks for and checks the consent of a person. */
export function consents({ restrictions, ledger, seal, admit, outOfBand }: ConsentOptions): Consents {
  const noted = (principal: string, client: string, event?: FormEvent) =>
    ledger.forms(digest([principal, client]), event);

  const settle = async <Planned extends Bound>(
    plan: Planned,
    question: Question,
    { channel, approver }: Pick<Approval, 'channel'> & Partial<Approval>,
  ): Promise<Decision<Planned>> => {
    const { tool, principal } = plan;
    await admit?.();
    if (!(await ledger.burn(question.nonce))) return refuse(USED, notRun(tool));
    const approval = { plan: question.binding, channel, ...(approver === undefined ? {} : { approver }) };
    return { kind: 'run', actor: { principal, approval }, plan };
  };

  /** Why a plan is not put into a form of this client; undefined when it is. */
  const noForm = async (plan: Bound, dialog: Dialog, hasOtherWay: boolean): Promise<NoForm | undefined> => {
    if (!dialog.form) return 'no-forms';
    if (plan.fits === 'too-long' || (plan.fits === 'too-wide' && hasOtherWay)) return plan.fits;
    return stoppedForms(await noted(plan.principal, dialog.client), 1);
  };

  /** Counts a form or link that is about to be shown. Why it is not after all: parallel calls may all have passed the first look. */
  const show = async ({ principal }: Bound, { client }: Dialog, nonce: string): Promise<Stopped | undefined> => {
    const stopped = stoppedForms(await noted(principal, client, { nonce, kind: 'shown' }), 0);
    if (stopped !== undefined) await noted(principal, client, { nonce, kind: 'withdrawn' });
    return stopped;
  };

  const consent: Consents['consent'] = async (plan, dialog, sight) => {
    const { tool, principal, forbidden, blockers, binding } = plan;
    await admit?.();
    if (forbidden !== undefined) return refuse(...forbidding(tool, forbidden, sight));
    if (blockers.length > 0) return refuse(...blocking(tool, blockers, sight));
    if (restrictions.approve === 'none') return { kind: 'run', actor: { principal }, plan };
    const way = await outOfBand();
    const granted = way && (await ledger.approvedFor(binding, countsFor(plan, way)));
    if (granted !== undefined) {
      await noted(principal, dialog.client, { nonce: granted.question.nonce, kind: 'accepted' });
      return settle(plan, granted.question, granted.approval);
    }
    const why = await noForm(plan, dialog, way !== undefined);
    if (why !== undefined && way === undefined) return refuse(notRun(tool), ...nowhere(plan, why, sight));
    const { question, replaced } = await ledger.open({ ...boundOf(plan), client: dialog.client });
    const state = seal.seal(question.nonce);
    const by = why === undefined ? 'form' : dialog.link ? 'link' : undefined;
    const stopped = by === undefined ? why : await show(plan, dialog, question.nonce);
    if (by !== undefined && stopped === undefined) return { kind: 'ask', by, question, state };
    const lines = [notRun(tool), ...replacing(replaced, plan, sight)];
    return way === undefined
      ? refuse(...lines, ...nowhere(plan, stopped, sight))
      : waiting(...lines, ...elsewhere(plan, question, plan.textFor(sight), stopped, way.how));
  };

  /** What a call amounts to whose form nobody decided about: its plan stays open for a person who decides elsewhere. */
  const undecided = async <Planned extends Bound>(
    plan: Planned,
    question: Question,
    action: keyof typeof UNDECIDED,
    sight: Sight,
  ): Promise<Decision<Planned>> => {
    const way = await outOfBand();
    const lines = [UNDECIDED[action], notRun(plan.tool)];
    return way === undefined
      ? refuse(...lines, ...nowhere(plan, undefined, sight))
      : waiting(...lines, ...elsewhere(plan, question, plan.textFor(sight), undefined, way.how));
  };

  const consentAnswered: Consents['consentAnswered'] = async (asked, again, { nonce, answer }, caller) => {
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
    const isUndecided = isNoDecision(await noted(asked.principal, caller.client, { nonce, kind }));
    if (!isRight && !isUndecided) return end(answer.action === 'accept' ? 'wrong-name' : 'declined');
    const plan = await again();
    if (plan?.binding !== binding || plan.forbidden !== undefined || plan.blockers.length > 0) {
      await ledger.end(nonce, 'changed');
      return refuse(...changed(asked.tool, shown.noun));
    }
    if (isUndecided) return undecided(plan, question, answer.action as keyof typeof UNDECIDED, caller.sightFor(plan));
    return settle(plan, question, { channel: 'form' });
  };

  return { consent, consentAnswered };
}

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

/** What the ledger found may have been approved for another call, where others can write to its store. */
const countsFor = (plan: Bound, way: OutOfBand) => (question: Question, approval: Approval) =>
  question.binding === plan.binding && digest(question.shown) === digest(plan.shown) && way.trusts(question, approval);
