import { isBeingCreated, isLeavingOrGone } from '../kinds/statuses.ts';
import { quoteUnlessPlain } from '../untrusted.ts';
import type { Edge, Graph, GraphEntity, Issue, Kind } from './graph-types.ts';
import { hidesDependents } from './kinds.ts';
import { counted, isoMinute } from './units.ts';

type Index = ReadonlyMap<string, GraphEntity>;
const indexed = ({ entities }: Graph): Index => new Map(entities.map((entity) => [entity.id, entity]));

/** Clusters and dataviews that are not on the newest completed changeset or dataview version, since the first one that they missed. */
export function staleIssues(graph: Graph): Issue[] {
  const byId = indexed(graph);
  return graph.edges
    .filter(({ relation }) => relation === 'behind')
    .flatMap((edge) => {
      const entity = byId.get(edge.from);
      return entity === undefined ? [] : [staleIssue(entity, edge, byId)];
    });
}

function staleIssue(entity: GraphEntity, { to, facts }: Edge, byId: Index): Issue {
  const target = byId.get(to);
  const [kind = '', name = ''] = to.split(/:(.*)/s);
  if (kind === 'dataview') {
    const versions = (target?.facts['versions'] ?? []) as { versionId?: string; created?: string }[];
    const mounted = versions.find(({ versionId }) => versionId === facts['versionId']);
    const missed = versions.map(({ created = '' }) => created).filter((each) => each > (mounted?.created ?? ''));
    return {
      entity,
      condition: 'old version',
      why: `mounts an older version of dataview ${quoteUnlessPlain(name)}`,
      since: missed.toSorted()[0],
      facts: { dataview: name, mountedVersion: facts['versionId'], newestVersion: facts['newestVersion'] },
    };
  }
  const [database = '', newest = ''] = name.split('/');
  const hasNoChangeset = facts['changesetId'] === undefined;
  const mounted = byId.get(`changeset:${database}/${facts['changesetId']}`);
  const behindBy = hasNoChangeset ? facts['count'] : mounted?.facts['completedSince'];
  const created = isoMinute(mounted?.created);
  const older = created === undefined ? 'an older changeset' : quoteUnlessPlain(created);
  const state = hasNoChangeset ? 'without a changeset' : `as of ${older}`;
  return {
    entity,
    condition: 'old changeset',
    why: `${entity.kind === 'dataview' ? 'shows' : 'mounts'} ${quoteUnlessPlain(database)} ${state}${behindBy === undefined ? '' : `; ${newerText(Number(behindBy))}`}`,
    since: (facts['since'] ?? mounted?.facts['supersededSince'] ?? target?.facts['active']) as string | undefined,
    facts: { database, mounted: facts['changesetId'], newest, behindBy },
  };
}

const newerText = (count: number) => `${counted('changeset', count)} ${count === 1 ? 'has' : 'have'} completed since`;

/** Unused hosts, volumes, dataviews and databases. Unused hosts and volumes cost money. */
export function unusedIssues(graph: Graph): Issue[] {
  return [
    ...unreferenced(graph, 'scaling-group', 'no cluster runs on it', 'clusters'),
    ...unreferenced(graph, 'volume', 'no cluster or dataview uses it', 'attachedClusters'),
    ...unreferenced(graph, 'dataview', 'no cluster mounts it'),
    ...unreferenced(graph, 'database', 'no cluster mounts it, and it has no dataview'),
  ];
}

export function danglingIssues(graph: Graph): Issue[] {
  const byId = indexed(graph);
  const gone = graph.edges.filter(({ to, relation }) => relation !== 'behind' && !byId.has(to));
  const isRead = (kind: string) => !graph.gaps.some((gap) => gap.kind === kind);
  return gone.flatMap(({ from, to, relation }): Issue[] => {
    const entity = byId.get(from);
    const [kind = ''] = to.split(':');
    if (entity === undefined || !isRead(kind) || (kind === 'dataview' && !isRead('database'))) return [];
    const why = `${relation} ${quoteUnlessPlain(to)}, which does not exist`;
    return [{ entity, condition: 'dangling', why, facts: {} }];
  });
}

/**
 * Entities of a kind that nothing but changesets refers to, without those that are being created or deleted. None when the possible
 * dependents of the kind were not read completely.
 */
function unreferenced({ entities, edges, gaps }: Graph, kind: Kind, why: string, alsoListedIn = ''): Issue[] {
  if (gaps.some((gap) => hidesDependents(gap, kind))) return [];
  const isUse = ({ from, relation }: Edge) => relation !== 'behind' && !from.startsWith('changeset:');
  const used = new Set(edges.filter(isUse).map(({ to }) => to));
  const listedCount = ({ facts }: GraphEntity) => (facts[alsoListedIn] as unknown[] | undefined)?.length ?? 0;
  return entities
    .filter((entity) => entity.kind === kind && !used.has(entity.id) && listedCount(entity) === 0)
    .filter(({ status }) => !isLeavingOrGone(status) && !isBeingCreated(status))
    .map((entity) => ({ entity, condition: 'unused', why, facts: {} }));
}
