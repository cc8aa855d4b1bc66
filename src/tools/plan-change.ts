import * as z from 'zod';
import { deduplicated, withOptions } from '../operations/calls.ts';
import { agentInput } from '../operations/derive.ts';
import { OPERATION_NAMES, type OperationName, operationNamed } from '../operations/index.ts';
import { operationOf, toolName } from '../operations/naming.ts';
import { lazy } from '../operations/operation.ts';
import { firstLines } from '../safety/approval-text.ts';
import { type Plan, planCall } from '../safety/plan.ts';
import type { Members } from '../safety/plan-parts.ts';
import { approvalNeeded, isDestructive, offeredTo, refusalReason } from '../safety/policy.ts';
import { missingTarget } from '../safety/refusals.ts';
import { TEAR_DOWN } from '../safety/teardown.ts';
import { argumentLines, isWithoutEffect, omissionLines, riskText, unchangedText } from '../safety/update-text.ts';
import { type Visibility, visibilityFor } from '../safety/visibility.ts';
import { quoteUntrusted } from '../untrusted.ts';
import { type BatchTool, forecast, type PreviewOptions, previewBatch } from './batch-preview.ts';
import { whatChanges } from './changed.ts';
import { CREATE_ENTITIES, createBatch, createEntities } from './create-entities.ts';
import { compositeTool, type ToolDependencies, type ToolResult } from './dependencies.ts';
import { isOwnCursor, WRONG_CURSOR } from './fleet/cursor.ts';
import { answer, pageArguments } from './fleet/page.ts';
import { prepareArguments } from './prepare-arguments.ts';
import { notOffered, refused, withEnvironmentMeant, withheldNote, wrongPreviewArguments } from './result.ts';
import { suggestTool } from './suggest.ts';
import { TAG_ENTITIES, tagBatch, tagEntities } from './tag-entities.ts';
import { previewTeardown } from './tear-down.ts';

/** The tools whose calls can be previewed: all that are not read-only. */
const previewableTools = lazy(() => [
  ...OPERATION_NAMES.filter((name) => operationNamed(name).risk !== 'read').map(toolName),
  ...Object.keys(BATCH_TOOLS),
  TEAR_DOWN,
]);

/** The tools that make a batch of calls. */
const BATCH_TOOLS: Record<string, BatchTool> = {
  [CREATE_ENTITIES]: { tool: createEntities, batchOf: createBatch },
  [TAG_ENTITIES]: { tool: tagEntities, batchOf: tagBatch },
};

/** Previews a call: what the gate would show to a person, without asking anyone and without opening a pending approval. */
export const planChange = compositeTool({
  name: 'plan_change',
  title: 'Preview a change',
  description:
    'Preview a change without making it: what it would delete or interrupt, what blocks it and in which order to ' +
    'remove the blockers, and whether a person must approve. Takes the name and arguments of any tool that ' +
    'changes something. notChecked lists what could not be checked.',
  keywords: 'dry run what would happen if safe',
  annotations: { readOnlyHint: true },
  input: () =>
    z.strictObject({
      tool: z.string().max(64).describe('Name of the tool, such as delete_kx_volume'),
      arguments: z.looseObject({}).describe('Arguments of that tool'),
      cursor: pageArguments().cursor,
    }),
  needs: [],
  run: async (deps, previewInput, { context }) => {
    const { signal } = context.mcpReq;
    const { tool, arguments: given } = previewInput;
    if (!isOwnCursor(previewInput)) return refused(WRONG_CURSOR);
    if (tool === TEAR_DOWN) return previewTeardown(deps, given, { previewInput, signal });
    const batchTool = Object.hasOwn(BATCH_TOOLS, tool) ? BATCH_TOOLS[tool] : undefined;
    if (batchTool !== undefined) return previewBatch(deps, batchTool, given, { previewInput, signal });
    const name = operationOf(tool);
    if (name === undefined)
      return refused(
        `${quoteUntrusted(tool)} is not a tool that changes anything${suggestTool(tool, previewableTools(), '.')}`,
      );
    if (operationNamed(name).risk === 'read')
      return refused(`${tool} changes nothing, so there is nothing to preview: call it.`);
    const reason = refusalReason(name, deps.restrictions, deps.caller);
    if (reason !== undefined) return notOffered(tool, reason);
    return previewCall(deps, tool, name, given, { previewInput, signal });
  },
});

