import { setTimeout as pause } from 'node:timers/promises';
import { mapConcurrent } from '../map-concurrent.ts';
import { itemText } from '../safety/item-text.ts';
import type { Item } from '../safety/plan-parts.ts';
import { type DeletionState, deletionStateOf, type TeardownStep } from '../safety/teardown.ts';
import { quoteUnlessPlain, quoteUntrusted } from '../untrusted.ts';
import type { ToolDependencies } from './dependencies.ts';

export type AcceptedDeletion = Pick<TeardownStep, 'operation' | 'input' | 'item' | 'statusBefore'>;

export type FailedDeletion = Pick<AcceptedDeletion, 'item'> & DeletionState;

/** How often all deletions in progress are read while others are requested. */
const RECHECK_MS = 2_000;
/** How long after a deletion a read may still show the status before it. */
const STALE_MS = 500;
/** The longest reason of a failure that is shown, in characters. */
export const MAX_REASON = 300;

/** Watches the deletions that a teardown has requested, and those that were in progress before. */
export function acceptedDeletions(deps: ToolDependencies, leaving: readonly AcceptedDeletion[], signal: AbortSignal) {
  let inProgress = leaving;
  let unread: readonly AcceptedDeletion[] = [];
  let failed: readonly FailedDeletion[] = [];
  let recheckAt = 0;
  return {
    add: (deletion: AcceptedDeletion) => {
      unread = [...unread, deletion];
    },
    failed: () => failed,
    /** Reads each new deletion once, and from time to time all in progress. Returns which one has failed, in a sentence. */
    firstFailure: async () => {
      const isDue = performance.now() >= recheckAt;
      const [toRead, others] = isDue ? [[...inProgress, ...unread], []] : [unread, inProgress];
      if (isDue) recheckAt = performance.now() + RECHECK_MS;
      const { remaining, failed: found } = await readDeletions(deps, toRead, signal);
      [inProgress, unread, failed] = [[...others, ...remaining], [], found];
      const [first] = failed;
      return first && failureText(first);
    },
  };
}

function failureText({ item, status, reason }: FailedDeletion): string {
  const why = reason === undefined ? '.' : `: ${quoteUntrusted(reason, MAX_REASON)}.`;
  return `The deletion of ${nameText(item)} failed with the status ${quoteUnlessPlain(String(status))}${why}`;
}

/**
 * Reads how far accepted deletions are: those that are not complete, and which of them have failed. An entity that had failed before
 * is read twice, because the first reply may be older than the deletion.
 */
export async function readDeletions(
  { call }: ToolDependencies,
  candidates: readonly AcceptedDeletion[],
  signal?: AbortSignal,
) {
  const options = { signal, isBackground: true };
  const read = (some: readonly AcceptedDeletion[]) =>
    mapConcurrent(some, async (deletion) => ({
      ...deletion,
      ...(await deletionStateOf(call, deletion, options)),
    }));
  const first = await read(candidates);
  const isUnclear = ({ progress, status, statusBefore }: (typeof first)[number]) =>
    progress === 'failed' && status === statusBefore;
  const unclear = first.filter(isUnclear);
  if (unclear.length > 0) await pause(STALE_MS, undefined, { signal }).catch(() => undefined);
  const all = [...first.filter((each) => !isUnclear(each)), ...(await read(unclear))];
  const remaining = all.filter(({ progress }) => progress !== 'done');
  return {
    remaining,
    failed: remaining.filter((each) => each.progress === 'failed'),
    underway: remaining.filter((each) => each.progress !== 'failed'),
  };
}

/** An item without the status that the plan showed. */
export const nameText = ({ kind, name }: Item) => itemText({ kind, name });
