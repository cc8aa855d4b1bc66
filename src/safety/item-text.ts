import { DESCRIBED_KINDS, type LossKind } from '../kinds/losses.ts';
import { quoteUntrusted, quoteWhole } from '../untrusted.ts';
import type { Item } from './plan-parts.ts';

export { DESCRIBED_KINDS };

export const isDescribed = (kind: string): boolean => DESCRIBED_KINDS.includes(kind);

/** `database "trades" ("1.3 GB, 7 changesets")`, or `unsaved data in memory (2 nodes)` for an item without a name of its own. */
export function itemText({ kind, name, detail }: Item): string {
  if (isDescribed(kind)) return detail === undefined ? name : `${name} (${detail})`;
  // Paths come from the call, and a person must read all of what it deletes; names come from the service, and may be long.
  const quoted = kind === ('files' satisfies LossKind) ? quoteWhole(name) : quoteUntrusted(name);
  return `${kind} ${quoted}${detail === undefined ? '' : ` (${quoteUntrusted(detail)})`}`;
}

/** Items grouped by kind, in the order in which the kinds occur. */
export const byKind = <T extends Pick<Item, 'kind'>>(items: readonly T[]): [T, ...T[]][] =>
  [...new Set(items.map(({ kind }) => kind))].map((kind) => items.filter((item) => item.kind === kind) as [T, ...T[]]);
