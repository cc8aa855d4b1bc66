import type { Input, Output } from '../operations/index.ts';

export type Element<T> = NonNullable<T> extends readonly (infer E)[] ? E : never;

/**
 * An entity of each kind, as the service describes it. The clusters of volumes and scaling groups are omitted: a
 * rule asks the reader for the dependents of an entity, so that it works the same on the API and on the local store.
 */
export interface Views {
  'kx-environment': Output<'GetKxEnvironment'>;
  'kx-database': Output<'GetKxDatabase'>;
  'kx-changeset': Output<'GetKxChangeset'>;
  'kx-volume': Omit<Output<'GetKxVolume'>, 'attachedClusters'>;
  'kx-scaling-group': Omit<Output<'GetKxScalingGroup'>, 'clusters'>;
  'kx-dataview': Output<'GetKxDataview'>;
  /** Only the list shows when a user was created and updated. */
  'kx-user': Element<Output<'ListKxUsers'>['users']>;
  'kx-cluster': Output<'GetKxCluster'>;
  'kx-node': Element<Output<'ListKxClusterNodes'>['nodes']>;
  environment: NonNullable<Output<'GetEnvironment'>['environment']>;
}
export type KindName = keyof Views;

/** The members that identify an entity of each kind. */
export interface Keys {
  'kx-environment': Pick<Input<'GetKxEnvironment'>, 'environmentId'>;
  'kx-database': Pick<Input<'GetKxDatabase'>, 'environmentId' | 'databaseName'>;
  'kx-changeset': Pick<Input<'GetKxChangeset'>, 'environmentId' | 'databaseName' | 'changesetId'>;
  'kx-volume': Pick<Input<'GetKxVolume'>, 'environmentId' | 'volumeName'>;
  'kx-scaling-group': Pick<Input<'GetKxScalingGroup'>, 'environmentId' | 'scalingGroupName'>;
  'kx-dataview': Pick<Input<'GetKxDataview'>, 'environmentId' | 'databaseName' | 'dataviewName'>;
  'kx-user': Pick<Input<'GetKxUser'>, 'environmentId' | 'userName'>;
  'kx-cluster': Pick<Input<'GetKxCluster'>, 'environmentId' | 'clusterName'>;
  'kx-node': Pick<Input<'DeleteKxClusterNode'>, 'environmentId' | 'clusterName' | 'nodeId'>;
  environment: Pick<Input<'GetEnvironment'>, 'environmentId'>;
}

/** The statuses of a kind; `never` for kinds that have none. */
export type StatusOf<K extends KindName> = Views[K] extends { status?: infer S } ? Extract<S, string> : never;

/** An entity that refers to another one, with what was read of it. */
export interface Dependent {
  readonly kind: KindName;
  readonly key: Readonly<Record<string, string>>;
  readonly name: string;
  readonly status?: string | undefined;
  readonly type?: string | undefined;
  readonly readWrite?: boolean | undefined;
  /** How many databases a cluster mounts. */
  readonly databaseCount?: number | undefined;
}

/** Where entities are listed and counted. */
export interface Within {
  readonly environmentId: string;
  readonly databaseName?: string | undefined;
  readonly clusterName?: string | undefined;
  /** Only entities with this name, for kinds that are not identified by name. */
  readonly name?: string | undefined;
}
