import type { Call, Output } from '../operations/index.ts';
import { type Reading, reading } from './reading.ts';
import type { Gap, GraphOptions } from './shape.ts';

type Element<T> = NonNullable<T> extends readonly (infer E)[] ? E : never;
export type Node = Element<Output<'ListKxClusterNodes'>['nodes']>;
export type Cluster = Output<'GetKxCluster'> & { readonly nodes?: Node[] | undefined };
export type Volume = Output<'GetKxVolume'>;
export type Group = Element<Output<'ListKxScalingGroups'>['scalingGroups']>;
export type Dataview = Element<Output<'ListKxDataviews'>['kxDataviews']>;
export type Changeset = Element<Output<'ListKxChangesets'>['kxChangesets']> &
  Pick<Output<'GetKxChangeset'>, 'errorInfo' | 'changeRequests'>;
export type NetworkRule = Element<
  NonNullable<Output<'GetKxEnvironment'>['transitGatewayConfiguration']>['attachmentNetworkAclConfiguration']
>;
export type User = Element<Output<'ListKxUsers'>['users']>;
export interface Database extends Output<'GetKxDatabase'> {
  readonly dataviews: Dataview[];
  /** Newest first, as many as were read. */
  readonly changesets: Changeset[];
}

/** An environment as its operations describe it. */
export interface Parts {
  readonly environment: Output<'GetKxEnvironment'>;
  readonly clusters: Cluster[];
  readonly groups: Group[];
  readonly volumes: Volume[];
  readonly databases: Database[];
  readonly users: User[];
}

/** One page: the newest ones tell whether anybody is behind, and what failed lately. */
const MOST_CHANGESETS = 100;
/** Of so many failed changesets of a database the reason is read. */
const MOST_REASONS = 3;

/** Reads everything in an environment, concurrently. */
export async function readParts(
  call: Call,
  environmentId: string,
  options: GraphOptions,
): Promise<{ parts: Parts; gaps: Gap[] }> {
  const from = reading(call, options);
  const at = { environmentId };
  const [environment, clusters, groups, volumes, databases, users] = await Promise.all([
    from.get('GetKxEnvironment', at, { kind: 'environment' }),
    readClusters(from, environmentId, options),
    from.list<'ListKxScalingGroups', Group>('ListKxScalingGroups', at, { kind: 'scaling-group' }),
    readVolumes(from, environmentId),
    readDatabases(from, environmentId, options),
    from.list<'ListKxUsers', User>('ListKxUsers', at, { kind: 'user' }),
  ]);
  return {
    parts: { environment: environment ?? { environmentId }, clusters, groups, volumes, databases, users },
    gaps: from.gaps,
  };
}

async function readClusters(
  from: Reading,
  environmentId: string,
  { details = true, nodes: wanted = details, clusterTypes }: GraphOptions,
): Promise<Cluster[]> {
  const listed = await from.list<'ListKxClusters', Cluster>('ListKxClusters', { environmentId }, { kind: 'cluster' });
  const wantsNodes = typeof wanted === 'function' ? wanted(listed.length) : wanted;
  return Promise.all(
    listed.map(async (summary) => {
      const { clusterName = '', clusterType = '' } = summary;
      const isWanted = clusterTypes?.includes(clusterType) ?? true;
      const about = { kind: 'cluster', of: clusterName } as const;
      const at = { environmentId, clusterName };
      const [detail, nodes] = await Promise.all([
        isWanted ? from.get('GetKxCluster', at, about) : undefined,
        wantsNodes ? from.list<'ListKxClusterNodes', Node>('ListKxClusterNodes', at, about) : [],
      ]);
      const isUnread = !wantsNodes || (nodes.length === 0 && summary.status === 'RUNNING');
      return { ...summary, ...detail, ...(isUnread ? {} : { nodes }) };
    }),
  );
}

async function readVolumes(from: Reading, environmentId: string): Promise<Volume[]> {
  const listed = await from.list<'ListKxVolumes', Volume>('ListKxVolumes', { environmentId }, { kind: 'volume' });
  return Promise.all(
    listed.map(async (summary) => {
      const { volumeName = '' } = summary;
      const detail = await from.get('GetKxVolume', { environmentId, volumeName }, { kind: 'volume', of: volumeName });
      return { ...summary, ...detail };
    }),
  );
}

async function readDatabases(from: Reading, environmentId: string, options: GraphOptions): Promise<Database[]> {
  const listed = await from.list<'ListKxDatabases', Database>(
    'ListKxDatabases',
    { environmentId },
    { kind: 'database' },
  );
  return Promise.all(
    listed.map(async (summary) => {
      const { databaseName = '' } = summary;
      const at = { environmentId, databaseName };
      const [detail, dataviews, listedChangesets] = await Promise.all([
        from.get('GetKxDatabase', at, { kind: 'database', of: databaseName }),
        from.list<'ListKxDataviews', Dataview>('ListKxDataviews', at, { kind: 'dataview', of: databaseName }),
        from.list<'ListKxChangesets', Changeset>(
          'ListKxChangesets',
          at,
          { kind: 'changeset', of: databaseName, isDetail: !options.kinds?.includes('changeset') },
          MOST_CHANGESETS,
        ),
      ]);
      const changesets = await explained(from, at, listedChangesets, detail?.lastCompletedChangesetId, options);
      return { ...summary, ...detail, dataviews, changesets };
    }),
  );
}

/** Changesets newest first, with the newest completed one whatever the order of the list, reasons of failures and the changes asked for. */
async function explained(
  from: Reading,
  at: { readonly environmentId: string; readonly databaseName: string },
  listed: readonly Changeset[],
  newest: string | undefined,
  { kinds, changes }: GraphOptions,
): Promise<Changeset[]> {
  const about = { kind: 'changeset', of: at.databaseName, isDetail: !kinds?.includes('changeset') } as const;
  const lacking = newest === undefined || listed.some(({ changesetId }) => changesetId === newest) ? [] : [newest];
  const failed = listed.filter(({ status }) => status === 'FAILED').toSorted(newestFirst);
  const asked = changes === undefined ? [] : listed.filter(({ changesetId = '' }) => changes(changesetId));
  const explicable = [...failed.slice(0, MOST_REASONS), ...asked].map(({ changesetId = '' }) => changesetId);
  const wanted = new Set([...lacking, ...explicable]);
  const read = await Promise.all(
    [...wanted].map((changesetId) => from.get('GetKxChangeset', { ...at, changesetId }, about)),
  );
  const details = new Map(read.map((detail) => [detail?.changesetId, detail]));
  const all = [...listed, ...lacking.map((changesetId): Changeset => ({ changesetId }))];
  return all.map((changeset) => ({ ...changeset, ...details.get(changeset.changesetId) })).toSorted(newestFirst);
}

const newestFirst = (a: Changeset, b: Changeset) => (b.createdTimestamp ?? '').localeCompare(a.createdTimestamp ?? '');
