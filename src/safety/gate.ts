import { riskOf } from '../operations/derive.ts';
import { type Actor, type CallOptions, type OperationName, operationNamed } from '../operations/index.ts';
import { toolName } from '../operations/naming.ts';
import type { Risk } from '../operations/operation.ts';
import type { Members } from './blast/finding.ts';
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
import { LedgerError } from './ledger.ts';
import { type Bound, type Plan, type Planner, planCall } from './plan.ts';
import { approvalNeeded, type Judged, type Offered, POLICY } from './policy.ts';
import { tagAsks } from './protection.ts';
import { changed, forbidding, missing, notRun, UNPREPARED, USED } from './refusals.ts';
import { sightOf } from './sight.ts';
import type { TeardownPlan } from './teardown.ts';
import { changesNothing, contradictions, heedless, isTargetShown, tooRisky, unchanged } from './update-words.ts';

/** One call that somebody wants. */
export interface Wanted {
  readonly name: OperationName;
  readonly input: Members;
  readonly principal: string;
  readonly options: CallOptions;
  /** What the caller may be shown. */
  readonly shown: Offered;
  /** Why this caller may make no call of a risk; undefined when it may. */
  readonly refusal?: ((risk: Risk) => string | undefined) | undefined;
}

export type { OutOfBand } from './consent.ts';

/** An update that would leave everything as it is. */
export interface Unchanged {
  readonly kind: 'unchanged';
  readonly why: string;
}

export interface GateOptions extends Planner, ConsentOptions {
  /** Runs before an approved call; when it rejects, the call is not made. */
  readonly beforeApproved: (plan: Plan | TeardownPlan) => Promise<void>;
}

export interface Gate extends Consents {
  /** Decides about a call. */
  decide(wanted: Wanted, dialog: Dialog): Promise<Decision<Plan | undefined> | Unchanged>;
  /** Decides after a form came back. */
  answered(wanted: Wanted, reply: Reply, client: string): Promise<Decision<Plan | undefined>>;
  /** Prepares for a plan of several steps that was approved as a whole. Why it may not begin; undefined when it may. */
  begin(whole: TeardownPlan): Promise<readonly string[] | undefined>;
  /**
   * Uses up one step of a plan that was approved as a whole. Why it may not run; undefined when it may. `around` when the entity is what
   * it was and only what stands around it changed, as when an earlier step ends: then the step can be planned anew.
   */
  step(whole: Bound, step: Plan, again: Again): Promise<readonly string[] | 'around' | undefined>;
}

/** Makes a plan anew, as things are now. */
type Again = () => Promise<Plan | undefined>;

