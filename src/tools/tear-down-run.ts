import { setTimeout as pause } from 'node:timers/promises';
import type { CallToolResult } from '@modelcontextprotocol/server';
import { truncate } from '../inventory/units.ts';
import { FinspaceError, wireName } from '../operations/failure.ts';
import { type Actor, callNamed } from '../operations/index.ts';
import { toolName } from '../operations/naming.ts';
import { itemText } from '../safety/item-text.ts';
import { type Plan, planCall } from '../safety/plan.ts';
import type { Item } from '../safety/plan-parts.ts';
import { offeredTo } from '../safety/policy.ts';
import type { TeardownPlan, TeardownStep } from '../safety/teardown.ts';
import { visibilityFor } from '../safety/visibility.ts';
import { quoteUntrusted } from '../untrusted.ts';
import {
  type AcceptedDeletion,
  acceptedDeletions,
  type FailedDeletion,
  MAX_REASON,
  nameText,
  readDeletions,
} from './accepted-deletions.ts';
import type { Exchange, ToolDependencies } from './dependencies.ts';
import { followUp } from './follow-up.ts';
import { patienceOf, progressOf } from './progress.ts';
import { refused, structured } from './result.ts';
import { stopReason, type Task, type TaskReport } from './task.ts';
import { CALL_AGAIN } from './unfinished-text.ts';

const POLL_MS = 500;
const MAX_POLL_MS = 15_000;
const MAX_NAMED = 50;

/** Makes the deletions of an approved teardown in order, as a task if the call can continue as one. */
export async function runTeardown(deps: ToolDependencies, plan: TeardownPlan, actor: Actor, exchange: Exchange) {
  const { context, continueAsTask } = exchange;
  const { signal } = context.mcpReq;
  const { deletions } = plan;
  const reportAt = (requested: number, activity = '', doubt = ''): TaskReport => ({
    message: `Requested ${requested} of ${deletions.length} deletions.${activity}`,
    resultIfInterrupted: stoppedAt(plan, requested, { why: `${INTERRUPTED}${doubt}`, asTask: true }),
  });
  const task = await continueAsTask?.(reportAt(0));
  const progress = progressOf(context, deletions.length);
  const deadline = performance.now() + (task?.patienceMs ?? patienceOf(context));
  const refusal = await deps.gate.prepare(plan);
  if (refusal !== undefined) return refused(...refusal);
  const accepted = acceptedDeletions(deps, plan.leaving, signal);
  for (const [at, deletion] of deletions.entries()) {
    const what = itemText(deletion.item);
    const why = await deleteOne(deps, plan, deletion, {
      actor,
      deadline,
      signal,
      firstFailure: accepted.firstFailure,
      onWaiting: async (awaited) => task?.report(reportAt(at, ` ${what} waits for ${awaited}.`)),
      onDeleting: async () => task?.announce(reportAt(at, ` Deleting ${what}.`, ` It may have deleted ${what}.`)),
    });
    if (why !== undefined) return stoppedAt(plan, at, { why, failed: accepted.failed(), asTask: task !== undefined });
    accepted.add(deletion);
    await (task === undefined ? progress(`requested the deletion of ${what}`) : task.report(reportAt(at + 1)));
  }
  if (task !== undefined) return waitUntilGone(deps, plan, task, { deadline, signal });
  return (await readRemaining(deps, plan)).result;
}

interface Stop {
  readonly why: string;
  readonly failed?: readonly FailedDeletion[];
  readonly asTask: boolean;
}

/** The result of a teardown that stopped. That of a task also names the accepted deletions, which no progress notification named. */
function stoppedAt({ deletions }: TeardownPlan, requested: number, { why, failed = [], asTask }: Stop): CallToolResult {
  const names = (some: readonly TeardownStep[]) => some.slice(0, MAX_NAMED).map(({ item }) => itemText(item));
  const rest = deletions.slice(requested);
  const accepted = deletions.slice(0, requested).filter(({ item }) => !failed.some((each) => each.item === item));
  return structured(
    {
      finished: false,
      requested,
      left: rest.length,
      why,
      ...failedRows(failed),
      ...(asTask ? { deleted: names(accepted) } : {}),
      rest: names(rest),
    },
    `To continue, ${CALL_AGAIN}`,
  );
}

const failedRows = (failed: readonly FailedDeletion[]) =>
  failed.length === 0
    ? {}
    : {
        failed: failed.slice(0, MAX_NAMED).map(({ item, status, reason }) => ({
          entity: nameText(item),
          status,
          ...(reason === undefined ? {} : { reason: truncate(reason, MAX_REASON) }),
        })),
      };

