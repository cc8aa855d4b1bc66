/** The structured result of a teardown that has not finished. Of many entities, it names only the first. */
export interface Unfinished {
  readonly why: string;
  readonly requested: number;
  readonly left: number;
  /** If it stopped before the last deletion: the entities whose deletion was requested and has not failed, and those that are left. */
  readonly deleted?: readonly string[];
  readonly rest?: readonly string[];
  /** The accepted deletions that have failed. */
  readonly failed?: readonly { readonly entity: string }[];
  /** If all deletions were requested: the number of those in progress, and their entities. */
  readonly underway?: number;
  readonly entities?: readonly string[];
}

/** How a teardown that stopped goes on: the end of a sentence. */
export const CALL_AGAIN = 'call the tool again: it plans what is left, and requests approval if the plan needs it.';

/** The result of a cancelled teardown, in sentences: a cancelled task has a message, but no result. */
export function unfinishedText({
  why,
  requested,
  left,
  deleted = [],
  rest = [],
  failed = [],
  underway = 0,
  entities = [],
}: Unfinished): string {
  return [
    why,
    `Requested ${requested} of ${requested + left} deletions${listed(deleted, requested - failed.length)}.`,
    ...(failed.length > 0 ? [`Failed: ${failed.map(({ entity }) => entity).join(', ')}.`] : []),
    ...(left > 0 ? [`Not deleted${listed(rest, left)}.`] : []),
    ...(underway > 0 ? [`Still being deleted${listed(entities, underway)}.`] : []),
    left + failed.length > 0 ? `To continue, ${CALL_AGAIN}` : 'Nothing is left to approve.',
  ].join(' ');
}

function listed(names: readonly string[], count: number): string {
  if (names.length === 0) return '';
  const more = count > names.length ? ` and ${count - names.length} more` : '';
  return `: ${names.join(', ')}${more}`;
}
