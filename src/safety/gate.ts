import { digest } from '../digest.ts';
import { withOptions } from '../operations/calls.ts';
import { labels } from '../operations/http.ts';
import { type Actor, type CallOptions, type OperationName, operationNamed } from '../operations/index.ts';
import { toolName } from '../operations/naming.ts';
import type { Risk } from '../operations/operation.ts';
import type { ApprovalRequest } from './approval-request.ts';
import {
  type ApprovalOptions,
  type Approvals,
  type Decision,
  type Dialog,
  type FormReply,
  refuse,
  requestApproval,
  resumeApproval,
} from './approvals.ts';
import { ignoredArguments } from './ignored-arguments.ts';
import { LedgerError } from './ledger.ts';
import { type Plan, type Planner, planCall } from './plan.ts';
import type { Members } from './plan-parts.ts';
import { approvalNeeded, type IsOffered, isDestructive, type Restrictions, type RiskAssessment } from './policy.ts';
import { assessArguments } from './protection.ts';
import { needsKit } from './recovery-kit.ts';
import {
  blockedLines,
  changedLines,
  changedMeanwhileLines,
  changedReason,
  forbiddenLines,
  forbiddenReasons,
  missingTarget,
  notRun,
  UNPREPARED,
  USED,
} from './refusals.ts';
import type { TeardownPlan } from './teardown.ts';
import { turns } from './turns.ts';
import { argumentLines, isHopeless, isWithoutEffect, omissionLines, riskText, unchangedText } from './update-text.ts';
import { type Visibility, visibilityFor } from './visibility.ts';

export interface CallRequest {
  readonly name: OperationName;
  readonly input: Members;
  readonly principal: string;
  readonly options: CallOptions;
  /** What the caller may see. */
  readonly offered: IsOffered;
  /** Why this caller may make no call of a risk; undefined when it may. */
  readonly refusal?: ((risk: Risk) => string | undefined) | undefined;
}

/** An update that would change nothing. */
export interface Unchanged {
  readonly kind: 'unchanged';
  readonly why: string;
}

export interface GateOptions extends Planner, ApprovalOptions {
  /** Runs before an approved call, and before a delete that needs no approval; if it rejects, the call is not made. */
  readonly beforeCall: (plan: Plan | TeardownPlan) => Promise<void>;
}

export interface Gate extends Approvals {
  /**
   * Runs `work`, which decides about a call and makes the call. For an update, this gate decides about no other update of its target
   * meanwhile, so that each is planned with the settings that the one before it leaves.
   */
  inTurn<T>(call: Pick<CallRequest, 'name' | 'input'>, work: () => Promise<T>): Promise<T>;
  /** Decides about a call. */
  authorize(request: CallRequest, dialog: Dialog): Promise<Decision<Plan | undefined> | Unchanged>;
  /** Decides after a form was answered. */
  resume(request: CallRequest, reply: FormReply, client: string): Promise<Decision<Plan | undefined>>;
  /** Prepares a plan of several steps that was approved as a whole. Returns why it may not begin; undefined when it may. */
  prepare(plan: TeardownPlan): Promise<readonly string[] | undefined>;
  /**
   * Consumes one step of a plan that was approved as a whole. Returns why it may not run; undefined when it may; or
   * `dependents-changed` when the entity is unchanged but what depends on it changed, as after an earlier step: then the step can be
   * planned again. The reasons do not say that nothing was changed, because earlier steps may have run.
   */
  authorizeStep(
    approvedPlan: ApprovalRequest,
    step: Plan,
    replan: Replan,
    visibility: Visibility,
  ): Promise<readonly string[] | 'dependents-changed' | undefined>;
}

/** Makes the plan again from the current state. */
type Replan = () => Promise<Plan | undefined>;

