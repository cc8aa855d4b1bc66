import { listPages } from '../inventory/pages.ts';
import { labels } from '../operations/http.ts';
import { type Call, type OperationName, operationNamed } from '../operations/index.ts';
import { toolName } from '../operations/naming.ts';
import type { Target } from '../operations/operation.ts';
import { nounOfLabel } from '../operations/references.ts';
import { quoteUntrusted } from '../untrusted.ts';
import type { ApprovalRequest } from './approval-request.ts';
import { type FormStop, MAX_UNAPPROVED } from './form-limit.ts';
import { itemText } from './item-text.ts';
import type { ApprovalStatus, OpenedApproval, PendingApproval, Rejection, ShownPlan } from './ledger.ts';
import { callDigestOf } from './plan-digests.ts';
import type { Blocker, Item, Members } from './plan-parts.ts';
import type { IsOffered, Restrictions } from './policy.ts';
import type { Forbidden } from './protection.ts';
import { TEAR_DOWN, TEARDOWN_OPERATIONS } from './teardown.ts';
import { type Visibility, visibleItemText } from './visibility.ts';

/**
 * Says that nothing has the name in a call, shows existing names to callers who may see them, and names the tool that lists them.
 */
export async function missingTarget(
  call: Call,
  operation: OperationName,
  input: Members,
  offered: IsOffered,
): Promise<string> {
  // For operations without a declared target, the error of the call names what is missing.
  const { noun, member, reader } = operationNamed(operation).target as Target;
  const parentLabels = labels(operationNamed(operation)).filter((label) => label !== member);
  const where = parentLabels.map((label) => `${nounOfLabel(label)} ${quoteUntrusted(String(input[label]))}`).join(', ');
  // `readTarget` finds nothing only where the reader of the target is a list; a get rejects.
  const lister = reader as OperationName;
  const parents = Object.fromEntries(parentLabels.map((label) => [label, input[label]]));
  const existing = offered(lister) ? await existingText(call, lister, parents, member) : '';
  return `There is no ${noun} ${quoteUntrusted(String(input[member]))} in ${where}.${existing} Next: ${toolName(lister)}.`;
}

const MAX_NAMED = 10;

async function existingText(call: Call, lister: OperationName, parents: Members, member: string) {
  const { items, complete } = await listPages(call, lister, parents as never, MAX_NAMED);
  const names = items.slice(0, MAX_NAMED).map((item) => quoteUntrusted(String(item[member])));
  const more = complete && items.length <= MAX_NAMED ? '' : ' and more';
  return names.length === 0 ? ' None exist.' : ` Existing ones: ${names.join(', ')}${more}.`;
}

export const notRun = (tool: string) => `${tool} did not run. Nothing was changed.`;

/** Protection refuses a call; if tags cannot be read, no entity is named. */
export const forbiddenLines = (tool: string, forbidden: Forbidden, visibility: Visibility) => [
  notRun(tool),
  ...forbiddenReasons(forbidden, visibility),
];

export const forbiddenReasons = (forbidden: Forbidden, visibility: Visibility) => [
  visibility.forbiddenText(forbidden),
  `No approval overrides this. A person must first ${forbidden.protectedArn === undefined ? 'let the server read the tags' : 'remove the tag'}.`,
];

export function blockedLines(
  tool: string,
  blockers: readonly Blocker[],
  visibility: Visibility,
  { deny }: Restrictions,
): string[] {
  const visible = visibility.redact(blockers);
  const [one, several] = blockers.some(({ noStep }) => noStep)
    ? ['The reason:', 'The reasons:']
    : ['Do this first:', 'Do this first, in this order:'];
  return [
    notRun(tool),
    `The service would refuse it, so no approval was requested. ${visible.length === 1 ? one : several}`,
    ...visible.map((each, at) => `${at + 1}. ${visibleItemText(each)}: ${each.first}`),
    ...(suggestsTeardown(tool, blockers) && offersTeardown(visibility, deny) ? [TEARDOWN_HINT] : []),
  ];
}

