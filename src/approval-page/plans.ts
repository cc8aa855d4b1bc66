import { evictOldest } from '../evict-oldest.ts';
import type { ApprovalActions } from '../safety/approval-actions.ts';
import type { Approver } from '../safety/approver.ts';
import type { ApprovalStatus, PendingApproval } from '../safety/ledger.ts';
import { closedReason, planText } from '../safety/plan-text.ts';
import { secretsEqual } from '../secrets-equal.ts';
import { fieldsOf } from './fields.ts';
import type { Html } from './html.ts';
import { type NoticeName, notice } from './notices.ts';
import { type FailedAttempt, listPage, type Proof, planPage, sentence } from './views.ts';

export type Outcome = 'approved' | 'declined' | 'wrong-name';

/** A plan that was open when this page listed the plans, and how it ended on the page. */
export interface RecentPlan {
  readonly pending: PendingApproval;
  readonly ended?: { readonly how: Outcome; readonly by: string };
}

/** The plans as one identified person sees them. */
export interface ApprovalPageContext {
  /** Path of the list of plans, as browsers see it. */
  readonly home: string;
  readonly now: () => number;
  /** The person, among those who share `recentPlans`. */
  readonly visitor: string;
  readonly actions: ApprovalActions;
  /** The plans that were open recently, by code; bounded here. */
  readonly recentPlans: Map<string, RecentPlan>;
  readonly foot?: Html | undefined;
  readonly proof: (pending: PendingApproval) => Proof;
  /** The command that sets a passphrase, if people who approve here can run it. */
  readonly initCommand?: string | undefined;
  /** Proves that a form shows exactly this pending approval to this person. */
  readonly formToken: (pending: PendingApproval) => string;
  /** The person who approves, from the fields of the form; or the page that says why nobody can. */
  readonly approver: (
    pending: PendingApproval,
    fields: URLSearchParams,
    showAgain: ShowAgain,
  ) => Promise<Approver | Response>;
  /** The path of the page that follows a decision. */
  readonly pathAfter: (code: string, how: Outcome) => string;
}

const WRONG_NAME = 'That does not match exactly. Nothing was approved yet. The third wrong name closes the plan.';

/** Shows the form again, with what was wrong. */
export type ShowAgain = (error: string) => Response;

const MAX_RECENT_PLANS = 500;

/** Whether a text has the form of the code of a plan. */
export const isPlanCode = (text: string): boolean => /^[A-Z0-9]{1,16}$/.test(text);

/** Responds with the list of plans, a plan, or its outcome. `path` is the part after the home path. */
export async function handlePlans(request: Request, path: string, context: ApprovalPageContext): Promise<Response> {
  const { home, foot, recentPlans, now, actions } = context;
  const isGet = request.method === 'GET';
  const waiting = async () => {
    const open = await actions.list();
    for (const pending of open) recentPlans.set(pending.code, { pending });
    evictOldest(recentPlans, MAX_RECENT_PLANS);
    return open;
  };
  const page = (name: NoticeName) => notice(name, { home, foot });

  if (path === '') return isGet ? listPage(await waiting(), home, now(), foot) : page('method-not-allowed');
  if (!isPlanCode(path)) return page('not-found');
  const fields = isGet ? undefined : await fieldsOf(request);
  if (typeof fields === 'string') return page(fields);
  const pending = (await waiting()).find(({ code }) => code === path);
  if (pending === undefined) return endedPage(path, context, { isFormSent: !isGet });
  return fields === undefined ? show(pending, context) : decide(pending, fields, context);
}

/** Handles the form of a plan. */
async function decide(
  pending: PendingApproval,
  fields: URLSearchParams,
  context: ApprovalPageContext,
): Promise<Response> {
  const { home, foot, actions, formToken } = context;
  if (!secretsEqual(fields.get('token') ?? '', formToken(pending)))
    return notice('not-this-form', { home, foot, code: pending.code });
  const act = fields.get('act');
  if (act === 'decline') return afterDecision(pending, await actions.decline(pending), context);
  if (act === 'approve') return approve(pending, fields, context);
  return notice('not-a-form', { home, foot });
}

/** Approves a plan with the typed name and the proof of the person, or shows its form again. */
async function approve(
  pending: PendingApproval,
  fields: URLSearchParams,
  context: ApprovalPageContext,
): Promise<Response> {
  const typed = fields.get('name') ?? '';
  const showAgain: ShowAgain = (error) => show(pending, context, { error, typed });
  const approver = await context.approver(pending, fields, showAgain);
  if (approver instanceof Response) return approver;
  const verdict = await context.actions.approve(pending, typed, approver);
  return verdict === 'try-again' ? showAgain(WRONG_NAME) : afterDecision(pending, verdict, context);
}

/** Redirects to the page after a decision; a plan that was closed elsewhere has its notice. */
function afterDecision(
  pending: PendingApproval,
  how: Outcome | 'closed',
  context: ApprovalPageContext,
): Response | Promise<Response> {
  const { code } = pending;
  if (how === 'closed') return endedPage(code, context, { isFormSent: true });
  context.recentPlans.set(code, { pending, ended: { how, by: context.visitor } });
  const location = context.pathAfter(code, how);
  return new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store' } });
}

function show(pending: PendingApproval, context: ApprovalPageContext, lastAttempt?: FailedAttempt): Response {
  const { home, foot, now, formToken, proof, initCommand } = context;
  const shown = { pending, home, foot, now: now(), formToken: formToken(pending), proof: proof(pending) };
  return planPage({ ...shown, initCommand, lastAttempt });
}

/** The notice for a form that arrives after its plan was decided: by the same person, or by another. */
const LATE_NOTICES: Partial<Record<NoticeName, Record<'own' | 'others', NoticeName>>> = {
  approved: { own: 'already-approved', others: 'approved-by-other' },
  declined: { own: 'already-declined', others: 'declined-by-other' },
};

/** The notice about a plan that is not open. */
async function endedPage(
  code: string,
  { home, foot, recentPlans, visitor, actions }: ApprovalPageContext,
  { isFormSent }: { readonly isFormSent: boolean },
): Promise<Response> {
  const found = recentPlans.get(code);
  const status = await actions.status(code);
  const name = noticeFor(found, status);
  const newer = name === 'replaced' && status !== undefined ? [closedReason(status)] : [];
  const what = found === undefined ? [] : [sentence(planText(found.pending).headline)];
  const more = [...what, ...newer].join(': ');
  const late = isFormSent ? LATE_NOTICES[name]?.[found?.ended?.by === visitor ? 'own' : 'others'] : undefined;
  return notice(late ?? name, { home, foot, ...(more !== '' && { code, more }) });
}

/** How a plan ended: on this page, or as far as the ledger shows. */
function noticeFor(found: RecentPlan | undefined, status: ApprovalStatus | undefined): NoticeName {
  if (found?.ended !== undefined) return found.ended.how;
  if (status?.state === 'replaced' || status?.state === 'evicted') return status.state;
  return found !== undefined && status?.state === 'expired' ? 'expired' : 'closed';
}
