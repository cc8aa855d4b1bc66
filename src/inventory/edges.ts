import { newestFirst } from '../kinds/newest-first.ts';
import { referencesInView } from '../kinds/references.ts';
import { isLeaving, occupiesHost, statusClass } from '../kinds/statuses.ts';
import type { KindName } from '../kinds/views.ts';
import { rulesOfShownType } from '../operations/cluster-types.ts';
import { withoutUndefined } from '../without-undefined.ts';
import { completedAmong } from './changesets.ts';
import type { Cluster, Database, Dataview, EnvironmentData } from './environment-data.ts';
import { type Edge, idOf, type Kind, type Relation } from './graph-types.ts';
import { idAt } from './kinds.ts';

type Facts = Record<string, unknown>;

/**
 * The connections between entities. An edge may lead to something that `present` does not contain: it is missing, or could not be
 * read.
 */
export function edgesOf({ environment, clusters, databases }: EnvironmentData, present: ReadonlySet<string>): Edge[] {
  const { environmentId } = environment;
  const byName = new Map(databases.map((database) => [database.databaseName, database]));
  const referencesFrom = (kind: Kind, view: object, databaseName?: string) =>
    references(kind, { ...view, environmentId, databaseName });
  return [
    ...clusters.flatMap((cluster) => referencesFrom('cluster', cluster)),
    ...databases.flatMap((database) =>
      database.dataviews.flatMap((dataview) => [
        ...referencesFrom('dataview', dataview, database.databaseName),
        ...staleDataviewEdges(dataview, database),
      ]),
    ),
    ...databases
      .flatMap(({ databaseName, changesets }) =>
        changesets.flatMap((each) => referencesFrom('changeset', each, databaseName)),
      )
      .filter(({ from }) => present.has(from)),
    // A cluster that failed to start, or is being deleted, serves no data.
    ...clusters.filter(({ status }) => occupiesHost(status)).flatMap((cluster) => staleMountEdges(cluster, byName)),
  ];
}

/** What an entity refers to, each once, without what follows from its other references. */
function references(kind: Kind, view: object): Edge[] {
  const from: KindName = `kx-${kind}`;
  const all: Edge[] = [];
  for (const { to, as, key, how, isImplied } of referencesInView(from, view, view)) {
    if (isImplied) continue;
    const found = edge(idAt(from, view), as, idAt(to, key), how);
    const at = all.findIndex((each) => each.to === found.to && each.relation === as);
    const same = all[at];
    if (same === undefined) all.push(found);
    else all[at] = { ...same, facts: union(same.facts, found.facts) };
  }
  return all;
}

/** The facts of two uses of the same entity in one: the paths of both, or both purposes. */
function union(one: Facts, other: Facts): Facts {
  const both = (a: unknown, b: unknown) =>
    Array.isArray(a) ? [...new Set([...a, b].flat())] : [...new Set([a, b])].join(', ');
  const shared = Object.keys(one).filter((name) => name in other);
  return { ...one, ...other, ...Object.fromEntries(shared.map((name) => [name, both(one[name], other[name])])) };
}

const edge = (from: string, relation: Relation, to: string, facts: Facts = {}): Edge => ({
  from,
  to,
  relation,
  facts: withoutUndefined(facts),
});

function staleDataviewEdges(dataview: Dataview, { databaseName, lastCompletedChangesetId }: Database): Edge[] {
  const isCurrent = dataview.changesetId === lastCompletedChangesetId || lastCompletedChangesetId === undefined;
  if (isCurrent || dataview.readWrite === true || !servesData(dataview)) return [];
  const newest = idOf('changeset', lastCompletedChangesetId, databaseName);
  return [
    edge(idOf('dataview', dataview.dataviewName, databaseName), 'behind', newest, {
      changesetId: dataview.changesetId,
    }),
  ];
}

/** A dataview whose update failed still has its earlier versions; one whose creation failed has none. */
const servesData = ({ status, activeVersions = [] }: Dataview) =>
  !isLeaving(status) && (statusClass(status) !== 'failed' || activeVersions.length > 0);

/**
 * A cluster that reads databases is behind when it mounts an older version than its dataview has, an older changeset than the newest
 * completed one, or no changeset because there was none.
 */
function staleMountEdges(cluster: Cluster, byName: ReadonlyMap<string | undefined, Database>): Edge[] {
  const from = idOf('cluster', cluster.clusterName);
  const use = rulesOfShownType(cluster.clusterType)?.databases;
  if (use === 'savedown') return [];
  return (cluster.databases ?? []).flatMap(({ databaseName, changesetId, dataviewConfiguration: mounted }) => {
    const database = byName.get(databaseName);
    const dataview = database?.dataviews.find(({ dataviewName }) => dataviewName === mounted?.dataviewName);
    const newestVersion = newestFirst(dataview)[0]?.versionId;
    const versionId = mounted?.dataviewVersionId;
    const hasOldVersion = newestVersion !== undefined && newestVersion !== versionId;
    const mountedChangeset = changesetId ?? mounted?.changesetId;
    const newest = database?.lastCompletedChangesetId;
    const isMountedKnown = mountedChangeset !== undefined || (use === 'read' && mounted === undefined);
    const hasOldChangeset =
      newest !== undefined && isMountedKnown && mountedChangeset !== newest && dataview?.readWrite !== true;
    return [
      ...(hasOldVersion
        ? [edge(from, 'behind', idOf('dataview', dataview?.dataviewName, databaseName), { versionId, newestVersion })]
        : []),
      ...(hasOldChangeset
        ? [
            edge(from, 'behind', idOf('changeset', newest, databaseName), {
              changesetId: mountedChangeset,
              ...(mountedChangeset === undefined ? completedIn(database) : {}),
            }),
          ]
        : []),
    ];
  });
}

/** The completed changesets of a database; without their number if only some were read. */
function completedIn({ changesets = [], numChangesets = 0 }: Partial<Database> = {}): Facts {
  const { count, since } = completedAmong(changesets);
  return { count: numChangesets > changesets.length ? undefined : count, since };
}
