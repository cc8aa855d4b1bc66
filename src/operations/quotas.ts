/** Limits per environment, but `environments` and `legacyEnvironments` per account and region. Sizes in GB. */
export interface Quotas {
  readonly environments: number;
  readonly legacyEnvironments: number;
  readonly clusters: number;
  readonly singleAzClusters: number;
  readonly multiAzClusters: number;
  readonly nodesPerCluster: number;
  readonly cacheStorage: number;
  readonly savedownStorage: number;
  readonly users: number;
  readonly databases: number;
  readonly ingestions: number;
  readonly dataviews: number;
  readonly dataviewVersions: number;
  readonly volumes: number;
  readonly volumeStorage: number;
  /** Clusters that mount one volume. */
  readonly volumeMounts: { readonly read: number; readonly write: number };
  readonly scalingGroups: number;
  readonly nodes: Readonly<Record<string, number>>;
  readonly hosts: Readonly<Record<string, number>>;
}
