import type { Item } from './model.ts';
import { keyIn, NAMES, nameIn, pathOf } from './names.ts';
import { statusClass } from './statuses.ts';
import type { Dependent, KindName } from './views.ts';

/** A dependent as an item: `HDB, RUNNING` for a cluster, `of trades, ACTIVE` for a dataview. */
export const dependentItem = (dependent: Dependent): Item => ({
  kind: NAMES[dependent.kind].noun,
  name: dependent.name,
  arn: pathOf(dependent.kind, dependent.key),
  detail: detailOf(dependent),
});

function detailOf({ kind, key, type, status }: Dependent): string | undefined {
  return typeAndStatus(kind === 'kx-dataview' ? `of ${key['databaseName']}` : type, status);
}

/** `HDB, RUNNING`; undefined if neither is known. */
export const typeAndStatus = (type: string | undefined, status: string | undefined): string | undefined =>
  [type, status].filter((each) => each !== undefined).join(', ') || undefined;

/** An entity of an environment as a dependent of another one. */
export function asDependent(
  kind: KindName,
  { environmentId }: { readonly environmentId: string },
  view: object,
): Dependent {
  const key = keyIn(kind, { ...view, environmentId });
  const {
    status,
    clusterType: type,
    readWrite,
  } = view as Pick<Dependent, 'status' | 'readWrite'> & { clusterType?: string };
  return { kind, key, name: nameIn(kind, key), status, type, readWrite };
}

/** Whether a dependent has work that can be interrupted. */
export const isWorking = ({ kind, status }: Dependent): boolean =>
  kind !== 'kx-cluster' || statusClass(status) !== 'failed';
