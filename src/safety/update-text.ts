import { unmetConditions } from '../operations/conditions/index.ts';
import { operationNamed } from '../operations/index.ts';
import { quoteUntrusted, safeJson } from '../untrusted.ts';
import type { Comparison } from './compare-settings.ts';
import type { Plan } from './plan.ts';
import type { Change } from './plan-parts.ts';
import type { IsOffered } from './policy.ts';
import { isTargetShown } from './visibility.ts';

const MAX_VALUE_LENGTH = 200;

/** `initializationScript: "a.q" -> "b.q"`. */
export const changeText = ({ setting, before, after }: Change): string =>
  `${settingName(setting)}: ${before === undefined ? 'not set' : valueText(before)} -> ${newValue(after)}`;

/** `initializationScript: "b.q"`, for callers who may not read the present value. */
export const newValueText = ({ setting, after }: Change): string => `${settingName(setting)}: ${newValue(after)}`;

const newValue = (after: string | undefined) => (after === undefined ? 'removed' : valueText(after));
const valueText = (value: string) => quoteUntrusted(value, MAX_VALUE_LENGTH);

const settingName = (setting: string) =>
  /^[\w.-]{1,200}$/.test(setting) ? setting : quoteUntrusted(setting, MAX_VALUE_LENGTH);

/** What is wrong with the arguments of a call: contradictions, and values that the service would ignore; a sentence each. */
export const argumentLines = ({ blockers }: Pick<Plan, 'blockers'>): string[] =>
  blockers.flatMap(({ item, first }) => (item.kind === 'argument' ? `${item.name}: ${first}` : []));

/** Whether the service refuses a call whatever is done first. */
export const isHopeless = ({ blockers }: Pick<Plan, 'blockers'>) => blockers.some(({ noStep }) => noStep);

/** Why an update does not run: it would remove or change settings that it omits, or `remove` names what it would not remove. */
export function omissionLines(plan: Plan, offered: IsOffered): readonly string[] | undefined {
  const { settings } = plan;
  if (settings === undefined) return undefined;
  const isShown = isTargetShown(plan, offered);
  const { leftOut, unknown, repeated, complete } = settings;
  if (leftOut.length > 0 && repeated.length > 0)
    return repeated.map((name) => `${settingName(name)} is given twice. Give each entry once, with all its settings.`);
  if (unknown.length > 0)
    return [
      `The argument remove names ${unknown.map((name) => quoteUntrusted(name)).join(', ')}, which this call would not remove: it is not set, or the arguments give it or a part of it, or the operation keeps it anyway.`,
      leftOut.length === 0
        ? 'This call removes no settings.'
        : `This call would remove: ${leftOut.map(({ setting }) => settingName(setting)).join(', ')}.`,
    ];
  if (leftOut.length > 0) {
    const verb = leftOut.every(({ after }) => after === undefined) ? 'remove' : 'change';
    return [
      `This call replaces settings, so it would ${verb} those that its arguments omit:`,
      ...leftOut.map((change) => `- ${(isShown ? changeText : newValueText)(change)}`),
      ...(isHopeless(plan)
        ? []
        : [
            ...(isShown ? [keepingText(plan, settings)] : []),
            `To ${verb} all of these on purpose, add remove: ${JSON.stringify([...(complete.remove ?? []), ...leftOut.map(({ setting }) => setting)])}`,
          ]),
    ];
  }
  return undefined;
}

/** How to keep what an update omits, unless that contradicts what it sets. */
function keepingText({ operation, tool }: Plan, { complete }: Comparison): string {
  const [unmet] = unmetConditions(operation, complete as never);
  return unmet === undefined
    ? `To keep ${complete.remove === undefined ? 'everything' : 'these'}, call ${tool} with: ${safeJson(complete)}`
    : `These settings cannot be kept together with the given arguments: ${unmet.says}.`;
}

/** Whether an update would change nothing. An update whose last attempt failed is worth repeating. */
export function isWithoutEffect({ operation, settings, hasFailed }: Plan): boolean {
  const { update } = operationNamed(operation);
  return settings !== undefined && update?.isRepeatable !== true && settings.changes.length === 0 && !hasFailed;
}

export const unchangedText = ({ tool, noun, name }: Plan): string =>
  `${tool} was not sent: it would change nothing in the ${noun} ${quoteUntrusted(name)}.`;

/** Why a call has a higher risk than its tool. */
export const riskText = ({ risk, noun, name }: Plan): string =>
  risk === 'destroy'
    ? `On the ${noun} ${quoteUntrusted(name)} it would lose data for good.`
    : `It interrupts the ${noun} ${quoteUntrusted(name)}.`;
