import { riskOf } from '../operations/derive.ts';
import { type Actor, type CallOptions, type OperationName, operationNamed } from '../operations/index.ts';
import { toolName } from '../operations/naming.ts';
import type { Risk } from '../operations/operation.ts';
import type { Members } from './blast/finding.ts';
import { digest } from './digest.ts';
import { type Approval, type Ledger, LedgerError, type Question } from './ledger.ts';
import { type Bound, bindingOf, type Plan, type Planner, planCall } from './plan.ts';
import { approvalNeeded, type Offered, POLICY, type Restrictions } from './policy.ts';
import { tagAsks } from './protection.ts';
import { setsTooMuch } from './question.ts';
import {
  blocking,
  changed,
  elsewhere,
  ended,
  fatigued,
  forbidding,
  missing,
  notRun,
  nowhere,
  TOO_MUCH,
  UNPREPARED,
  USED,
} from './refusals.ts';
import type { Seal } from './seal.ts';
import { type Sight, sightOf } from './sight.ts';
import type { TeardownPlan } from './teardown.ts';
import { changesNothing, heedless, isTargetShown, tooRisky, unchanged } from './update-words.ts';

/** What a person did with a form. */
export type Answer = { readonly action: 'accept'; readonly typed: string } | { readonly action: 'decline' | 'cancel' };

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

/** What becomes of a call. `Planned` is what a person consented to; nothing where nobody had to. */
export type Decision<Planned = Plan | undefined> =
  | { readonly kind: 'run'; readonly actor: Actor; readonly plan: Planned }
  | {
      readonly kind: 'refuse';
      readonly lines: readonly string[];
      /** The question that now waits for a person out of band. */
      readonly waiting?: { readonly question: Question; readonly state: string };
    }
  | { readonly kind: 'ask'; readonly question: Question; readonly state: string };

/** An update that would leave everything as it is. */
export interface Unchanged {
  readonly kind: 'unchanged';
  readonly why: string;
}

/** Consent that is given somewhere else than in the client. */
export interface OutOfBand {
  readonly trusts: (question: Question, approval: Approval) => boolean;
  /** How a person gives it, in a sentence for the agent to pass on. */
  readonly how: (code: string) => string;
}

export interface GateOptions extends Planner {
  readonly restrictions: Restrictions;
  readonly ledger: Ledger;
  readonly seal: Seal;
  /** Throws LedgerError where no approval counts, whatever the channel; opens the backend, so that its place is known. */
  readonly admit?: () => Promise<void>;
  /** Undefined where there is no other way than a form. */
  readonly outOfBand: () => Promise<OutOfBand | undefined>;
  /** Runs before an approved call; when it rejects, the call is not made. */
  readonly beforeApproved: (plan: Plan | TeardownPlan) => Promise<void>;
}

/** How a form came back: the nonce that was sealed into it, and what the person did. */
export interface Reply {
  readonly nonce: string;
  readonly answer: Answer;
}

/** What the caller's client can put before a person while the call waits. */
export type Dialog = 'form' | 'link' | 'none';

