import type { Blocker } from './blast/finding.ts';
import type { Ending, Question } from './ledger.ts';
import { itemText } from './question.ts';

/** What an agent is told when a call does not run: why, and what it can do instead. None of it grants anything. */
export const notRun = (tool: string) => `${tool} did not run. Nothing was changed.`;

export const forbidding = (tool: string, why: string) => [
  notRun(tool),
  why,
  'No approval lifts this; a person has to remove the tag first.',
];

export const blocking = (tool: string, blockers: readonly Blocker[]) => [
  notRun(tool),
  'The service would refuse it, so nobody was asked. First, in this order:',
  ...blockers.map(({ item, first }, at) => `${at + 1}. ${itemText(item)}: ${first}`),
  ...(blockers.length > MOST_ONE_BY_ONE && tool.startsWith('delete_') ? [AS_ONE] : []),
];

const MOST_ONE_BY_ONE = 2;
const AS_ONE = 'Or remove several things at once with tear_down_kx_environment: one plan, approved once.';

export const changed = (tool: string, noun: string) => [
  `The ${noun} or what depends on it changed after the person saw it, so the approval does not hold any more.`,
  notRun(tool),
  'Calling it again asks again, with the present state.',
];

export const fatigued = (tool: string, most: number) => [
  notRun(tool),
  `${most} requests in the last ten minutes were declined or not answered, so nobody is asked again for now. Ask the person what they want before you go on.`,
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

export const USED = 'That approval has been used already, or has expired.';

export const UNPREPARED = 'What is needed to make the configuration anew could not be read or written down.';

export const ENDINGS: Record<Ending, string> = {
  cancelled: 'The person closed the form without deciding.',
  changed: 'Things changed after the person saw them.',
  declined: 'The person declined. Do not ask again unless the person asks for it.',
  'other-call': 'That approval was given for another call.',
  'wrong-name': 'What the person typed is not the name, so this is not an approval.',
};
