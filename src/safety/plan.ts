import { digest } from '../digest.ts';
import { changeOf, readRequestedChange } from '../kinds/index.ts';
import type { FilledInput } from '../kinds/model.ts';
import { NAMES } from '../kinds/names.ts';
import { isLeaving } from '../kinds/statuses.ts';
import type { KindName } from '../kinds/views.ts';
import { deduplicated, withOptions } from '../operations/calls.ts';
import { riskOf } from '../operations/derive.ts';
import { isNotFound } from '../operations/failure.ts';
import { labels } from '../operations/http.ts';
import { type Call, type CallOptions, type OperationName, operationNamed } from '../operations/index.ts';
import { toolName } from '../operations/naming.ts';
import type { Risk } from '../operations/operation.ts';
import type { Quotas } from '../operations/quotas.ts';
import { apiReader, entityInReply } from './api-reader.ts';
import { type CallFacts, callParts, targetsEnvironment } from './approval-call.ts';
import { type ApprovalRequest, approvalRequest } from './approval-request.ts';
import type { ApprovalParts } from './approval-text.ts';
import type { PlanLocation } from './backend-location.ts';
import { type Comparison, compareSettings } from './compare-settings.ts';
import { type CreatedEntity, withCreated } from './created-reader.ts';
import { formerNameNotes, renameApprovalReasons } from './former-names.ts';
import { entityDigestOf } from './plan-digests.ts';
import type { Change, FormerName, Loss, Members, Note } from './plan-parts.ts';
import { higherRisk } from './policy.ts';
import { type Preview, preview, rethrowCause } from './preview.ts';
import { argumentBlocker } from './problem-text.ts';
import {
  assessArguments,
  type Forbidden,
  PROTECTED_TAG,
  protectedBy,
  protectionEffect,
  type Severity,
} from './protection.ts';
import { sentInput } from './sent-input.ts';
import { readTarget, type TargetEntity } from './target.ts';
import { targetEnvironmentOf } from './target-environment.ts';
import type { Visibility } from './visibility.ts';

/** One planned call: its effects, its blockers, and what it is bound to. */
export interface Plan extends Preview, ApprovalRequest {
  readonly operation: OperationName;
  readonly risk: Risk;
  /** Reasons to require approval regardless of the risk. */
  readonly approvalReasons: readonly string[];
  readonly notes: readonly Note[];
  /** Its effect on settings; undefined for a call that is not an update. */
  readonly settings: Comparison | undefined;
  readonly noun: string;
  readonly name: string;
  /** Digest of the target, without what changes while its dependents are deleted. */
  readonly entityDigest: string;
  /** Whether a status of the target shows a failure. */
  readonly hasFailed: boolean;
  /** Whether the target is already being deleted. */
  readonly isLeaving: boolean;
  /** The parts of the text, for a text about several calls. */
  readonly partsFor: (visibility: Visibility) => ApprovalParts;
}

export interface Planner {
  readonly call: Call;
  readonly backendLocation: PlanLocation;
  /** The former names of environments, as far as the journal contains them. */
  readonly formerNames?: (() => Promise<readonly FormerName[]>) | undefined;
  /** The limits of the backend; undefined if unknown. */
  readonly quotas?: (() => Promise<Quotas | undefined>) | undefined;
  /** Whether quotas with no limit or an unknown one are counted, too. */
  readonly countsAll?: boolean;
  /** What exists before the call, because earlier calls create it. */
  readonly created?: readonly CreatedEntity[];
}

/**
 * Reads the target of a call and everything that the call affects. Undefined when a list should show the target and does not. Rejects
 * with the errors of the reads, such as that the target does not exist; an unreadable entity never counts as missing.
 */
