import type { Problem } from '../kinds/model.ts';
import { NAMES } from '../kinds/names.ts';
import { isLeaving, letsGo, userItem } from '../kinds/users.ts';
import type { KindName, User } from '../kinds/views.ts';
import type { OperationName } from '../operations/index.ts';
import { toolName, waitTool } from '../operations/naming.ts';
import type { Blocker, Item } from './blast/finding.ts';

/** A problem as blockers: each thing that is in the way, with what to do about it first. `deleted` is the kind that a call deletes. */
export function blockersOf(problem: Problem, deleted: KindName | undefined): Blocker[] {
  const { argument, about, users, first, usual, named, error, words } = problem;
  if (argument !== undefined)
    return [{ item: { kind: 'argument', name: argument.member }, first: `${argument.says}.` }];
  if (users !== undefined) return users.map((user) => held(user, named as KindName));
  if (about === undefined) return [{ item: { kind: 'argument', name: 'environmentId' }, first: `${words}.` }];
  if (first !== undefined) return [{ item: about, first }];
  if (error === 'ResourceNotFound') return [missing(about.kind, about.name, NAMES[named as KindName].list)];
  const isTarget = deleted !== undefined && about.kind === NAMES[deleted].noun;
  if (usual !== undefined) return [{ item: about, first: toBe(about, String(about.detail), usual, isTarget) }];
  return [taken(about)];
}

/** A blocker for something that uses the target, with how it lets go. */
function held(user: User, of: KindName): Blocker {
  const item = userItem(user);
  if (isLeaving(user.status)) return leaving(item);
  const { inArn } = NAMES[user.kind];
  const remove = toolName(`Delete${inArn.slice(0, 1).toUpperCase()}${inArn.slice(1)}` as OperationName);
  const other = letsGo(user, of);
  return { item, first: `Delete it with ${remove}${other === undefined ? '' : `, or ${other}`}.` };
}

/** A blocker for something that holds the target until it is gone, which it is going to be. */
export const leaving = (item: Item): Blocker => ({ item, first: leavingAlready(item) });

const leavingAlready = (item: Item) => `It is already being deleted: ${waitTool(item.kind, 'DELETED')}.`;

/** What to do about something in this status, so that it is in the usual one. */
export function toBe(item: Item, status: string, usual: string, isDelete = false): string {
  if (isLeaving(status))
    return isDelete ? leavingAlready(item) : 'It is being deleted: neither it nor its contents can be changed.';
  if (status === 'DELETED') return 'It is already deleted.';
  if (status === 'SUSPENDED') return 'It is suspended. This server cannot change that.';
  if (status === 'UPDATE_FAILED') return 'Its last update failed: repeat that update first.';
  if (status.includes('FAILED')) return 'It failed, and waiting does not help: delete it and create it again.';
  return `It must be ${usual}: ${waitTool(item.kind, usual)}.`;
}

/** The name of what is to be created is taken. */
export function taken(item: Item): Blocker {
  if (isLeaving(item.detail)) return leaving(item);
  const way = item.detail?.includes('FAILED') ? 'it failed, so delete it' : 'use the existing one';
  return { item, first: `The name is in use: ${way}, or choose another name.` };
}

/** Something that the call names does not exist. */
export const missing = (kind: string, name: string, lister: OperationName): Blocker => ({
  item: { kind, name, detail: 'does not exist' },
  first: `Name an existing one (${toolName(lister)}), or create it first.`,
});
