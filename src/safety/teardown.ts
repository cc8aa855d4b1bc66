import { digest } from '../digest.ts';
import { idAt } from '../inventory/kinds.ts';
import { counted } from '../inventory/units.ts';
import { CONTENT_KINDS, contentsOf, withUnlisted } from '../kinds/contents.ts';
import { closedProblem } from '../kinds/environment-rules.ts';
import { undeletableProblem } from '../kinds/kx-environment.ts';
import type { Problem } from '../kinds/model.ts';
import { deletionOf } from '../kinds/names.ts';
import { deletionIn, failureReason, isLeaving, statusClass } from '../kinds/statuses.ts';
import { mapConcurrent } from '../map-concurrent.ts';
import { withOptions } from '../operations/calls.ts';
import { isNotFound } from '../operations/failure.ts';
import type { Call, CallOptions, OperationName, Output } from '../operations/index.ts';
import { apiReader, orNone } from './api-reader.ts';
import { typedEnvironment, whatLine } from './approval-head.ts';
import { type ApprovalRequest, approvalRequest } from './approval-request.ts';
import type { ApprovalParts } from './approval-text.ts';
import { locationFacts, type PlanLocation } from './backend-location.ts';
import { formerNameNotes } from './former-names.ts';
import { type Plan, type Planner, planCall } from './plan.ts';
import { entityDigestOf } from './plan-digests.ts';
import type { Blocker, Item, Members } from './plan-parts.ts';
import { rethrowCause } from './preview.ts';
import { blockersOf } from './problem-text.ts';
import { protectedAmong } from './protection.ts';
import { readTarget } from './target.ts';
import { accountIn } from './target-environment.ts';

/** One entity to delete, in order. */
export interface TeardownStep {
  readonly operation: OperationName;
  readonly input: Members;
  readonly item: Item;
  /** As answers name it: `cluster:NAME`, `dataview:DATABASE/NAME`. */
  readonly id: string;
  /** The status when it was planned. */
  readonly statusBefore?: unknown;
  /** Digest of the entity when it was planned, as `entityDigestOf` makes it. */
  readonly entityDigest: string;
}

export interface TeardownPlan extends ApprovalRequest {
  readonly deletions: readonly TeardownStep[];
  /** The name of the environment. */
  readonly name: string;
  /** Requested entities that are already being deleted and need no approval. */
  readonly leaving: readonly Candidate[];
}

export interface Selection {
  readonly environmentId: string;
  /** Only these entities, by name or id; by default, the whole environment. */
  readonly only?: readonly string[] | undefined;
}

/**
 * The ordered deletion of an environment, or of selected entities in it, as one plan. Undefined when the environment is already
 * deleted.
 */
export async function planTeardown(
  planner: Planner,
  tool: string,
  selection: Selection,
  principal: string,
  options: CallOptions,
): Promise<TeardownPlan | undefined> {
  const { backendLocation } = planner;
  const call = withOptions(planner.call, options);
  const { environmentId, only } = selection;
  const environment = await call('GetKxEnvironment', { environmentId });
  const { status, environmentArn } = environment;
  if (status === 'DELETED') return undefined;
  const name = environment.name || environmentId;
  const selected = await selectedBy({ ...planner, call }, selection, name, status, principal);
  const { contents, leaving, chosen, environmentBlockers, inside } = selected;
  const deletions = (await mapConcurrent(chosen, (deletion) => withDigest(call, deletion))).flat();
  const lost = [...inside, ...deletions.map(({ item }) => item)];
  const paths = lost.map(({ arn }) => String(arn));
  const forbidden = await protectedAmong(call, 'DeleteKxEnvironment', { environmentId }, paths);
  const blockers =
    only === undefined || environmentBlockers.length > 0
      ? environmentBlockers
      : [
          ...unknownNameBlockers(only, [...deletions, ...leaving]),
          ...(await outsideBlockers({ ...planner, call }, deletions, contents, principal)),
        ];
  // These names are part of the digest, which outlives an update of this server.
  const wanted = deletions.map(({ operation, input, entityDigest }) => ({
    operation,
    of: input,
    identity: entityDigest,
  }));
  const stateDigest = digest({ wanted, environmentArn, name, inside: inside.length === 0 ? undefined : inside });
  const request = { tool, input: { ...selection }, backendLocation, principal, stateDigest };
  const notes = formerNameNotes(await planner.formerNames?.(), { environmentId });
  const parts = textParts(backendLocation, selection, { ...environment, name }, lost, notes);
  return {
    ...approvalRequest(request, {
      operation: 'DeleteKxEnvironment',
      noun: 'kdb environment',
      subject: { environmentId, only: only?.toSorted() },
      partsFor: () => parts,
    }),
    name,
    deletions,
    leaving,
    forbidden,
    blockers,
  };
}