export async function planCall(
  planner: Planner,
  operation: OperationName,
  input: Members,
  principal: string,
  options: CallOptions = {},
): Promise<Plan | undefined> {
  const call = deduplicated(withOptions(planner.call, options));
  const target: PlanTarget | undefined = await readTarget(call, operation, input).catch(
    placeholderIfMissing(operation, input),
  );
  if (target === undefined) return undefined;
  const { noun, name, entity } = target;
  const { previewed, settings, formerNames } = await readEffects({ ...planner, call }, operation, input, entity);
  const severity = severityOf(operation, input, previewed, settings);
  const { warnings, quotas, sharedQuotas, ...impact } = withRemovedSettings(previewed, settings);
  const [protection, targetEnvironment] = await Promise.all([
    // A missing target has no tags to read; that it is missing is a blocker.
    target.isMissing ? UNPROTECTED : readProtection(call, operation, input, severity, impact),
    targetEnvironmentOf(call, input, entity),
  ]);
  const notes = [...formerNameNotes(formerNames, input), ...(previewed.notes ?? [])];
  const effects = { ...impact, changes: settings?.changes ?? [], notes };
  const approvalReasons = approvalReasonsFor(operation, input, previewed, formerNames, protection);
  // Do not rename these members: after an update of this server, open approvals would no longer match their plans.
  const reasons = approvalReasons.length === 0 ? undefined : approvalReasons;
  const stateDigest = digest({ entity, finding: effects, home: targetEnvironment, settings, reasons });
  const { risk } = severity;
  const { backendLocation } = planner;
  const shownEffects = { ...effects, notes: [...approvalReasons.map((says) => ({ says })), ...notes] };
  const shownFacts = { effects: shownEffects, backendLocation, targetEnvironment };
  const facts = { operation, risk, input: sentInput(input), target, ...shownFacts };
  return {
    ...effects,
    warnings,
    quotas,
    sharedQuotas,
    operation,
    noun,
    name,
    risk,
    approvalReasons,
    settings,
    ...requestOf(facts, input, principal, stateDigest),
    forbidden: protection.forbidden,
    entityDigest: entityDigestOf(entity, previewed.loads),
    hasFailed: showsFailure(entity),
    isLeaving: isLeaving(entityInReply(entity)['status']),
  };
}

/** The target of a call, which may be missing if the call would create something inside it. */
interface PlanTarget extends TargetEntity {
  readonly isMissing?: true;
}

/** Reads what a call would change, by the rules of its kind. */
async function readEffects(
  { call, formerNames, quotas, countsAll = false, created = [] }: Planner,
  operation: OperationName,
  input: Members,
  entity: Members,
) {
  const { kind, change } = changeOf(operation) as NonNullable<ReturnType<typeof changeOf>>;
  const knownTarget = isTargetOfRules(operation, kind) ? entityInReply(entity) : undefined;
  const read = withCreated(apiReader(call), created);
  const requested = await readRequestedChange(read, operation, input, knownTarget).catch(rethrowCause);
  const limits = { quotas: await quotas?.(), countsAll };
  const unfilled: FilledInput = { input: requested.input, ignored: [] };
  const [previewed, filled, former] = await Promise.all([
    preview(kind, change, requested, limits),
    change.fillDefaults?.(requested).catch(rethrowCause) ?? unfilled,
    // Only environments have former names.
    targetsEnvironment(operation, input) ? formerNames?.() : undefined,
  ]);
  const { update } = operationNamed(operation);
  const settings =
    update &&
    compareSettings(update, entity, requested.input, { filled: { ...filled.input }, instead: { ...filled.instead } });
  const blockers = [...previewed.blockers, ...filled.ignored.map(argumentBlocker)];
  return { previewed: { ...previewed, blockers }, settings, formerNames: former };
}

interface Protection {
  readonly forbidden: Forbidden | undefined;
  readonly approvalReasons: readonly string[];
}

const UNPROTECTED: Protection = { forbidden: undefined, approvalReasons: [] };

