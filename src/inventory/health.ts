import { statusClass } from '../kinds/statuses.ts';
import { failedOrStuckIssues } from './failed-or-stuck.ts';
import type { Graph, GraphEntity, Issue } from './graph.ts';
import { danglingIssues, staleIssues, unusedIssues } from './stale-and-unused.ts';

/** The state of an entity, worst first. */
export type Health = 'failed' | 'behind' | 'unused' | 'underway' | 'ok';

export interface EntityHealth {
  readonly health: Health;
  /** Its issues, worst first. */
  readonly issues: readonly Issue[];
}

/** The health of every entity, by id. */
export function healthOf(graph: Graph): Map<string, EntityHealth> {
  const judged: [Health, Issue[]][] = [
    ['failed', [...failedOrStuckIssues(graph), ...danglingIssues(graph)]],
    ['behind', staleIssues(graph)],
    ['unused', unusedIssues(graph)],
  ];
  const found = new Map<string, { health: Health; issues: Issue[] }>();
  for (const [group, issues] of judged)
    for (const issue of issues) {
      const health = issue.condition === 'replacing nodes' ? 'underway' : group;
      const present = found.get(issue.entity.id);
      if (present === undefined) found.set(issue.entity.id, { health, issues: [issue] });
      else
        found.set(issue.entity.id, {
          health: present.health === 'underway' ? health : present.health,
          issues: [...present.issues, issue],
        });
    }
  return new Map(graph.entities.map((entity) => [entity.id, found.get(entity.id) ?? healthByStatus(entity)]));
}

const healthByStatus = ({ status }: GraphEntity): EntityHealth => ({
  health: statusClass(status) === 'underway' ? 'underway' : 'ok',
  issues: [],
});
