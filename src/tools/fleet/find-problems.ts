import * as z from 'zod';
import { behind, idle, orphaned } from '../../inventory/conditions.ts';
import type { Finding, Graph, GraphOptions, Kind } from '../../inventory/graph.ts';
import { attentionRow } from '../../inventory/summary.ts';
import { statusKind, troubled, usuallyDoneBy } from '../../inventory/trouble.ts';
import { minute } from '../../inventory/units.ts';
import { plainOrQuoted } from '../../untrusted.ts';
import type { Candidate } from './matching.ts';
import { answer, shaping } from './page.ts';
import { toldProblems } from './problems-told.ts';
import { EnvironmentsArgument, environmentsOf, notReadIn, type Scene } from './scene.ts';
import { tagsOf } from './tagged.ts';
import { fleetTool } from './tool.ts';

/** What has ended badly; the rest is stuck, or only replaces nodes, which is on its way. */
const FAILURES: ReadonlySet<string> = new Set(['failed', 'suspended']);
const REPLACING = 'replacing nodes';

interface Search {
  readonly find: (graph: Graph) => Finding[];
  /** As much as shows it. */
  readonly read: GraphOptions;
  /** What makes sure of it in the environments in which that showed something, where it does not by itself. */
  readonly confirm?: GraphOptions;
}

const MOVING: readonly Kind[] = ['cluster', 'scaling-group', 'volume', 'database', 'dataview', 'changeset'];
const MOUNTED: readonly Kind[] = ['cluster', 'database', 'dataview'];
/** Gateways and tickerplants mount no database (user guide, cluster types). */
const READERS = ['HDB', 'RDB', 'GP'];

const SEARCHES: Record<string, Search> = {
  failed: {
    find: (graph) => troubled(graph).filter(({ condition }) => FAILURES.has(condition)),
    read: { kinds: MOVING, details: false },
  },
  stuck: {
    find: (graph) => troubled(graph).filter(({ condition }) => !FAILURES.has(condition) && condition !== REPLACING),
    read: { kinds: MOVING, details: false, nodes: true },
  },
  behind: { find: behind, read: { kinds: [...MOUNTED, 'changeset'], nodes: false, clusterTypes: READERS } },
  idle: {
    find: idle,
    read: { kinds: ['scaling-group', 'volume', 'dataview'], nodes: false },
    confirm: { kinds: ['cluster', 'scaling-group', 'volume', 'dataview'], nodes: false },
  },
  orphaned: { find: orphaned, read: { kinds: [...MOUNTED, 'scaling-group', 'volume'], nodes: false } },
  underway: { find: underway, read: { kinds: MOVING, details: false, nodes: true } },
};
/** Nodes are looked at, unless asked for alone, of so many clusters in all. */
const MOST_LOOKED_INTO = 500;

/** What is being created, updated or deleted, or gets new nodes, and is not stuck. */
function underway(graph: Graph): Finding[] {
  const found = troubled(graph);
  const moving = graph.entities.filter(({ id, status }) => {
    const isStuck = found.some(({ entity, condition }) => entity.id === id && condition === 'stuck');
    return statusKind(status) === 'moving' && !isStuck;
  });
  return [
    ...moving.map((entity): Finding => {
      const { kind, status, modified, created } = entity;
      const since = modified ?? created;
      return { entity, condition: 'underway', why: `is ${plainOrQuoted(status)}`, since, facts: doneBy(kind, since) };
    }),
    ...found
      .filter(({ condition }) => condition === REPLACING)
      .map((finding) => ({ ...finding, facts: { ...finding.facts, ...doneBy('node', finding.since) } })),
  ];
}

const doneBy = (kind: Kind | 'node', since: string | undefined) => ({
  usuallyDoneBy: minute(usuallyDoneBy(kind, since)),
});

