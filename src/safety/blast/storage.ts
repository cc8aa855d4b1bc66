import { volumesUnder } from '../../inventory/edges.ts';
import { sizeProblem } from '../../operations/conditions/volumes.ts';
import { toolName } from '../../operations/naming.ts';
import {
  clusterDetails,
  clusterItem,
  clusterNamed,
  clusterNames,
  dataviews,
  dataviewsOf,
  type Estate,
  isWorking,
  mountsOf,
} from './estate.ts';
import { type Blocker, count, type Finding, type Item, type Members, NOTHING, type Subject, size } from './finding.ts';
import { isDetached, isLeaving, leaving } from './statuses.ts';

const deleteCluster = `Delete it with ${toolName('DeleteKxCluster')}`;
const remountCluster = `${deleteCluster}, or make it mount something else with ${toolName('UpdateKxClusterDatabases')}.`;
const deleteDataview = `Delete it with ${toolName('DeleteKxDataview')}`;
const moveDataview = `${deleteDataview}, or move its segments to another volume with ${toolName('UpdateKxDataview')}.`;

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

const heldBy = (view: Members, first: string): Blocker =>
  isLeaving(view['status']) ? leaving(dataviewItem(view)) : { item: dataviewItem(view), first };

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
    blockers: [...mounting.map(heldByCluster), ...views.map((view) => heldBy(view, `${deleteDataview}.`))],
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

/** A volume takes everything on it along; clusters and dataviews on it stand in the way. */
export async function deletingVolume(subject: Subject): Promise<Finding> {
  const { clusters, views } = await usersOf(subject);
  return {
    ...NOTHING,
    lost: [
      { kind: 'storage', name: String(subject.input['volumeName']), detail: `everything on ${disk(subject.entity)}` },
    ],
    // A writable one is never updated.
    blockers: [
      ...clusters.map(heldByCluster),
      ...views.map((view) => heldBy(view, view['readWrite'] === true ? `${deleteDataview}.` : moveDataview)),
    ],
  };
}

/** Changing a volume may keep its files from everything that uses it, and it can only grow. */
export async function changingVolume(subject: Subject): Promise<Finding> {
  const { clusters, views } =
    subject.input['nas1Configuration'] === undefined ? { clusters: [], views: [] } : await usersOf(subject);
  const [wanted, present] = [subject.input, subject.entity].map(
    ({ nas1Configuration }) => (nas1Configuration as Members | undefined) ?? {},
  ) as [Members, Members];
  const item: Item = { kind: 'volume', name: String(subject.input['volumeName']), detail: disk(subject.entity) };
  const growth = Number(wanted['size'] ?? present['size']) - Number(present['size']);
  const isOther = 'type' in present && 'type' in wanted && wanted['type'] !== present['type'];
  return {
    ...NOTHING,
    unchecked: growth > 0 ? ['the storage quota'] : [],
    interrupted: [...clusters.filter(isWorking).map(clusterItem), ...views.map(dataviewItem)],
    blockers: [
      ...(isOther ? [{ item, first: 'The type of a volume cannot be changed: create another volume.' }] : []),
      ...(growth > 0 && sizeProblem({ ...present, ...wanted }) !== undefined
        ? [{ item, first: `${sizeProblem({ ...present, ...wanted })}.` }]
        : []),
      ...(growth < 0 ? [{ item, first: 'A volume can only grow: request a larger size.' }] : []),
    ],
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

async function usersOf(subject: Subject) {
  const volume = String(subject.input['volumeName']);
  const attached = (subject.entity['attachedClusters'] as Members[] | undefined) ?? [];
  const views = await dataviews(estateOf(subject));
  return {
    clusters: attached.filter(({ clusterStatus }) => !isDetached(clusterStatus)),
    views: views.filter((view) => volumesUnder(view).includes(volume)),
  };
}

const disk = ({ nas1Configuration }: Members) => {
  const { type, size: gigabytes } = (nas1Configuration as Members | undefined) ?? {};
  return gigabytes === undefined ? 'it' : `${gigabytes} GB of ${type}`;
};