export interface Gate {
  /** Decides about a call. */
  decide(wanted: Wanted, dialog: Dialog): Promise<Decision | Unchanged>;
  /** Decides after a form came back. */
  answered(wanted: Wanted, reply: Reply): Promise<Decision>;
  /** Consent to a plan of any kind: found, asked for, or refused with what the caller may see. */
  consent<Planned extends Bound>(plan: Planned, dialog: Dialog, sight: Sight): Promise<Decision<Planned>>;
  /** The same after a form came back; `again` makes the plan anew, as things are now. */
  consentAnswered<Planned extends Bound>(
    asked: Asked,
    again: () => Promise<Planned | undefined>,
    reply: Reply,
  ): Promise<Decision<Planned>>;
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

/** What a reply has to belong to: the call without what its target was like. */
export type Asked = Pick<Bound, 'tool' | 'input' | 'place' | 'principal'>;

const FATIGUE_MS = 10 * 60_000;
const MOST_UNANSWERED = 5;

/** The one way to a call that needs a person: no approval, no call. */
export function gate(options: GateOptions): Gate {
  const { place, restrictions, ledger, seal, outOfBand } = options;

  const settle = async <Planned extends Bound>(
    plan: Planned,
    question: Question,
    { channel, approver }: Pick<Approval, 'channel'> & Partial<Approval>,
  ): Promise<Decision<Planned>> => {
    const { tool, principal } = plan;
    await options.admit?.();
    if (!(await ledger.burn(question.nonce))) return refuse(USED, notRun(tool));
    const approval = { plan: question.binding, channel, ...(approver === undefined ? {} : { approver }) };
    return { kind: 'run', actor: { principal, approval }, plan };
  };

  const consent: Gate['consent'] = async (plan, dialog, sight) => {
    const { tool, principal, forbidden, blockers, binding } = plan;
    await options.admit?.();
    if (forbidden !== undefined) return refuse(...forbidding(tool, sight.forbidden(forbidden)));
    if (blockers.length > 0) return refuse(...blocking(tool, blockers, sight));
    if (restrictions.approve === 'none') return { kind: 'run', actor: { principal }, plan };
    const way = await outOfBand();
    if (setsTooMuch(plan.shown)) return refuse(notRun(tool), TOO_MUCH);
    const granted = way && (await ledger.approvedFor(binding, countsFor(plan, way)));
    if (granted !== undefined) return settle(plan, granted.question, granted.approval);
    if (dialog !== 'form' && way === undefined) return refuse(notRun(tool), ...nowhere);
    // What waits out of band already is not put before anybody again.
    const waits = dialog === 'none' && (await ledger.list()).some((open) => open.binding === binding);
    const asked = () => (waits ? 0 : ledger.unanswered(principal, FATIGUE_MS));
    if ((await asked()) >= MOST_UNANSWERED) return refuse(...fatigued(tool, MOST_UNANSWERED));
    const question = await ledger.open(plan, dialog === 'none' ? 'once' : 'each');
    // Parallel calls may all have passed the first look.
    if ((await asked()) > MOST_UNANSWERED) {
      if (dialog !== 'form') await ledger.end(question.nonce, 'cancelled');
      return refuse(...fatigued(tool, MOST_UNANSWERED));
    }
    const state = seal.seal(question.nonce);
    if (way === undefined || dialog === 'form') return { kind: 'ask', question, state };
    return { kind: 'refuse', lines: [notRun(tool), ...elsewhere(question, way.how)], waiting: { question, state } };
  };

  const consentAnswered: Gate['consentAnswered'] = async (asked, again, { nonce, answer }) => {
    await options.admit?.();
    const question = await ledger.find(nonce);
    if (question === undefined) return refuse('That question is not known any more.', notRun(asked.tool));
    const { binding, fingerprint, shown } = question;
    const ending =
      bindingOf({ ...asked, fingerprint }) === binding ? endingOf(answer, shown.name) : ('other-call' as const);
    if (ending !== undefined) {
      await ledger.end(nonce, ending);
      return refuse(ended(ending, shown.noun), notRun(asked.tool));
    }
    const plan = await again();
    if (plan?.binding === binding && plan.forbidden === undefined && plan.blockers.length === 0)
      return settle(plan, question, { channel: 'form' });
    await ledger.end(nonce, 'changed');
    return refuse(...changed(asked.tool, shown.noun));
  };

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

  const prepared = async (decision: Decision<Plan>, again: Again): Promise<Decision> => {
    if (decision.kind !== 'run') return decision;
    const why = await unprepared(decision.plan, again);
    return why === undefined
      ? { ...decision, actor: { ...actorFor(decision.plan), ...decision.actor } }
      : refuse(...why);
  };

  const decide: Gate['decide'] = async (wanted, dialog) => {
    const { name, input, principal, options: callOptions, shown } = wanted;
    const operation = operationNamed(name);
    const judged = { operation: name, risk: riskOf(operation, input), asks: tagAsks(input) };
    if (operation.update === undefined && !isGrave(judged.risk) && !approvalNeeded(judged, restrictions))
      return { kind: 'run', actor: { principal }, plan: undefined };
    const again = () => planCall(options, name, input, principal, callOptions);
    const plan = await again();
    const tool = toolName(name);
    if (plan === undefined)
      return refuse(notRun(tool), await missing(options.call, name, input, { options: callOptions, shown }));
    const sight = sightOf(shown, [input, plan.name]);
    const refusal = wanted.refusal?.(plan.risk);
    if (refusal !== undefined) return refuse(notRun(tool), tooRisky(plan), refusal);
    if (plan.forbidden !== undefined) return refuse(...forbidding(tool, sight.forbidden(plan.forbidden)));
    const why = heedless(plan, isTargetShown(plan, shown));
    if (why !== undefined) return refuse(notRun(tool), ...why);
    if (changesNothing(plan)) return { kind: 'unchanged', why: unchanged(plan) };
    // `--approve none` gives away nobody else's world.
    if (approvalNeeded(plan, { ...restrictions, approve: [] })) await options.admit?.();
    if (!approvalNeeded(plan, restrictions)) return { kind: 'run', actor: actorFor(plan), plan };
    return prepared(await consent(plan, dialog, sight), again);
  };

  const answered: Gate['answered'] = async ({ name, input, principal, options: callOptions }, reply) => {
    const again = () => planCall(options, name, input, principal, callOptions);
    return prepared(await consentAnswered({ tool: toolName(name), input, place, principal }, again, reply), again);
  };

  const step: Gate['step'] = async (whole, plan, again) => {
    const question = await ledger.open({ ...plan, binding: digest([whole.binding, plan.binding]) }, 'never');
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
    consentAnswered: (asked, again, reply) => consentAnswered(asked, again, reply).catch(refuseDistrust),
  };
}

/** Risks that protection is asked about even where nobody has to approve. */
const isGrave = (risk: Risk) => POLICY[risk].hints.destructiveHint === true;

/** A rename goes into the journal with the name before it. */
function actorFor({ principal, settings }: Plan): Actor {
  const renamed = settings?.changes.find(({ setting }) => setting === 'name');
  return { principal, ...(renamed?.before === undefined ? {} : { formerName: renamed.before }) };
}

const refuse = (...lines: readonly string[]): Decision<never> => ({ kind: 'refuse', lines });

/** What the ledger found may have been approved for another call, where others can write to its store. */
const countsFor = (plan: Bound, way: OutOfBand) => (question: Question, approval: Approval) =>
  question.binding === plan.binding && digest(question.shown) === digest(plan.shown) && way.trusts(question, approval);

/** Why an answer grants nothing; undefined when it is consent. */
function endingOf(answer: Answer, name: string): 'declined' | 'cancelled' | 'wrong-name' | undefined {
  if (answer.action === 'accept') return answer.typed === name ? undefined : 'wrong-name';
  return answer.action === 'decline' ? 'declined' : 'cancelled';
}

/** What a ledger that cannot be trusted means for a call: it does not run. */
function distrust(error: unknown): readonly string[] {
  if (error instanceof LedgerError) return [error.message, 'Nothing was changed.'];
  throw error;
}

const refuseDistrust = (error: unknown) => refuse(...distrust(error));
