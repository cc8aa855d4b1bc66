/** The simple model of a world that a reader of the documentation would have in mind. Times are in milliseconds. */
export interface Timed {
  status: string;
  due: number | null;
}
export interface Env extends Timed {
  id: string;
  name: string;
  tgw?: string;
  tgwStatus: string;
  dnsStatus: string;
  users: Map<string, string>;
  databases: Map<string, Db>;
  groups: Map<string, Group>;
  volumes: Map<string, Volume>;
  clusters: Map<string, Cluster>;
}
export interface Db {
  changesets: Changeset[];
  last?: Changeset;
  done: number;
  views: Map<string, View>;
}
export interface Changeset extends Timed {
  id: string;
  sequence: number;
}
export interface Version {
  changeset: string | undefined;
  volumes: string[];
  active: boolean;
}
export interface View extends Timed {
  auto: boolean;
  writable: boolean;
  /** Newest first. */
  versions: Version[];
}
export type Group = Timed;
export interface Volume extends Timed {
  size: number;
}
export interface Mount {
  database: string;
  changeset: string | undefined;
  view?: string | undefined;
  version?: Version | undefined;
}
export interface Cluster extends Timed {
  type: string;
  group: string | undefined;
  memory: number;
  nodeCount: number;
  log: string | undefined;
  mounts: Mount[];
  nodes: Node[];
}
export interface Node extends Timed {
  restarting: boolean;
}
export interface Browser extends Timed {
  id: string;
}
export interface State {
  now: number;
  envs: Map<string, Env>;
  browsers: Map<string, Browser>;
  tags: Map<string, Set<string>>;
  tokens: Map<string, { input: string; expires: number }>;
}

export const emptyState = (now: number): State => ({
  now,
  envs: new Map(),
  browsers: new Map(),
  tags: new Map(),
  tokens: new Map(),
});

/** The clusters that use entities: a cluster stops as soon as its deletion starts. */
export const usingClusters = (env: Env): [string, Cluster][] =>
  [...env.clusters].filter(([, cluster]) => cluster.status !== 'DELETING').sort(([a], [b]) => (a < b ? -1 : 1));

export const clustersOnVersion = (env: Env, version: Version): string[] =>
  usingClusters(env).flatMap(([name, { mounts }]) => (mounts.some((mount) => mount.version === version) ? [name] : []));

export const volumesOfCluster = ({ mounts, log }: Cluster): string[] => [
  ...mounts.flatMap(({ version }) => version?.volumes ?? []),
  ...(log === undefined ? [] : [log]),
];

export const clustersOnVolume = (env: Env, volume: string): string[] =>
  usingClusters(env).flatMap(([name, cluster]) => (volumesOfCluster(cluster).includes(volume) ? [name] : []));

export const viewsOn = (env: Env, volume: string): View[] =>
  [...env.databases.values()]
    .flatMap(({ views }) => [...views.values()])
    .filter(({ versions }) => versions.some(({ volumes }) => volumes.includes(volume)));

/** A version exists while it is being created, is the newest ready one, or is mounted. */
export function release(env: Env, view: View): void {
  const newest = view.versions.find(({ active }) => active);
  view.versions = view.versions.filter(
    (version) => !version.active || version === newest || clustersOnVersion(env, version).length > 0,
  );
}

export const releaseAll = (env: Env): void => {
  for (const { views } of env.databases.values()) for (const view of views.values()) release(env, view);
};
