import { riskOf } from '../operations/derive.ts';
import { type Actor, type CallOptions, type OperationName, operationNamed } from '../operations/index.ts';
import { toolName } from '../operations/naming.ts';
import type { Risk } from '../operations/operation.ts';
import {
  type ConsentOptions,
  type Consents,
  consents,
  type Decision,
  type Dialog,
  type Reply,
  refuse,
} from './consent.ts';
import { digest } from './digest.ts';
import type { Members } from './finding.ts';
import { LedgerError } from './ledger.ts';
import { type Bound, type Plan, type Planner, planCall } from './plan.ts';
import { approvalNeeded, type Judged, type Offered, POLICY } from './policy.ts';
import { tagAsks } from './protection.ts';
import { changed, forbidding, missing, notRun, UNPREPARED, USED } from './refusals.ts';
import { type Sight, sightOf } from './sight.ts';
import type { TeardownPlan } from './teardown.ts';
import { changesNothing, contradictions, heedless, isTargetShown, tooRisky, unchanged } from './update-words.ts';

/** A call that a client requests. */
export interface Wanted {
  readonly name: OperationName;
  readonly input: Members;
  readonly principal: string;
  readonly options: CallOptions;
  /** What the caller may see. */
  readonly shown: Offered;
  /** Why this caller may make no call of a risk; undefined when it may. */
  readonly refusal?: ((risk: Risk) => string | undefined) | undefined;
}

export type { OutOfBand } from './consent.ts';

/** An update that would change nothing. */
export interface Unchanged {
  readonly kind: 'unchanged';
  readonly why: string;
}

export interface GateOptions extends Planner, ConsentOptions {
  /** Runs before an approved call; if it rejects, the call is not made. */
  readonly beforeApproved: (plan: Plan | TeardownPlan) => Promise<void>;
}

export interface Gate extends Consents {
  /** Decides about a call. */
  decide(wanted: Wanted, dialog: Dialog): Promise<Decision<Plan | undefined> | Unchanged>;
  /** Decides after a form was answered. */
  answered(wanted: Wanted, reply: Reply, client: string): Promise<Decision<Plan | undefined>>;
  /** Prepares a plan of several steps that was approved as a whole. Returns why it may not begin; undefined when it may. */
  begin(whole: TeardownPlan): Promise<readonly string[] | undefined>;
  /**
   * Consumes one step of a plan that was approved as a whole. Returns why it may not run; undefined when it may. `around` when
   * the entity is unchanged and only what depends on it changed, as after an earlier step: then the step can be planned again.
   */
  step(whole: Bound, step: Plan, again: Again): Promise<readonly string[] | 'around' | undefined>;
}

/** Makes the plan again from the current state. */
type Again = () => Promise<Plan | undefined>;

/** The only way to a call that needs a person: no approval, no call. */
export function gate(options: GateOptions): Gate {
  const { consent, consentAnswered } = consents(options);
  return {
    begin: (whole) => prepare(options, whole),
    step: (...step) => useStep(options, ...step).catch(distrust),
    decide: (...wanted) => decide(options, ...wanted).catch(refuseDistrust),
    answered: (...wanted) => decideAfterForm(options, ...wanted).catch(refuseDistrust),
    consent: (...wanted) => consent(...wanted).catch(refuseDistrust),
    consentAnswered: (...wanted) => consentAnswered(...wanted).catch(refuseDistrust),
  };
}

async function decide(options: GateOptions, wanted: Wanted, dialog: Dialog): ReturnType<Gate['decide']> {
  const { restrictions } = options;
  const { name, input, principal, shown } = wanted;
  const operation = operationNamed(name);
  const judged = { operation: name, risk: riskOf(operation, input), asks: tagAsks(input) };
  if (operation.update === undefined && !isGrave(judged.risk) && !approvalNeeded(judged, restrictions)) {
    await admit(options, judged);
    return { kind: 'run', actor: { principal }, plan: undefined };
  }
  const again = planning(options, wanted);
  const plan = await again();
  if (plan === undefined)
    return refuse(notRun(toolName(name)), await missing(options.call, name, input, { options: wanted.options, shown }));
  const sight = sightOf(shown, [input, plan.name]);
  const why = objection(wanted, plan, sight);
  if (why !== undefined) return refuse(...why);
  if (changesNothing(plan)) return { kind: 'unchanged', why: unchanged(plan) };
  await admit(options, plan);
  if (!approvalNeeded(plan, restrictions)) return { kind: 'run', actor: actorFor(plan), plan };
  return prepared(options, await consents(options).consent(plan, dialog, sight), again);
}

