/** What a change can lose, worst first: an entity, by its noun, or a part of one. */
const WORST_FIRST = [
  ...['dataset browser environment', 'database', 'data', 'files', 'storage', 'volume', 'changes', 'savedown storage'],
  ...['memory', 'nodes', 'node', 'cluster', 'cluster node', 'changeset', 'option to change', 'setting', 'dataview'],
  ...['cache', 'versions', 'user', 'access of user', 'scaling group', 'host', 'kdb environment'],
] as const;

/** A kind of loss, in the word that people read. */
export type LossKind = (typeof WORST_FIRST)[number];

/** Kinds whose items have no names of their own, so that this server describes them, as in `2 nodes`. */
export const DESCRIBED_KINDS: readonly string[] = ['memory', 'nodes', 'versions'] satisfies LossKind[];

/** Orders kinds by the severity of their loss, worst first; other kinds rank in the middle. */
export function bySeverity(one: string, other: string): number {
  const rank = (kind: string) => (RANKS.get(kind) ?? RANKS.get('cluster')) as number;
  return rank(one) - rank(other);
}

const RANKS: ReadonlyMap<string, number> = new Map(WORST_FIRST.map((kind, at) => [kind, at]));
