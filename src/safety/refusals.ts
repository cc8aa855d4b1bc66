import { walk } from '../inventory/pages.ts';
import { labels } from '../operations/http.ts';
import { type Call, type CallOptions, type OperationName, operationNamed } from '../operations/index.ts';
import { toolName } from '../operations/naming.ts';
import type { Target } from '../operations/operation.ts';
import type { Blocker, Item, Members } from './blast/finding.ts';
import { MOST_UNANSWERED, type Stopped } from './form-limit.ts';
import { itemText } from './item-text.ts';
import type { Ending, Opened, Question, QuestionStatus, Shown } from './ledger.ts';
import type { Bound } from './plan.ts';
import type { Offered } from './policy.ts';
import { type Sight, toldText } from './sight.ts';
import { quoted } from './untrusted.ts';

/** That there is nothing of the name that a call gave, what there is instead for those who may be `shown` it, and where to look. */
export async function missing(
  call: Call,
  operation: OperationName,
  input: Members,
  { options, shown }: { readonly options: CallOptions; readonly shown: Offered },
): Promise<string> {
  // Whatever has no declared target is looked for with a call that says itself what is missing.
  const { noun, member, reader } = operationNamed(operation).target as Target;
  const within = labels(operationNamed(operation)).filter((label) => label !== member);
  const where = within.map((label) => `${label} ${quoted(String(input[label]))}`).join(', ');
  const lister = reader as OperationName;
  const parents = Object.fromEntries(within.map((label) => [label, input[label]]));
  const present = shown(lister) ? await namesIn(call, lister, parents, member, options) : '';
  return `There is no ${noun} ${quoted(String(input[member]))} in ${where}.${present} Next: ${toolName(lister)}.`;
}

const MOST_NAMED = 10;

async function namesIn(call: Call, lister: OperationName, parents: Members, member: string, options: CallOptions) {
  const { items, complete } = await walk(call, lister, parents as never, MOST_NAMED, options);
  const names = items.slice(0, MOST_NAMED).map((item) => quoted(String(item[member])));
  const more = complete && items.length <= MOST_NAMED ? '' : ' and more';
  return names.length === 0 ? ' There are none.' : ` There are: ${names.join(', ')}${more}.`;
}

/** What an agent is told when a call does not run: why, and what it can do instead. None of it grants anything. */
export const notRun = (tool: string) => `${tool} did not run. Nothing was changed.`;

export const forbidding = (tool: string, why: string) => [
  notRun(tool),
  why,
  'No approval lifts this; a person has to remove the tag first.',
];

export const blocking = (tool: string, blockers: readonly Blocker[], sight: Sight) => [
  notRun(tool),
  'The service would refuse it, so nobody was asked. First, in this order:',
  ...sight.of(blockers).map((told, at) => `${at + 1}. ${toldText(told)}: ${told.first}`),
  ...(byOne(tool, blockers) ? [AS_ONE] : []),
];

/** A whole environment, and whatever takes more than two calls, is better removed as one. */
const byOne = (tool: string, blockers: readonly Blocker[]) =>
  tool.startsWith('delete_') &&
  (blockers.length > MOST_ONE_BY_ONE ||
    blockers.some(({ item }) => tool.endsWith('kx_environment') && item.kind === 'cluster'));

const MOST_ONE_BY_ONE = 2;
const AS_ONE = 'Or remove several things at once with tear_down_kx_environment: one plan, approved once.';

export const changed = (tool: string, noun: string) => [
  `The ${noun} or what depends on it changed after the person saw it, so the approval does not hold any more.`,
  notRun(tool),
  'Calling it again asks again, with the present state.',
];

/** Why a client is sent no form. */
export type NoForm = 'no-forms' | Exclude<Bound['fits'], 'form'> | Stopped;

const NO_FORM: Record<NoForm, string> = {
  'no-forms': 'This client cannot show forms (MCP elicitation) that count.',
  'too-long': 'The plan is more than a person can read in one form.',
  'too-wide': 'What the person has to type is too long for one line of a form.',
  unanswered: `${MOST_UNANSWERED} forms in the last ten minutes were declined, mistyped or not answered, so this client gets no forms for now. Ask the person what they want before you go on.`,
  'no-decision':
    'This client answered forms on its own, without the decision of a person, so it gets no forms for ten minutes.',
};

/** That a person has to approve, where this is no way to do so. */
export const nowhere = (plan: Bound, why: NoForm | undefined, sight: Sight) => [
  ...(why === undefined ? [] : [`A person has to approve it in a form. ${whyNoForm(plan, why)}`]),
  'Nothing that you can pass to this tool replaces that. Ask the person to repeat the request from a client that shows forms, or to set up approvals outside of clients (finspace-mcp approve --init).',
  ...planLines(plan.textFor(sight)),
];

