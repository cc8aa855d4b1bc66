import type { Decision } from '../safety/approvals.ts';
import type { Unchanged } from '../safety/gate.ts';
import type { Plan } from '../safety/plan.ts';
import type { Allowed } from '../safety/policy.ts';
import { changeText, isTargetShown, newValueText } from '../safety/update-text.ts';
import type { ToolResult } from './environment.ts';
import { structured } from './result.ts';

/** The decision about a call for the tool; a call that changes nothing already has its result. */
export const orUnchanged = (
  decision: Decision<Plan | undefined> | Unchanged,
): Decision<Plan | undefined> | { readonly kind: 'none'; readonly result: ToolResult } =>
  decision.kind === 'unchanged' ? { kind: 'none', result: structured({ changes: [], why: decision.why }) } : decision;

/** The effect of an update on each setting and other notes, as far as the caller may see them. */
export function whatChanges(plan: Plan | undefined, offered: Allowed) {
  if (plan === undefined) return {};
  const notes = plan.notes.flatMap(({ says, needs }) => (needs === undefined || offered(needs) ? says : []));
  const textOf = isTargetShown(plan, offered) ? changeText : newValueText;
  return {
    ...(plan.settings === undefined ? {} : { changes: plan.settings.changes.map(textOf) }),
    ...(notes.length === 0 ? {} : { notes }),
  };
}
