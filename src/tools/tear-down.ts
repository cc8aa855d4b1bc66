import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { mapConcurrent } from '../inventory/reading.ts';
import { FinspaceError, wireName } from '../operations/failure.ts';
import { type Actor, callNamed } from '../operations/index.ts';
import { toolName, waitTool } from '../operations/naming.ts';
import { KdbEnvironmentId } from '../operations/shapes.ts';
import { firstLines } from '../safety/approval-text.ts';
import { itemText } from '../safety/item-text.ts';
import { type Plan, planCall } from '../safety/plan.ts';
import type { Blocker } from '../safety/plan-parts.ts';
import { allowedFor, toolRefusalReason } from '../safety/policy.ts';
import { isGone, planTeardown, TEARDOWN_OPERATIONS, type TeardownPlan, type TeardownStep } from '../safety/teardown.ts';
import { visibilityFor } from '../safety/visibility.ts';
import { quoteUntrusted } from '../untrusted.ts';
import { obtainApproval } from './approval-form.ts';
import { compositeTool, type Exchange, type ToolEnvironment, type ToolResult } from './environment.ts';
import { answer } from './fleet/page.ts';
import { prepareArguments } from './prepare-arguments.ts';
import { patienceOf, progressOf } from './progress.ts';
import { refused, structured, withEnvironmentMeant, withheldKinds } from './result.ts';

export const TEAR_DOWN = 'tear_down_kx_environment';
const POLL_MS = 500;
const MAX_NAMED = 50;
const MISSING = `${TEAR_DOWN} did not run: there is no such environment.`;

const selection = () =>
  z.strictObject({
    environmentId: KdbEnvironmentId(),
    only: z
      .array(z.string().min(1).max(63))
      .min(1)
      .max(500)
      .optional()
      .describe(
        'Names of the entities to delete; a name that several share selects all of them. Default: the whole environment.',
      ),
  });

/** Deletes a whole environment, or selected entities in it, as one plan that is approved once. */
export const tearDown = compositeTool({
  name: TEAR_DOWN,
  title: 'Tear down kdb environment',
  description:
    'Delete a whole kdb environment, or several entities in it, in the right order: clusters, dataviews, volumes, ' +
    'databases, scaling groups, users and then the environment. Their data is lost; this cannot be undone. A ' +
    'person approves the whole plan once. If the call ends before everything is deleted, call it again: what is ' +
    'left becomes a new plan that needs approval.',
  keywords: 'remove destroy decommission everything',
  annotations: { destructiveHint: true },
  input: () => selection(),
  needs: TEARDOWN_OPERATIONS,
  run: async (environment, input, exchange) => {
    const { gate, caller, backendLocation } = environment;
    const { principal } = caller;
    const { signal } = exchange.context.mcpReq;
    const visibilityOf = ({ name }: TeardownPlan) => visibilityFor(allowedFor(environment), [input, name]);
    const make = () => planTeardown(environment, TEAR_DOWN, input, input, principal, { signal });
    const approval = await obtainApproval(environment, exchange, {
      decide: async (dialog) => {
        const plan = await make();
        if (plan === undefined) return { kind: 'none', result: refused(MISSING) };
        if (isUnderWay(plan)) return { kind: 'none', result: await underWay(environment, [], plan, exchange) };
        return gate.requestApproval(plan, dialog, visibilityOf(plan));
      },
      resume: (reply) =>
        gate.resumeApproval({ tool: TEAR_DOWN, input, backendLocation, principal }, make, reply, {
          client: exchange.client,
          visibilityOf,
        }),
    });
    return 'result' in approval ? approval.result : removeAll(environment, approval.plan, approval.actor, exchange);
  },
});

/** The preview of a teardown, in the form of other previews; requests no approval. */
export async function previewTeardown(
  environment: ToolEnvironment,
  given: Record<string, unknown>,
  { cursor, signal }: { readonly cursor: string | undefined; readonly signal: AbortSignal },
): Promise<ToolResult> {
  const reason = toolRefusalReason(tearDown, environment.restrictions, environment.caller);
  if (reason !== undefined) return refused(`${TEAR_DOWN} is not offered. ${reason}`);
  const prepared = await prepareArguments({ environment, signal }, tearDown.input(), given);
  if ('wrong' in prepared) return refused(`The arguments for ${TEAR_DOWN} are wrong.`, ...prepared.wrong);
  const input = prepared.input as z.output<ReturnType<typeof selection>>;
  const plan = await planTeardown(environment, TEAR_DOWN, input, input, environment.caller.principal, { signal });
  if (plan === undefined) return refused(MISSING);
  const { name, forbidden, blockers, leaving } = plan;
  const lost = plan.removals.map(({ item }) => item);
  const visibility = visibilityFor(allowedFor(environment), [input, name]);
  const blocked = forbidden !== undefined || blockers.length > 0;
  const needsApproval = environment.restrictions.approve !== 'none';
  const head = {
    tool: TEAR_DOWN,
    target: { kind: 'kdb environment', name },
    needsApproval,
    ...(needsApproval && !blocked ? { dialog: firstLines(plan.textFor(visibility)) } : {}),
    blocked,
    wouldRun: !blocked,
    ...(forbidden === undefined ? {} : { forbidden: visibility.forbiddenText(forbidden) }),
    counts: { blockers: blockers.length, lost: lost.length, interrupted: 0, beingDeleted: leaving.length },
    order: 'lost lists what is removed, in this order.',
    ...withheldKinds(visibility.withheldKinds([...blockers, ...lost])),
  };
  const sections = [
    { name: 'blockers', rows: visibility.redact(blockers) },
    { name: 'lost', rows: visibility.redact(lost) },
    { name: 'interrupted', rows: [] },
  ];
  return withEnvironmentMeant(answer(head, sections, { cursor }), prepared.meant);
}

