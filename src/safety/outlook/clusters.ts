import { HOST_TYPES, NODE_TYPES } from '../../operations/machine-types.ts';
import { eachAtOnce, mountsOf, there } from '../blast/estate.ts';
import type { Item, Members } from '../blast/finding.ts';
import { isDetached } from '../blast/statuses.ts';
import { missing } from '../problem-text.ts';
import { quoted } from '../untrusted.ts';
import { type Ground, listed } from './ground.ts';
import { blocked, elsewhere, type Remark, together, unready } from './outlook.ts';
import { room } from './quota.ts';
import { changesetStands, volumeFits } from './storage.ts';

/** Whether the host that a cluster is to run on is ready and has the memory for it. */
export async function hostFits(ground: Ground): Promise<Remark> {
  const wanted = ground.input['scalingGroupConfiguration'] as Members | undefined;
  if (wanted === undefined) return {};
  const { environmentId } = ground;
  const scalingGroupName = String(wanted['scalingGroupName']);
  const group = await there(ground, 'GetKxScalingGroup', { environmentId, scalingGroupName });
  if (group === undefined) return blocked(missing('scaling group', scalingGroupName, 'ListKxScalingGroups'));
  const item: Item = { kind: 'scaling group', name: scalingGroupName };
  const blockers = [
    ...unready(item, group['status']),
    ...elsewhere(item, [group['availabilityZoneId']], ground.input['availabilityZoneId']),
  ];
  return { blockers, ...(await memoryFor(ground, wanted, group, item)) };
}

const MIB_PER_GIB = 1024;

async function memoryFor(ground: Ground, wanted: Members, group: Members, item: Item): Promise<Remark> {
  const { environmentId } = ground;
  const host = HOST_TYPES.get(String(group['hostType']));
  if (host === undefined) return UNKNOWN;
  const others = await eachAtOnce((group['clusters'] as string[] | undefined) ?? [], (clusterName) =>
    there(ground, 'GetKxCluster', { environmentId, clusterName }),
  );
  const total = host.memory * MIB_PER_GIB;
  const free = total - others.filter(holdsMemory).reduce((sum, other) => sum + reservation(other), 0);
  if (Number.isNaN(free)) return UNKNOWN;
  const asked = memoryOf(wanted);
  if (asked <= free) return {};
  const detail = `${asked} MiB requested, ${free} of ${total} MiB free`;
  const first =
    'The service accepts it, but the cluster ends in CREATE_FAILED: reserve less, request fewer nodes, or use another scaling group.';
  return { warnings: [{ item: { ...item, detail }, first }] };
}

const UNKNOWN: Remark = { unchecked: ['whether its host has enough memory'] };

/** One on its way up will have its memory by the time that a later one starts. */
const holdsMemory = (cluster: Members | undefined): cluster is Members =>
  cluster !== undefined && !isDetached(cluster['status']) && cluster['status'] !== 'CREATE_FAILED';

const memoryOf = ({ memoryReservation, nodeCount }: Members) => Number(memoryReservation) * Number(nodeCount);
const reservation = ({ scalingGroupConfiguration: shared }: Members) => memoryOf((shared ?? {}) as Members);

/** Whether the databases, changesets and dataviews are there that a cluster is to mount. */
export const mountsStand = async (ground: Ground): Promise<Remark> =>
  together(
    await eachAtOnce(mountsOf(ground.input), (mount) =>
      mountStands(ground, mount, ground.input['availabilityZoneId'], true),
    ),
  );

/** Whether one of them is there; the volumes under a dataview are looked at only when a cluster is made. */
export async function mountStands(ground: Ground, mount: Members, zone: unknown, isNew: boolean): Promise<Remark> {
  const { environmentId } = ground;
  const databaseName = String(mount['databaseName']);
  const database = await there(ground, 'GetKxDatabase', { environmentId, databaseName });
  if (database === undefined) return blocked(missing('database', databaseName, 'ListKxDatabases'));
  const told = mount['dataviewConfiguration'] as Members | undefined;
  const named = told?.['dataviewName'] ?? mount['dataviewName'];
  if (named === undefined) return changesetStands(ground, databaseName, mount['changesetId']);
  const dataviewName = String(named);
  const view = await there(ground, 'GetKxDataview', { environmentId, databaseName, dataviewName });
  if (view === undefined) return blocked(missing('dataview', dataviewName, 'ListKxDataviews'));
  const item: Item = { kind: 'dataview', name: dataviewName };
  const [newest] = (view['activeVersions'] as Members[] | undefined) ?? [];
  const segments = isNew ? ((newest?.['segmentConfigurations'] as Members[] | undefined) ?? []) : [];
  const own = blocked(...unready(item, view['status']), ...elsewhere(item, [view['availabilityZoneId']], zone));
  const volumes = await eachAtOnce(segments, ({ volumeName }) => mountFits(ground, String(volumeName), zone));
  return together([own, ...volumes]);
}

