import { digest } from '../digest.ts';
import type { Actor } from '../operations/index.ts';
import type { ApprovalRequest } from './approval-request.ts';
import { type FormStop, formStop, lastWasAutomatic } from './form-limit.ts';
import type { Approval, ApprovalStatus, FormEvent, Ledger, PendingApproval, Rejection } from './ledger.ts';
import { callDigestOf } from './plan-digests.ts';
import type { Restrictions } from './policy.ts';
import {
  blockedLines,
  changedLines,
  closedText,
  forbiddenLines,
  type NoForm,
  noOutOfBandLines,
  notRun,
  outOfBandLines,
  rejectionText,
  replacedLines,
  UNDECIDED,
  USED,
  uncountedText,
} from './refusals.ts';
import type { StateSigner } from './state-signer.ts';
import type { Visibility } from './visibility.ts';

/** The answer to a form; `unusable` when the client returned an error or no valid answer. */
export type FormAnswer =
  | { readonly action: 'accept'; readonly typed: string }
  | { readonly action: 'decline' | 'cancel' | 'unusable' };

/** Whether a call runs, with its plan, is refused, or waits for a person who is shown a form or link. */
export type Decision<Planned> =
  | { readonly kind: 'run'; readonly actor: Actor; readonly plan: Planned }
  | {
      readonly kind: 'refuse';
      readonly lines: readonly string[];
      /** Where a pending approval waits for a person outside the client. */
      readonly outOfBand?: OutOfBand;
    }
  | { readonly kind: 'ask'; readonly by: 'form' | 'link'; readonly pending: PendingApproval; readonly state: string };

/** Consent that is given outside the client. */
export interface OutOfBand {
  readonly accepts: (pending: PendingApproval, approval: Approval) => boolean;
  /** How a person gives it: a sentence that the agent passes on. */
  readonly instructions: (code: string) => string;
  /** The URL of the approval page. */
  readonly page?: string;
}

/** The answer to a form, and the nonce from its state, whose signature was verified. */
export interface FormReply {
  readonly nonce: string;
  readonly answer: FormAnswer;
}

/** What the caller's client can show to a person during the call. */
export interface Dialog {
  /** Identifies the client: by its connection, or else by the name that it gives. */
  readonly client: string;
  /** Whether it shows forms, and an answer to one counts as consent. */
  readonly acceptsForms: boolean;
  readonly showsLinks: boolean;
}

/** What an answer must belong to: the call, without the state of its target. */
export type ApprovalContext = Pick<ApprovalRequest, 'tool' | 'input' | 'backendLocation' | 'principal'>;

export interface Approvals {
  /** Consent to a plan of any kind: found, requested, or refused with what the caller may see. */
  requestApproval<Planned extends ApprovalRequest>(
    plan: Planned,
    dialog: Dialog,
    visibility: Visibility,
  ): Promise<Decision<Planned>>;
  /** What follows when a form was answered; `replan` makes the plan from the current state. */
  resumeApproval<Planned extends ApprovalRequest>(
    context: ApprovalContext,
    replan: () => Promise<Planned | undefined>,
    reply: FormReply,
    caller: FormSender<Planned>,
  ): Promise<Decision<Planned>>;
}

/** The caller that sends the answer to a form; its rights may differ from those of the caller that got the form. */
export interface FormSender<Planned> {
  readonly client: string;
  readonly visibilityOf: (plan: Planned) => Visibility;
  /** Why this caller may not make the planned call; undefined when it may. */
  readonly refusalOf?: (plan: Planned) => readonly string[] | undefined;
}

export interface ApprovalOptions {
  readonly restrictions: Restrictions;
  readonly ledger: Ledger;
  readonly signer: StateSigner;
  /** Throws LedgerError if the world is pinned to another approver key. Opens the backend, so that its location is known. */
  readonly requirePinnedKey?: () => Promise<void>;
  /** Undefined if people can approve only in forms. */
  readonly outOfBand: () => Promise<OutOfBand | undefined>;
  /** What a person can do so that calls can be approved outside the client, where `outOfBand` is undefined. */
  readonly outOfBandAdvice: string;
}

