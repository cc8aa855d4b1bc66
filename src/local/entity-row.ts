import type { Entity } from './transaction.ts';

/** An entity, from its row: its members in the order of {@link rowOf}. Databases may give integers as texts. */
export function entityIn<Body>(row: readonly unknown[]): Entity<Body> {
  const [collection, name, position, filterKey, status, since, due, plannedFailure, tags, body] = row as Columns;
  return {
    collection,
    name,
    position,
    filterKey,
    status,
    since: Number(since),
    due: due === null ? null : Number(due),
    plannedFailure: plannedFailure === null ? null : JSON.parse(plannedFailure),
    tags: JSON.parse(tags),
    body: JSON.parse(body),
  };
}

/** In SQLite, `filterKey` is called facet, and `plannedFailure` fate. */
type Columns = [
  collection: string,
  name: string,
  position: string,
  filterKey: string | null,
  status: string,
  since: number | string,
  due: number | string | null,
  plannedFailure: string | null,
  tags: string,
  body: string,
];

export const rowOf = (entity: Entity): unknown[] => [
  entity.collection,
  entity.name,
  entity.position,
  entity.filterKey,
  entity.status,
  entity.since,
  entity.due,
  entity.plannedFailure && JSON.stringify(entity.plannedFailure),
  JSON.stringify(entity.tags),
  JSON.stringify(entity.body),
];