/** The only way to a call that needs a person: no approval, no call. */
export function gate(options: GateOptions): Gate {
  const inTurn = turns();
  return {
    inTurn: (call, work) => (operationNamed(call.name).update === undefined ? work() : inTurn(targetKey(call), work)),
    prepare: (plan) => prepare(options, plan),
    authorizeStep: (...args) => authorizeStep(options, ...args).catch(ledgerReasons),
    authorize: (...args) => authorize(options, ...args).catch(refuseLedgerProblem),
    resume: (...args) => resume(options, ...args).catch(refuseLedgerProblem),
    requestApproval: (...args) => requestApproval(options, ...args).catch(refuseLedgerProblem),
    resumeApproval: (...args) => resumeApproval(options, ...args).catch(refuseLedgerProblem),
  };
}

async function authorize(options: GateOptions, request: CallRequest, dialog: Dialog): ReturnType<Gate['authorize']> {
  const { restrictions } = options;
  const { name, input, principal, offered } = request;
  const call = withOptions(options.call, request.options);
  const operation = operationNamed(name);
  const assessment = assessArguments(name, input);
  const needsPlan =
    operation.update !== undefined || isDestructive(assessment.risk) || approvalNeeded(assessment, restrictions);
  if (!needsPlan) {
    const wrongArguments = argumentLines({ blockers: await ignoredArguments(call, name, input) });
    if (wrongArguments.length > 0) return refuse(notRun(toolName(name)), ...wrongArguments);
    await requirePinnedKeyFor(options, assessment);
    return { kind: 'run', actor: { principal }, plan: undefined };
  }
  const replan = replanner(options, request);
  const plan = await replan();
  if (plan === undefined) return refuse(notRun(toolName(name)), await missingTarget(call, name, input, offered));
  const visibility = visibilityFor(offered, [input, plan.name]);
  const why = objection(request, plan, visibility, restrictions);
  if (why !== undefined) return refuse(...why);
  if (isWithoutEffect(plan)) return { kind: 'unchanged', why: unchangedText(plan) };
  await requirePinnedKeyFor(options, plan);
  if (approvalNeeded(plan, restrictions))
    return prepareDecision(options, await requestApproval(options, plan, dialog, visibility), replan, visibility);
  const run: Decision<Plan> = { kind: 'run', actor: actorFor(plan), plan };
  // The service refuses a blocked delete, which needs no kit.
  return needsKit(plan) && plan.blockers.length === 0 ? prepareDecision(options, run, replan, visibility) : run;
}

/** Why a plan is refused whether or not it needs approval; undefined when it is not. */
function objection(
  request: CallRequest,
  plan: Plan,
  visibility: Visibility,
  restrictions: Restrictions,
): readonly string[] | undefined {
  const { tool, forbidden } = plan;
  const callerLines = callerObjection(request, plan);
  if (callerLines !== undefined) return callerLines;
  if (forbidden !== undefined) return forbiddenLines(tool, forbidden, visibility);
  const wrongArguments = argumentLines(plan);
  if (wrongArguments.length > 0) return [notRun(tool), ...wrongArguments];
  const omissions = omissionLines(plan, request.offered);
  if (omissions === undefined) return undefined;
  return [
    ...(isHopeless(plan) ? blockedLines(tool, plan.blockers, visibility, restrictions) : [notRun(tool)]),
    ...omissions,
  ];
}

/** Why the caller may not make a call of the planned risk, which includes the state of the target; undefined when it may. */
function callerObjection({ refusal }: CallRequest, plan: Plan): readonly string[] | undefined {
  const reason = refusal?.(plan.risk);
  return reason === undefined ? undefined : [notRun(plan.tool), riskText(plan), reason];
}

async function resume(
  options: GateOptions,
  request: CallRequest,
  reply: FormReply,
  client: string,
): ReturnType<Gate['resume']> {
  const { name, input, principal, offered } = request;
  const replan = replanner(options, request);
  const visibilityOf = (plan: Plan) => visibilityFor(offered, [input, plan.name]);
  const context = { tool: toolName(name), input, backendLocation: options.backendLocation, principal };
  const refusalOf = (plan: Plan) => callerObjection(request, plan);
  const decision = await resumeApproval(options, context, replan, reply, { client, visibilityOf, refusalOf });
  return decision.kind === 'run' ? prepareDecision(options, decision, replan, visibilityOf(decision.plan)) : decision;
}