/** Reads whether protection refuses a call, or requires approval for it. */
async function readProtection(
  call: Call,
  operation: OperationName,
  input: Members,
  severity: Severity,
  impact: Pick<Preview, 'lost' | 'interrupted'>,
): Promise<Protection> {
  const effect = protectionEffect(operation, input, severity);
  if (effect === undefined) return UNPROTECTED;
  const found = await protectedBy(call, operation, input, impact);
  if (found === undefined) return UNPROTECTED;
  if (effect === 'refuses') return { forbidden: found, approvalReasons: [] };
  return { forbidden: undefined, approvalReasons: [found.protectedArn === undefined ? found.why : PROTECTED_REASON] };
}

const approvalReasonsFor = (
  operation: OperationName,
  input: Members,
  previewed: Preview,
  formerNames: readonly FormerName[] | undefined,
  protection: Protection,
) => [
  ...assessArguments(operation, input).approvalReasons,
  ...(previewed.approvalReasons ?? []),
  ...renameApprovalReasons(formerNames, input),
  ...protection.approvalReasons,
];

/** Names no entity, because not every caller may see what is protected. */
const PROTECTED_REASON = `The target, what contains it, or what the call interrupts is protected (${PROTECTED_TAG}).`;

/** What a person is shown of a call, and what the consent to it is bound to. */
function requestOf(
  facts: CallFacts & { readonly backendLocation: PlanLocation },
  input: Members,
  principal: string,
  stateDigest: string,
) {
  const { operation, backendLocation, target } = facts;
  const call = { tool: toolName(operation), input, backendLocation, principal, stateDigest };
  const partsFor = (visibility: Visibility) => callParts(facts, visibility);
  const about = { operation, noun: target.noun, subject: { target: subjectOf(operation, input) }, partsFor };
  return { ...approvalRequest(call, about), partsFor };
}

/** When a call creates something inside a target that does not exist, the plan reports the missing target as a blocker. */
const placeholderIfMissing = (operation: OperationName, input: Members) => (error: unknown) => {
  const { risk, target } = operationNamed(operation);
  if (!isNotFound(error) || risk !== 'create' || target === undefined || error.fields.operation !== target.reader)
    throw error;
  return { noun: target.noun, name: String(input[target.member]), entity: {}, isMissing: true as const };
};

/** Whether the target that was read for a person is the entity that the rules look at. */
function isTargetOfRules(operation: OperationName, kind: KindName | undefined): boolean {
  const reader = operationNamed(operation).target?.reader;
  return kind !== undefined && reader !== undefined && [NAMES[kind].get, NAMES[kind].list].includes(reader as never);
}

function severityOf(
  operation: OperationName,
  input: Members,
  previewed: Preview,
  settings: Comparison | undefined,
): Severity {
  const declared = operationNamed(operation);
  const sensitive = declared.update?.sensitive ?? [];
  return {
    risk: higherRisk(riskOf(declared, input), previewed.risk ?? declared.risk),
    isSensitive: (settings?.changes ?? []).some(({ setting }) => sensitive.includes(setting.split('.')[0] as string)),
  };
}

/** The effects, with the settings that an update would remove among what is lost. */
function withRemovedSettings(previewed: Preview, settings: Comparison | undefined): Preview {
  const omitted = [...(settings?.removed ?? []), ...(settings?.leftOut ?? [])];
  const removed = omitted.filter(({ after }) => after === undefined);
  return { ...previewed, lost: [...previewed.lost, ...removed.map(removedItem)] };
}

/** An environment also shows the statuses of its network. */
const showsFailure = (entity: Members) =>
  Object.entries(entity).some(([member, value]) => /status$/i.test(member) && String(value).includes('FAILED'));

const removedItem = ({ setting, before }: Change): Loss => ({ kind: 'setting', name: setting, detail: before });
/** The subject of a call: its target and, for a create, everything that would be created. */
const subjectOf = (operation: OperationName, input: Members) =>
  operation.startsWith('Create') ? input : labels(operationNamed(operation)).map((label) => input[label]);
