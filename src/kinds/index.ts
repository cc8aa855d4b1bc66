import type { OperationName } from '../operations/index.ts';
import { operationNamed } from '../operations/index.ts';
import { kxChangeset } from './kx-changeset.ts';
import { kxCluster } from './kx-cluster.ts';
import { kxDatabase } from './kx-database.ts';
import { kxDataview } from './kx-dataview.ts';
import { kxScalingGroup } from './kx-scaling-group.ts';
import { kxUser } from './kx-user.ts';
import { kxVolume } from './kx-volume.ts';
import type { Change, Kind } from './model.ts';
import type { KindName } from './views.ts';

/** The definition of each kind. */
const KINDS: { readonly [K in KindName]?: Kind<K> } = {
  'kx-changeset': kxChangeset,
  'kx-cluster': kxCluster,
  'kx-database': kxDatabase,
  'kx-dataview': kxDataview,
  'kx-scaling-group': kxScalingGroup,
  'kx-user': kxUser,
  'kx-volume': kxVolume,
};

/** A change without the types of its kind and operation. */
export type AnyChange = Change<KindName, OperationName>;

/** The definition of an operation that changes an entity, and the entity's kind; undefined for other operations. */
export function changeOf(
  operation: OperationName,
): { readonly kind: KindName; readonly change: AnyChange } | undefined {
  const kind = operationNamed(operation).entity as KindName;
  const changes = KINDS[kind]?.changes as Readonly<Record<string, unknown>> | undefined;
  const change = changes?.[operation] as AnyChange | undefined;
  return change && { kind, change };
}
