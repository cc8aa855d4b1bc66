import { groupBy } from '../group-by.ts';
import { mapConcurrent } from '../map-concurrent.ts';
import { deduplicated } from '../operations/calls.ts';
import { firstLines } from '../safety/approval-text.ts';
import { type Batch, type BatchCall, callsToApprove, missingBlocker, planBatch, planStep } from '../safety/batch.ts';
import type { Blocker } from '../safety/plan-parts.ts';
import { offeredTo, toolRefusalReason } from '../safety/policy.ts';
import { uncheckedTogether, unique } from '../safety/preview.ts';
import { visibilityFor } from '../safety/visibility.ts';
import { quoteUntrusted } from '../untrusted.ts';
import { whatChanges } from './changed.ts';
import type { CompositeTool, ToolDependencies, ToolResult } from './dependencies.ts';
import type { Paged } from './fleet/cursor.ts';
import { answer } from './fleet/page.ts';
import type { Lookup } from './identify.ts';
import { prepareArguments } from './prepare-arguments.ts';
import { notOffered, withEnvironmentMeant, withheldNote, wrongPreviewArguments } from './result.ts';

export interface BatchTool {
  readonly tool: CompositeTool;
  readonly batchOf: (lookup: Lookup, input: never) => Promise<Batch | { readonly problemTexts: readonly string[] }>;
}

export interface PreviewOptions {
  /** The arguments of the preview tool. */
  readonly previewInput: Paged;
  readonly signal: AbortSignal;
}

/** The preview of a batch, in the form of other previews; requests no approval. */
export async function previewBatch(
  deps: ToolDependencies,
  { tool, batchOf }: BatchTool,
  given: Record<string, unknown>,
  options: PreviewOptions,
): Promise<ToolResult> {
  const reason = toolRefusalReason(tool, deps.restrictions, deps.caller);
  if (reason !== undefined) return notOffered(tool.name, reason);
  const lookup = { deps, signal: options.signal };
  const prepared = await prepareArguments(lookup, tool.input(), given);
  if ('problemTexts' in prepared) return wrongPreviewArguments(tool.name, prepared.problemTexts);
  const batch = await batchOf(lookup, prepared.input as never);
  if ('problemTexts' in batch) return wrongPreviewArguments(tool.name, batch.problemTexts);
  return withEnvironmentMeant(await previewAnswer(deps, batch, options), prepared.meant);
}

/** Whether a call would run, or else what only the call itself can show. */
export const forecast = (isStopped: boolean, notChecked: readonly string[]) =>
  isStopped || notChecked.length === 0 ? { wouldRun: !isStopped } : { notChecked };

async function previewAnswer(deps: ToolDependencies, batch: Batch, { previewInput, signal }: PreviewOptions) {
  const { caller, restrictions } = deps;
  const planner = { ...deps, call: deduplicated(deps.call), countsAll: true };
  const toApprove = callsToApprove(batch, restrictions);
  const previews = await previewSteps(planner, batch, toApprove, { signal });
  const blockedSteps = batch.calls.filter((_, at) => previews[at]?.blockers.length !== 0);
  const blockers = unique(previews.flatMap((each) => each.blockers));
  const warnings = previews.flatMap((each) => each.warnings);
  const changes = changesByEntity(batch, previews);
  const notChecked = [...new Set([...previews.flatMap((each) => each.unchecked), ...uncheckedTogether(previews)])];
  const isBlocked = blockers.length > 0;
  const tried = countTried(previews);
  // A person approves all steps that need it, or none. Others that are not blocked run.
  const isRefused = toApprove.some((call) => blockedSteps.includes(call));
  const runsInPart = isBlocked && tried > 0 && !isRefused;
  const plan =
    toApprove.length === 0 || isRefused
      ? undefined
      : await planBatch(planner, batch, toApprove, caller.principal, { signal });
  const visibility = visibilityFor(offeredTo(deps), batch.input);
  const head = {
    tool: batch.tool,
    needsApproval: toApprove.length > 0,
    ...(plan === undefined ? {} : { dialog: firstLines(plan.textFor(visibility)) }),
    blocked: isBlocked,
    ...(isBlocked ? { blockedSteps: blockedSteps.map(({ entityId }) => entityId) } : {}),
    ...(runsInPart ? { wouldRunInPart: partialRunText(tried, batch.calls.length) } : forecast(isBlocked, notChecked)),
    counts: { steps: batch.calls.length, blockers: blockers.length, lost: 0, interrupted: 0 },
    ...withheldNote(visibility.withheldKinds([...blockers, ...warnings])),
  };
  return answer(
    head,
    [
      { name: 'blockers', rows: visibility.redact(blockers) },
      ...(warnings.length === 0 ? [] : [{ name: 'warnings', rows: visibility.redact(warnings) }]),
      ...(changes.length === 0 ? [] : [{ name: 'changes', rows: changes }]),
    ],
    { input: previewInput },
  );
}

