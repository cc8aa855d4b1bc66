import { groupBy } from '../group-by.ts';
import { statusClass } from '../kinds/statuses.ts';
import { failedOrStuckIssues } from './failed-or-stuck.ts';
import type { Graph, GraphEntity, Issue } from './graph-types.ts';
import { danglingIssues, staleIssues, unusedIssues } from './stale-and-unused.ts';

/** The states of an entity, worst first. */
export const HEALTH_ORDER = ['failed', 'behind', 'unused', 'underway', 'ok'] as const;
export type Health = (typeof HEALTH_ORDER)[number];

export type EntityHealth = ReturnType<typeof healthAmong>;

/** The health of every entity, by id. */
export function healthOf(graph: Graph): Map<string, EntityHealth> {
  const issues = [
    ...failedOrStuckIssues(graph).map((issue) => ({ issue, state: stateOf(issue) })),
    ...danglingIssues(graph).map((issue) => ({ issue, state: 'failed' as const })),
    ...staleIssues(graph).map((issue) => ({ issue, state: 'behind' as const })),
    ...unusedIssues(graph).map((issue) => ({ issue, state: 'unused' as const })),
  ];
  const found = groupBy(issues, ({ issue }) => issue.entity.id);
  return new Map(graph.entities.map((entity) => [entity.id, healthAmong(entity, found.get(entity.id) ?? [])]));
}

/** The state of an entity with an issue that {@link failedOrStuckIssues} finds. */
const stateOf = ({ condition }: Issue): Health => (condition === 'replacing nodes' ? 'underway' : 'failed');

/** The worst state of an entity, all its states, and its issues: failures first, then what is behind, then what is unused. */
function healthAmong({ status }: GraphEntity, found: readonly { readonly issue: Issue; readonly state: Health }[]) {
  const issues = found.map(({ issue }) => issue);
  const isUnderway = statusClass(status) === 'underway' && !issues.some(({ condition }) => condition === 'stuck');
  const states: Health[] = [...found.map(({ state }) => state), ...(isUnderway ? (['underway'] as const) : [])];
  const health: Health = HEALTH_ORDER.find((state) => states.includes(state)) ?? 'ok';
  return { health, states, issues };
}
