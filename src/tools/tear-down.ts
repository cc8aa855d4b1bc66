import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { FinspaceError, wireName } from '../operations/failure.ts';
import type { Actor } from '../operations/index.ts';
import { IdType } from '../operations/shapes.ts';
import { type Plan, planCall } from '../safety/plan.ts';
import { itemText } from '../safety/question.ts';
import { planTeardown, type Removal, type TeardownPlan } from '../safety/teardown.ts';
import { quoted } from '../safety/untrusted.ts';
import { approved } from './approval-form.ts';
import { compositeTool, type Exchange, type ToolEnvironment } from './environment.ts';
import { progressOf } from './progress.ts';
import { structured } from './result.ts';

const TOOL = 'tear_down_kx_environment';
/** How long one call goes on waiting for dependants to be gone; progress keeps a client that asked for it patient. */
const PATIENCE_MS = { told: 600_000, untold: 45_000 };
const POLL_MS = 500;

/** Removes a whole environment, or a named set of its entities, as one plan that is approved once. */
export const tearDown = compositeTool({
  name: TOOL,
  title: 'Tear down a kdb environment',
  description:
    'Remove a whole kdb environment, or several of its entities, in the right order: shown as one plan, approved once by a person, run step by step. Call again to resume.',
  annotations: { destructiveHint: true },
  input: () =>
    z.strictObject({
      environmentId: IdType(),
      only: z
        .array(z.string().min(1).max(63))
        .min(1)
        .max(500)
        .optional()
        .describe('names; the whole environment without it'),
    }),
  needs: [
    'DeleteKxCluster',
    'DeleteKxDataview',
    'DeleteKxVolume',
    'DeleteKxDatabase',
    'DeleteKxScalingGroup',
    'DeleteKxUser',
    'DeleteKxEnvironment',
  ],
  run: async (environment, input, exchange) => {
    const { gate, caller, place } = environment;
    const { principal } = caller;
    let plan: TeardownPlan | undefined;
    const make = async () => {
      plan = await planTeardown(environment, TOOL, input, input, principal, { signal: exchange.context.mcpReq.signal });
      return plan;
    };
    const missing = { kind: 'refuse' as const, lines: [`${TOOL} did not run: there is no such environment.`] };
    const consent = await approved(environment, exchange, {
      first: async (dialog) => {
        const present = await make();
        return present === undefined ? missing : gate.consent(present, dialog);
      },
      after: (reply) => gate.consentAnswered({ tool: TOOL, input, place, principal }, make, reply),
    });
    if ('result' in consent) return consent.result;
    return removeAll(environment, plan as TeardownPlan, consent.actor, exchange);
  },
});

async function removeAll(environment: ToolEnvironment, plan: TeardownPlan, actor: Actor, { context }: Exchange) {
  const report = progressOf(context, plan.removals.length);
  const told = context.mcpReq._meta?.progressToken !== undefined;
  const deadline = performance.now() + (told ? PATIENCE_MS.told : PATIENCE_MS.untold);
  const removed: string[] = [];
  for (const removal of plan.removals) {
    const stopped = await removeOne(environment, plan, removal, actor, deadline, context.mcpReq.signal);
    if (stopped !== undefined) {
      const rest = plan.removals.slice(removed.length).map(({ item }) => itemText(item));
      return structured(
        { finished: false, removed: removed.length, left: rest.length, why: stopped, rest: rest.slice(0, 50) },
        'Call the tool again to go on: it makes a new plan of what is left and asks again.',
      );
    }
    removed.push(itemText(removal.item));
    await report(`removed ${itemText(removal.item)}`);
  }
  return structured({ finished: true, removed: removed.length, left: 0, entities: removed });
}

/** Removes one entity when nothing stands in its way any more and it is still what was approved. Returns why not. */
async function removeOne(
  environment: ToolEnvironment,
  teardown: TeardownPlan,
  removal: Removal,
  actor: Actor,
  deadline: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { operation, input, item, identity } = removal;
  const again = () => planCall(environment, operation, input, actor.principal, { signal });
  try {
    let plan: Plan | undefined;
    for (;;) {
      if (signal.aborted) return CANCELLED;
      plan = await again();
      if (plan === undefined) return `${itemText(item)} is not there any more.`;
      if (plan.forbidden !== undefined) return plan.forbidden;
      const [blocker] = plan.blockers;
      if (blocker === undefined) break;
      if (performance.now() > deadline) return `${itemText(item)} still waits for ${itemText(blocker.item)}.`;
      await pause(POLL_MS, undefined, { signal });
    }
    if (plan.identity !== identity) return `${itemText(item)} is not what the person saw any more.`;
    const why = await environment.gate.step(teardown, plan, again);
    if (why !== undefined) return `${itemText(item)}: ${why.join(' ')}`;
    await environment.call(operation, input as never, { signal, actor });
    return undefined;
  } catch (error) {
    if (signal.aborted) return CANCELLED;
    if (!(error instanceof FinspaceError)) throw error;
    const { code, detail, advice } = error.fields;
    return `${itemText(item)}: ${error.fields.operation} failed with ${wireName(code)}: ${quoted(detail, 300)} ${advice}`;
  }
}

const CANCELLED = 'The call was cancelled.';