/** What the steps change of each entity that exists. */
function changesByEntity({ calls }: Batch, previews: readonly { readonly changes?: readonly string[] }[]) {
  const changed = calls.map(({ entityId }, at) => ({ entityId, changes: previews[at]?.changes ?? [] }));
  return [...groupBy(changed, ({ entityId }) => entityId)].flatMap(([entity, steps]) => {
    const changes = steps.flatMap((step) => step.changes);
    return changes.length === 0 ? [] : [{ entity, changes }];
  });
}

/**
 * How many steps are not blocked, up to the first one that only a quota blocks: its error stops the call. A step that something else
 * blocks, too, has the other error.
 */
function countTried(previews: readonly { readonly blockers: readonly Blocker[] }[]): number {
  const stop = previews.findIndex(
    ({ blockers }) => blockers.length > 0 && blockers.every(({ item }) => item.kind === 'quota'),
  );
  return previews.slice(0, stop === -1 ? undefined : stop).filter(({ blockers }) => blockers.length === 0).length;
}

const partialRunText = (tried: number, steps: number) =>
  `A blocked step does not stop the others unless only a quota blocks it, so the call would make up to ${tried} of its ${steps} steps.`;

/**
 * The previews of all steps. A blocked step creates nothing, so it blocks later ones that need its entity, but none that creates an
 * entity of the same name. Steps that a person approves are planned together, before the first step; others wait for what they need.
 */
async function previewSteps(
  planner: ToolDependencies,
  batch: Batch,
  toApprove: readonly BatchCall[],
  options: { readonly signal: AbortSignal },
) {
  const { calls } = batch;
  const previewAfter = async (call: BatchCall, earlier: readonly BatchCall[]) => {
    const preview = await previewStep(planner, { ...batch, calls: [...earlier, call] }, call, options);
    return toApprove.includes(call) ? preview : withoutWaiting(preview);
  };
  const previews = await mapConcurrent(calls, (call) => previewAfter(call, calls.slice(0, calls.indexOf(call))));
  const done: BatchCall[] = [];
  for (const [at, call] of calls.entries()) {
    if (done.length < at && !toApprove.includes(call)) previews[at] = await previewAfter(call, done);
    if (previews[at]?.blockers.length === 0) done.push(call);
  }
  return previews;
}

/** The call waits for blockers that pass, so they do not block the step; but whether they pass in time cannot be checked. */
function withoutWaiting(preview: Awaited<ReturnType<typeof previewStep>>) {
  const { blockers, unchecked } = preview;
  const waitsFor = blockers.filter(({ passes }) => passes === true);
  const uncheckedWaits = waitsFor.map(
    ({ item: { kind, name } }) => `whether the ${kind} ${quoteUntrusted(name)} is ready in time`,
  );
  return {
    ...preview,
    blockers: blockers.filter(({ passes }) => passes !== true),
    unchecked: [...unchecked, ...uncheckedWaits],
  };
}

/** The preview of one call; a missing entity is a blocker. */
async function previewStep(
  deps: ToolDependencies,
  batch: Batch,
  step: BatchCall,
  options: { readonly signal: AbortSignal },
) {
  try {
    const plan = await planStep(deps, batch, step, deps.caller.principal, options);
    const { blockers = [], warnings = [], unchecked = [], sharedQuotas = [] } = plan ?? {};
    return { blockers, warnings, unchecked, sharedQuotas, ...whatChanges(plan, offeredTo(deps)) };
  } catch (error) {
    return { blockers: [missingBlocker(step, error)], warnings: [], unchecked: [], sharedQuotas: [] };
  }
}
