import { behind, dangling, unused } from './conditions.ts';
import { failedOrStuck, statusKind } from './failed-or-stuck.ts';
import type { Finding, Graph, GraphEntity } from './graph.ts';

/** The state of an entity, worst first. */
export type Mark = 'failed' | 'behind' | 'unused' | 'moving' | 'ok';

export interface Marked {
  readonly mark: Mark;
  /** Its findings, worst first. */
  readonly findings: readonly Finding[];
}

/** The mark of every entity, by id. */
export function marksOf(graph: Graph): Map<string, Marked> {
  const judged: [Mark, Finding[]][] = [
    ['failed', failedOrStuck(graph)],
    ['behind', behind(graph)],
    ['unused', [...unused(graph), ...dangling(graph)]],
  ];
  const found = new Map<string, { mark: Mark; findings: Finding[] }>();
  for (const [group, findings] of judged)
    for (const finding of findings) {
      const mark = finding.condition === 'replacing nodes' ? 'moving' : group;
      const present = found.get(finding.entity.id);
      if (present === undefined) found.set(finding.entity.id, { mark, findings: [finding] });
      else
        found.set(finding.entity.id, {
          mark: present.mark === 'moving' ? mark : present.mark,
          findings: [...present.findings, finding],
        });
    }
  return new Map(graph.entities.map((entity) => [entity.id, found.get(entity.id) ?? plain(entity)]));
}

const plain = ({ status }: GraphEntity): Marked => ({
  mark: statusKind(status) === 'moving' ? 'moving' : 'ok',
  findings: [],
});
