import { groupBy } from '../group-by.ts';
import { isLeavingOrGone } from '../kinds/statuses.ts';
import type { Element, Views } from '../kinds/views.ts';
import type { Call, Output } from '../operations/index.ts';
import { type Changeset, readChangesets } from './changesets.ts';
import type { Gap, GraphOptions } from './graph-types.ts';
import { type Reading, startReading } from './reading.ts';

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
  const reading = startReading(call, options);
  const key = { environmentId };
  const pendingClusters = reading.list<'ListKxClusters', Cluster>('ListKxClusters', key, { kind: 'cluster' });
  const pendingGroups = reading.list<'ListKxScalingGroups', Group>('ListKxScalingGroups', key, {
    kind: 'scaling-group',
  });
  const [environment, clusters, groups, volumes, databases, users] = await Promise.all([
    options.environment ?? reading.get('GetKxEnvironment', key, { kind: 'environment' }),
    readClusters(reading, environmentId, options, pendingClusters, pendingGroups),
    pendingGroups,
    readVolumes(reading, environmentId, options, pendingClusters),
    readDatabases(reading, environmentId, options),
    reading.list<'ListKxUsers', User>('ListKxUsers', key, { kind: 'user' }),
  ]);
  return {
    data: { environment: environment ?? { environmentId }, clusters, groups, volumes, databases, users },
    gaps: reading.gaps,
    readAt: reading.readAt(),
  };
}

async function readClusters(
  reading: Reading,
  environmentId: string,
  { details = true, nodes: wantsNodes = details, clusterTypes, detailsOfUnhosted = false }: GraphOptions,
  pendingClusters: Promise<readonly Cluster[]>,
  pendingGroups: Promise<readonly Group[]>,
): Promise<Cluster[]> {
  const listed = await pendingClusters;
  const hosted = new Set(detailsOfUnhosted ? (await pendingGroups).flatMap(({ clusters = [] }) => clusters) : []);
  return Promise.all(
    listed.map(async (summary) => {
      const { clusterName = '', clusterType = '', status } = summary;
      const isWanted = (clusterTypes?.includes(clusterType) ?? true) || (detailsOfUnhosted && !hosted.has(clusterName));
      const part = { kind: 'cluster', of: clusterName, isLeaving: isLeavingOrGone(status) } as const;
      const key = { environmentId, clusterName };
      const [detail, nodes] = await Promise.all([
        isWanted ? reading.get('GetKxCluster', key, part, summary) : undefined,
        wantsNodes
          ? reading.list<'ListKxClusterNodes', Node>('ListKxClusterNodes', key, part, { cachedWith: summary })
          : [],
      ]);
      const isUnread = !wantsNodes || (nodes.length === 0 && status === 'RUNNING');
      return { ...summary, ...detail, ...(isUnread ? {} : { nodes }) };
    }),
  );
}

/** The details of volumes and databases are not cached: what uses them, or is in them, can change without their modification time. */
async function readVolumes(
  reading: Reading,
  environmentId: string,
  { detailsOfUsedVolumes = true }: GraphOptions,
  pendingClusters: Promise<readonly Cluster[]>,
): Promise<Volume[]> {
  const listed = await reading.list<'ListKxVolumes', Volume>('ListKxVolumes', { environmentId }, { kind: 'volume' });
  const usedBy = runningClustersByVolume(detailsOfUsedVolumes ? [] : await pendingClusters);
  return Promise.all(
    listed.map(async (summary) => {
      const { volumeName = '', status } = summary;
      const attachedClusters = usedBy.get(volumeName);
      if (attachedClusters !== undefined && status === 'ACTIVE') return { ...summary, attachedClusters };
      const part = { kind: 'volume', of: volumeName, isLeaving: isLeavingOrGone(status) } as const;
      const detail = await reading.get('GetKxVolume', { environmentId, volumeName }, part);
      return { ...summary, ...detail };
    }),
  );
}

/** The RUNNING clusters that use each volume, according to the list of clusters. */
function runningClustersByVolume(clusters: readonly Cluster[]) {
  const running = clusters.filter(({ status }) => status === 'RUNNING');
  const uses = running.flatMap(({ clusterName, clusterType, status: clusterStatus, volumes = [] }) =>
    volumes.map(({ volumeName }) => ({ volumeName, clusterName, clusterType, clusterStatus })),
  );
  return groupBy(uses, ({ volumeName }) => volumeName);
}

async function readDatabases(reading: Reading, environmentId: string, options: GraphOptions): Promise<Database[]> {
  const listed = await reading.list<'ListKxDatabases', Database>(
    'ListKxDatabases',
    { environmentId },
    { kind: 'database' },
  );
  const names = listed.map(({ databaseName = '' }) => databaseName);
  return Promise.all(
    listed.map(async (summary) => {
      const { databaseName = '' } = summary;
      const key = { environmentId, databaseName };
      const pendingDatabase = reading.get('GetKxDatabase', key, { kind: 'database', of: databaseName });
      const newest = async () => (await pendingDatabase)?.lastCompletedChangesetId;
      const [detail, dataviews, changesets] = await Promise.all([
        pendingDatabase,
        reading.list<'ListKxDataviews', Dataview>('ListKxDataviews', key, { kind: 'dataview', of: databaseName }),
        options.readsChangesetsOf?.(databaseName, names) === false ? [] : readChangesets(reading, key, newest, options),
      ]);
      return { ...summary, ...detail, dataviews, changesets };
    }),
  );
}
