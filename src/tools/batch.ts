import { setTimeout as pause } from 'node:timers/promises';
import { FinspaceError, wireName } from '../operations/failure.ts';
import { type Actor, callNamed } from '../operations/index.ts';
import {
  type Batch,
  type BatchCall,
  type BatchPlan,
  callsToApprove,
  dependsOnEarlier,
  planBatch,
} from '../safety/batch.ts';
import { planCall } from '../safety/plan.ts';
import { offeredTo } from '../safety/policy.ts';
import { visibilityFor } from '../safety/visibility.ts';
import { quoteUntrusted } from '../untrusted.ts';
import { obtainApproval } from './approval-form.ts';
import type { Exchange, ToolDependencies, ToolResult } from './dependencies.ts';
import { failureAdvice, unreadyText } from './failure-advice.ts';
import { type AcceptedCall, followUp } from './follow-up.ts';
import type { Lookup } from './identify.ts';
import { patienceOf, progressOf } from './progress.ts';
import { structured } from './result.ts';
import { stopReason } from './task.ts';

const POLL_MS = 1_000;

/** Errors that say nothing about the other calls of a batch. After any other error, no further call is made. */
const OF_ONE_CALL = new Set<string>([
  'Conflict',
  'InvalidRequest',
  'ResourceAlreadyExists',
  'ResourceNotFound',
  'Validation',
  'Withheld',
]);

interface Run {
  readonly batch: Batch;
  /** Whether each call waits while an entity that it refers to is not ready yet. */
  readonly waits: boolean;
  /** The name of a call in answers; the id of its entity, unless several calls change one entity. */
  readonly nameOf?: (call: BatchCall) => string;
  /** The result of a call: its name in answers, or more details. */
  readonly resultOf?: (call: BatchCall, output: Record<string, unknown>) => string;
}

/**
 * Makes the calls of a batch in sequence, each through the gate like a single call; those that need approval are approved as one
 * plan before the first. A failed call does not stop the others, unless its error may concern them.
 */
export async function runBatch(deps: ToolDependencies, run: Run, exchange: Exchange): Promise<ToolResult> {
  const { gate, caller, backendLocation, restrictions } = deps;
  const { batch } = run;
  const toApprove = callsToApprove(batch, restrictions);
  if (toApprove.length === 0) return runCalls(deps, run, undefined, { principal: caller.principal }, exchange);
  const { tool, input } = batch;
  const { principal } = caller;
  const options = { signal: exchange.context.mcpReq.signal };
  const makePlan = () => planBatch(deps, batch, toApprove, principal, options);
  const visibilityOf = ({ name }: BatchPlan) => visibilityFor(offeredTo(deps), [input, name]);
  const approval = await obtainApproval<BatchPlan>(deps, exchange, {
    decide: async (dialog) => {
      const plan = await makePlan();
      return gate.requestApproval(plan, dialog, visibilityOf(plan));
    },
    resume: (reply) =>
      gate.resumeApproval({ tool, input, backendLocation, principal }, makePlan, reply, {
        client: exchange.client,
        visibilityOf,
      }),
  });
  return 'result' in approval ? approval.result : runCalls(deps, run, approval.plan, approval.actor, exchange);
}

async function runCalls(
  deps: ToolDependencies,
  run: Run,
  plan: BatchPlan | undefined,
  actor: Actor,
  { context }: Exchange,
): Promise<ToolResult> {
  const { signal } = context.mcpReq;
  const { batch, waits, nameOf = ({ entityId }) => entityId, resultOf = nameOf } = run;
  const { calls } = batch;
  const lookup = { deps, signal };
  const report = progressOf(context, calls.length);
  const deadline = performance.now() + patienceOf(context);
  const [done, failed, accepted]: [string[], object[], AcceptedCall[]] = [[], [], []];
  const summaryWith = (rest: Pick<Summary, 'notDone' | 'why'>) =>
    summary({ done, failed, ...rest, nextCall: followUp(accepted, deps) });
  for (const [at, call] of calls.entries()) {
    const unready = waits ? await waitUntilReady(lookup, call, deadline) : undefined;
    const stop = (why: string) => summaryWith({ notDone: calls.slice(at).map(nameOf), why });
    if (unready !== undefined) return stop(unready);
    if (signal.aborted || performance.now() > deadline) return stop(signal.aborted ? stopReason(signal) : TOO_LONG);
    try {
      const why = await refusalOf(deps, { batch, plan }, call, signal);
      if (why === undefined) {
        const stepActor = plan?.plans.has(call) === false ? { principal: actor.principal } : actor;
        const output = await callNamed(deps.call, call.operation, call.input, { signal, actor: stepActor });
        done.push(resultOf(call, output));
        accepted.push({ ...call, output });
      } else failed.push({ step: nameOf(call), why: why.join(' ') });
    } catch (error) {
      if (!(error instanceof FinspaceError)) throw error;
      failed.push({ step: nameOf(call), ...(await failure(lookup, call, error)) });
      if (!OF_ONE_CALL.has(error.fields.code) || error.fields.outcomeUnknown === true)
        return summaryWith({ notDone: calls.slice(at + 1).map(nameOf), why: STOPPED });
    }
    await report(nameOf(call));
  }
  return summaryWith({ notDone: [] });
}

