import { setTimeout as pause } from 'node:timers/promises';
import { inputRequired, inputResponse, type ServerContext } from '@modelcontextprotocol/server';
import { FinspaceError } from '../operations/failure.ts';
import type { Actor } from '../operations/index.ts';
import { approveLine } from '../safety/approval-head.ts';
import type { Decision, Dialog, FormAnswer, FormReply } from '../safety/approvals.ts';
import type { PendingApproval } from '../safety/ledger.ts';
import { FOREIGN_STATE } from '../safety/state-signer.ts';
import type { Exchange, ToolDependencies, ToolResult } from './dependencies.ts';
import { progressOf } from './progress.ts';
import { refused } from './result.ts';

/** Decides about a call that may need a person: first without a form, and again after a form was answered. */
export interface Decider<Planned> {
  decide(dialog: Dialog): Promise<Decision<Planned> | { readonly kind: 'answered'; readonly result: ToolResult }>;
  resume(reply: FormReply): Promise<Decision<Planned>>;
}

type ApprovalDependencies = Pick<ToolDependencies, 'pageOpener' | 'trustsForms' | 'caller'>;

type Obtained<Planned> = { readonly actor: Actor; readonly plan: Planned } | { readonly result: ToolResult };

/**
 * The caller and plan with which the call runs, or else its result: an answer, a form, a link or a refusal. The error of a read that a
 * plan needs says that no change was sent.
 */
export async function obtainApproval<Planned>(
  deps: ApprovalDependencies,
  exchange: Exchange,
  decider: Decider<Planned>,
): Promise<Obtained<Planned>> {
  try {
    return await decideCall(deps, exchange, decider);
  } catch (error) {
    throw error instanceof FinspaceError ? new FinspaceError({ ...error.fields, notSent: true }) : error;
  }
}

async function decideCall<Planned>(
  { pageOpener, trustsForms, caller }: ApprovalDependencies,
  exchange: Exchange,
  decider: Decider<Planned>,
): Promise<Obtained<Planned>> {
  const { context, showsLinks, client } = exchange;
  const acceptsForms = exchange.showsForms && caller.answersForms && ((await trustsForms?.()) ?? true);
  const nonce = context.mcpReq.requestState<string>();
  if (nonce === FOREIGN_STATE) return { result: refused(...ELSEWHERE) };
  if (nonce !== undefined && !isLinkAnswered(context) && !acceptsForms)
    return { result: refused(...noFormsReason(caller, exchange)) };
  if (nonce !== undefined)
    return obtained(
      isLinkAnswered(context)
        ? await waitForPage(decider, exchange)
        : await decider.resume({ nonce, answer: answerIn(context) }),
    );
  const linkTo = showsLinks ? await pageOpener?.() : undefined;
  return obtained(await decider.decide({ client, acceptsForms, showsLinks: linkTo !== undefined }), linkTo);
}

/** What follows from a decision: the call runs, or its result is the answer, a refusal, a form, or the link to the page with the plan. */
async function obtained<Planned>(
  decision: Awaited<ReturnType<Decider<Planned>['decide']>>,
  linkTo?: (code: string) => Promise<string>,
): Promise<Obtained<Planned>> {
  if (decision.kind === 'run' || decision.kind === 'answered') return decision;
  if (decision.kind === 'refuse') return { result: refusal(decision) };
  if (decision.by === 'form' || linkTo === undefined) return { result: form(decision) };
  return { result: link(decision, await linkTo(decision.pending.code)) };
}

function noFormsReason({ answersForms }: ToolDependencies['caller'], { showsForms }: Exchange): string[] {
  if (!answersForms) return NO_SCOPE;
  return showsForms ? NOT_TRUSTED : NO_FORMS;
}

const ELSEWHERE = [
  'Another replica of this server sent this form, or this server before a restart, so its answer does not count. Nothing was changed.',
  'Repeat the call. If this keeps happening, the replicas share no key: a person must give all of them the same --seal-keys (with --store), or route each client to one replica.',
];
const NO_FORMS = [
  'This client did not declare support for forms, so no form from it counts as approval. Nothing was changed.',
];
const NOT_TRUSTED = [
  'Approvals need the passphrase of the person who owns the approver key, so no form from this client counts. Nothing was changed.',
];
const NO_SCOPE = [
  'The token of this request does not have the scope finspace:approve, so no form from this client counts. Nothing was changed.',
];

/** The member of a refusal with the URL of the page where a person can approve the call. */
export const APPROVAL_PAGE = 'finspace-mcp/approval-page';

function refusal({ lines, outOfBand }: Extract<Decision<never>, { kind: 'refuse' }>): ToolResult {
  const page = outOfBand?.page === undefined ? {} : { _meta: { [APPROVAL_PAGE]: outOfBand.page } };
  return { ...refused(...lines), ...page };
}

type AskDecision = Pick<Extract<Decision<unknown>, { kind: 'ask' }>, 'pending' | 'state'>;

function form({ pending: { shown }, state }: AskDecision): ToolResult {
  const name = { type: 'string' as const, title: `Name of the ${shown.noun}`, description: howToApprove(shown) };
  return inputRequired({
    inputRequests: {
      approval: inputRequired.elicit({
        message: shown.text,
        requestedSchema: { type: 'object', properties: { name }, required: ['name'] },
      }),
    },
    requestState: state,
  });
}

/** Some clients cut the message of a form, but not the description of its field. */
const howToApprove = ({ name }: PendingApproval['shown']) => `${approveLine(name)} Anything else stops the call.`;

function link({ pending: { code, shown }, state }: AskDecision, url: string): ToolResult {
  const [what, worst] = shown.text.split('\n');
  const how = `Approve it on the page, which shows the whole plan ${code}. Opening it approves nothing.`;
  const message = [what, worst, how].join('\n');
  return inputRequired({ inputRequests: { link: inputRequired.elicitUrl({ message, url }) }, requestState: state });
}

const isLinkAnswered = ({ mcpReq }: ServerContext) =>
  mcpReq.inputResponses !== undefined && 'link' in mcpReq.inputResponses;

const LINK_WAIT_MS = 20_000;
const LINK_POLL_MS = 500;

/**
 * The decision after a link was shown. Following it grants nothing: only an approval in the ledger counts. If the client accepted the
 * link, the ledger is polled for a limited time.
 */
async function waitForPage<Planned>(decider: Decider<Planned>, { context, client }: Exchange) {
  const response = inputResponse(context.mcpReq.inputResponses, 'link');
  const report = progressOf(context);
  const waitMs = response.kind === 'elicit' && response.action === 'accept' ? LINK_WAIT_MS : 0;
  for (const end = performance.now() + waitMs; ; ) {
    const decision = await decider.decide({ client, acceptsForms: false, showsLinks: false });
    if (decision.kind !== 'refuse' || decision.outOfBand === undefined || performance.now() >= end) return decision;
    await report('waiting for a person to approve on the page');
    await pause(LINK_POLL_MS, undefined, { signal: context.mcpReq.signal });
  }
}

/** The answer comes from the client: only a well-formed accept with a typed name can be consent. */
function answerIn({ mcpReq }: ServerContext): FormAnswer {
  const response = inputResponse(mcpReq.inputResponses, 'approval');
  if (response.kind !== 'elicit') return { action: 'unusable' };
  if (response.action !== 'accept') return { action: response.action };
  const typed = (response.content as Record<string, unknown> | undefined)?.['name'];
  return { action: 'accept', typed: typeof typed === 'string' ? typed : '' };
}
