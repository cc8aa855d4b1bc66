import * as z from 'zod';
import { behind, idle, orphaned } from '../../inventory/conditions.ts';
import type { Finding, Graph } from '../../inventory/graph.ts';
import { attentionRow } from '../../inventory/summary.ts';
import { statusKind, troubled } from '../../inventory/trouble.ts';
import { answer, shaping } from './page.ts';
import { EnvironmentArgument, environmentsOf } from './scene.ts';
import { fleetTool } from './tool.ts';

/** What has ended badly; the rest is stuck, or only replaces nodes, which is on its way. */
const FAILURES: ReadonlySet<string> = new Set(['failed', 'suspended']);

const REPLACING = 'replacing nodes';

const FINDERS: Record<string, (graph: Graph) => Finding[]> = {
  failed: (graph) => troubled(graph).filter(({ condition }) => FAILURES.has(condition)),
  stuck: (graph) => troubled(graph).filter(({ condition }) => !FAILURES.has(condition) && condition !== REPLACING),
  behind,
  idle,
  orphaned,
  underway,
};

/** What is being created, updated or deleted, or gets new nodes, and is not stuck. */
function underway(graph: Graph): Finding[] {
  const found = troubled(graph);
  const moving = graph.entities.filter(({ id, status }) => {
    const isStuck = found.some(({ entity, condition }) => entity.id === id && condition === 'stuck');
    return statusKind(status) === 'moving' && !isStuck;
  });
  return [
    ...moving.map((entity): Finding => {
      const { status, modified, created } = entity;
      return { entity, condition: 'underway', why: `is ${status}`, since: modified ?? created, facts: {} };
    }),
    ...found.filter(({ condition }) => condition === REPLACING),
  ];
}

export const findProblems = fleetTool({
  name: 'find_kx_problems',
  title: 'Find problems',
  description:
    'Across all environments: what failed or is stuck and since when, what lags behind the newest changeset or dataview version, what is idle or orphaned and wastes money, what is changing right now.',
  input: () =>
    z.strictObject({
      problem: z
        .enum(['failed', 'stuck', 'behind', 'idle', 'orphaned', 'underway'])
        .optional()
        .describe('all without it'),
      environment: EnvironmentArgument().optional(),
      ...shaping(),
    }),
  needs: ['ListKxEnvironments', 'GetKxEnvironment', 'ListKxClusters', 'GetKxCluster'],
  run: async (scene, { problem, environment, view, cursor }) => {
    const { graphs, gaps } = await scene.graphs(environment);
    const asked = problem === undefined ? Object.keys(FINDERS) : [problem];
    const rows = asked.flatMap((name) =>
      graphs.flatMap((graph) =>
        perEntity(FINDERS[name]?.(graph) ?? []).map((findings) => ({
          problem: name,
          environment: graph.name,
          ...attentionRow(inOne(findings), graph.readAt),
        })),
      ),
    );
    const counts = Object.fromEntries(asked.map((name) => [name, rows.filter((row) => row.problem === name).length]));
    const head = { counts, ...environmentsOf(graphs), ...(gaps.length === 0 ? {} : { notRead: gaps.slice(0, 20) }) };
    return answer(head, [{ name: 'problems', rows }], { view, cursor });
  },
});

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
