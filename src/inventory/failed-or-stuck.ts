import { LIFECYCLES } from '../kinds/lifecycles.ts';
import { MINUTE } from '../kinds/status-meanings.ts';
import { statusClass } from '../kinds/statuses.ts';
import { oncePer } from '../once-per.ts';
import { quoteUnlessPlain } from '../untrusted.ts';
import type { Graph, GraphEntity, Issue, Kind } from './graph-types.ts';
import { isoMinute } from './units.ts';

/** Issues of entities that have failed, are stuck or suspended, or run with fewer nodes than they should. */
export const failedOrStuckIssues = oncePer((graph: Graph): readonly Issue[] =>
  graph.entities.flatMap((entity) => issuesOf(entity, graph)),
);

/** A transitional status is stuck if it lasts this many times as long as usual. */
const STUCK_FACTOR = 3;

const usualMs = (kind: Kind) => LIFECYCLES[`kx-${kind}`].usualMs;

/** When an operation that began at a time is usually done, ISO 8601; undefined where that is unknown. */
export function expectedBy(kind: Kind, since: string | undefined): string | undefined {
  const usual = usualMs(kind);
  const began = Date.parse(since ?? '');
  return usual === undefined || Number.isNaN(began) ? undefined : new Date(began + usual).toISOString();
}

/**
 * The time in one status after which an entity counts as stuck, such as `60 min`; for a node, the time in PROVISIONING. Undefined
 * for kinds that are never stuck.
 */
export function stuckAfter(kind: Kind): string | undefined {
  const usual = usualMs(kind);
  return usual === undefined ? undefined : `${(STUCK_FACTOR * usual) / MINUTE} min`;
}

const isStuck = (kind: Kind, status: string | undefined, since: string | undefined, now: string) =>
  statusClass(status) === 'underway' && isOverdue(kind, since, now);

const isOverdue = (kind: Kind, since: string | undefined, now: string) =>
  Date.parse(now) - Date.parse(since ?? '') > STUCK_FACTOR * (usualMs(kind) ?? Infinity);

/** That an entity or node has been in a transitional status for so long that it counts as stuck; undefined if it does not. */
export const stuckText = (kind: Kind, status: string, since: string | undefined, now: string): string | undefined =>
  isStuck(kind, status, since, now)
    ? `${quoteUnlessPlain(status)} since ${isoMinute(since)}; counts as stuck after ${stuckAfter(kind)}`
    : undefined;

function issuesOf(entity: GraphEntity, { readAt }: Graph): Issue[] {
  const found = [statusIssue(entity, readAt), ...networkIssues(entity), nodesIssue(entity, readAt)];
  return found.filter((issue) => issue !== undefined);
}

function statusIssue(entity: GraphEntity, now: string): Issue | undefined {
  const { kind, status, statusReason, created, modified, facts } = entity;
  const since = modified ?? created;
  const reason = statusReason === undefined ? {} : { reason: statusReason };
  if (statusClass(status) === 'failed') {
    const superseded = kind === 'changeset' && Number(facts['completedSince']) > 0 ? { superseded: true } : {};
    const why = `is ${quoteUnlessPlain(status)}`;
    return { entity, condition: 'failed', why, since, facts: { ...reason, ...superseded } };
  }
  if (isStuck(kind, status, since, now)) {
    const why = `is still ${quoteUnlessPlain(status)}`;
    return { entity, condition: 'stuck', why, since, facts: { stuckAfter: stuckAfter(kind), ...reason } };
  }
  return status === 'SUSPENDED' ? { entity, condition: 'suspended', why: 'is SUSPENDED', since, facts: {} } : undefined;
}

/** The issues of an environment whose network or DNS could not be updated. */
function networkIssues(entity: GraphEntity): Issue[] {
  if (entity.kind !== 'environment') return [];
  const { created, modified, facts } = entity;
  const failed = (['network', 'dns'] as const).filter((part) => facts[part] === 'FAILED_UPDATE');
  return failed.map((part) => ({
    entity,
    condition: 'failed',
    why: `its ${part} update failed`,
    since: modified ?? created,
    facts: {},
  }));
}

/** The issue of a RUNNING cluster of which some nodes are not running. */
function nodesIssue(entity: GraphEntity, now: string): Issue | undefined {
  const { kind, status, facts } = entity;
  if (kind !== 'cluster') return undefined;
  const since = facts['provisioningSince'] as string | undefined;
  if (since === undefined || status !== 'RUNNING') return undefined;
  const areStuck = isOverdue('node', since, now);
  const counts = { provisioning: facts['nodesProvisioning'], running: facts['nodesRunning'] };
  const total = facts['nodeCount'] ?? Number(counts.provisioning) + Number(counts.running);
  const verb = counts.provisioning === 1 ? 'is' : 'are';
  return {
    entity,
    condition: areStuck ? 'stuck nodes' : 'replacing nodes',
    why: `${counts.provisioning} of its ${total} nodes ${verb}${areStuck ? ' stuck' : ''} PROVISIONING`,
    since,
    facts: areStuck ? { ...counts, stuckAfter: stuckAfter('node') } : counts,
  };
}