/** That the plan waits for a person under a code, and where they approve it. */
export const elsewhere = (
  plan: Pick<Bound, 'tool'>,
  { code }: Pick<Question, 'code'>,
  text: string,
  why: NoForm | undefined,
  how: (code: string) => string,
) => [
  `A person has to approve it.${why === undefined ? '' : ` ${whyNoForm(plan, why)}`} The plan waits under the code ${code}.`,
  ...planLines(text),
  how(code),
  'Tell the person the plan, the code, and where to approve; you cannot approve it yourself. When they have, make exactly the same call again: it then runs, once.',
];

/** As much of a plan as a model needs to tell a person what it is about. */
function planLines(text: string): string[] {
  const lines = text.split('\n');
  let room = MOST_CHARACTERS;
  const shown = lines.filter((line) => {
    room -= line.length;
    return room >= 0;
  });
  const more = lines.length - shown.length;
  return ['The plan:', ...shown, more === 0 ? 'End of the plan.' : `And ${more} lines more: plan_change shows all.`];
}

const MOST_CHARACTERS = 20_000;

const whyNoForm = ({ tool }: Pick<Bound, 'tool'>, why: NoForm): string => {
  if (why !== 'too-long') return NO_FORM[why];
  return `${NO_FORM[why]} ${tool === 'tear_down_kx_environment' ? SPLIT_BY_ONLY : 'Split it into several calls.'}`;
};

const SPLIT_BY_ONLY =
  'To have it approved in parts, name some of the entities in `only`, and the rest in further calls; plan_change lists all of them.';

/** That older plans about the same do not count any more, and why. */
export const replacing = (replaced: Opened['replaced'], plan: Bound, sight: Sight): string[] =>
  replaced.map(({ question: { code, shown }, wasApproved }) => {
    const was = wasApproved ? 'that a person had approved ' : '';
    return `The older plan ${code} ${was}does not count any more: ${difference(shown, plan.shown, sight)}`;
  });

function difference({ lost: before }: Shown, { lost: now }: Shown, sight: Sight): string {
  const [gone, added] = [missingFrom(now, before), missingFrom(before, now)];
  const parts = [
    ...(gone.length === 0 ? [] : [`${named(gone, sight)} is no longer as the plan says`]),
    ...(added.length === 0 ? [] : [`now there is ${named(added, sight)}`]),
  ];
  return `${parts.length === 0 ? 'its target, what depends on it, or the arguments changed' : parts.join('; ')}.`;
}

/** Those of `items` that `others` do not have in the same words. */
function missingFrom(others: readonly Item[], items: readonly Item[]): Item[] {
  const texts = new Set(others.map(itemText));
  return items.filter((item) => !texts.has(itemText(item)));
}

function named(items: readonly Item[], sight: Sight): string {
  const told = sight.of(items).map(toldText);
  const more = told.length > MOST_NAMED ? ` and ${told.length - MOST_NAMED} more` : '';
  return `${told.slice(0, MOST_NAMED).join(', ')}${more}`;
}

export const USED = 'That approval has been used already, or has expired.';

export const UNPREPARED = 'What is needed to make the configuration anew could not be read or written down.';

/** Why a question that is not open any more is no approval. */
export function over({ state, successor }: QuestionStatus): string {
  if (state === 'replaced')
    return `A newer plan about the same, ${successor}, replaced the one that the person saw, so the approval does not hold.`;
  if (state === 'evicted') return 'Newer plans of this client took its place, so the approval does not hold.';
  return USED;
}

/** That a form came back without the decision of a person. */
export const UNDECIDED = {
  cancel: 'The form was closed without a decision, so nobody approved or declined it.',
  decline: 'The form was declined sooner than a person can read it, so this client declined it on its own.',
  unusable: 'This client did not show the form, or answered it with nothing that is an answer, so nobody decided.',
};

/** Why a form that came back is no approval. */
export const ended = (ending: Exclude<Ending, 'changed'>, name: string) =>
  ENDINGS[ending].replace('NAME', () => quoted(name, 300));

const ENDINGS: Record<Exclude<Ending, 'changed'>, string> = {
  declined: 'The person declined. Do not ask again unless the person asks for it.',
  'other-call': 'That approval was given for another call.',
  'wrong-name':
    'What the person typed is not NAME, exactly, so this is not an approval. If the person says that it was a slip, the same call asks again.',
};