/** Finds or requests the consent of a person. */
export async function requestApproval<Planned extends ApprovalRequest>(
  options: ApprovalOptions,
  plan: Planned,
  dialog: Dialog,
  visibility: Visibility,
): Promise<Decision<Planned>> {
  const { tool, principal, forbidden, blockers, callDigest } = plan;
  const { restrictions, ledger, requirePinnedKey } = options;
  await requirePinnedKey?.();
  if (forbidden !== undefined) return refuse(...forbiddenLines(tool, forbidden, visibility));
  if (blockers.length > 0) return refuse(...blockedLines(tool, blockers, visibility, restrictions));
  if (restrictions.approve === 'none') return { kind: 'run', actor: { principal }, plan };
  const outOfBand = await options.outOfBand();
  const uncounted: string[] = [];
  const granted = outOfBand && (await ledger.approvedFor(callDigest, acceptsFor(plan, outOfBand, uncounted)));
  if (granted !== undefined) {
    const { pending, approval } = granted;
    // A form or link that the client showed for it counts as approved.
    await ledger.formHistory(historyKey(plan, dialog), { nonce: pending.nonce, kind: 'accepted' });
    return grant(options, plan, pending, approval);
  }
  return openApproval(options, plan, dialog, visibility, { outOfBand, uncounted });
}

interface OutsideClient {
  readonly outOfBand: OutOfBand | undefined;
  /** The codes of plans of the same call that were approved, but whose approvals do not count. */
  readonly uncounted: readonly string[];
}

/**
 * Opens a pending approval for a person: as a form or link in the client, or else one that waits outside the client. A link needs
 * `outOfBand`, because it leads there.
 */
async function openApproval(
  options: ApprovalOptions,
  plan: ApprovalRequest,
  dialog: Dialog,
  visibility: Visibility,
  { outOfBand, uncounted }: OutsideClient,
): Promise<Decision<never>> {
  const { ledger, signer, outOfBandAdvice } = options;
  const noForm = await noFormReason(options, plan, dialog, outOfBand !== undefined);
  if (noForm !== undefined && outOfBand === undefined)
    return refuse(notRun(plan.tool), ...noOutOfBandLines(plan, noForm, visibility, outOfBandAdvice));
  const { pending, replaced } = await ledger.open({ ...pendingRequest(plan), client: dialog.client });
  const isShown = noForm === undefined || dialog.showsLinks;
  const why = isShown ? await recordUnlessStopped(ledger, historyKey(plan, dialog), pending.nonce) : noForm;
  if (why === undefined)
    return { kind: 'ask', by: noForm === undefined ? 'form' : 'link', pending, state: signer.sign(pending.nonce) };
  const lines = [notRun(plan.tool), ...uncounted.map(uncountedText), ...replacedLines(replaced, plan, visibility)];
  return refuseForNow(options, outOfBand, { plan, pending, visibility, why, lines });
}

/** Why this client gets no form for a plan; undefined when it does. */
async function noFormReason(
  options: ApprovalOptions,
  plan: ApprovalRequest,
  dialog: Dialog,
  hasOutOfBand: boolean,
): Promise<NoForm | undefined> {
  if (!dialog.acceptsForms) return 'no-forms';
  // Clients may cut the line with the name to type, but without an approval outside it, such a form is better than none.
  if (plan.formFit === 'too-long' || (plan.formFit === 'too-wide' && hasOutOfBand)) return plan.formFit;
  return formStop(await options.ledger.formHistory(historyKey(plan, dialog)), { toShow: 1 });
}

/** Records that a form or link is shown, or returns why it must not be: parallel calls may all have passed the first check. */
async function recordUnlessStopped(ledger: Ledger, history: string, nonce: string): Promise<FormStop | undefined> {
  const stopped = formStop(await ledger.formHistory(history, { nonce, kind: 'shown' }), { toShow: 0 });
  if (stopped !== undefined) await ledger.formHistory(history, { nonce, kind: 'withdrawn' });
  return stopped;
}