/** A whole environment, or more than two entities, is better deleted with one call. */
const suggestsTeardown = (tool: string, blockers: readonly Blocker[]) =>
  tool.startsWith('delete_') &&
  (blockers.length > MAX_SINGLE_DELETIONS ||
    (tool === 'delete_kx_environment' && blockers.some(({ item }) => item.kind === 'cluster')));

const MAX_SINGLE_DELETIONS = 2;
const TEARDOWN_HINT = `Or use ${TEAR_DOWN}, which deletes several entities with one approval.`;

const offersTeardown = ({ isOffered }: Visibility, deny: readonly string[]) =>
  !deny.includes(TEAR_DOWN) && TEARDOWN_OPERATIONS.every(isOffered);

export const changedMeanwhileLines = (tool: string, noun: string) => [
  `The ${noun} or what depends on it changed while its recovery kit was written.`,
  notRun(tool),
];

export const changedReason = (noun: string) =>
  `The ${noun} or what depends on it changed after the person saw it, so the approval no longer counts.`;

export const changedLines = (tool: string, noun: string) => [
  changedReason(noun),
  notRun(tool),
  'Call it again to request approval for the present state.',
];

export type NoForm = 'no-forms' | Exclude<ApprovalRequest['formFit'], 'fits'> | FormStop;

const NO_FORM: Record<NoForm, string> = {
  'no-forms': 'This client shows no forms (MCP elicitation), or its forms do not count here.',
  'too-long': 'The plan is too long for a person to read in one form.',
  'too-wide': 'The text that the person must type is too long for one line of a form.',
  unapproved: `${MAX_UNAPPROVED} forms in the last ten minutes were declined, mistyped or not answered, so this client gets no forms for now. Ask the person what they want before you continue.`,
  'no-decision':
    'This client answered forms on its own, without the decision of a person, so it gets no forms for ten minutes.',
};

/** A person must approve and cannot. `outOfBandAdvice` is what a person can do so that calls can be approved outside the client. */
export const noOutOfBandLines = (
  plan: ApprovalRequest,
  why: NoForm | undefined,
  visibility: Visibility,
  outOfBandAdvice: string,
) => [
  ...(why === undefined ? [] : [`A person has to approve it in a form. ${whyNoForm(plan, why)}`]),
  `No argument of the call replaces the approval. Ask the person to repeat the request in a client that shows forms, or to ${outOfBandAdvice}.`,
  ...planLines(plan.textFor(visibility)),
];

/** The plan waits for a person under a code, and where a person can approve it. */
export const outOfBandLines = (
  plan: Pick<ApprovalRequest, 'tool'>,
  { code }: Pick<PendingApproval, 'code'>,
  text: string,
  why: NoForm | undefined,
  instructions: (code: string) => string,
) => [
  `A person has to approve it.${why === undefined ? '' : ` ${whyNoForm(plan, why)}`} The plan waits under the code ${code}.`,
  ...planLines(text),
  instructions(code),
  'Tell the person the plan, the code, and where to approve. You cannot approve it yourself. After they approve, repeat exactly the same call. It then runs once.',
];

/** As much of a plan as a model needs to describe it to a person. */
function planLines(text: string): string[] {
  const lines = text.split('\n');
  let room = MAX_CHARACTERS;
  const shown = lines.filter((line) => {
    room -= line.length;
    return room >= 0;
  });
  const more = lines.length - shown.length;
  return ['The plan:', ...shown, more === 0 ? 'End of the plan.' : `${more} more lines: plan_change shows all.`];
}

const MAX_CHARACTERS = 20_000;

const whyNoForm = ({ tool }: Pick<ApprovalRequest, 'tool'>, why: NoForm): string => {
  if (why !== 'too-long') return NO_FORM[why];
  return `${NO_FORM[why]} ${tool === TEAR_DOWN ? SPLIT_BY_ONLY : 'Split it into several calls.'}`;
};