const replanner =
  (options: GateOptions, { name, input, principal, options: callOptions }: CallRequest): Replan =>
  () =>
    planCall(options, name, input, principal, callOptions);

/** Calls `requirePinnedKey` for a call that needs approval by default: `--approve none` does not unpin a world. */
async function requirePinnedKeyFor(
  { restrictions, requirePinnedKey }: GateOptions,
  assessment: RiskAssessment,
): Promise<void> {
  if (approvalNeeded(assessment, { ...restrictions, approve: [] })) await requirePinnedKey?.();
}

/**
 * Runs what must precede a call, such as keeping a recovery kit. That takes time, so the state of the target is read again,
 * and the call is refused if the plan has changed.
 */
async function prepareDecision(
  options: GateOptions,
  decision: Decision<Plan>,
  replan: Replan,
  visibility: Visibility,
): Promise<Decision<Plan | undefined>> {
  if (decision.kind !== 'run') return decision;
  const { plan, actor } = decision;
  const why = (await prepare(options, plan)) ?? changedSince(decision, await replan(), visibility);
  return why === undefined ? { ...decision, actor: { ...actorFor(plan), ...actor } } : refuse(...why);
}

async function prepare(options: GateOptions, plan: Plan | TeardownPlan): Promise<readonly string[] | undefined> {
  try {
    await options.beforeCall(plan);
    return undefined;
  } catch {
    return [UNPREPARED, notRun(plan.tool)];
  }
}

function changedSince(
  { plan, actor }: Extract<Decision<Plan>, { kind: 'run' }>,
  current: Plan | undefined,
  visibility: Visibility,
): readonly string[] | undefined {
  const { callDigest, tool, noun } = plan;
  if (current?.forbidden !== undefined) return forbiddenLines(tool, current.forbidden, visibility);
  if (current?.callDigest === callDigest) return undefined;
  return actor.approval === undefined ? changedMeanwhileLines(tool, noun) : changedLines(tool, noun);
}

async function authorizeStep(
  { ledger }: GateOptions,
  approvedPlan: ApprovalRequest,
  step: Plan,
  replan: Replan,
  visibility: Visibility,
): Promise<readonly string[] | 'dependents-changed' | undefined> {
  const callDigest = digest([approvedPlan.callDigest, step.callDigest]);
  const { principal, stateDigest, shown } = step;
  const { pending } = await ledger.open({
    principal,
    stateDigest,
    shown,
    callDigest,
    subjectDigest: callDigest,
    client: STEP_CLIENT,
  });
  if (!(await ledger.consume(pending.nonce))) return [USED];
  // The step is used up even if something has changed: then the caller plans it again, and consumes that plan.
  const current = await replan();
  if (current?.forbidden !== undefined) return forbiddenReasons(current.forbidden, visibility);
  if (current?.isLeaving || current?.entityDigest !== step.entityDigest) return [changedReason(step.noun)];
  return current.callDigest === step.callDigest ? undefined : 'dependents-changed';
}

/** The journal records a rename with the former name. */
function actorFor({ principal, settings }: Plan): Actor {
  const renamed = settings?.changes.find(({ setting }) => setting === 'name');
  return { principal, ...(renamed?.before === undefined ? {} : { formerName: renamed.before }) };
}

/** A key that all updates of one target have in common. */
function targetKey({ name, input }: Pick<CallRequest, 'name' | 'input'>): string {
  const operation = operationNamed(name);
  return digest([operation.kind, ...labels(operation).map((label) => input[label])]);
}

/** Stands for a client in the ledger: the steps of approved plans are consumed at once. */
const STEP_CLIENT = 'steps';

/** Why a call or step does not run if the ledger cannot be trusted. Rethrows every other error. */
function ledgerReasons(error: unknown): readonly string[] {
  if (error instanceof LedgerError) return [error.message];
  throw error;
}

const refuseLedgerProblem = (error: unknown) => refuse(...ledgerReasons(error), 'Nothing was changed.');
