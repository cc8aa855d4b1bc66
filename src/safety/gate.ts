import { type Actor, type CallOptions, type OperationName, operationNamed } from '../operations/index.ts';
import { toolName } from '../operations/naming.ts';
import type { Members } from './blast/finding.ts';
import { digest } from './digest.ts';
import { type Approval, type Ending, type Ledger, LedgerError, type Question } from './ledger.ts';
import { bindingOf, type Plan, type Planner, planCall } from './plan.ts';
import { approvalNeeded, type Restrictions, SPARED } from './policy.ts';
import { protectedBy } from './protection.ts';
import { itemText } from './question.ts';
import type { Seal } from './seal.ts';

/** What a person did with a form. */
export type Answer = { readonly action: 'accept'; readonly typed: string } | { readonly action: 'decline' | 'cancel' };

/** One call that somebody wants. */
export interface Wanted {
  readonly name: OperationName;
  readonly input: Members;
  readonly principal: string;
  readonly options: CallOptions;
}

export type Decision =
  | { readonly kind: 'run'; readonly actor: Actor }
  | { readonly kind: 'refuse'; readonly lines: readonly string[] }
  | { readonly kind: 'ask'; readonly question: Question; readonly state: string };

export interface GateOptions extends Planner {
  readonly restrictions: Restrictions;
  readonly ledger: Ledger;
  readonly seal: Seal;
  /** Whether consent given out of band counts, and if so, how a person gives it; undefined where there is no such way. */
  readonly outOfBand:
    | { readonly trusts: (question: Question, approval: Approval) => boolean; readonly how: string }
    | undefined;
  /** Runs before an approved call; when it rejects, the call is not made. */
  readonly beforeApproved: (plan: Plan) => Promise<void>;
}

export interface Gate {
  /** Decides about a call. `dialog` says that the caller's client can put a form before a person. */
  decide(wanted: Wanted, dialog: boolean): Promise<Decision>;
  /** Decides after a form came back. `state` is what travelled with it, unsealed. */
  answered(wanted: Wanted, nonce: string, answer: Answer): Promise<Decision>;
}

const FATIGUE_MS = 10 * 60_000;
const MOST_UNANSWERED = 5;

/** The one way to a call that needs a person: no approval, no call. */
export function gate(options: GateOptions): Gate {
  const { call, restrictions, ledger, seal, outOfBand } = options;

  const settle = async (plan: Plan, question: Question, principal: string, channel: string): Promise<Decision> => {
    if (!(await ledger.burn(question.nonce)))
      return refuse('That approval has been used already, or has expired.', notRun(plan.operation));
    await options.beforeApproved(plan);
    return { kind: 'run', actor: { principal, approval: { plan: question.binding, channel } } };
  };

  const decide: Gate['decide'] = async ({ name, input, principal, options: callOptions }, dialog) => {
    if (!approvalNeeded(name, input, restrictions)) {
      const forbidden = SPARED.has(operationNamed(name).risk)
        ? await protectedBy(call, name, input, [], callOptions)
        : undefined;
      return forbidden === undefined ? { kind: 'run', actor: { principal } } : refuse(...forbidding(name, forbidden));
    }
    const plan = await planCall(options, name, input, principal, callOptions);
    if (plan === undefined)
      return refuse(notRun(name), `There is no such ${operationNamed(name).target?.noun ?? 'entity'}.`);
    if (plan.forbidden !== undefined) return refuse(...forbidding(name, plan.forbidden));
    if (plan.blockers.length > 0) return refuse(...blocking(plan));

    const granted = outOfBand === undefined ? undefined : await ledger.approvedFor(plan.binding);
    if (granted !== undefined && outOfBand?.trusts(granted.question, granted.approval)) {
      return settle(plan, granted.question, principal, granted.approval.channel);
    }
    if (dialog && (await ledger.unanswered(principal, FATIGUE_MS)) >= MOST_UNANSWERED) {
      return refuse(
        notRun(name),
        `${MOST_UNANSWERED} requests in the last ten minutes were declined or not answered, so nobody is asked again for now. Ask the person what they want before you go on.`,
      );
    }
    const question = await ledger.open(plan, dialog);
    if (dialog) return { kind: 'ask', question, state: seal.seal(question.nonce) };
    return refuse(notRun(name), ...elsewhere(question, outOfBand?.how));
  };

  const answered: Gate['answered'] = async ({ name, input, principal, options: callOptions }, nonce, answer) => {
    const question = await ledger.find(nonce);
    if (question === undefined) return refuse('That question is not known any more.', notRun(name));
    const ending = await judge(options, question, { name, input, principal }, answer);
    if (ending !== undefined) {
      await ledger.end(nonce, ending);
      return refuse(ENDINGS[ending], notRun(name));
    }
    const plan = await planCall(options, name, input, principal, callOptions);
    if (plan?.binding !== question.binding || plan.blockers.length > 0 || plan.forbidden !== undefined) {
      await ledger.end(nonce, 'other-call');
      return refuse(
        `The ${question.shown.noun} or what depends on it changed after the person saw it, so the approval does not hold any more.`,
        notRun(name),
        'Calling it again asks again, with the present state.',
      );
    }
    return settle(plan, question, principal, 'form');
  };

  return {
    decide: (...wanted) => trusting(() => decide(...wanted)),
    answered: (...wanted) => trusting(() => answered(...wanted)),
  };
}

/** Why an answer grants nothing; undefined when it is consent to exactly this call. */
async function judge(
  { place }: Planner,
  { binding, fingerprint, shown }: Question,
  { name, input, principal }: Pick<Wanted, 'name' | 'input' | 'principal'>,
  answer: Answer,
): Promise<Ending | undefined> {
  if (bindingOf({ operation: name, input, place, principal, fingerprint }) !== binding) return 'other-call';
  if (answer.action !== 'accept') return answer.action === 'decline' ? 'declined' : 'cancelled';
  return digest(answer.typed) === digest(shown.name) ? undefined : 'wrong-name';
}

async function trusting(decide: () => Promise<Decision>): Promise<Decision> {
  try {
    return await decide();
  } catch (error) {
    if (error instanceof LedgerError) return refuse(error.message, 'Nothing was changed.');
    throw error;
  }
}

const refuse = (...lines: readonly string[]): Decision => ({ kind: 'refuse', lines });
const notRun = (name: OperationName) => `${toolName(name)} did not run. Nothing was changed.`;
const forbidding = (name: OperationName, why: string) => [
  notRun(name),
  why,
  'No approval lifts this; a person has to remove the tag first.',
];

const blocking = ({ operation, blockers }: Plan) => [
  notRun(operation),
  'The service would refuse it, so nobody was asked. First, in this order:',
  ...blockers.map(({ item, first }, at) => `${at + 1}. ${itemText(item)}: ${first}`),
];

const elsewhere = ({ code }: Question, how: string | undefined) =>
  how === undefined
    ? [
        'A person has to approve it in a form, and this client cannot show forms (MCP elicitation).',
        'Nothing that you can pass to this tool replaces that. Ask the person to repeat the request from a client that can.',
      ]
    : [
        `A person has to approve it. This client cannot show forms (MCP elicitation), so the plan waits under the code ${code}.`,
        how,
        'Tell the person the code. When they have approved, make exactly the same call again: it then runs, once.',
      ];

const ENDINGS: Record<Ending, string> = {
  cancelled: 'The person closed the form without deciding.',
  declined: 'The person declined. Do not ask again unless the person asks for it.',
  'other-call': 'That approval was given for another call.',
  'wrong-name': 'What the person typed is not the name, so this is not an approval.',
};