/** Why a plan is refused without requesting approval; undefined when it is not. */
function objection({ shown, refusal }: Wanted, plan: Plan, sight: Sight): readonly string[] | undefined {
  const { tool, forbidden } = plan;
  const mayNot = refusal?.(plan.risk);
  if (mayNot !== undefined) return [notRun(tool), tooRisky(plan), mayNot];
  if (forbidden !== undefined) return forbidding(tool, forbidden, sight);
  const wrong = contradictions(plan);
  if (wrong.length > 0) return [notRun(tool), ...wrong];
  const leftOut = heedless(plan, isTargetShown(plan, shown));
  return leftOut && [notRun(tool), ...leftOut];
}

async function decideAfterForm(
  options: GateOptions,
  wanted: Wanted,
  reply: Reply,
  client: string,
): ReturnType<Gate['answered']> {
  const { name, input, principal, shown } = wanted;
  const again = planning(options, wanted);
  const sightFor = (plan: Plan) => sightOf(shown, [input, plan.name]);
  const asked = { tool: toolName(name), input, place: options.place, principal };
  return prepared(options, await consents(options).consentAnswered(asked, again, reply, { client, sightFor }), again);
}

const planning =
  (options: GateOptions, { name, input, principal, options: callOptions }: Wanted): Again =>
  () =>
    planCall(options, name, input, principal, callOptions);

/** With `--approve none`, the key of another approver still protects the world that it is pinned to. */
async function admit({ restrictions, admit }: GateOptions, judged: Judged): Promise<void> {
  if (approvalNeeded(judged, { ...restrictions, approve: [] })) await admit?.();
}

/** Prepares the call of an approved plan. Preparing takes time, so the plan is made once more before the approval is consumed. */
async function prepared(
  options: GateOptions,
  decision: Decision<Plan>,
  again: Again,
): Promise<Decision<Plan | undefined>> {
  if (decision.kind !== 'run') return decision;
  const { plan, actor } = decision;
  const why = (await prepare(options, plan)) ?? differing(plan, await again());
  return why === undefined ? { ...decision, actor: { ...actorFor(plan), ...actor } } : refuse(...why);
}

async function prepare(options: GateOptions, plan: Plan | TeardownPlan): Promise<readonly string[] | undefined> {
  try {
    await options.beforeApproved(plan);
    return undefined;
  } catch {
    return [UNPREPARED, notRun(plan.tool)];
  }
}

const differing = ({ binding, tool, noun }: Plan, now: Plan | undefined): readonly string[] | undefined =>
  now?.binding === binding && now.forbidden === undefined ? undefined : changed(tool, noun);

async function useStep(
  { ledger }: GateOptions,
  whole: Bound,
  plan: Plan,
  again: Again,
): Promise<readonly string[] | 'around' | undefined> {
  const binding = digest([whole.binding, plan.binding]);
  const { principal, fingerprint, shown } = plan;
  const { question } = await ledger.open({ principal, fingerprint, shown, binding, about: binding, client: STEPS });
  if (!(await ledger.burn(question.nonce))) return [USED, notRun(plan.tool)];
  const now = await again();
  if (now?.forbidden !== undefined || now?.leaving || now?.identity !== plan.identity)
    return changed(plan.tool, plan.noun);
  return now.binding === plan.binding ? undefined : 'around';
}

/** Whether protection is checked for a risk even if no approval is required. */
const isGrave = (risk: Risk) => POLICY[risk].hints.destructiveHint === true;

/** The journal records a rename with the former name. */
function actorFor({ principal, settings }: Plan): Actor {
  const renamed = settings?.changes.find(({ setting }) => setting === 'name');
  return { principal, ...(renamed?.before === undefined ? {} : { formerName: renamed.before }) };
}

/** The client of the steps of approved plans, which are consumed at once. */
const STEPS = 'steps';

/** A ledger that cannot be trusted: the call does not run. */
function distrust(error: unknown): readonly string[] {
  if (error instanceof LedgerError) return [error.message, 'Nothing was changed.'];
  throw error;
}

const refuseDistrust = (error: unknown) => refuse(...distrust(error));
