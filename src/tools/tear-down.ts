import * as z from 'zod';
import { KdbEnvironmentId } from '../operations/shapes.ts';
import { firstLines } from '../safety/approval-text.ts';
import { offeredTo, toolRefusalReason } from '../safety/policy.ts';
import { planTeardown, TEAR_DOWN, TEARDOWN_OPERATIONS, type TeardownPlan } from '../safety/teardown.ts';
import { visibilityFor } from '../safety/visibility.ts';
import { obtainApproval } from './approval-form.ts';
import type { PreviewOptions } from './batch-preview.ts';
import { compositeTool, type ToolDependencies, type ToolResult } from './dependencies.ts';
import { answer } from './fleet/page.ts';
import { Narrowing } from './lenient.ts';
import { prepareArguments } from './prepare-arguments.ts';
import { notOffered, refused, withEnvironmentMeant, withheldNote, wrongPreviewArguments } from './result.ts';
import { readRemaining, runTeardown } from './tear-down-run.ts';

const ALREADY_DELETED = `${TEAR_DOWN} did not run: the environment is already deleted.`;

const selection = () =>
  z.strictObject({
    environmentId: KdbEnvironmentId(),
    only: Narrowing(z.array(z.string().min(1).max(150)).min(1).max(500).optional()).describe(
      'Entities to delete, by name or as kind:name; a name that several share selects all of them. Default: the whole environment.',
    ),
  });

export const tearDown = compositeTool({
  name: TEAR_DOWN,
  title: 'Tear down kdb environment',
  description:
    'Delete a whole kdb environment, or several entities in it, in the right order: clusters, dataviews, volumes, ' +
    'databases, scaling groups, users and then the environment. Their data is lost; this cannot be undone. A ' +
    'person approves the whole plan once. If the call stops before all deletions are requested, call it again: ' +
    'what is left becomes a new plan that needs approval. Once all deletions are accepted, use wait_for_kx_entity.',
  keywords: 'remove destroy decommission everything',
  annotations: { destructiveHint: true },
  input: selection,
  needs: TEARDOWN_OPERATIONS,
  run: async (deps, input, exchange) => {
    const { gate, caller, backendLocation } = deps;
    const { principal } = caller;
    const { signal } = exchange.context.mcpReq;
    const visibilityOf = ({ name }: TeardownPlan) => visibilityFor(offeredTo(deps), [input, name]);
    const makePlan = () => planTeardown(deps, TEAR_DOWN, input, principal, { signal });
    const approval = await obtainApproval(deps, exchange, {
      decide: async (dialog) => {
        const plan = await makePlan();
        if (plan === undefined) return { kind: 'answered', result: refused(ALREADY_DELETED) };
        if (isAllLeaving(plan)) return { kind: 'answered', result: (await readRemaining(deps, plan)).result };
        return gate.requestApproval(plan, dialog, visibilityOf(plan));
      },
      resume: (reply) =>
        gate.resumeApproval({ tool: TEAR_DOWN, input, backendLocation, principal }, makePlan, reply, {
          client: exchange.client,
          visibilityOf,
        }),
    });
    return 'result' in approval ? approval.result : runTeardown(deps, approval.plan, approval.actor, exchange);
  },
});

/** The preview of a teardown, in the form of other previews; requests no approval. */
export async function previewTeardown(
  deps: ToolDependencies,
  given: Record<string, unknown>,
  { previewInput, signal }: PreviewOptions,
): Promise<ToolResult> {
  const reason = toolRefusalReason(tearDown, deps.restrictions, deps.caller);
  if (reason !== undefined) return notOffered(TEAR_DOWN, reason);
  const prepared = await prepareArguments({ deps, signal, isDestructive: true }, tearDown.input(), given);
  if ('problemTexts' in prepared) return wrongPreviewArguments(TEAR_DOWN, prepared.problemTexts);
  const input = prepared.input as z.output<ReturnType<typeof selection>>;
  const plan = await planTeardown(deps, TEAR_DOWN, input, deps.caller.principal, { signal });
  if (plan === undefined) return refused(ALREADY_DELETED);
  const { name, forbidden, blockers, leaving } = plan;
  const { lost } = plan.shown;
  const visibility = visibilityFor(offeredTo(deps), [input, name]);
  const blocked = forbidden !== undefined || blockers.length > 0;
  const needsApproval = deps.restrictions.approve !== 'none' && !isAllLeaving(plan);
  const head = {
    tool: TEAR_DOWN,
    target: { kind: 'kdb environment', name },
    needsApproval,
    ...(needsApproval && !blocked ? { dialog: firstLines(plan.textFor(visibility)) } : {}),
    blocked,
    wouldRun: !blocked,
    ...(forbidden === undefined ? {} : { forbidden: visibility.forbiddenText(forbidden) }),
    counts: { blockers: blockers.length, lost: lost.length, interrupted: 0, beingDeleted: leaving.length },
    order: 'The list `lost` is in the order of deletion.',
    ...withheldNote(visibility.withheldKinds([...blockers, ...lost])),
  };
  const sections = [
    { name: 'blockers', rows: visibility.redact(blockers) },
    { name: 'lost', rows: visibility.redact(lost) },
    { name: 'interrupted', rows: [] },
  ];
  return withEnvironmentMeant(answer(head, sections, { input: previewInput }), prepared.meant);
}

/** Whether all requested entities are already being deleted, so that there is nothing to approve. */
const isAllLeaving = ({ deletions, leaving, blockers, forbidden }: TeardownPlan) =>
  deletions.length === 0 && leaving.length > 0 && blockers.length === 0 && forbidden === undefined;
