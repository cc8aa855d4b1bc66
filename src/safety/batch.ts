import { digest } from '../digest.ts';
import { counted } from '../inventory/units.ts';
import { kindOf } from '../kinds/index.ts';
import { keyIn, lineage, pathOf } from '../kinds/names.ts';
import { referencesInView } from '../kinds/references.ts';
import { mapConcurrent } from '../map-concurrent.ts';
import { withOptions } from '../operations/calls.ts';
import { isNotFound } from '../operations/failure.ts';
import { labels } from '../operations/http.ts';
import { type Call, type CallOptions, type OperationName, operationNamed } from '../operations/index.ts';
import { typedEnvironment, whatLine } from './approval-head.ts';
import { type ApprovalRequest, approvalRequest } from './approval-request.ts';
import type { ApprovalParts } from './approval-text.ts';
import { locationFacts } from './backend-location.ts';
import type { CreatedEntity } from './created-reader.ts';
import { formerNameNotes } from './former-names.ts';
import { type Plan, type Planner, planCall } from './plan.ts';
import type { Blocker, Members, Note } from './plan-parts.ts';
import { approvalNeeded, type Restrictions } from './policy.ts';
import { unique } from './preview.ts';
import { assessArguments } from './protection.ts';
import { accountIn } from './target-environment.ts';
import type { Visibility } from './visibility.ts';

/** One call of several. */
export interface BatchCall {
  readonly operation: OperationName;
  readonly input: Members;
  /** The entity that it creates or changes: `user:ann`. */
  readonly entityId: string;
}

/** Several calls in one environment that lose nothing, made by one tool call. */
export interface Batch {
  readonly tool: string;
  /** The arguments of that tool. */
  readonly input: Members;
  readonly environmentId: string;
  /** The action, in capitals. */
  readonly verb: string;
  readonly entityCount: number;
  readonly calls: readonly BatchCall[];
}

/** The calls of a batch that a person approves as one plan. */
export interface BatchPlan extends ApprovalRequest {
  /** The name of the environment. */
  readonly name: string;
  /** The plan of each call that needs approval. */
  readonly plans: ReadonlyMap<BatchCall, Plan>;
}

/** The calls of a batch that need approval. */
export const callsToApprove = ({ calls }: Batch, restrictions: Restrictions): BatchCall[] =>
  calls.filter(({ operation, input }) => approvalNeeded(assessArguments(operation, input), restrictions));

/** The plan of those calls. Rejects with the errors of its reads. */
export async function planBatch(
  planner: Planner,
  batch: Batch,
  toApprove: readonly BatchCall[],
  principal: string,
  options: CallOptions,
): Promise<BatchPlan> {
  const { tool, input, environmentId } = batch;
  const { backendLocation } = planner;
  const call = withOptions(planner.call, options);
  const environment = await call('GetKxEnvironment', { environmentId });
  const name = environment.name || environmentId;
  const found = await mapConcurrent(toApprove, (step) =>
    planStep({ ...planner, call }, batch, step, principal).catch((error: unknown) => missingBlocker(step, error)),
  );
  // A plan is undefined only for a target that a list would show; creates and changes of tags have no such target.
  const planned = toApprove.map((step, at) => ({ step, plan: found[at] as Plan | Blocker }));
  const plans = new Map(planned.flatMap(({ step, plan }) => ('callDigest' in plan ? [[step, plan] as const] : [])));
  const missing = planned.flatMap(({ plan }) => ('callDigest' in plan ? [] : plan));
  const stateDigest = digest([...plans.values()].map((plan) => plan.stateDigest));
  const request = { tool, input, backendLocation, principal, stateDigest };
  const where = locationFacts(backendLocation, { account: accountIn(environment.environmentArn) });
  const formerNames = formerNameNotes(await planner.formerNames?.(), { environmentId });
  const { operation } = toApprove[0] as BatchCall;
  return {
    ...approvalRequest(request, {
      operation,
      noun: 'kdb environment',
      subject: { environmentId, input },
      partsFor: (visibility) => batchParts(batch, { name, plans, where, formerNames }, visibility),
    }),
    name,
    plans,
    // Protection never refuses a call that loses nothing.
    forbidden: undefined,
    blockers: unique([...missing, ...[...plans.values()].flatMap(({ blockers }) => blockers)]),
  };
}

interface BatchFacts extends Pick<BatchPlan, 'name' | 'plans'> {
  readonly where: ApprovalParts['where'];
  readonly formerNames: readonly Note[];
}

