import { operationNamed } from '../operations/index.ts';
import type { Decision } from '../safety/approvals.ts';
import type { Unchanged } from '../safety/gate.ts';
import type { Plan } from '../safety/plan.ts';
import type { IsOffered } from '../safety/policy.ts';
import { changeText, newValueText } from '../safety/update-text.ts';
import { EVERYTHING, isTargetShown } from '../safety/visibility.ts';
import type { ToolResult } from './dependencies.ts';
import { structured } from './result.ts';

/** A call that changes nothing is answered with that. Other decisions stay as they are. */
export const withAnswerIfUnchanged = (
  decision: Decision<Plan | undefined> | Unchanged,
): Decision<Plan | undefined> | { readonly kind: 'answered'; readonly result: ToolResult } =>
  decision.kind === 'unchanged'
    ? { kind: 'answered', result: structured({ changes: [], why: decision.why }) }
    : decision;

/** The effect of an update on each setting, or on tags, and other notes, as far as the caller may see them. */
export function whatChanges(plan: Plan | undefined, offered: IsOffered) {
  if (plan === undefined) return {};
  const notes = plan.notes.flatMap(({ says, needs }) => (needs === undefined || offered(needs) ? says : []));
  const changes = plan.settings?.changes ?? tagChanges(plan);
  const textOf = isTargetShown(plan, offered) ? changeText : newValueText;
  return {
    ...(changes === undefined ? {} : { changes: changes.map(textOf) }),
    ...(notes.length === 0 ? {} : { notes }),
  };
}

/** The tags that a call changes; undefined for a call about something else. */
const tagChanges = ({ operation, partsFor }: Plan) =>
  operationNamed(operation).kind === 'tags'
    ? partsFor(EVERYTHING).changes.filter(({ before, after }) => before !== after)
    : undefined;
