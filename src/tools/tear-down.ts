import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { FinspaceError } from '../operations/failure.ts';
import type { Actor } from '../operations/index.ts';
import { EnvironmentId } from '../operations/shapes.ts';
import { type Plan, planCall } from '../safety/plan.ts';
import { itemText } from '../safety/question.ts';
import { identityOf, planTeardown, type Removal, type TeardownPlan } from '../safety/teardown.ts';
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
      environmentId: EnvironmentId(),
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
  try {
    let plan: Plan | undefined;
    for (;;) {
      if (signal.aborted) return 'The call was cancelled.';
      plan = await planCall(environment, operation, input, actor.principal, { signal });
      if (plan === undefined) return `${itemText(item)} is not there any more.`;
      if (plan.forbidden !== undefined) return plan.forbidden;
      if (plan.blockers.length === 0) break;
      if (performance.now() > deadline)
        return `${itemText(item)} still waits for ${itemText((plan.blockers[0] as { item: typeof item }).item)}.`;
      await pause(POLL_MS, undefined, { signal });
    }
    if ((await identityOf(environment, removal, { signal })) !== identity)
      return `${itemText(item)} is not what the person saw any more.`;
    if (!(await environment.gate.step(teardown, plan)))
      return `${itemText(item)} has been removed under this approval already.`;
    await environment.call(operation, input as never, { signal, actor });
    return undefined;
  } catch (error) {
    if (signal.aborted) return 'The call was cancelled.';
    if (error instanceof FinspaceError) return `${error.message} ${error.fields.advice}`;
    throw error;
  }
}
