import { plainOrQuoted } from '../untrusted.ts';
import type { Edge, Finding, Graph, GraphEntity, Kind } from './graph.ts';

type Index = ReadonlyMap<string, GraphEntity>;
const indexed = ({ entities }: Graph): Index => new Map(entities.map((entity) => [entity.id, entity]));

/** Clusters and dataviews that did not follow the newest completed changeset or dataview version, since when the first that they missed was there. */
export function behind(graph: Graph): Finding[] {
  const byId = indexed(graph);
  return graph.edges
    .filter(({ relation }) => relation === 'behind')
    .flatMap((edge) => {
      const entity = byId.get(edge.from);
      return entity === undefined ? [] : [lag(entity, edge, byId)];
    });
}

function lag(entity: GraphEntity, { to, facts }: Edge, byId: Index): Finding {
  const target = byId.get(to);
  const [kind = '', name = ''] = to.split(/:(.*)/s);
  if (kind === 'dataview') {
    const versions = (target?.facts['versions'] ?? []) as { versionId?: string; created?: string }[];
    const mounted = versions.find(({ versionId }) => versionId === facts['versionId']);
    const missed = versions.map(({ created = '' }) => created).filter((each) => each > (mounted?.created ?? ''));
    return {
      entity,
      condition: 'old version',
      why: `mounts an older version of dataview ${plainOrQuoted(name)}`,
      since: missed.toSorted()[0],
      facts: { dataview: name, mountedVersion: facts['versionId'], newestVersion: facts['newestVersion'] },
    };
  }
  const [database = '', newest = ''] = name.split('/');
  const held = byId.get(`changeset:${database}/${facts['changesetId']}`);
  const by = held?.facts['completedSince'];
  return {
    entity,
    condition: 'old changeset',
    why: `holds ${plainOrQuoted(database)} as of ${held?.created?.slice(0, 16) ?? 'an older changeset'}${by === undefined ? '' : `, ${by} completed since`}`,
    since: (held?.facts['supersededSince'] ?? target?.facts['active']) as string | undefined,
    facts: { database, mounted: facts['changesetId'], newest, mountedFrom: held?.created, behindBy: by },
  };
}

/** Hosts without clusters and volumes that nothing uses: they cost money and serve nobody. */
export function idle(graph: Graph): Finding[] {
  return [
    ...unused(graph, 'scaling-group', ['cluster'], 'clusters', 'no cluster runs on it'),
    ...unused(
      graph,
      'volume',
      ['cluster', 'dataview', 'database'],
      'attachedClusters',
      'no cluster or dataview uses it',
    ),
  ];
}

/** Dataviews and databases that no cluster reaches, and whatever hangs on something that is gone. */
export function orphaned(graph: Graph): Finding[] {
  const byId = indexed(graph);
  const gone = graph.edges.filter(({ to, relation }) => relation !== 'behind' && !byId.has(to));
  const isRead = (kind: string) => !graph.gaps.some((gap) => gap.kind === kind);
  return [
    ...unused(graph, 'dataview', ['cluster'], undefined, 'no cluster mounts it'),
    ...unused(
      graph,
      'database',
      ['cluster', 'dataview'],
      undefined,
      'no cluster mounts it or a dataview of it',
      (edge) => ['mounts', 'of'].includes(edge.relation) && !edge.from.startsWith('changeset:'),
    ),
    ...gone.flatMap(({ from, to, relation }): Finding[] => {
      const entity = byId.get(from);
      const [kind = ''] = to.split(':');
      if (entity === undefined || !isRead(kind) || (kind === 'dataview' && !isRead('database'))) return [];
      return [
        {
          entity,
          condition: 'missing',
          why: `${relation} ${plainOrQuoted(to)}, which does not exist`,
          facts: { missing: to },
        },
      ];
    }),
  ];
}

/** Entities of a kind that nothing points to; none when what might point to them could not all be read. */
function unused(
  { entities, edges, gaps }: Graph,
  kind: Kind,
  needs: readonly Kind[],
  alsoListedIn: string | undefined,
  why: string,
  counts: (edge: Edge) => boolean = ({ relation }) => relation !== 'behind',
): Finding[] {
  if (gaps.some((gap) => needs.includes(gap.kind))) return [];
  const used = new Set(edges.filter(counts).map(({ to }) => to));
  const listed = ({ facts }: GraphEntity) =>
    alsoListedIn === undefined ? 0 : ((facts[alsoListedIn] as unknown[] | undefined)?.length ?? 0);
  return entities
    .filter((entity) => entity.kind === kind && !used.has(entity.id) && listed(entity) === 0)
    .filter(({ status }) => status !== 'DELETING' && status !== 'DELETED')
    .map((entity) => ({ entity, condition: 'unused', why, facts: { created: entity.created } }));
}
