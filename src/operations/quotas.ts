/** Limits per environment unless a name or comment says otherwise; those on environments are per account and region. Sizes in GB. */
export type Quotas = Readonly<typeof PUBLISHED_QUOTAS>;

/** The published defaults (user guide, quotas). AWS could raise them for an account; no operation shows the actual values. */
export const PUBLISHED_QUOTAS = {
  environments: 1,
  legacyEnvironments: 2,
  clusters: 10,
  singleAzClusters: 5,
  multiAzClusters: 1,
  nodesPerCluster: 5,
  cacheStorage: 7_730,
  savedownStorage: 17_179,
  users: 1_000,
  databases: 1_500,
  ingestionsInProgress: 10,
  dataviews: 4_500,
  dataviewVersionsInProgress: 10,
  volumes: 5,
  volumeStorage: 7_730,
  /** Clusters that mount one volume. */
  volumeMounts: { read: 5, write: 5 },
  scalingGroups: 10,
  nodes: {
    'kx.s.large': 5,
    'kx.s.xlarge': 5,
    'kx.s.2xlarge': 5,
    'kx.s.4xlarge': 1,
    'kx.s.8xlarge': 1,
    'kx.s.16xlarge': 0,
    'kx.s.32xlarge': 0,
  } as Readonly<Record<string, number>>,
  hosts: {
    'kx.sg.large': 1,
    'kx.sg.xlarge': 1,
    'kx.sg.2xlarge': 1,
    'kx.sg.4xlarge': 1,
    'kx.sg.8xlarge': 1,
    'kx.sg.16xlarge': 0,
    'kx.sg.32xlarge': 0,
    'kx.sg1.16xlarge': 0,
    'kx.sg1.24xlarge': 0,
  } as Readonly<Record<string, number>>,
};
