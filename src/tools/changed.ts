import type { Decision } from '../safety/consent.ts';
import type { Unchanged } from '../safety/gate.ts';
import type { Plan } from '../safety/plan.ts';
import type { Offered } from '../safety/policy.ts';
import { changeText, isTargetShown } from '../safety/update-words.ts';
import type { ToolResult } from './environment.ts';
import { structured } from './result.ts';

/** A decision as the tool goes on with it: a call that changes nothing has its result already. */
export const orNothing = (
  decision: Decision<Plan | undefined> | Unchanged,
): Decision<Plan | undefined> | { readonly kind: 'none'; readonly result: ToolResult } =>
  decision.kind === 'unchanged' ? { kind: 'none', result: structured({ changes: [], why: decision.why }) } : decision;

/** What an update does to each setting, and what else is worth knowing, as far as the caller may be shown it. */
export function whatChanges(plan: Plan | undefined, shown: Offered) {
  if (plan === undefined) return {};
  const notes = plan.notes.flatMap(({ says, needs }) => (needs === undefined || shown(needs) ? says : []));
  const isShown = isTargetShown(plan, shown);
  return {
    ...(plan.settings === undefined
      ? {}
      : { changes: plan.settings.changes.map((change) => changeText(change, isShown)) }),
    ...(notes.length === 0 ? {} : { notes }),
  };
}
