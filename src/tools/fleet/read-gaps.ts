import type { Graph } from '../../inventory/graph-types.ts';
import { errorText } from '../../inventory/reading.ts';
import { truncate } from '../../inventory/units.ts';
import { FinspaceError } from '../../operations/failure.ts';
import { quoteUnlessPlain } from '../../untrusted.ts';

/** A part of an environment that could not be read, and why. */
export interface ReadGap {
  readonly environment: string;
  readonly operation?: string | undefined;
  /** The entity or database that it belongs to. */
  readonly of?: string | undefined;
  readonly reason: string;
  /** True if only the older items of a list were not read. */
  readonly isOfOlder?: boolean | undefined;
}

export const readGapsOf = ({ name: environment, gaps }: Graph): ReadGap[] =>
  gaps.map(({ kind: _, isLate: __, ...gap }) => ({ environment, ...gap }));

const MAX_LINES = 20;
const MAX_NAMES = 5;
const MAX_CHARACTERS = 300;

/** The note about what could not be read: a line for each environment, operation and reason. Reasons are untrusted, and may be long. */
export function notReadIn(gaps: readonly ReadGap[]) {
  const parts = new Map<string, { readonly first: ReadGap; readonly names: Set<string> }>();
  for (const each of gaps) {
    const { environment, operation, of, reason } = each;
    const key = JSON.stringify([environment, operation, reason]);
    const part = parts.get(key) ?? { first: each, names: new Set<string>() };
    if (of !== undefined) part.names.add(of);
    parts.set(key, part);
  }
  const lines = [...parts.values()].map(({ first, names }) => ({
    environment: first.environment,
    reason: truncate(gapText(first, [...names]), MAX_CHARACTERS),
  }));
  return {
    ...(lines.length === 0 ? {} : { notRead: lines.slice(0, MAX_LINES) }),
    ...(lines.length <= MAX_LINES ? {} : { moreNotRead: lines.length - MAX_LINES }),
  };
}

/** `GetKxCluster of hdb-a, hdb-b: ThrottlingException`. */
export function gapText({ operation, of, reason }: ReadGap, names: readonly string[] = of === undefined ? [] : [of]) {
  if (operation === undefined) return reason;
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  const named = names.slice(0, MAX_NAMES).map(quoteUnlessPlain).join(', ');
  return `${operation}${named && ` of ${named}${more}`}: ${reason}`;
}

export const reasonOf = (error: unknown): string =>
  error instanceof FinspaceError ? errorText(error) : 'It could not be read.';