async function previewCall(
  deps: ToolDependencies,
  tool: string,
  name: OperationName,
  given: Members,
  { previewInput, signal }: PreviewOptions,
): Promise<ToolResult> {
  const operation = operationNamed(name);
  const lookup = { deps, signal, isDestructive: isDestructive(operation.risk) };
  const prepared = await prepareArguments(lookup, agentInput(operation), given, name);
  if ('problemTexts' in prepared) return wrongPreviewArguments(tool, prepared.problemTexts);
  const { input, meant } = prepared;
  const call = withOptions(deps.call, { signal });
  const planner = { ...deps, call: deduplicated(call), countsAll: true };
  const plan = await planCall(planner, name, input, deps.caller.principal);
  const offered = offeredTo(deps);
  if (plan === undefined) return refused(await missingTarget(call, name, input, offered));
  const visibility = visibilityFor(offered, [input, plan.name]);
  const { head, effects } = previewHead(deps, tool, plan, visibility);
  const { blockers, lost, interrupted, warnings } = effects;
  const sections = [
    { name: 'blockers', rows: visibility.redact(blockers) },
    ...(warnings.length === 0 ? [] : [{ name: 'warnings', rows: visibility.redact(warnings) }]),
    { name: 'lost', rows: visibility.redact(lost) },
    { name: 'interrupted', rows: visibility.redact(interrupted) },
  ];
  return withEnvironmentMeant(answer(head, sections, { input: previewInput }), meant);
}

/** What the preview of a call says before it lists entities, and the effects to list: none if the call would change nothing. */
function previewHead({ restrictions, caller }: ToolDependencies, tool: string, plan: Plan, visibility: Visibility) {
  const { risk, approvalReasons, forbidden, unchecked } = plan;
  const offered = offeredTo({ restrictions, caller });
  const argumentsRefused = omissionLines(plan, offered);
  const riskRefusal = refusalReason(plan.operation, restrictions, caller, risk);
  const isRefused = [forbidden, argumentsRefused, riskRefusal].some((why) => why !== undefined);
  const isUnchanged = !isRefused && argumentLines(plan).length === 0 && isWithoutEffect(plan);
  const effects = isUnchanged ? { ...plan, ...NO_EFFECT } : plan;
  const { blockers, warnings, quotas } = effects;
  const { lost, interrupted } = isUnchanged ? NO_EFFECT : plan.partsFor(visibility);
  const blocked = isRefused || blockers.length > 0;
  const needsApproval = !isUnchanged && approvalNeeded(plan, restrictions);
  const head = {
    tool,
    target: { kind: plan.noun, name: plan.name },
    risk,
    needsApproval,
    ...(needsApproval && !blocked ? { dialog: firstLines(plan.textFor(visibility)) } : {}),
    ...(approvalReasons.length === 0 ? {} : { why: approvalReasons }),
    blocked,
    ...forecast(blocked || isUnchanged, unchecked),
    ...(argumentsRefused === undefined ? {} : { argumentsRefused }),
    ...(riskRefusal === undefined ? {} : { refused: `${riskText(plan)} ${riskRefusal}` }),
    ...(isUnchanged ? { changesNothing: unchangedText(plan) } : {}),
    ...whatChanges(effects, offered),
    ...(forbidden === undefined ? {} : { forbidden: visibility.forbiddenText(forbidden) }),
    ...(quotas.length === 0 ? {} : { quotas }),
    counts: { blockers: blockers.length, lost: lost.length, interrupted: interrupted.length },
    ...withheldNote(visibility.withheldKinds([...blockers, ...warnings, ...lost, ...interrupted])),
  };
  return { head, effects: { blockers, lost, interrupted, warnings } };
}

/** A call that changes nothing is not sent, so nothing blocks it and it has no consequences. */
const NO_EFFECT = { blockers: [], warnings: [], lost: [], interrupted: [], notes: [], quotas: [] };
