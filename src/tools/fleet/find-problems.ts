import * as z from 'zod';
import { behind, idle, orphaned } from '../../inventory/conditions.ts';
import type { Finding, Graph } from '../../inventory/graph.ts';
import { attentionRow } from '../../inventory/summary.ts';
import { troubled } from '../../inventory/trouble.ts';
import { answer, shaping } from './page.ts';
import { EnvironmentArgument, environmentsOf } from './scene.ts';
import { fleetTool } from './tool.ts';

/** What has ended badly; the rest is stuck, or only replaces nodes, which is on its way. */
const FAILURES: ReadonlySet<string> = new Set(['failed', 'suspended']);

const FINDERS: Record<string, (graph: Graph) => Finding[]> = {
  failed: (graph) => troubled(graph).filter(({ condition }) => FAILURES.has(condition)),
  stuck: (graph) =>
    troubled(graph).filter(({ condition }) => !FAILURES.has(condition) && condition !== 'replacing nodes'),
  behind,
  idle,
  orphaned,
};

export const findProblems = fleetTool({
  name: 'find_kx_problems',
  title: 'Find problems',
  description:
    'Across all environments: what failed or is stuck and since when, what lags behind the newest changeset or dataview version, what is idle or orphaned and wastes money.',
  input: () =>
    z.strictObject({
      problem: z.enum(['failed', 'stuck', 'behind', 'idle', 'orphaned']).optional().describe('all without it'),
      environment: EnvironmentArgument().optional(),
      ...shaping(),
    }),
  needs: ['ListKxEnvironments', 'GetKxEnvironment', 'ListKxClusters', 'GetKxCluster'],
  run: async (scene, { problem, environment, view, cursor }) => {
    const { graphs, gaps } = await scene.graphs(environment);
    const asked = problem === undefined ? Object.keys(FINDERS) : [problem];
    const rows = asked.flatMap((name) =>
      graphs.flatMap((graph) =>
        (FINDERS[name]?.(graph) ?? []).map((finding) => ({
          problem: name,
          environment: graph.name,
          ...attentionRow(finding, graph.readAt),
        })),
      ),
    );
    const counts = Object.fromEntries(asked.map((name) => [name, rows.filter((row) => row.problem === name).length]));
    const head = { counts, ...environmentsOf(graphs), ...(gaps.length === 0 ? {} : { notRead: gaps.slice(0, 20) }) };
    return answer(head, [{ name: 'problems', rows }], { view, cursor });
  },
});
