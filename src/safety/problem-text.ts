import { dependentItem } from '../kinds/dependents.ts';
import type { Problem, WrongArgument } from '../kinds/model.ts';
import { deletionOf, NAMES } from '../kinds/names.ts';
import { releaseAdvice } from '../kinds/release-advice.ts';
import { isFailedUpdate, isLeaving, statusClass } from '../kinds/statuses.ts';
import type { Dependent, KindName } from '../kinds/views.ts';
import type { OperationName } from '../operations/index.ts';
import { toolName, waitAdvice } from '../operations/naming.ts';
import type { Blocker, Item } from './plan-parts.ts';

/** A problem as blockers: each entity that blocks, with what to do about it first. `deleted` is the kind that a call deletes. */
export function blockersOf(problem: Problem, deleted: KindName | undefined): Blocker[] {
  const { argument, item, dependents, advice, status, requiredStatus, kind, error, message } = problem;
  if (argument !== undefined) return [argumentBlocker(argument)];
  if (dependents !== undefined) return dependents.map((each) => dependentBlocker(each, kind as KindName));
  // Only the problem of a malformed environment id has no item.
  if (item === undefined) return [argumentBlocker({ member: 'environmentId', says: message })];
  if (advice !== undefined) return [{ item, first: advice, noStep: true }];
  if (error === 'ResourceNotFound') return [missingEntityBlocker(item, NAMES[kind as KindName].list)];
  if (status !== undefined && requiredStatus !== undefined) {
    const isTarget = deleted !== undefined && item.kind === NAMES[deleted].noun;
    if (isTarget && isLeaving(status)) return [{ ...deletionBlocker(item), noStep: true }];
    return [statusBlocker(item, status, requiredStatus)];
  }
  return [nameTakenBlocker(item, status)];
}

export const argumentBlocker = ({ member, says }: WrongArgument): Blocker => ({
  item: { kind: 'argument', name: member },
  first: `${says}.`,
  noStep: true,
});

/** A blocker for a dependent of the target, with how it can release the target. */
function dependentBlocker(dependent: Dependent, target: KindName): Blocker {
  const item = dependentItem(dependent);
  if (isLeaving(dependent.status)) return deletionBlocker(item);
  const deletionTool = toolName(deletionOf(dependent.kind));
  const release = releaseAdvice(dependent, target);
  return { item, first: `Delete it with ${deletionTool}${release === undefined ? '' : `, or ${release}`}.` };
}

/** A blocker for an entity that is already being deleted. */
const deletionBlocker = (item: Item): Blocker => ({
  item,
  first: `It is already being deleted: ${waitAdvice(item.kind, 'DELETED')}.`,
});

/** A blocker for an entity with this status: what to do so that it gets the required one, or why that cannot happen. */
function statusBlocker(item: Item, status: string, requiredStatus: string): Blocker {
  const finalReason = isLeaving(status) ? LEAVING_REASON : FINAL_REASONS.get(status);
  if (finalReason !== undefined) return { item, first: finalReason, noStep: true };
  const passes = statusClass(status) === 'underway' ? { passes: true as const } : {};
  return { item, first: statusAdvice(item, status, requiredStatus), ...passes };
}

const LEAVING_REASON = 'It is being deleted: neither it nor its contents can be changed.';
const FINAL_REASONS: ReadonlyMap<string, string> = new Map([
  ['DELETED', 'It is already deleted.'],
  ['SUSPENDED', 'It is suspended. This server cannot change that.'],
]);

function statusAdvice(item: Item, status: string, requiredStatus: string): string {
  if (isFailedUpdate(status)) return 'Its last update failed: repeat that update first.';
  if (statusClass(status) === 'failed') return 'It failed, and waiting does not help: delete it and create it again.';
  return `It must be ${requiredStatus}: ${waitAdvice(item.kind, requiredStatus)}.`;
}

/** The name of a create is in use. */
function nameTakenBlocker(item: Item, status: string | undefined): Blocker {
  if (isLeaving(status)) return deletionBlocker(item);
  if (statusClass(status) === 'failed' && !isFailedUpdate(status))
    return { item, first: 'The name is in use: it failed, so delete it, or choose another name.' };
  return { item, first: 'The name is in use: use the existing one, or choose another name.', noStep: true };
}

/** An entity that the call names does not exist. */
const missingEntityBlocker = (item: Item, lister: OperationName): Blocker => ({
  item,
  first: `Name an existing one (${toolName(lister)}), or create it first.`,
});
