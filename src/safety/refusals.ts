import { walk } from '../inventory/pages.ts';
import { labels } from '../operations/http.ts';
import { type Call, type CallOptions, type OperationName, operationNamed } from '../operations/index.ts';
import { toolName } from '../operations/naming.ts';
import type { Target } from '../operations/operation.ts';
import type { Blocker, Members } from './blast/finding.ts';
import type { Ending, Question } from './ledger.ts';
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

export const fatigued = (tool: string, most: number) => [
  notRun(tool),
  `${most} requests in the last ten minutes were declined, mistyped, closed or not answered, so nobody is asked again for now. Ask the person what they want before you go on.`,
];

export const nowhere = [
  'A person has to approve it in a form, and this client cannot show forms (MCP elicitation).',
  'Nothing that you can pass to this tool replaces that. Ask the person to repeat the request from a client that can.',
];

export const elsewhere = ({ code, shown }: Pick<Question, 'code' | 'shown'>, how: (code: string) => string) => [
  `A person has to approve it. This client cannot show forms (MCP elicitation) that count, so the plan waits under the code ${code}.`,
  `The plan: ${shown.text.split('\n')[0]}`,
  how(code),
  'Tell the person the plan, the code, and where to approve; you cannot approve it yourself. When they have, make exactly the same call again: it then runs, once.',
];

export const TOO_MUCH =
  'It sets more than a person can read in one question, so nobody was asked. Split it into several calls.';

export const USED = 'That approval has been used already, or has expired.';

export const UNPREPARED = 'What is needed to make the configuration anew could not be read or written down.';

/** Why a form that came back is no approval. */
export const ended = (ending: Ending, noun: string) => ENDINGS[ending].replace('NOUN', noun);

const ENDINGS: Record<Ending, string> = {
  cancelled: 'The person closed the form without deciding.',
  changed: 'Things changed after the person saw them.',
  declined: 'The person declined. Do not ask again unless the person asks for it.',
  'other-call': 'That approval was given for another call.',
  'wrong-name':
    'What the person typed is not the name of the NOUN, exactly as it is shown, so this is not an approval. If the person says that it was a slip, the same call asks again.',
};