/** Whether the volumes are there that a cluster is to write to or read its log from. */
export async function volumesFit(ground: Ground): Promise<Remark> {
  const { savedownStorageConfiguration: savedown, tickerplantLogConfiguration: log, availabilityZoneId } = ground.input;
  const names = new Set([
    ...(((log as Members | undefined)?.['tickerplantLogVolumes'] as string[] | undefined) ?? []),
    ...[(savedown as Members | undefined)?.['volumeName']].flatMap((name) => (name === undefined ? [] : String(name))),
  ]);
  return together(await eachAtOnce([...names], (name) => mountFits(ground, name, availabilityZoneId)));
}

/** Whether a volume is there for a cluster; how many others may mount it, no reply shows. */
async function mountFits(ground: Ground, volumeName: string, zone: unknown): Promise<Remark> {
  const unchecked = [`the quota of clusters that mount volume ${quoted(volumeName)}`];
  return together([await volumeFits(ground, volumeName, zone), { unchecked }]);
}

/** Whether one more cluster is within the quotas, and its nodes and disks. */
export async function roomForCluster(ground: Ground): Promise<Remark> {
  const { input, environmentId } = ground;
  const lister = 'ListKxClusters';
  const own = input['capacityConfiguration'] as Members | undefined;
  const shared = input['scalingGroupConfiguration'] as Members | undefined;
  const summaries = await listed(ground, lister);
  const count = room(ground, {
    what: 'clusters per environment',
    limit: ({ clusters }) => clusters,
    used: summaries.length,
    lister,
  });
  const size = room(ground, {
    what: 'nodes per cluster',
    limit: ({ nodesPerCluster }) => nodesPerCluster,
    used: 0,
    more: Number(shared?.['nodeCount'] ?? own?.['nodeCount'] ?? 1),
    lister,
  });
  const nodes = blocked(...(size.blockers ?? []));
  if (own === undefined) return together([nodes, count]);
  const known = await eachAtOnce(summaries, ({ clusterName }) =>
    there(ground, 'GetKxCluster', { environmentId, clusterName: String(clusterName) }),
  );
  const present = known.filter((cluster) => cluster !== undefined);
  const sum = (size: (cluster: Members) => number) => present.reduce((all, cluster) => all + size(cluster), 0);
  const isMulti = input['azMode'] === 'MULTI';
  const type = String(own['nodeType']);
  return together([
    nodes,
    count,
    room(ground, {
      what: `${isMulti ? 'Multi' : 'Single'}-AZ clusters per environment`,
      limit: (quotas) => (isMulti ? quotas.multiAzClusters : quotas.singleAzClusters),
      used: present.filter((it) => it['azMode'] === input['azMode'] && it['scalingGroupConfiguration'] === undefined)
        .length,
      lister,
    }),
    NODE_TYPES.has(type) ? {} : { unchecked: ['whether nodes of that type are available'] },
    room(ground, {
      what: `${type} nodes per environment`,
      limit: ({ nodes: ofType }) => ofType[type] ?? Infinity,
      used: sum((cluster) => nodesOf(cluster, type)),
      more: nodesOf(input, type),
      lister,
    }),
    room(ground, {
      what: 'GB of cache storage per environment',
      limit: ({ cacheStorage }) => cacheStorage,
      used: sum(cacheSize),
      more: cacheSize(input),
      lister,
    }),
    room(ground, {
      what: 'GB of savedown storage per environment',
      limit: ({ savedownStorage }) => savedownStorage,
      used: sum(savedownSize),
      more: savedownSize(input),
      lister,
    }),
  ]);
}

const nodesOf = ({ capacityConfiguration: capacity }: Members, type: string) => {
  const { nodeType, nodeCount } = (capacity as Members | undefined) ?? {};
  return nodeType === type ? Number(nodeCount ?? 0) : 0;
};
const cacheSize = ({ cacheStorageConfigurations: caches }: Members) =>
  ((caches as Members[] | undefined) ?? []).reduce((sum, { size }) => sum + Number(size), 0);
const savedownSize = ({ savedownStorageConfiguration: savedown }: Members) =>
  Number((savedown as Members | undefined)?.['size'] ?? 0);
