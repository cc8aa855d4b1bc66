import { dataviewIn } from '../operations/conditions/clusters.ts';
import type { References, ReferenceTarget } from './model.ts';
import type { Views } from './views.ts';

export type Cluster = Views['kx-cluster'];
export type Databases = NonNullable<Cluster['databases']>;
type Mounts = Pick<Cluster, 'databases' | 'tickerplantLogConfiguration' | 'savedownStorageConfiguration'>;

export const mountedDatabases = ({ databases = [] }: Pick<Cluster, 'databases'> = {}): string[] =>
  databases.map(({ databaseName }) => String(databaseName));

export const segmentsIn = ({ dataviewConfiguration }: Databases[number]) =>
  dataviewConfiguration?.segmentConfigurations ?? [];

/** What a cluster caches of a database that it mounts: `/2026.03.17/ /sym on CACHE_1000`. */
export const cachedPaths = ({ cacheConfigurations }: Pick<Databases[number], 'cacheConfigurations'>) =>
  cacheConfigurations?.map(({ cacheType, dbPaths }) => `${dbPaths.join(' ')} on ${cacheType}`);

const mountedDataviews = ({ databases = [] }: Mounts): ReferenceTarget<'kx-dataview'>[] =>
  databases.flatMap((entry) => {
    const dataviewName = dataviewIn(entry);
    const { databaseName, dataviewConfiguration: dataview } = entry;
    const how = { changesetId: dataview?.changesetId, versionId: dataview?.dataviewVersionId };
    return dataviewName === undefined ? [] : [{ databaseName, dataviewName, how }];
  });

const volumes = ({
  databases = [],
  tickerplantLogConfiguration: log,
  savedownStorageConfiguration: savedown,
}: Mounts): ReferenceTarget<'kx-volume'>[] => [
  ...databases.flatMap(segmentsIn).map(({ volumeName }) => ({ volumeName, isImplied: true })),
  ...(log?.tickerplantLogVolumes ?? []).map((volumeName) => ({ volumeName, how: { for: 'tickerplant log' } })),
  ...(savedown?.volumeName === undefined ? [] : [{ volumeName: savedown.volumeName, how: { for: 'savedown' } }]),
];

/** The names of the volumes that a cluster uses, each once. */
export const volumesOf = (cluster: Mounts): string[] => [
  ...new Set(volumes(cluster).map(({ volumeName }) => volumeName)),
];

export const clusterReferences: References<'kx-cluster'> = [
  {
    to: 'kx-database',
    as: 'mounts',
    targets: ({ databases = [] }) =>
      databases.map((entry) => ({
        databaseName: entry.databaseName,
        how: { changesetId: entry.changesetId, cached: cachedPaths(entry) },
        isImplied: dataviewIn(entry) !== undefined,
      })),
  },
  { to: 'kx-dataview', as: 'mounts', targets: mountedDataviews },
  {
    to: 'kx-changeset',
    as: 'mounts',
    preventsDeletion: false,
    targets: ({ databases = [] }) =>
      databases.flatMap(({ databaseName, changesetId }) =>
        changesetId === undefined ? [] : [{ databaseName, changesetId, isImplied: true }],
      ),
  },
  {
    to: 'kx-scaling-group',
    as: 'runs-on',
    targets: ({ scalingGroupConfiguration: shared }) => (shared === undefined ? [] : [shared]),
  },
  { to: 'kx-volume', as: 'uses', targets: volumes },
];
