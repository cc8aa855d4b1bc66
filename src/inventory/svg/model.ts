import { rulesOfShownType } from '../../operations/cluster-types.ts';
import type { Graph, GraphEntity } from '../graph-types.ts';
import { healthOf } from '../health.ts';
import { nodesText } from '../summary.ts';
import { utcMinute } from '../units.ts';
import { issueLinesOf } from './issue-lines.ts';

/** A line of a database card that clusters may be connected to: a changeset, a dataview, or a version of a dataview. */
export interface Port {
  readonly key: string;
  readonly label: string;
  readonly detail: string;
  readonly old: boolean;
  /** The dataview whose heading this line is; its versions follow. */
  readonly dataview?: GraphEntity;
}

export interface DatabaseCard {
  readonly database: GraphEntity;
  readonly failedLoad: GraphEntity | undefined;
  readonly ports: readonly Port[];
}

export interface ClusterRow {
  readonly cluster: GraphEntity;
  readonly size: string;
  /** Its problems, in lines. */
  readonly issueLines: readonly string[];
  readonly links: readonly { readonly port: string; readonly old: boolean; readonly writes: boolean }[];
}

export interface HostBox {
  /** The scaling group; undefined for the box of dedicated clusters. */
  readonly group: GraphEntity | undefined;
  readonly rows: readonly ClusterRow[];
}

export type Model = ReturnType<typeof modelOf>;

/** The content of the picture, without coordinates. `graph` may be a part of `whole`, in which more entities would seem unused or dangling. */
export function modelOf(graph: Graph, whole: Graph) {
  const healthById = healthOf(whole);
  const ofKind = (kind: string) => graph.entities.filter((entity) => entity.kind === kind);
  const clusters = ofKind('cluster').map((cluster) => rowOf(cluster, graph, healthById));
  const hostOf = ({ cluster }: ClusterRow) => cluster.facts['scalingGroup'];
  const groups = ofKind('scaling-group');
  const known = new Set<unknown>(groups.map(({ name }) => name));
  const hosts: HostBox[] = groups.map((group) => ({
    group,
    rows: clusters.filter((row) => hostOf(row) === group.name),
  }));
  const dedicated = clusters.filter((row) => !known.has(hostOf(row)));
  const crowded = hosts.toSorted((a, b) => b.rows.length - a.rows.length);
  return {
    graph,
    whole,
    environment: ofKind('environment')[0],
    healthById,
    databases: ofKind('database').map((database) => cardOf(database, graph)),
    hosts: [...crowded, ...(dedicated.length === 0 ? [] : [{ group: undefined, rows: dedicated }])],
    volumes: ofKind('volume'),
    users: ofKind('user'),
  };
}

function cardOf(database: GraphEntity, { entities, edges }: Graph): DatabaseCard {
  const inside = entities.filter((entity) => entity.database === database.name);
  const changesets = inside.filter(({ kind }) => kind === 'changeset');
  const newest = changesets.find(({ facts }) => facts['newestCompleted'] === true);
  const failedLoad = changesets.find(({ status, facts }) => status === 'FAILED' && facts['completedSince'] === 0);
  const mounted = new Set(edges.filter(({ to }) => to === database.id).map(({ facts }) => facts['changesetId']));
  const older = changesets.filter((changeset) => changeset !== newest && mounted.has(changeset.name));
  const dataviews = inside.filter(({ kind }) => kind === 'dataview');
  const whenOf = (id: unknown) => changesets.find(({ name }) => name === id)?.created;
  return {
    database,
    failedLoad,
    ports: [
      ...(newest === undefined
        ? []
        : [{ key: newest.id, label: 'newest changeset', detail: utcMinute(newest.created), old: false }]),
      ...older.map((changeset) => ({
        key: changeset.id,
        label: `${changeset.facts['completedSince']} behind`,
        detail: utcMinute(changeset.created),
        old: true,
      })),
      ...dataviews.flatMap((dataview): Port[] => [
        { key: dataview.id, label: dataview.name, detail: updateMode(dataview), old: false, dataview },
        ...versionsOf(dataview).map(({ versionId, changesetId }, index) => ({
          key: `${dataview.id}@${versionId}`,
          label: index === 0 ? 'newest version' : 'older version',
          detail: utcMinute(whenOf(changesetId)) || (changesetId ?? 'no data'),
          old: index > 0,
        })),
      ]),
    ],
  };
}

/** How a dataview gets new data, or its status if it cannot be used. */
function updateMode({ facts, status = 'ACTIVE' }: GraphEntity): string {
  if (status !== 'ACTIVE') return status;
  if (facts['readWrite'] === true) return 'writable';
  return facts['autoUpdate'] === true ? 'auto-update' : 'updated manually';
}

export const versionsOf = ({ facts }: GraphEntity) =>
  (facts['versions'] ?? []) as { readonly versionId?: string; readonly changesetId?: string }[];

function rowOf(
  cluster: GraphEntity,
  { edges, entities, readAt }: Graph,
  healthById: ReturnType<typeof healthOf>,
): ClusterRow {
  const byId = new Map(entities.map((entity) => [entity.id, entity]));
  const mounts = edges.filter(({ from, relation }) => from === cluster.id && relation === 'mounts');
  return {
    cluster,
    issueLines: issueLinesOf(cluster, healthById.get(cluster.id), readAt),
    size: nodesText(cluster.facts),
    links: mounts.map(({ to, facts }) => {
      const { versionId, changesetId } = facts;
      const target = byId.get(to);
      if (target?.kind === 'dataview') {
        const at = versionsOf(target).findIndex((version) => version.versionId === versionId);
        return { port: at < 0 ? to : `${to}@${versionId}`, old: at > 0, writes: false };
      }
      if (rulesOfShownType(String(cluster.facts['type']))?.databases === 'savedown')
        return { port: to, old: false, writes: true };
      const port = changesetId === undefined ? to : `changeset:${target?.name}/${changesetId}`;
      return { port, old: changesetId !== target?.facts['lastCompletedChangesetId'], writes: false };
    }),
  };
}