const SPLIT_BY_ONLY =
  'To have it approved in parts, name some of the entities in `only`, and the rest in further calls; plan_change lists all of them.';

/** Older plans about the same subject no longer count, and why. */
export const replacedLines = (
  replaced: OpenedApproval['replaced'],
  plan: ApprovalRequest,
  visibility: Visibility,
): string[] =>
  replaced.map(({ pending: { code, callDigest, stateDigest, shown }, wasApproved }) => {
    const approvedText = wasApproved ? 'that a person had approved ' : '';
    const isSameCall = callDigestOf({ ...plan, stateDigest }) === callDigest;
    const why = isSameCall ? difference(shown, plan.shown, visibility) : OTHER_CALL;
    return `The older plan ${code} ${approvedText}no longer counts: ${why}`;
  });

/** Why a person has to approve the same call again. */
export const uncountedText = (code: string) =>
  `The plan ${code} was approved, but that approval does not count: it was given on another server, or on this one before a restart, or it is not valid for this plan.`;

const OTHER_CALL = 'it is the plan of another call, with other arguments, and this call replaces it.';

function difference({ lost: before }: ShownPlan, { lost: now }: ShownPlan, visibility: Visibility): string {
  const [removed, added] = [missingFrom(now, before), missingFrom(before, now)];
  const parts = [
    ...(removed.length === 0 ? [] : [`${itemNames(removed, visibility)} changed or disappeared`]),
    ...(added.length === 0 ? [] : [`the plan now lists ${itemNames(added, visibility)}`]),
  ];
  return `${parts.length === 0 ? 'its target or what depends on it changed' : parts.join(', and ')}.`;
}

/** The `items` whose texts are not those of any `others`. */
function missingFrom(others: readonly Item[], items: readonly Item[]): Item[] {
  const texts = new Set(others.map(itemText));
  return items.filter((item) => !texts.has(itemText(item)));
}

function itemNames(items: readonly Item[], visibility: Visibility): string {
  const texts = visibility.redact(items).map(visibleItemText);
  const more = texts.length > MAX_NAMED ? ` and ${texts.length - MAX_NAMED} more` : '';
  return `${texts.slice(0, MAX_NAMED).join(', ')}${more}`;
}

export const USED = 'That approval has been used already, or has expired.';

export const UNPREPARED = 'The recovery kit could not be written, so the call was not made.';

/** Why a pending approval that is no longer open is no approval. */
export function closedText({ state, successor }: ApprovalStatus): string {
  if (state === 'replaced')
    return `The newer plan ${successor} replaced the one that the person saw, so the approval does not count.`;
  if (state === 'evicted') return 'This client requested too many newer plans, so the approval does not count.';
  if (state === 'consumed' || state === 'expired') return USED;
  return 'The plan was declined or closed before, so the approval does not count.';
}

/** The answer to a form was not a person's decision. */
export const UNDECIDED = {
  cancel: 'The form was closed without a decision, so nobody approved or declined it.',
  decline:
    'The form was declined faster than a person can read it, so it counts as an answer of the client, not of a person.',
  unusable: 'This client did not show the form, or returned an unusable answer, so nobody decided.',
};

/** Why the answer to a form is no approval. */
export const rejectionText = (rejection: Exclude<Rejection, 'changed'>, name: string) =>
  REJECTIONS[rejection].replace('NAME', () => quoteUntrusted(name, 300));

const REJECTIONS: Record<Exclude<Rejection, 'changed'>, string> = {
  declined: 'The person declined. Do not ask again unless the person asks for it.',
  'other-call': 'That approval was given for another call.',
  'wrong-name':
    'The person did not type exactly NAME, so nothing is approved. If it was a typing error, repeat the call to get another form.',
};
