import { LIFECYCLES } from '../kinds/lifecycles.ts';
import { MINUTE } from '../kinds/states.ts';
import { statusClass } from '../kinds/statuses.ts';
import { quoteUnlessPlain } from '../untrusted.ts';
import type { Graph, GraphEntity, Issue, Kind } from './graph-types.ts';

export { deletionIn, isGone, statusClass } from '../kinds/statuses.ts';

/** Issues of entities that have failed, are stuck, or run with fewer nodes than they should. */
export function failedOrStuck(graph: Graph): Issue[] {
  return graph.entities.flatMap((entity) => issuesOf(entity, graph));
}

/** A transitional status is stuck if it lasts this many times as long as usual. */
const STUCK = 3;

const usualTime = (kind: Kind | 'node') => LIFECYCLES[`kx-${kind}`].takes;

/** When an operation that began at a time is usually done, ISO 8601; undefined where that is unknown. */
export function expectedBy(kind: Kind | 'node', since: string | undefined): string | undefined {
  const usual = usualTime(kind);
  const began = Date.parse(since ?? '');
  return usual === undefined || Number.isNaN(began) ? undefined : new Date(began + usual).toISOString();
}

/**
 * The time in one status after which an entity counts as stuck, such as `60 min`; for a node, the time in PROVISIONING. Undefined
 * for kinds that are never stuck.
 */
export function stuckAfter(kind: Kind | 'node'): string | undefined {
  const usual = usualTime(kind);
  return usual === undefined ? undefined : `${(STUCK * usual) / MINUTE} min`;
}

const isOverdue = (kind: Kind | 'node', since: string | undefined, now: string) =>
  Date.parse(now) - Date.parse(since ?? '') > STUCK * (usualTime(kind) ?? Infinity);

function issuesOf(entity: GraphEntity, graph: Graph): Issue[] {
  const { status, statusReason, created, modified, facts } = entity;
  const since = modified ?? created;
  const found: Issue[] = [];
  const report = (condition: string, why: string, from: string | undefined, more: Record<string, unknown> = {}) =>
    found.push({ entity, condition, why, since: from, facts: more });

  if (statusClass(status) === 'failed') {
    const more = entity.kind === 'changeset' && Number(facts['completedSince']) > 0 ? { superseded: true } : {};
    report(
      'failed',
      `is ${quoteUnlessPlain(status)}`,
      since,
      statusReason === undefined ? more : { reason: statusReason, ...more },
    );
  }
  if (statusClass(status) === 'moving' && isOverdue(entity.kind, since, graph.readAt))
    report('stuck', `is still ${quoteUnlessPlain(status)}`, since, {
      stuckAfter: stuckAfter(entity.kind),
      ...(statusReason === undefined ? {} : { reason: statusReason }),
    });
  if (status === 'SUSPENDED') report('suspended', 'is SUSPENDED', since);
  for (const part of ['network', 'dns'] as const)
    if (facts[part] === 'FAILED_UPDATE') report('failed', `its ${part} update failed`, since);
  const provisioning = facts['provisioningSince'] as string | undefined;
  if (provisioning !== undefined && status === 'RUNNING') {
    const isStuck = isOverdue('node', provisioning, graph.readAt);
    const counts = { provisioning: facts['nodesProvisioning'], running: facts['nodesRunning'] };
    report(
      isStuck ? 'stuck nodes' : 'replacing nodes',
      `${counts.provisioning} of its ${facts['nodeCount'] ?? Number(counts.provisioning) + Number(counts.running)} nodes ${counts.provisioning === 1 ? 'is' : 'are'}${isStuck ? ' stuck' : ''} PROVISIONING`,
      provisioning,
      isStuck ? { ...counts, stuckAfter: stuckAfter('node') } : counts,
    );
  }
  return found;
}
