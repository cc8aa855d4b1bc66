import { plainOrQuoted } from '../untrusted.ts';
import type { Finding, Graph, GraphEntity, Kind } from './shape.ts';

/** Findings about entities that have failed, are stuck, or run with fewer nodes than they should. */
export function troubled(graph: Graph): Finding[] {
  return graph.entities.flatMap((entity) => trouble(entity, graph));
}

const MINUTE = 60_000;

/** How long a transitional status may last before the entity counts as stuck: three times what users of FinSpace observed. */
const LONGEST: Partial<Record<Kind, number>> = {
  environment: 90 * MINUTE,
  cluster: 60 * MINUTE,
  'scaling-group': 30 * MINUTE,
  volume: 45 * MINUTE,
  dataview: 30 * MINUTE,
  changeset: 60 * MINUTE,
};
const LONGEST_PROVISIONING = 30 * MINUTE;

/**
 * When an operation that began at a time is usually done, ISO 8601: after a third of the time that counts as too long; undefined
 * where that is unknown.
 */
export function usuallyDoneBy(kind: Kind | 'node', since: string | undefined): string | undefined {
  const longest = kind === 'node' ? LONGEST_PROVISIONING : LONGEST[kind];
  const began = Date.parse(since ?? '');
  return longest === undefined || Number.isNaN(began) ? undefined : new Date(began + longest / 3).toISOString();
}

/**
 * The time in one status after which an entity counts as stuck, such as `60 min`; for a node, the time in PROVISIONING. Undefined
 * for kinds that are never stuck.
 */
export function stuckAfter(kind: Kind | 'node'): string | undefined {
  const longest = kind === 'node' ? LONGEST_PROVISIONING : LONGEST[kind];
  return longest === undefined ? undefined : `${longest / MINUTE} min`;
}

const SETTLED = new Set([
  'CREATED',
  'RUNNING',
  'ACTIVE',
  'UPDATED',
  'COMPLETED',
  'DELETED',
  'SUSPENDED',
  'FAILED',
  undefined,
]);

/** Whether a status is a failure, final, or transitional. */
export function statusKind(status: string | undefined): 'failed' | 'settled' | 'moving' {
  if (status?.includes('FAILED')) return 'failed';
  return SETTLED.has(status) ? 'settled' : 'moving';
}

function trouble(entity: GraphEntity, graph: Graph): Finding[] {
  const { status, statusReason, created, modified, facts } = entity;
  const now = Date.parse(graph.readAt);
  const since = modified ?? created;
  const found: Finding[] = [];
  const report = (condition: string, why: string, from: string | undefined, more: Record<string, unknown> = {}) =>
    found.push({ entity, condition, why, since: from, facts: more });

  if (statusKind(status) === 'failed') {
    const more = entity.kind === 'changeset' && Number(facts['completedSince']) > 0 ? { superseded: true } : {};
    report(
      'failed',
      `is ${plainOrQuoted(status)}`,
      since,
      statusReason === undefined ? more : { reason: statusReason, ...more },
    );
  }
  if (statusKind(status) === 'moving' && now - Date.parse(since ?? '') > (LONGEST[entity.kind] ?? Infinity))
    report('stuck', `is still ${plainOrQuoted(status)}`, since, {
      stuckAfter: stuckAfter(entity.kind),
      ...(statusReason === undefined ? {} : { reason: statusReason }),
    });
  if (status === 'SUSPENDED') report('suspended', 'is SUSPENDED', since);
  for (const part of ['network', 'dns'] as const)
    if (facts[part] === 'FAILED_UPDATE') report('failed', `its ${part} update failed`, since);
  const provisioning = facts['provisioningSince'] as string | undefined;
  if (provisioning !== undefined && status === 'RUNNING') {
    const isStuck = now - Date.parse(provisioning) > LONGEST_PROVISIONING;
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