/**
 * The contents of the environment, the requested entities (`leaving` if they are already being deleted, otherwise `chosen`), the blockers
 * of the environment itself, and what is lost with it although it cannot be deleted first (`inside`).
 */
async function selectedBy(
  planner: Planner,
  { environmentId, only }: Selection,
  name: string,
  status: string | undefined,
  principal: string,
) {
  const closedBlockers = blockersIn(closedProblem(name, status));
  // In an environment that cannot be changed, nothing can be deleted except, in some statuses, the environment with everything in it.
  const contents = closedBlockers.length > 0 ? [] : await contentsToDelete(planner.call, environmentId);
  const environment = environmentItself(environmentId, name, status);
  const requested =
    only === undefined
      ? [...contents, environment]
      : contents.filter((each) => only.some((selected) => hasName(each, selected)));
  const leaving = requested.filter((candidate) => isLeaving(candidate.status));
  const chosen = requested.filter((candidate) => !isLeaving(candidate.status));
  const selected = { contents, leaving, chosen, inside: [] };
  if (only !== undefined) return { ...selected, environmentBlockers: closedBlockers };
  const environmentBlockers = blockersIn(chosen.includes(environment) ? undeletableProblem(name, status) : undefined);
  const isWhole = chosen.includes(environment) && closedBlockers.length > 0 && environmentBlockers.length === 0;
  if (!isWhole) return { ...selected, environmentBlockers };
  const whole = await planCall(planner, environment.operation, environment.input, principal);
  // The read of a missing environment rejects, so there is a plan.
  const { lost, blockers, loads } = whole as Plan;
  return { ...selected, chosen: [{ ...environment, loads }], inside: lost, environmentBlockers: blockers };
}

/** The parts of the text that a person approves. */
function textParts(
  backendLocation: PlanLocation,
  { environmentId, only }: Selection,
  { name, environmentArn, creationTimestamp }: Output<'GetKxEnvironment'> & { readonly name: string },
  lost: readonly Item[],
  notes: ApprovalParts['notes'],
): ApprovalParts {
  const noun = only === undefined ? 'kdb environment' : `${counted('entity', lost.length)} of kdb environment`;
  return {
    what: whatLine({ verb: 'DELETE', noun, name, environmentId }),
    typed: typedEnvironment(name, environmentId),
    inOrder: true,
    where: locationFacts(backendLocation, { account: accountIn(environmentArn) }),
    isFinal: true,
    changes: [],
    lost,
    interrupted: [],
    notes,
    details: [
      [
        ['environmentId', environmentId],
        ...(creationTimestamp === undefined ? [] : [['creationTimestamp', String(creationTimestamp)] as const]),
      ],
    ],
  };
}

/** An entity that may be deleted, and its status if it has one. */
interface Candidate extends Omit<TeardownStep, 'entityDigest'> {
  readonly status: unknown;
  /** The changesets that are being loaded into it, or into the databases that are lost with it. */
  readonly loads: readonly string[] | undefined;
}

const blockersIn = (problem: Problem | undefined): Blocker[] =>
  problem === undefined ? [] : blockersOf(problem, 'kx-environment');

/** The tool that deletes an environment, or a part of it. */
export const TEAR_DOWN = 'tear_down_kx_environment';

/** The operations that delete an environment with everything in it, in order. */
export const TEARDOWN_OPERATIONS = [...CONTENT_KINDS, 'kx-environment' as const].map(deletionOf);

