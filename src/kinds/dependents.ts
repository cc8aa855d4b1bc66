import type { Item } from './model.ts';
import { keyIn, NAMES, nameIn, pathOf } from './names.ts';
import { statusClass } from './statuses.ts';
import type { Dependent, KindName, Views } from './views.ts';

/** A dependent as an item: `HDB, RUNNING` for a cluster, `of trades, ACTIVE` for a dataview. */
export const dependentItem = ({ kind, key, name, type, status }: Dependent): Item => ({
  kind: NAMES[kind].noun,
  name,
  arn: pathOf(kind, key),
  detail: typeAndStatus(kind === 'kx-dataview' ? `of ${key['databaseName']}` : type, status),
});

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
  const { status, clusterType: type, readWrite, databases } = view as Views['kx-cluster'] & Views['kx-dataview'];
  return { kind, key, name: nameIn(kind, key), status, type, readWrite, databaseCount: databases?.length };
}

/** Whether a change could interrupt a dependent: any but a cluster that failed. */
export const isInterruptible = ({ kind, status }: Dependent): boolean =>
  kind !== 'kx-cluster' || statusClass(status) !== 'failed';
