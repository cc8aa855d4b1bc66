import { groupBy } from '../group-by.ts';
import { isLeavingOrGone } from '../kinds/statuses.ts';
import type { Element, Views } from '../kinds/views.ts';
import type { Call, Output } from '../operations/index.ts';
import { type Changeset, readChangesets } from './changesets.ts';
import type { Gap, GraphOptions } from './graph-types.ts';
import { type Reading, reading } from './reading.ts';

export type Node = Views['kx-node'];
export type Cluster = Output<'GetKxCluster'> & { readonly nodes?: Node[] | undefined };
export type Volume = Output<'GetKxVolume'>;
export type Group = Element<Output<'ListKxScalingGroups'>['scalingGroups']>;
export type Dataview = Element<Output<'ListKxDataviews'>['kxDataviews']>;
export type User = Views['kx-user'];
export interface Database extends Output<'GetKxDatabase'> {
  readonly dataviews: Dataview[];
  /** Newest first, as many as were read. */
  readonly changesets: Changeset[];
}

/** An environment as its operations describe it. */
export interface EnvironmentData {
  readonly environment: Output<'GetKxEnvironment'>;
  readonly clusters: Cluster[];
  readonly groups: Group[];
  readonly volumes: Volume[];
  readonly databases: Database[];
  readonly users: User[];
}

export async function readEnvironment(
  call: Call,
  environmentId: string,
  options: GraphOptions,
): Promise<{ data: EnvironmentData; gaps: Gap[]; readAt: number }> {
  const from = reading(call, options);
  const at = { environmentId };
  const clustersRead = from.list<'ListKxClusters', Cluster>('ListKxClusters', at, { kind: 'cluster' });
  const groupsRead = from.list<'ListKxScalingGroups', Group>('ListKxScalingGroups', at, { kind: 'scaling-group' });
  const [environment, clusters, groups, volumes, databases, users] = await Promise.all([
    options.environment ?? from.get('GetKxEnvironment', at, { kind: 'environment' }),
    readClusters(from, environmentId, options, clustersRead, groupsRead),
    groupsRead,
    readVolumes(from, environmentId, options, clustersRead),
    readDatabases(from, environmentId, options),
    from.list<'ListKxUsers', User>('ListKxUsers', at, { kind: 'user' }),
  ]);
  return {
    data: { environment: environment ?? { environmentId }, clusters, groups, volumes, databases, users },
    gaps: from.gaps,
    readAt: from.readAt(),
  };
}

async function readClusters(
  from: Reading,
  environmentId: string,
  { details = true, nodes: wantsNodes = details, clusterTypes, detailsOfUnhosted = false }: GraphOptions,
  clusters: Promise<readonly Cluster[]>,
  groups: Promise<readonly Group[]>,
): Promise<Cluster[]> {
  const listed = await clusters;
  const hosted = new Set(detailsOfUnhosted ? (await groups).flatMap(({ clusters = [] }) => clusters) : []);
  return Promise.all(
    listed.map(async (summary) => {
      const { clusterName = '', clusterType = '', status } = summary;
      const isWanted = (clusterTypes?.includes(clusterType) ?? true) || (detailsOfUnhosted && !hosted.has(clusterName));
      const part = { kind: 'cluster', of: clusterName, isLeaving: isLeavingOrGone(status) } as const;
      const at = { environmentId, clusterName };
      const [detail, nodes] = await Promise.all([
        isWanted ? from.get('GetKxCluster', at, part, summary) : undefined,
        wantsNodes
          ? from.list<'ListKxClusterNodes', Node>('ListKxClusterNodes', at, part, { cachedWith: summary })
          : [],
      ]);
      const isUnread = !wantsNodes || (nodes.length === 0 && status === 'RUNNING');
      return { ...summary, ...detail, ...(isUnread ? {} : { nodes }) };
    }),
  );
}

/** Reads details afresh, as for databases: what uses a volume, and what a database contains, can change without its modification time. */
async function readVolumes(
  from: Reading,
  environmentId: string,
  { detailsOfUsedVolumes = true }: GraphOptions,
  clusters: Promise<readonly Cluster[]>,
): Promise<Volume[]> {
  const listed = await from.list<'ListKxVolumes', Volume>('ListKxVolumes', { environmentId }, { kind: 'volume' });
  const usedBy = runningOnVolumes(detailsOfUsedVolumes ? [] : await clusters);
  return Promise.all(
    listed.map(async (summary) => {
      const { volumeName = '', status } = summary;
      const attachedClusters = usedBy.get(volumeName);
      if (attachedClusters !== undefined && status === 'ACTIVE') return { ...summary, attachedClusters };
      const part = { kind: 'volume', of: volumeName, isLeaving: isLeavingOrGone(status) } as const;
      const detail = await from.get('GetKxVolume', { environmentId, volumeName }, part);
      return { ...summary, ...detail };
    }),
  );
}

/** The RUNNING clusters that use each volume, as the list of clusters shows them. */
function runningOnVolumes(clusters: readonly Cluster[]) {
  const running = clusters.filter(({ status }) => status === 'RUNNING');
  const uses = running.flatMap(({ clusterName, clusterType, status: clusterStatus, volumes = [] }) =>
    volumes.map(({ volumeName }) => ({ volumeName, clusterName, clusterType, clusterStatus })),
  );
  return groupBy(uses, ({ volumeName }) => volumeName);
}

async function readDatabases(from: Reading, environmentId: string, options: GraphOptions): Promise<Database[]> {
  const listed = await from.list<'ListKxDatabases', Database>(
    'ListKxDatabases',
    { environmentId },
    { kind: 'database' },
  );
  const names = listed.map(({ databaseName = '' }) => databaseName);
  return Promise.all(
    listed.map(async (summary) => {
      const { databaseName = '' } = summary;
      const at = { environmentId, databaseName };
      const databaseRead = from.get('GetKxDatabase', at, { kind: 'database', of: databaseName });
      const newest = async () => (await databaseRead)?.lastCompletedChangesetId;
      const [detail, dataviews, changesets] = await Promise.all([
        databaseRead,
        from.list<'ListKxDataviews', Dataview>('ListKxDataviews', at, { kind: 'dataview', of: databaseName }),
        options.changesetsOf?.(databaseName, names) === false ? [] : readChangesets(from, at, newest, options),
      ]);
      return { ...summary, ...detail, dataviews, changesets };
    }),
  );
}
