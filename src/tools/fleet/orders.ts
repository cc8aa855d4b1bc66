import type { GraphEntity } from '../../inventory/graph-types.ts';
import { comparableSize, fullness, usesCapacity } from '../../inventory/sizes.ts';

interface Member {
  readonly entity: GraphEntity;
}
type Many = readonly Member[];

export const SORTS = ['oldest', 'newest', 'changed', 'largest', 'smallest', 'fullest', 'emptiest'] as const;
export type Sort = (typeof SORTS)[number];

interface Order {
  readonly compare: (a: Many, b: Many) => number;
  /** What it compares, if only some kinds have it; then the details of the entities are read. */
  readonly property?: 'size' | 'fullness';
}

const createdAt = ({ created }: GraphEntity) => created ?? '';
/** When an entity was last changed, or else created; empty if neither is known. */
export const changedAt = ({ created, modified }: GraphEntity): string => modified ?? created ?? '';

type TimeOf = (entity: GraphEntity) => string;
const times = (many: Many, timeOf: TimeOf) => many.flatMap(({ entity }) => timeOf(entity) || []).toSorted();
const earliest = (many: Many, timeOf: TimeOf) => times(many, timeOf)[0];
const latest = (many: Many, timeOf: TimeOf) => times(many, timeOf).at(-1);
const sizeOf = ({ entity }: Member) => (usesCapacity(entity) ? comparableSize(entity) : undefined);
const totalSize = (many: Many) => {
  const sizes = many.flatMap((one) => sizeOf(one) ?? []);
  return sizes.length === 0 ? undefined : sizes.reduce((sum, one) => sum + one, 0);
};
const totalFullness = (many: Many) => fullness(many.map(({ entity }) => entity));

// In both directions, what is unknown comes last.
const earlierFirst = (a: string | undefined, b: string | undefined) =>
  a === undefined || b === undefined ? Number(a === undefined) - Number(b === undefined) : a.localeCompare(b);
const laterFirst = (a = '', b = '') => b.localeCompare(a);
const ascending = (a = Number.POSITIVE_INFINITY, b = Number.POSITIVE_INFINITY) => (a === b ? 0 : a - b);
const descending = (a = -1, b = -1) => b - a;

/** The orders of groups, by their members; a single entity is a group of one. */
export const ORDERS: Readonly<Record<Sort, Order>> = {
  oldest: { compare: (a, b) => earlierFirst(earliest(a, createdAt), earliest(b, createdAt)) },
  newest: { compare: (a, b) => laterFirst(latest(a, createdAt), latest(b, createdAt)) },
  changed: { compare: (a, b) => laterFirst(latest(a, changedAt), latest(b, changedAt)) },
  largest: { compare: (a, b) => descending(totalSize(a), totalSize(b)), property: 'size' },
  smallest: { compare: (a, b) => ascending(totalSize(a), totalSize(b)), property: 'size' },
  fullest: { compare: (a, b) => descending(totalFullness(a), totalFullness(b)), property: 'fullness' },
  emptiest: { compare: (a, b) => ascending(totalFullness(a), totalFullness(b)), property: 'fullness' },
};

export const propertyIn = (sort: Sort | undefined): Order['property'] => sort && ORDERS[sort].property;