/** Whether all requested entities are already being deleted, so that there is nothing to approve. */
const isUnderWay = ({ removals, leaving, blockers, forbidden }: TeardownPlan) =>
  removals.length === 0 && leaving.length > 0 && blockers.length === 0 && forbidden === undefined;

async function removeAll(environment: ToolEnvironment, plan: TeardownPlan, actor: Actor, { context }: Exchange) {
  const report = progressOf(context, plan.removals.length);
  const deadline = performance.now() + patienceOf(context);
  const unready = await environment.gate.prepare(plan);
  if (unready !== undefined) return refused(...unready);
  let requested = 0;
  for (const removal of plan.removals) {
    const stopped = await removeOne(environment, plan, removal, actor, deadline, context.mcpReq.signal);
    if (stopped !== undefined) {
      const rest = plan.removals.slice(requested).map(({ item }) => itemText(item));
      return structured(
        { finished: false, requested, left: rest.length, why: stopped, rest: rest.slice(0, MAX_NAMED) },
        'Call the tool again to continue: it plans what is left and requests approval again.',
      );
    }
    requested += 1;
    await report(`requested the deletion of ${itemText(removal.item)}`);
  }
  return underWay(environment, plan.removals, plan, { context });
}

/** The result when all deletions were accepted: FinSpace takes minutes to complete them. */
async function underWay(
  { call }: ToolEnvironment,
  removals: readonly TeardownStep[],
  { leaving }: TeardownPlan,
  { context }: Pick<Exchange, 'context'>,
) {
  const all = [...removals, ...leaving];
  const { signal } = context.mcpReq;
  const gone = await mapConcurrent(all, (removal) => isGone(call, removal, { signal }));
  const [present] = all.filter((_, at) => !gone[at]).slice(-1);
  // Without the statuses that the plan showed.
  const entities = all.map(({ item: { kind, name } }) => itemText({ kind, name }));
  const counts = { requested: removals.length, gone: gone.filter(Boolean).length, left: 0 };
  if (present === undefined) return structured({ finished: true, ...counts, entities });
  const still = entities.filter((_, at) => !gone[at]);
  return structured(
    { finished: false, ...counts, underWay: still.length, entities: still.slice(0, MAX_NAMED) },
    `All deletions were accepted, and nothing is left to approve. To wait for the end: ${waitTool(present.item.kind, 'DELETED')}.`,
  );
}

/** Deletes one entity when nothing blocks it any more and it is still as approved. Returns why not. */
async function removeOne(
  environment: ToolEnvironment,
  teardown: TeardownPlan,
  removal: TeardownStep,
  actor: Actor,
  deadline: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { operation, input, item, entityDigest } = removal;
  const again = () => planCall(environment, operation, input, actor.principal, { signal });
  try {
    for (;;) {
      if (signal.aborted) return CANCELLED;
      const plan = await again();
      if (plan === undefined) return `${itemText(item)} no longer exists.`;
      if (plan.forbidden !== undefined)
        return visibilityFor(allowedFor(environment), teardown.input).forbiddenText(plan.forbidden);
      if (plan.leaving) return `${itemText(item)} is already being deleted by another client.`;
      const [blocker] = plan.blockers;
      if (blocker === undefined) {
        if (plan.entityDigest !== entityDigest) return `${itemText(item)} has changed since the person saw it.`;
        const [added] = unapprovedEntities(teardown, plan);
        if (added !== undefined) return added;
        const why = await environment.gate.authorizeStep(teardown, plan, again);
        if (why === undefined) break;
        if (why !== 'dependents-changed') return `${itemText(item)}: ${why.join(' ')}`;
      }
      if (performance.now() > deadline) return `${itemText(item)} still waits for ${awaitedText(blocker)}.`;
      await pause(POLL_MS, undefined, { signal });
    }
    await callNamed(environment.call, operation, input, { signal, actor });
    return undefined;
  } catch (error) {
    if (signal.aborted) return CANCELLED;
    if (!(error instanceof FinspaceError)) throw error;
    const { code, detail, advice } = error.fields;
    return `${itemText(item)}: ${toolName(error.fields.operation)} failed with ${wireName(code)}: ${quoteUntrusted(detail, 300)} ${advice}`;
  }
}

/**
 * Entities that the deletion of the environment would include although they were not approved, such as a new one with the name of an
 * approved one.
 */
function unapprovedEntities({ removals, leaving }: TeardownPlan, { operation, lost }: Plan): readonly string[] {
  if (operation !== 'DeleteKxEnvironment') return [];
  const approvedByArn = new Map([...removals, ...leaving].map(({ item }) => [item.arn, item]));
  return lost.flatMap((item) => {
    const approved = approvedByArn.get(item.arn);
    if (approved === undefined) return `${itemText(item)} was added after the person saw the plan.`;
    return approved.made === item.made ? [] : `${itemText(item)} was recreated after the person saw the plan.`;
  });
}

const awaitedText = (blocker: Blocker | undefined) =>
  blocker === undefined ? 'what depends on it to stop changing' : itemText(blocker.item);

const CANCELLED = 'The call was cancelled.';
