import { dataviewIn } from '../operations/conditions/clusters.ts';
import { toolName } from '../operations/naming.ts';
import { quoteUnlessPlain } from '../untrusted.ts';
import { type Cluster, type Databases, segmentsIn, volumesOf } from './kx-cluster-references.ts';
import type { Problem, Quota, Use } from './model.ts';
import { newestFirst } from './newest-first.ts';
import type { QuotaReader, Reader } from './reader.ts';
import { changesetReady, checkReady, itemOf, missing } from './rules.ts';
import type { Keys, Views } from './views.ts';

type Key = Keys['kx-cluster'];

/** The databases that a cluster is to mount exist, their changesets and dataviews are ready, and the dataviews are in its zone. */
export async function mountsReady(
  read: Reader,
  { environmentId }: Key,
  zone: string | undefined,
  databases: Databases = [],
): Promise<Problem[]> {
  const found = await Promise.all(
    databases.map(async (entry) => {
      const { databaseName = '', changesetId } = entry;
      const database = { environmentId, databaseName };
      if ((await read.get('kx-database', database)) === undefined) return [missing('kx-database', database)];
      const dataviewName = dataviewIn(entry);
      if (dataviewName !== undefined) return dataviewReady(read, { ...database, dataviewName }, zone);
      return changesetReady(read, database, changesetId);
    }),
  );
  return found.flat();
}

async function dataviewReady(read: Reader, key: Keys['kx-dataview'], zone: string | undefined) {
  const { problems, view } = await checkReady(read, 'kx-dataview', key, { zone });
  // Without a version, there is nothing to mount. A reply that omits `activeVersions` does not block the call.
  const hasNone = view?.status === 'ACTIVE' && view.activeVersions?.length === 0;
  return hasNone ? [noVersionProblem(key, view), ...problems] : problems;
}

const noVersionProblem = (key: Keys['kx-dataview'], { readWrite }: Views['kx-dataview']): Problem => ({
  error: 'WrongState',
  message: `Dataview ${key.dataviewName} has no active version yet`,
  item: itemOf('kx-dataview', key, 'ACTIVE, without a version'),
  advice:
    readWrite === true
      ? 'It has no version to mount, and a writable dataview gets no other: create another dataview.'
      : `It has no version to mount: load data with ${toolName('CreateKxChangeset')}, or change its segments with ${toolName('UpdateKxDataview')}.`,
});

/** The databases of a request as a cluster mounts them: with the segments of the dataview version that it gets. */
export async function withSegments(
  read: Reader,
  { environmentId }: Key,
  databases: Databases = [],
): Promise<Databases> {
  return Promise.all(
    databases.map(async (entry) => {
      const { databaseName = '' } = entry;
      const dataviewName = dataviewIn(entry);
      if (dataviewName === undefined) return entry;
      const dataview = await read.get('kx-dataview', { environmentId, databaseName, dataviewName });
      const segmentConfigurations = newestFirst(dataview)[0]?.segmentConfigurations ?? [];
      return { databaseName, dataviewConfiguration: { dataviewName, segmentConfigurations } };
    }),
  );
}

type Mounts = Pick<
  Cluster,
  'databases' | 'tickerplantLogConfiguration' | 'savedownStorageConfiguration' | 'clusterType'
>;

/** The databases of a cluster after an update; an empty list changes nothing, and of several entries for a database the last counts. */
export function databasesAfterUpdate<Entry extends { readonly databaseName?: string | undefined }>(
  current: readonly Entry[],
  changes: readonly Entry[],
): Entry[] {
  const last = ({ databaseName }: Entry) => changes.findLast((change) => change.databaseName === databaseName);
  return changes.length === 0 ? [...current] : current.flatMap((entry) => last(entry) ?? []);
}

/** The volumes that a new cluster uses exist, are ready and in its zone. */
export async function volumesReady(
  read: Reader,
  key: Key,
  request: Mounts & Pick<Cluster, 'availabilityZoneId'>,
): Promise<Problem[]> {
  const cluster = { ...request, databases: await withSegments(read, key, request.databases) };
  const { availabilityZoneId: zone } = request;
  const found = await Promise.all(
    volumesOf(cluster).map((volumeName) =>
      checkReady(read, 'kx-volume', { environmentId: key.environmentId, volumeName }, { zone }),
    ),
  );
  return found.flatMap(({ problems }) => problems);
}

type Mode = 'read' | 'write';

/** How a cluster mounts a volume: to write for a writable dataview, savedown or a tickerplant's own log; otherwise to read. */
async function mountModesOf(
  read: QuotaReader,
  { environmentId }: Key,
  volumeName: string,
  cluster: Mounts,
): Promise<Mode[]> {
  const { databases = [], savedownStorageConfiguration: savedown, tickerplantLogConfiguration: log } = cluster;
  const entries = databases.filter((entry) => segmentsIn(entry).some((segment) => segment.volumeName === volumeName));
  const writable = await Promise.all(
    entries.map(async ({ databaseName = '', dataviewConfiguration: dataview }) => {
      const dataviewKey = { environmentId, databaseName, dataviewName: String(dataview?.dataviewName) };
      return (await read.get('kx-dataview', dataviewKey))?.readWrite === true;
    }),
  );
  const logs = log?.tickerplantLogVolumes?.includes(volumeName) === true;
  return [
    ...(writable.includes(false) ? (['read'] as const) : []),
    ...(writable.includes(true) || savedown?.volumeName === volumeName ? (['write'] as const) : []),
    // Other types replay the log that a tickerplant writes.
    ...(logs ? [cluster.clusterType === 'TICKERPLANT' ? ('write' as const) : ('read' as const)] : []),
  ];
}

export async function mountQuotas(read: Reader, key: Key, cluster: Mounts): Promise<Use[]> {
  const found = await Promise.all(
    volumesOf(cluster).map(async (volumeName) => {
      const modes = await mountModesOf(read, key, volumeName, cluster);
      return (['read', 'write'] as const)
        .filter((mode) => modes.includes(mode))
        .map((mode) => ({ quota: mountQuota(key, volumeName, mode), more: 1 }));
    }),
  );
  return found.flat();
}

/** The quota of the clusters that mount a volume to read or to write. The cluster that has the key does not count. */
export const mountQuota = (key: Key, volumeName: string, mode: Mode): Quota => ({
  what: `${mode} mounts of volume ${quoteUnlessPlain(volumeName)}`,
  limit: ({ volumeMounts }) => volumeMounts[mode],
  used: async (read) => {
    const { environmentId } = key;
    const dependents = await read.dependents('kx-volume', { environmentId, volumeName });
    const others = dependents.filter(({ kind, name }) => kind === 'kx-cluster' && name !== key.clusterName);
    const modes = await Promise.all(
      others.map(async ({ name }): Promise<Mode[]> => {
        const other = await read.get('kx-cluster', { environmentId, clusterName: name });
        return other === undefined ? [] : mountModesOf(read, key, volumeName, other);
      }),
    );
    return modes.filter((each) => each.includes(mode)).length;
  },
  kind: 'kx-cluster',
});