const INTERRUPTED = 'The server that ran this task has ended, or was out of reach.';

/**
 * The result of a task when everything is gone, a deletion has failed, an entity shows no deletion, as one of the same name that was
 * created meanwhile, or the task must not wait any longer.
 */
async function waitUntilGone(
  deps: ToolDependencies,
  plan: TeardownPlan,
  task: Task,
  { deadline, signal }: Pick<DeletionOptions, 'deadline' | 'signal'>,
): Promise<CallToolResult> {
  const { length } = plan.deletions;
  let candidates: readonly AcceptedDeletion[] | undefined;
  for (let wait = POLL_MS; ; wait = Math.min(1.5 * wait, MAX_POLL_MS)) {
    const { result, remaining, gone, isUnderway } = await readRemaining(deps, plan, candidates, signal);
    if (!isUnderway || performance.now() > deadline) return result;
    candidates = remaining;
    await task.report({
      message: `Requested ${length} of ${length} deletions. Completed: ${gone}.`,
      resultIfInterrupted: result,
    });
    if (signal.aborted) return result;
    await pause(wait, undefined, { signal }).catch(() => undefined);
  }
}

/**
 * What remains of the entities of a teardown when all deletions were accepted: FinSpace takes minutes to complete them. Reads only
 * `candidates`; the others are gone already.
 */
export async function readRemaining(
  deps: ToolDependencies,
  { deletions, leaving }: TeardownPlan,
  candidates: readonly AcceptedDeletion[] = [...deletions, ...leaving],
  signal?: AbortSignal,
) {
  const { remaining, failed, underway } = await readDeletions(deps, candidates, signal);
  const isUnderway = remaining.length > 0 && remaining.every(({ progress }) => progress === 'in progress');
  const all = [...deletions, ...leaving];
  const gone = all.length - remaining.length;
  const counts = { requested: deletions.length, gone, left: 0 };
  const names = (some: readonly AcceptedDeletion[]) => some.map(({ item }) => nameText(item));
  if (remaining.length === 0) {
    const result = structured({ finished: true, ...counts, entities: names(all) });
    return { result, remaining, gone, isUnderway };
  }
  const { next } = waitCall(deps, underway);
  const underwayRows =
    underway.length === 0 ? {} : { underway: underway.length, entities: names(underway).slice(0, MAX_NAMED) };
  const result = structured(
    { finished: false, ...counts, ...failedRows(failed), ...underwayRows, ...(next === undefined ? {} : { next }) },
    `All deletions were accepted, ${outcomeText(failed.length)}${next === undefined ? '' : WAIT}`,
  );
  return { result, remaining, gone, isUnderway };
}

const outcomeText = (failed: number) =>
  failed === 0 ? 'and nothing is left to approve.' : `but ${failed} of them failed. To retry, ${CALL_AGAIN}`;

const WAIT = ' To wait for the end, make the call in `next`.';

/** The call that waits for the end of deletions. An environment is deleted after everything in it. */
function waitCall(deps: ToolDependencies, remaining: readonly AcceptedDeletion[]) {
  const ofEnvironment = remaining.filter(({ operation }) => operation === 'DeleteKxEnvironment');
  const awaited = ofEnvironment.length > 0 ? ofEnvironment : remaining;
  return followUp(
    awaited.map(({ operation, input }) => ({ operation, input, output: {} })),
    deps,
  );
}

interface DeletionOptions {
  readonly actor: Actor;
  readonly deadline: number;
  readonly signal: AbortSignal;
  /** Which deletion that was accepted earlier has failed, in a sentence. Then nothing else may be deleted. */
  readonly firstFailure: () => Promise<string | undefined>;
  /** Called when a deletion has to wait, and for what. */
  readonly onWaiting: (awaited: string) => Promise<void>;
  /** Called just before a deletion, which is not requested if the signal is aborted afterwards. */
  readonly onDeleting: () => Promise<void>;
}

