import { isLeaving } from '../../kinds/users.ts';
import { toolName } from '../../operations/naming.ts';
import { leaving } from '../problem-text.ts';
import {
  clusterDetails,
  clusterItem,
  clusterNamed,
  clusterNames,
  dataviewsOf,
  type Estate,
  mountsOf,
} from './estate.ts';
import { type Blocker, count, type Finding, type Item, type Members, NOTHING, type Subject, size } from './finding.ts';
import { isDetached } from './statuses.ts';

const deleteCluster = `Delete it with ${toolName('DeleteKxCluster')}`;
const remountCluster = `${deleteCluster}, or make it mount something else with ${toolName('UpdateKxClusterDatabases')}.`;
const deleteDataview = `Delete it with ${toolName('DeleteKxDataview')}`;

const REMOUNTED = ['HDB', 'GP'];

/** A log or a savedown volume stays with its cluster: only what these types read can be changed. */
const heldByCluster = (cluster: Members): Blocker => ({
  item: clusterItem(cluster),
  first: REMOUNTED.includes(String(cluster['clusterType'])) ? remountCluster : `${deleteCluster}.`,
});

const estateOf = ({ call, input, options }: Subject): Estate => ({
  call,
  environmentId: String(input['environmentId']),
  options,
});

const dataviewItem = ({ dataviewName, databaseName, status }: Members): Item => ({
  kind: 'dataview',
  name: String(dataviewName),
  arn: `/kxDatabase/${databaseName}/kxDataview/${dataviewName}`,
  detail: `of ${databaseName}, ${status}`,
});

const heldBy = (view: Members): Blocker =>
  isLeaving(view['status']) ? leaving(dataviewItem(view)) : { item: dataviewItem(view), first: `${deleteDataview}.` };

/** A database takes its data and its history along; clusters that mount it and dataviews of it stand in the way. */
export async function deletingDatabase(subject: Subject): Promise<Finding> {
  const name = String(subject.input['databaseName']);
  const [all, views] = await Promise.all([clusterDetails(estateOf(subject)), dataviewsOf(estateOf(subject), name)]);
  const mounting = all.filter(
    (cluster) => !isDetached(cluster['status']) && mountsOf(cluster).some(({ databaseName }) => databaseName === name),
  );
  const { numBytes, numFiles, numChangesets } = subject.entity;
  return {
    ...NOTHING,
    lost: [
      {
        kind: 'data',
        name,
        detail: `${size(numBytes)} in ${count(numFiles, 'file')}, ${count(numChangesets, 'changeset')}`,
      },
    ],
    blockers: [...mounting.map(heldByCluster), ...views.map(heldBy)],
  };
}

/** A dataview takes its versions along, and what was written to a writable one and not committed. */
export async function deletingDataview(subject: Subject): Promise<Finding> {
  const versions = (subject.entity['activeVersions'] as Members[] | undefined) ?? [];
  const attached = new Set(
    versions.flatMap(({ attachedClusters }) => (attachedClusters as string[] | undefined) ?? []),
  );
  const present = attached.size === 0 ? new Set<string>() : await clusterNames(estateOf(subject));
  const blockers = [...attached].filter((cluster) => present.has(cluster));
  const name = String(subject.input['dataviewName']);
  return {
    ...NOTHING,
    lost: [
      { kind: 'versions', name: count(versions.length, 'version') },
      ...(subject.entity['readWrite'] === true
        ? [{ kind: 'changes', name, detail: 'written to it and not committed' }]
        : []),
    ],
    blockers: blockers.map((cluster) => ({ item: clusterNamed(cluster), first: remountCluster })),
  };
}

/** A scaling group cannot go while clusters run on it. */
export async function deletingScalingGroup(subject: Subject): Promise<Finding> {
  const onIt = (subject.entity['clusters'] as string[] | undefined) ?? [];
  const present = onIt.length === 0 ? new Set<string>() : await clusterNames(estateOf(subject));
  const { hostType } = subject.entity;
  return {
    ...NOTHING,
    lost: [{ kind: 'host', name: String(hostType) }],
    blockers: onIt
      .filter((cluster) => present.has(cluster))
      .map((cluster) => ({
        item: clusterNamed(cluster),
        first: `${deleteCluster}.`,
      })),
  };
}