/** The parts of the text about all calls that need approval. */
function batchParts(
  { verb, entityCount, environmentId, calls }: Batch,
  { name, plans, where, formerNames }: BatchFacts,
  visibility: Visibility,
): ApprovalParts {
  const otherCount = calls.length - plans.size;
  const parts = [...plans].map(([{ entityId }, plan]) => ({ entityId, ...plan.partsFor(visibility) }));
  return {
    what: whatLine({ verb, noun: `${counted('entity', entityCount)} of kdb environment`, name, environmentId }),
    typed: typedEnvironment(name, environmentId),
    where,
    isFinal: false,
    changes: parts.flatMap(({ entityId, changes }) =>
      changes.map((change) => ({ ...change, setting: `${entityId}.${change.setting}` })),
    ),
    lost: [],
    interrupted: [],
    notes: [
      ...formerNames,
      ...unique([...plans.values()].flatMap(({ approvalReasons }) => approvalReasons)).map((says) => ({ says })),
      ...[...plans].flatMap(([{ entityId }, { notes }]) =>
        notes.map((note) => ({ ...note, says: `${entityId}: ${note.says}` })),
      ),
      ...(otherCount === 0 ? [] : [{ says: `Other steps of this call, which need no approval: ${otherCount}.` }]),
    ],
    details: [[['environmentId', environmentId]]],
  };
}

/** The blocker of a call for a missing entity. Rethrows every other error, and errors about something new. */
export function missingBlocker({ operation, entityId }: BatchCall, error: unknown): Blocker {
  if (!isNotFound(error) || operationNamed(operation).risk === 'create') throw error;
  const [kind, name] = entityId.split(':') as [string, string];
  return { item: { kind, name }, first: 'It does not exist: omit it.', noStep: true };
}

/** The plan of a call as if the earlier calls of the batch had run; a call that sets tags follows the one that removes some. */
export const planStep = (
  planner: Planner,
  batch: Batch,
  step: BatchCall,
  principal: string,
  options?: CallOptions,
): Promise<Plan | undefined> =>
  planCall(
    {
      ...planner,
      call: withoutRemovedTags(planner.call, callsBefore(batch, step)),
      created: createdBefore(batch, step),
    },
    step.operation,
    step.input,
    principal,
    options,
  );

/** A call that does not show the tags that earlier calls remove. */
const withoutRemovedTags =
  (call: Call, earlier: readonly BatchCall[]): Call =>
  async (name, input, options) => {
    const output = await call(name, input, options);
    if (name !== 'ListTagsForResource') return output;
    const { resourceArn } = input as Members;
    const ofSame = earlier.filter((change) => change.input['resourceArn'] === resourceArn);
    const removed = ofSame.flatMap((change) => change.input['tagKeys'] as string[]);
    const present = Object.entries({ ...(output as { tags?: Members }).tags });
    return { ...output, tags: Object.fromEntries(present.filter(([key]) => !removed.includes(key))) };
  };

/** Whether a call depends on what an earlier call of the batch creates or changes. */
export function dependsOnEarlier(batch: Batch, call: BatchCall): boolean {
  const created = new Set(createdBefore(batch, call).map(({ kind, view }) => pathOf(kind, view)));
  return sharesTarget(batch, call) || namedBy(call).some((path) => created.has(path));
}

/** The paths of the entities that a create names: those that contain the new entity, and those that it refers to. */
function namedBy({ operation, input }: BatchCall): string[] {
  const kind = kindOf(operation);
  if (kind === undefined) return [];
  const parents = lineage(kind).slice(0, -1);
  const named = [...parents.map((to) => ({ to, key: keyIn(to, input) })), ...referencesInView(kind, input, input)];
  return named.map(({ to, key }) => pathOf(to, { ...key }));
}

/** What the earlier calls of a batch create. */
const createdBefore = (batch: Batch, call: BatchCall): CreatedEntity[] =>
  callsBefore(batch, call).flatMap(({ operation, input }) => {
    const kind = kindOf(operation);
    // Only dataviews have versions. The input of the create stands for the first.
    return kind === undefined ? [] : { kind, view: { ...input, activeVersions: [input] } };
  });

/** Whether an earlier call of the batch has the same target, or creates something in the same place, and so may change what is read. */
const sharesTarget = (batch: Batch, call: BatchCall): boolean =>
  callsBefore(batch, call).some((other) => targetKey(other) === targetKey(call));

const callsBefore = ({ calls }: Batch, call: BatchCall) => calls.slice(0, calls.indexOf(call));
const targetKey = ({ operation, input }: BatchCall) =>
  digest(labels(operationNamed(operation)).map((label) => input[label]));