export const findProblems = fleetTool({
  name: 'find_kx_problems',
  title: 'Find kdb problems',
  description:
    'Find what is wrong in all kdb environments: failed or stuck entities, clusters and dataviews that lag behind ' +
    'the newest data, and hosts, volumes, dataviews and databases that nothing uses. Also shows what is changing ' +
    'now.',
  keywords: 'broken health check wasting money idle why',
  input: () =>
    z.strictObject({
      problem: z
        .enum(['failed', 'stuck', 'behind', 'idle', 'orphaned', 'underway'])
        .optional()
        .describe(
          'stuck: in a transitional status for too long. behind: not on the newest changeset or dataview version. ' +
            'idle: hosts and volumes that nothing uses. orphaned: dataviews and databases that nothing mounts. ' +
            'underway: changing now. Default: all.',
        ),
      environment: EnvironmentsArgument().optional(),
      ...shaping(),
    }),
  needs: ['ListKxEnvironments', 'GetKxEnvironment', 'ListKxClusters', 'GetKxCluster'],
  run: async (scene, { problem, environment, view, cursor }) => {
    const asked = problem === undefined ? Object.keys(SEARCHES) : [problem];
    const { graphs, gaps, unread } = await read(scene, environment, problem);
    const found = asked.flatMap((name) =>
      graphs.flatMap((graph) =>
        perEntity(SEARCHES[name]?.find(graph) ?? []).map((findings) => ({ name, graph, finding: inOne(findings) })),
      ),
    );
    const tagged = await tagsOf(scene, found.length > FEW ? [] : found.map(candidateOf));
    const rows = found.map((each) => ({
      problem: each.name,
      environment: each.graph.name,
      ...attentionRow(each.finding, each.graph.readAt),
      ...tagged.told(candidateOf(each)),
    }));
    const counts = Object.fromEntries(asked.map((name) => [name, rows.filter((row) => row.problem === name).length]));
    const told = toldProblems(rows, view, problem !== undefined);
    const head = {
      counts,
      ...told.head,
      ...(problem === 'behind' ? notLoaded(graphs) : {}),
      ...(unread === 0 ? {} : { notChecked: `nodes of ${unread} clusters: problem stuck or underway does` }),
      ...environmentsOf(graphs),
      ...notReadIn([...gaps, ...tagged.gaps]),
    };
    return answer(head, [told.section], { view, cursor });
  },
});

/** Of so few it is told whose they are. */
const FEW = 12;
const candidateOf = ({ graph, finding }: { readonly graph: Graph; readonly finding: Finding }): Candidate => ({
  graph,
  entity: finding.entity,
});

const MOST_NOT_LOADED = 20;
/** The databases whose newest load failed: who mounts the newest changeset is not behind, and yet has no newer data. */
function notLoaded(graphs: readonly Graph[]) {
  const found = graphs.flatMap(({ name, entities }) =>
    entities.flatMap(({ kind, name: database, facts }) => {
      const loads = entities.filter((each) => each.kind === 'changeset' && each.database === database);
      const [newest] = loads.toSorted((a, b) => (b.created ?? '').localeCompare(a.created ?? ''));
      if (kind !== 'database' || newest?.status !== 'FAILED') return [];
      const newestData = minute(facts['newestData'] as string | undefined);
      return [{ environment: name, database, newestData, loadFailed: minute(newest.created) }];
    }),
  );
  return found.length === 0 ? {} : { newestLoadFailed: found.slice(0, MOST_NOT_LOADED) };
}

/** The environments, read as far as it takes to see the problem, or all of them. */
async function read(scene: Scene, environment: string | undefined, problem: string | undefined) {
  let left = MOST_LOOKED_INTO;
  let unread = 0;
  const nodes = (clusters: number) => {
    const isRead = clusters <= left;
    if (isRead) left -= clusters;
    else unread += clusters;
    return isRead;
  };
  const { find, read: options = { nodes }, confirm } = SEARCHES[problem ?? ''] ?? {};
  const first = await scene.graphs(environment, options);
  const suspects = confirm === undefined ? [] : first.graphs.filter((graph) => find?.(graph).length);
  if (confirm === undefined || suspects.length === 0) return { ...first, unread };
  const again = await scene.again(suspects, confirm);
  const fresh = new Map(again.graphs.map((graph) => [graph.environmentId, graph]));
  // What could not be made sure of is a gap, not a finding.
  const graphs = first.graphs.flatMap((graph) =>
    suspects.includes(graph) ? (fresh.get(graph.environmentId) ?? []) : graph,
  );
  return { graphs, gaps: [...first.gaps, ...again.gaps], unread };
}

const perEntity = (findings: readonly Finding[]): [Finding, ...Finding[]][] => {
  const found = new Map<string, [Finding, ...Finding[]]>();
  for (const finding of findings) {
    const { id } = finding.entity;
    found.set(id, [...(found.get(id) ?? []), finding] as [Finding, ...Finding[]]);
  }
  return [...found.values()];
};

/** What was found about one entity in one finding, since the first of them. */
const inOne = ([first, ...others]: readonly [Finding, ...Finding[]]): Finding => {
  const all = [first, ...others];
  return {
    ...first,
    condition: all.map(({ condition }) => condition).join('; '),
    why: all.map(({ why }) => why).join('; '),
    since: all.flatMap(({ since }) => since ?? []).toSorted()[0],
    facts: Object.assign({}, ...all.map(({ facts }) => facts)),
  };
};