/** Verifies the consent of a person in a form. */
export async function resumeApproval<Planned extends ApprovalRequest>(
  options: ApprovalOptions,
  context: ApprovalContext,
  replan: () => Promise<Planned | undefined>,
  { nonce, answer }: FormReply,
  { client, visibilityOf, refusalOf }: FormSender<Planned>,
): Promise<Decision<Planned>> {
  const { ledger, requirePinnedKey } = options;
  await requirePinnedKey?.();
  const pending = await ledger.find(nonce);
  if (pending === undefined) return refuse('That request for approval no longer exists.', notRun(context.tool));
  const { callDigest, stateDigest, shown, code } = pending;
  const end = async (how: Exclude<Rejection, 'changed'>) => {
    await ledger.end(nonce, how);
    return refuse(rejectionText(how, shown.name), notRun(context.tool));
  };
  if (callDigestOf({ ...context, stateDigest }) !== callDigest) return end('other-call');
  const status = (await ledger.status(code)) as ApprovalStatus;
  if (status.state !== 'open' && status.state !== 'approved') return refuse(closedText(status), notRun(context.tool));
  const kind = eventKind(answer, shown.name);
  // An answer that no person gave neither approves nor closes the plan, which stays open for a decision outside the client.
  const isUndecided = lastWasAutomatic(await ledger.formHistory(historyKey(context, { client }), { nonce, kind }));
  if (kind !== 'accepted' && !isUndecided) return end(kind === 'wrong-name' ? kind : 'declined');
  const plan = await replan();
  if (plan?.callDigest !== callDigest || plan.forbidden !== undefined || plan.blockers.length > 0) {
    await ledger.end(nonce, 'changed');
    return refuse(
      ...(plan?.forbidden === undefined
        ? changedLines(context.tool, shown.noun)
        : forbiddenLines(context.tool, plan.forbidden, visibilityOf(plan))),
    );
  }
  const refusal = refusalOf?.(plan);
  if (refusal !== undefined) return refuse(...refusal);
  if (!isUndecided) return grant(options, plan, pending, { channel: 'form' });
  const lines = [UNDECIDED[answer.action as keyof typeof UNDECIDED], notRun(plan.tool)];
  return refuseForNow(options, await options.outOfBand(), { plan, pending, visibility: visibilityOf(plan), lines });
}

/** Consumes an approval and lets the call run; refuses it if the approval was used or has expired. */
async function grant<Planned extends ApprovalRequest>(
  { ledger, requirePinnedKey }: ApprovalOptions,
  plan: Planned,
  { nonce, callDigest }: PendingApproval,
  { channel, approver }: Pick<Approval, 'channel'> & Partial<Approval>,
): Promise<Decision<Planned>> {
  await requirePinnedKey?.();
  if (!(await ledger.consume(nonce))) return refuse(USED, notRun(plan.tool));
  const approval = { plan: callDigest, channel, ...(approver === undefined ? {} : { approver }) };
  return { kind: 'run', actor: { principal: plan.principal, approval }, plan };
}

interface Waiting {
  readonly plan: ApprovalRequest;
  readonly pending: PendingApproval;
  readonly visibility: Visibility;
  readonly why?: NoForm | undefined;
  readonly lines: readonly string[];
}

/** Refuses a call while its plan stays open for a decision outside the client, or says that no such decision is possible. */
function refuseForNow(
  { outOfBandAdvice }: ApprovalOptions,
  outOfBand: OutOfBand | undefined,
  { plan, pending, visibility, why, lines }: Waiting,
): Decision<never> {
  if (outOfBand === undefined) return refuse(...lines, ...noOutOfBandLines(plan, why, visibility, outOfBandAdvice));
  const text = plan.textFor(visibility);
  return {
    kind: 'refuse',
    lines: [...lines, ...outOfBandLines(plan, pending, text, why, outOfBand.instructions)],
    outOfBand,
  };
}

/** Names the history of the forms that a client was shown for a principal. */
const historyKey = ({ principal }: Pick<ApprovalRequest, 'principal'>, { client }: Pick<Dialog, 'client'>) =>
  digest([principal, client]);

export const refuse = (...lines: readonly string[]): Decision<never> => ({ kind: 'refuse', lines });

function eventKind(answer: FormAnswer, name: string): FormEvent['kind'] {
  if (answer.action === 'accept') return answer.typed === name ? 'accepted' : 'wrong-name';
  return WITHOUT_APPROVAL[answer.action];
}

const WITHOUT_APPROVAL = { decline: 'declined', cancel: 'cancelled', unusable: 'unusable' } as const;

const pendingRequest = ({ callDigest, principal, stateDigest, subjectDigest, shown }: ApprovalRequest) => ({
  callDigest,
  principal,
  stateDigest,
  subjectDigest,
  shown,
});

/** The approval in the ledger may belong to another call, if others can write to its store. `uncounted` gets the codes of the others. */
const acceptsFor =
  (plan: ApprovalRequest, outOfBand: OutOfBand, uncounted: string[]) =>
  (pending: PendingApproval, approval: Approval) => {
    const isAccepted =
      pending.callDigest === plan.callDigest &&
      digest(pending.shown) === digest(plan.shown) &&
      outOfBand.accepts(pending, approval);
    if (!isAccepted) uncounted.push(pending.code);
    return isAccepted;
  };