/** Deletes one entity when nothing blocks it any more and it is still as approved. Returns why not. */
async function deleteOne(
  deps: ToolDependencies,
  teardown: TeardownPlan,
  deletion: TeardownStep,
  options: DeletionOptions,
): Promise<string | undefined> {
  const { operation, input, item } = deletion;
  const { actor, deadline, signal, firstFailure, onWaiting, onDeleting } = options;
  let reported: string | undefined;
  try {
    for (;;) {
      if (signal.aborted) return stopReason(signal);
      const { why, waitsFor } = await authorizeDeletion(deps, teardown, deletion, options);
      if (why !== undefined) return why;
      if (waitsFor === undefined) break;
      const failure = await firstFailure();
      if (failure !== undefined) return failure;
      if (performance.now() > deadline) return `${itemText(item)} still waits for ${waitsFor}.`;
      if (waitsFor !== reported) await onWaiting(waitsFor);
      reported = waitsFor;
      await pause(POLL_MS, undefined, { signal });
    }
    await onDeleting();
    if (signal.aborted) return stopReason(signal);
    await callNamed(deps.call, operation, input, { signal, actor });
    return undefined;
  } catch (error) {
    return failureOf(deletion, error, signal);
  }
}

/** Whether a deletion may be made now: why it must not be made any more, or what it waits for; neither if it may. */
interface Verdict {
  readonly why?: string | undefined;
  readonly waitsFor?: string;
}

async function authorizeDeletion(
  deps: ToolDependencies,
  teardown: TeardownPlan,
  deletion: TeardownStep,
  { actor, signal, firstFailure }: DeletionOptions,
): Promise<Verdict> {
  const { operation, input, item } = deletion;
  const visibility = visibilityFor(offeredTo(deps), teardown.input);
  const replan = () => planCall(deps, operation, input, actor.principal, { signal });
  const plan = await replan();
  if (plan === undefined) return { why: `${itemText(item)} no longer exists.` };
  if (plan.forbidden !== undefined) return { why: visibility.forbiddenText(plan.forbidden) };
  if (plan.isLeaving) return { why: `${itemText(item)} is already being deleted by another call.` };
  const [blocker] = plan.blockers;
  if (blocker !== undefined) return { waitsFor: awaitedText(blocker.item, item) };
  const change = changeSinceApproval(teardown, deletion, plan);
  if (change !== undefined) return { why: change };
  let failure: string | undefined;
  // Read together, so that little time passes between the last look and the deletion.
  const lastLook = async () => {
    const [currentPlan, found] = await Promise.all([replan(), firstFailure()]);
    failure = found;
    return currentPlan;
  };
  const refusal = await deps.gate.authorizeStep(teardown, plan, lastLook, visibility);
  if (failure !== undefined || refusal === undefined) return { why: failure };
  if (refusal === 'dependents-changed') return { waitsFor: 'what depends on it to stop changing' };
  return { why: `${itemText(item)}: ${refusal.join(' ')}` };
}

/** What a deletion waits for, which may be the entity itself. */
const awaitedText = (blocker: Item, item: Item): string =>
  blocker.kind === item.kind && blocker.name === item.name ? 'its own change to end' : itemText(blocker);

/** What is no longer as the person saw it. */
const changeSinceApproval = (
  teardown: TeardownPlan,
  { item, entityDigest }: TeardownStep,
  plan: Plan,
): string | undefined =>
  plan.entityDigest === entityDigest
    ? unapprovedEntityText(teardown, plan)
    : `${itemText(item)} has changed since the person saw it.`;

/** Why a deletion failed or was cancelled. */
function failureOf({ item }: TeardownStep, error: unknown, signal: AbortSignal): string {
  const isFailure = error instanceof FinspaceError;
  if (signal.aborted && !(isFailure && error.fields.outcomeUnknown)) return stopReason(signal);
  if (!isFailure) throw error;
  const { code, detail, advice, operation } = error.fields;
  return `${itemText(item)}: ${toolName(operation)} failed with ${wireName(code)}: ${quoteUntrusted(detail, 300)} ${advice}`;
}

/**
 * Says which entity the deletion of the environment would include although it was not approved, such as a new one with the name of an
 * approved one.
 */
function unapprovedEntityText({ shown, leaving }: TeardownPlan, { operation, lost }: Plan): string | undefined {
  if (operation !== 'DeleteKxEnvironment') return undefined;
  const approvedByArn = new Map([...shown.lost, ...leaving.map(({ item }) => item)].map((item) => [item.arn, item]));
  const [first] = lost.flatMap((item) => {
    const approved = approvedByArn.get(item.arn);
    if (approved === undefined) return `${itemText(item)} was added after the person saw the plan.`;
    return approved.made === item.made ? [] : `${itemText(item)} was recreated after the person saw the plan.`;
  });
  return first;
}