const TOO_LONG = 'The call took too long.';
const STOPPED = 'The error may concern the steps in notDone too, so none of them was tried.';

/** Waits for the entities that a call refers to. Returns which one is still not ready at the end; undefined if the call can be made. */
async function waitUntilReady(lookup: Lookup, { operation, input }: BatchCall, deadline: number) {
  for (;;) {
    const unready = await unreadyText(lookup, operation, input);
    if (unready === undefined || lookup.signal.aborted || performance.now() > deadline) return unready;
    await pause(POLL_MS, undefined, { signal: lookup.signal }).catch(() => undefined);
  }
}

/** Why a call of a batch may not be made now, even if a person approved the batch. Undefined when it may. */
async function refusalOf(
  deps: ToolDependencies,
  { batch, plan }: { readonly batch: Batch; readonly plan: BatchPlan | undefined },
  call: BatchCall,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const { gate, caller } = deps;
  const { operation: name, input } = call;
  const { principal, refusal } = caller;
  const options = { signal };
  const planned = plan?.plans.get(call);
  if (plan !== undefined && planned !== undefined) {
    const replan = () => planCall(deps, name, input, principal, options);
    // What earlier calls of the batch created or changed was different when the person saw the plan.
    const current = dependsOnEarlier(batch, call) ? ((await replan()) ?? planned) : planned;
    const why = await gate.authorizeStep(plan, current, replan, visibilityFor(offeredTo(deps), plan.input));
    // A batch loses nothing, so it does not matter what now depends on its targets.
    return why === 'dependents-changed' ? undefined : why;
  }
  const request = { name, input, principal, options, offered: offeredTo(deps), refusal };
  const decision = await gate.authorize(request, { client: 'batch', acceptsForms: false, showsLinks: false });
  return decision.kind === 'refuse' ? decision.lines : undefined;
}

async function failure(lookup: Lookup, { operation, input }: BatchCall, error: FinspaceError) {
  const { code, detail, advice, outcomeUnknown } = {
    ...error.fields,
    ...(await failureAdvice(lookup, operation, input, error)),
  };
  const unknown = outcomeUnknown ? { outcomeUnknown } : {};
  return { error: wireName(code), message: quoteUntrusted(detail, 300), advice, ...unknown };
}

interface Summary {
  readonly done: readonly string[];
  readonly failed: readonly object[];
  readonly notDone: readonly string[];
  /** Why the remaining calls were not made. */
  readonly why?: string;
  /** `next`, the call that waits for the results; empty if there is none. */
  readonly nextCall: object;
}

function summary({ done, failed, notDone, why, nextCall }: Summary): ToolResult {
  const isFinished = failed.length + notDone.length === 0;
  const result = structured(
    {
      finished: isFinished,
      done,
      ...(isFinished ? {} : { failed, notDone }),
      ...(why === undefined ? {} : { why }),
      ...nextCall,
    },
    ...(isFinished
      ? []
      : [`${done.length} of ${done.length + failed.length + notDone.length} done. ${restText(failed)}`]),
  );
  return done.length === 0 && !isFinished ? { ...result, isError: true } : result;
}

/** How to continue. A step whose outcome is unknown may have been done. */
const restText = (failed: readonly object[]) =>
  failed.some((each) => 'outcomeUnknown' in each) ? `${CHECK} ${REST}` : REST;

const CHECK = 'First check whether the step with the unknown outcome was done.';
const REST = 'To continue, call again with only what failed or was not done.';
