import type { Quotas } from '../operations/quotas.ts';
import type { Edge, Graph, GraphEntity, GraphOptions, Kind } from './graph.ts';
import { statusKind } from './trouble.ts';

/** Use of one quota. */
export interface QuotaUse {
  readonly quota: string;
  /** For a quota per cluster or volume: the one that uses most of it. */
  readonly of?: string;
  readonly used: number;
  readonly limit: number;
}

/** What must be read of an environment to count its use. */
export const READ_FOR_QUOTAS: GraphOptions = {
  kinds: ['cluster', 'scaling-group', 'volume', 'database', 'dataview', 'changeset', 'user'],
  nodes: false,
  onlyNewestChangesets: true,
};

type Use = QuotaUse & {
  /** What the use is counted from. */
  readonly from: readonly Kind[];
};

/** Use of the quotas of an environment, without those that cannot be counted because something could not be read. */
export function quotaUse(graph: Graph, quotas: Quotas): QuotaUse[] {
  const all = [
    ...countsIn(graph, quotas),
    ...ofClusters(graph, quotas),
    ...ofHosts(graph, quotas),
    ...mounts(graph, quotas),
  ];
  const unread = new Set(graph.gaps.map(({ kind }) => kind));
  return all.filter(({ from }) => !from.some((kind) => unread.has(kind))).map(({ from: _, ...use }) => use);
}

function countsIn({ entities }: Graph, quotas: Quotas): Use[] {
  const of = (kind: Kind) => entities.filter((entity) => entity.kind === kind);
  const moving = (kind: Kind) => of(kind).filter(({ status }) => statusKind(status) === 'moving');
  const count = (quota: string, kind: Kind, limit: number, used = of(kind).length): Use => ({
    ...{ quota, used, limit },
    from: [kind],
  });
  return [
    count('clusters', 'cluster', quotas.clusters),
    count('scaling groups', 'scaling-group', quotas.scalingGroups),
    count('volumes', 'volume', quotas.volumes),
    count('GB of volume storage', 'volume', quotas.volumeStorage, sum(of('volume'), 'sizeGB')),
    count('databases', 'database', quotas.databases),
    count('changesets in progress', 'changeset', quotas.ingestions, moving('changeset').length),
    count('dataviews', 'dataview', quotas.dataviews),
    count('dataview versions in progress', 'dataview', quotas.dataviewVersions, moving('dataview').length),
    count('users', 'user', quotas.users),
  ];
}

const sum = (entities: readonly GraphEntity[], fact: string) =>
  entities.reduce((all, { facts }) => all + Number(facts[fact] ?? 0), 0);

function ofClusters({ entities }: Graph, quotas: Quotas): Use[] {
  const clusters = entities.filter(({ kind }) => kind === 'cluster');
  const from: Use['from'] = ['cluster'];
  const dedicated = clusters.filter(({ facts }) => facts['nodeType'] !== undefined);
  const inMode = (mode: string) => dedicated.filter(({ facts }) => facts['azMode'] === mode).length;
  const total = (size: (facts: GraphEntity['facts']) => number) =>
    clusters.reduce((all, { facts }) => all + size(facts), 0);
  const caches = (facts: GraphEntity['facts']) =>
    ((facts['caches'] ?? []) as { sizeGB?: number }[]).reduce((all, { sizeGB = 0 }) => all + sizeGB, 0);
  const savedown = (facts: GraphEntity['facts']) => (facts['savedown'] as { size?: number } | undefined)?.size ?? 0;
  const nodes = clusters.map(({ name, facts }) => ({ name, used: Number(facts['nodeCount'] ?? 0) }));
  return [
    { quota: 'nodes of a cluster', ...most(nodes), limit: quotas.nodesPerCluster, from },
    {
      quota: 'Single-AZ clusters with nodes of their own',
      used: inMode('SINGLE'),
      limit: quotas.singleAzClusters,
      from,
    },
    { quota: 'Multi-AZ clusters', used: inMode('MULTI'), limit: quotas.multiAzClusters, from },
    { quota: 'GB of cluster cache', used: total(caches), limit: quotas.cacheStorage, from },
    { quota: 'GB of savedown storage', used: total(savedown), limit: quotas.savedownStorage, from },
    ...Object.entries(quotas.nodes).map(([type, limit]) => {
      const used = sum(
        dedicated.filter(({ facts }) => facts['nodeType'] === type),
        'nodeCount',
      );
      return { quota: `${type} nodes`, used, limit, from };
    }),
  ];
}

const ofHosts = ({ entities }: Graph, { hosts }: Quotas): Use[] =>
  Object.entries(hosts).map(([type, limit]) => ({
    quota: `${type} hosts`,
    used: entities.filter(({ facts }) => facts['hostType'] === type).length,
    limit,
    from: ['scaling-group'],
  }));

/** The number of clusters that read and write the most used volume. */
function mounts({ entities, edges }: Graph, { volumeMounts }: Quotas): Use[] {
  const byId = new Map(entities.map((entity) => [entity.id, entity]));
  const edgesTo = new Map<string, Edge[]>();
  for (const edge of edges) {
    const present = edgesTo.get(edge.to);
    if (present === undefined) edgesTo.set(edge.to, [edge]);
    else present.push(edge);
  }
  const using = (volume: string) =>
    (edgesTo.get(volume) ?? []).flatMap(({ from, relation, facts }) => {
      const user = byId.get(from);
      if (relation === 'uses')
        return [{ cluster: from, writes: facts['for'] === 'savedown' || user?.facts['type'] === 'TICKERPLANT' }];
      const mounting = (edgesTo.get(from) ?? []).filter((edge) => edge.relation === 'mounts');
      return mounting.map((edge) => ({ cluster: edge.from, writes: user?.facts['readWrite'] === true }));
    });
  const volumes = entities.filter(({ kind }) => kind === 'volume');
  return (['read', 'write'] as const).map((mode) => {
    const counted = volumes.map(({ id, name }) => {
      const clusters = using(id).filter(({ writes }) => writes === (mode === 'write'));
      return { name, used: new Set(clusters.map(({ cluster }) => cluster)).size };
    });
    const from: Use['from'] = ['volume', 'cluster', 'dataview', 'database'];
    return { quota: `clusters that ${mode} one volume`, ...most(counted), limit: volumeMounts[mode], from };
  });
}

function most(all: readonly { readonly name: string; readonly used: number }[]): Pick<QuotaUse, 'of' | 'used'> {
  const [first] = all.toSorted((a, b) => b.used - a.used);
  return first === undefined || first.used === 0 ? { used: 0 } : { of: first.name, used: first.used };
}