/** Everything in an environment in the order of deletion. */
export async function contentsToDelete(call: Call, environmentId: string): Promise<Candidate[]> {
  const contents = await contentsOf(apiReader(call), environmentId, CONTENT_KINDS).catch(rethrowCause);
  return contents.map(({ kind, key, item, status, loads }) => ({
    operation: deletionOf(kind),
    input: key,
    item,
    id: idAt(kind, key),
    status,
    loads,
  }));
}

const environmentItself = (environmentId: string, name: string, status: unknown): Candidate => ({
  operation: 'DeleteKxEnvironment',
  input: { environmentId },
  item: { kind: 'kdb environment', name, arn: '' },
  id: idAt('kx-environment', { environmentId }),
  status,
  loads: [],
});

/** The deletion with the digest of its entity; none if the entity no longer exists. */
async function withDigest(
  call: Call,
  { operation, input, item, id, loads, status: statusBefore }: Candidate,
): Promise<TeardownStep[]> {
  const target = await readTarget(call, operation, input).catch(orNone);
  if (target === undefined) return [];
  const { entity } = target;
  const entityDigest = entityDigestOf(entity, loads);
  return [{ operation, input, item: withUnlisted(item, entity), id, statusBefore, entityDigest }];
}

/** How far an accepted deletion is, with the status of the entity and the reason of a failure. */
export interface DeletionState {
  /** Undefined if the entity shows no deletion. While it cannot be read, the deletion is in progress. */
  readonly progress: ReturnType<typeof deletionIn>;
  readonly status?: string | undefined;
  readonly reason?: string | undefined;
}

/** How far the accepted deletion of a planned entity is. It has failed if the entity shows a failure of any kind. */
export async function deletionStateOf(
  call: Call,
  { operation, input }: Pick<TeardownStep, 'operation' | 'input'>,
  options: CallOptions = {},
): Promise<DeletionState> {
  try {
    const target = await readTarget(withOptions(call, options), operation, input);
    if (target === undefined) return { progress: 'done' };
    const { status } = target.entity as { status?: string };
    const progress = statusClass(status) === 'failed' ? 'failed' : deletionIn(status);
    return { progress, status, reason: failureReason(target.entity) };
  } catch (error) {
    return { progress: isNotFound(error) ? 'done' : 'in progress' };
  }
}

/** Entities that block a partial teardown and are not part of it. */
async function outsideBlockers(
  planner: Planner,
  deletions: readonly TeardownStep[],
  contents: readonly Candidate[],
  principal: string,
): Promise<Blocker[]> {
  const keyOf = ({ kind, arn }: Item) => `${kind} ${arn}`;
  const present = new Set(contents.filter(({ status }) => !isLeaving(status)).map(({ item }) => keyOf(item)));
  const deletedKeys = new Set(deletions.map(({ item }) => keyOf(item)));
  const plans = await mapConcurrent(deletions, ({ operation, input }) =>
    planCall(planner, operation, input, principal),
  );
  const outside = plans.flatMap((plan) => plan?.blockers ?? []).filter(({ item }) => !deletedKeys.has(keyOf(item)));
  const blockers = outside.map((blocker) =>
    present.has(keyOf(blocker.item)) ? { ...blocker, first: ADD_IT, noStep: true as const } : blocker,
  );
  return [...new Map(blockers.map((blocker) => [keyOf(blocker.item), blocker])).values()];
}

const ADD_IT = 'Add it to `only`, or remove from `only` what it blocks.';

type Named = Pick<TeardownStep, 'item' | 'id'>;
const hasName = ({ item, id }: Named, name: string) => item.name === name || id === name;

/** Blockers for the names of a selection that no entity has. */
function unknownNameBlockers(names: readonly string[], found: readonly Named[]): Blocker[] {
  const unknown = names.filter((name) => !found.some((each) => hasName(each, name)));
  return unknown.map((name) => ({
    item: { kind: 'entity', name },
    first: 'Nothing has this name: omit it.',
    noStep: true,
  }));
}