/** The one way to a call that needs a person: no approval, no call. */
export function gate(options: GateOptions): Gate {
  const { place, restrictions, ledger } = options;
  const { consent, consentAnswered } = consents(options);

  /** Why a plan that a person consented to does not run after all. Preparing takes time: the last reads before the call count. */
  const unprepared = async (plan: Plan, again: Again): Promise<readonly string[] | undefined> =>
    (await begin(plan)) ?? differing(plan, again);

  const begin = async (plan: Plan | TeardownPlan): Promise<readonly string[] | undefined> => {
    try {
      await options.beforeApproved(plan);
      return undefined;
    } catch {
      return [UNPREPARED, notRun(plan.tool)];
    }
  };

  const differing = async (plan: Plan, again: Again): Promise<readonly string[] | undefined> => {
    const now = await again();
    return now?.binding === plan.binding && now.forbidden === undefined ? undefined : changed(plan.tool, plan.noun);
  };

  const prepared = async (decision: Decision<Plan>, again: Again): Promise<Decision<Plan | undefined>> => {
    if (decision.kind !== 'run') return decision;
    const why = await unprepared(decision.plan, again);
    return why === undefined
      ? { ...decision, actor: { ...actorFor(decision.plan), ...decision.actor } }
      : refuse(...why);
  };

  /** `--approve none` gives away nobody else's world. */
  const admitted = async (judged: Judged) => {
    if (approvalNeeded(judged, { ...restrictions, approve: [] })) await options.admit?.();
  };

  const decide: Gate['decide'] = async (wanted, dialog) => {
    const { name, input, principal, options: callOptions, shown } = wanted;
    const operation = operationNamed(name);
    const judged = { operation: name, risk: riskOf(operation, input), asks: tagAsks(input) };
    if (operation.update === undefined && !isGrave(judged.risk) && !approvalNeeded(judged, restrictions)) {
      await admitted(judged);
      return { kind: 'run', actor: { principal }, plan: undefined };
    }
    const again = () => planCall(options, name, input, principal, callOptions);
    const plan = await again();
    const tool = toolName(name);
    if (plan === undefined)
      return refuse(notRun(tool), await missing(options.call, name, input, { options: callOptions, shown }));
    const sight = sightOf(shown, [input, plan.name]);
    const refusal = wanted.refusal?.(plan.risk);
    if (refusal !== undefined) return refuse(notRun(tool), tooRisky(plan), refusal);
    if (plan.forbidden !== undefined) return refuse(...forbidding(tool, plan.forbidden, sight));
    const wrong = contradictions(plan);
    if (wrong.length > 0) return refuse(notRun(tool), ...wrong);
    const why = heedless(plan, isTargetShown(plan, shown));
    if (why !== undefined) return refuse(notRun(tool), ...why);
    if (changesNothing(plan)) return { kind: 'unchanged', why: unchanged(plan) };
    await admitted(plan);
    if (!approvalNeeded(plan, restrictions)) return { kind: 'run', actor: actorFor(plan), plan };
    return prepared(await consent(plan, dialog, sight), again);
  };

  const answered: Gate['answered'] = async ({ name, input, principal, options: callOptions, shown }, reply, client) => {
    const again = () => planCall(options, name, input, principal, callOptions);
    const sightFor = (plan: Plan) => sightOf(shown, [input, plan.name]);
    const asked = { tool: toolName(name), input, place, principal };
    return prepared(await consentAnswered(asked, again, reply, { client, sightFor }), again);
  };

  const step: Gate['step'] = async (whole, plan, again) => {
    const binding = digest([whole.binding, plan.binding]);
    const { principal, fingerprint, shown } = plan;
    const { question } = await ledger.open({ principal, fingerprint, shown, binding, about: binding, client: STEPS });
    if (!(await ledger.burn(question.nonce))) return [USED, notRun(plan.tool)];
    const now = await again();
    if (now?.forbidden !== undefined || now?.leaving || now?.identity !== plan.identity)
      return changed(plan.tool, plan.noun);
    return now.binding === plan.binding ? undefined : 'around';
  };

  return {
    begin,
    step: (...wanted) => step(...wanted).catch(distrust),
    decide: (...wanted) => decide(...wanted).catch(refuseDistrust),
    answered: (...wanted) => answered(...wanted).catch(refuseDistrust),
    consent: (...wanted) => consent(...wanted).catch(refuseDistrust),
    consentAnswered: (...wanted) => consentAnswered(...wanted).catch(refuseDistrust),
  };
}

/** Risks that protection is asked about even where nobody has to approve. */
const isGrave = (risk: Risk) => POLICY[risk].hints.destructiveHint === true;

/** A rename goes into the journal with the name before it. */
function actorFor({ principal, settings }: Plan): Actor {
  const renamed = settings?.changes.find(({ setting }) => setting === 'name');
  return { principal, ...(renamed?.before === undefined ? {} : { formerName: renamed.before }) };
}

/** The client of the steps of approved plans, which are consumed at once. */
const STEPS = 'steps';

/** What a ledger that cannot be trusted means for a call: it does not run. */
function distrust(error: unknown): readonly string[] {
  if (error instanceof LedgerError) return [error.message, 'Nothing was changed.'];
  throw error;
}

const refuseDistrust = (error: unknown) => refuse(...distrust(error));
