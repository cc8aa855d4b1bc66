import { type OperationName, operationNamed } from '../operations/index.ts';
import { environment } from './environment.ts';
import { kxChangeset } from './kx-changeset.ts';
import { kxCluster } from './kx-cluster.ts';
import { kxDatabase } from './kx-database.ts';
import { kxDataview } from './kx-dataview.ts';
import { kxEnvironment } from './kx-environment.ts';
import { kxScalingGroup } from './kx-scaling-group.ts';
import { kxUser } from './kx-user.ts';
import { kxVolume } from './kx-volume.ts';
import type { Change, KindDefinition, RequestedChange } from './model.ts';
import { keyIn } from './names.ts';
import type { Reader } from './reader.ts';
import { tagChanges } from './tags.ts';
import type { KindName } from './views.ts';

export const DEFINITIONS: { readonly [K in KindName]: KindDefinition<K> } = {
  'kx-environment': kxEnvironment,
  'kx-changeset': kxChangeset,
  'kx-cluster': kxCluster,
  'kx-database': kxDatabase,
  'kx-dataview': kxDataview,
  // Nodes are changed by operations of their cluster.
  'kx-node': { changes: {} },
  'kx-scaling-group': kxScalingGroup,
  'kx-user': kxUser,
  'kx-volume': kxVolume,
  environment,
};

/** A change without the types of its kind and operation. */
export type AnyChange = Change<KindName, OperationName>;
export type AnyRequestedChange = RequestedChange<KindName, OperationName>;

/** The kind of the entity that an operation is about; undefined for tags, which entities of several kinds have. */
export function kindOf(operation: OperationName): KindName | undefined {
  const { kind } = operationNamed(operation);
  return kind === 'tags' ? undefined : kind;
}

/** The rules and the impact of an operation, and the kind of its entity, which tags do not have; undefined if it only reads. */
export function changeOf(
  operation: OperationName,
): { readonly kind: KindName | undefined; readonly change: AnyChange } | undefined {
  const kind = kindOf(operation);
  const changes = (kind === undefined ? tagChanges : DEFINITIONS[kind].changes) as Readonly<Record<string, unknown>>;
  const change = changes[operation] as AnyChange | undefined;
  return change && { kind, change };
}

/** A call as its rules look at it. Reads its target, if it has one, unless that is given; rejects with the error of the read. */
export async function readRequestedChange(
  read: Reader,
  operation: OperationName,
  input: object,
  given?: object,
): Promise<AnyRequestedChange> {
  const { kind, risk } = operationNamed(operation);
  // A change of tags reads only tags, whatever the kind of the entity.
  if (kind === 'tags') return { operation, input: input as never, key: {} as never, target: undefined, read };
  const key = keyIn<KindName>(kind, input);
  const hasTarget = risk !== 'create' && Object.values(key).every((value) => value !== undefined);
  const target = hasTarget ? (given ?? (await read.get<KindName>(kind, key))) : undefined;
  return { operation, input: input as never, key, target: target as never, read };
}
