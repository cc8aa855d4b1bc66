import { nodeList } from '../../inventory/detail.ts';
import { stuckText } from '../../inventory/failed-or-stuck.ts';
import { graphOfOne } from '../../inventory/graph-of-one.ts';
import {
  deletionIn,
  getterInput,
  getterOf,
  isLeaving,
  readyIn,
  statusClass,
  statusesOf,
} from '../../inventory/kinds.ts';
import { entityRow, sizeOf } from '../../inventory/summary.ts';
import { route } from '../../operations/http.ts';
import { type Input, OPERATION_NAMES, type OperationName, operationNamed } from '../../operations/index.ts';
import { toolName } from '../../operations/naming.ts';
import { quoteUnlessPlain } from '../../untrusted.ts';
import { behindNewest } from './behind-newest.ts';
import { DELETED } from './environment-lookup.ts';
import { worldTime } from './fleet-reader.ts';
import type { Row } from './page.ts';
import {
  deletedIfNotFound,
  type EntityStatus,
  NOT_SHOWN,
  readEntityStatus,
  readNodesStatus,
  type StatusRead,
} from './status-reads.ts';
import { notFound, Unanswerable } from './unanswerable.ts';
import {
  isInList,
  NODES,
  noneText,
  type PollContext,
  readKind,
  resolvedTarget,
  type WaitTarget,
} from './wait-target.ts';

const statusKind = (kind: WaitTarget['kind']) => (kind === NODES ? 'node' : kind);

export interface PollResult extends EntityStatus {
  readonly reached: boolean;
  /** Whether waiting longer is useless. */
  readonly ended: boolean;
  readonly why?: string;
  readonly stuck?: string | undefined;
  /** What the entity shows at the end, besides name and status. */
  readonly row?: Row;
}

export type PolledEntity = Awaited<ReturnType<typeof polledEntity>>;

/** Finds out how to read the entity. Throws Unanswerable for an entity that cannot be waited for. */
export async function polledEntity(context: PollContext, target: WaitTarget, until: string | undefined) {
  const { kind, name, database } = await resolvedTarget(context, target);
  const goal = goalOf(kind, until);
  const subject = { context, kind, name, database, goal, ...readsOf(context, { kind, name, database }) };
  return {
    name,
    /** As answers name it: `cluster:NAME`, `dataview:DATABASE/NAME`. */
    entity: `${kind}:${database === undefined ? '' : `${database}/`}${name}`,
    /** Reads it; `wasThere` says whether an earlier read found it. */
    poll: (wasThere: boolean) => poll(subject, wasThere),
  };
}

interface Subject extends WaitTarget {
  readonly context: PollContext;
  readonly goal: string;
  readonly read: () => Promise<StatusRead>;
  /** When this server last sent a delete of it that is not known to have failed, ISO 8601; undefined if never. */
  readonly deletedAt: () => Promise<string | undefined>;
}

/** How to read an entity. Throws Unanswerable if the caller may not read it. */
function readsOf({ reader, environment, deletionTimes }: PollContext, { kind, name, database }: WaitTarget) {
  const getter = getterOf(readKind(kind));
  for (const operation of kind === NODES ? (['ListKxClusterNodes', getter] as const) : [getter]) {
    const refusal = reader.options.refusal?.(operation);
    if (refusal !== undefined) throw new Unanswerable(`${toolName(operation)} is not offered. ${refusal}`);
  }
  const input = getterInput(readKind(kind), environment.environmentId ?? '', name, database);
  const deleter = deleterOf(getter);
  return {
    read: () =>
      kind === NODES
        ? readNodesStatus(reader, input as Input<'GetKxCluster'>)
        : readEntityStatus(reader, getter, input),
    deletedAt: async () => deleter && (await deletionTimes())?.(deleter, input),
  };
}

async function poll(subject: Subject, wasThere: boolean): Promise<PollResult> {
  const { created, since, reply, ...seen } = await subject.read().catch(deletedIfNotFound);
  if (seen.status === DELETED) return resultIfMissing(subject, seen, wasThere);
  const result = await resultIfExists(subject, seen, created);
  const { context, kind, database } = subject;
  if (!result.ended)
    return { ...result, stuck: stuckText(statusKind(kind), seen.status, since, await worldTime(context.reader)) };
  if (reply === undefined) return result;
  const isLoaded = kind === 'changeset' && readyIn(kind).includes(seen.status) && database !== undefined;
  const behind = isLoaded ? await behindNewest(context.reader, context.environment, database) : {};
  return { ...result, row: { ...rowOf(subject, reply), ...behind } };
}

async function resultIfExists(subject: Subject, seen: EntityStatus, created: string | undefined): Promise<PollResult> {
  const { context, kind, goal, deletedAt } = subject;
  const ready = readyIn(statusKind(kind));
  if (seen.status === goal || (goal === ready[0] && ready.includes(seen.status)))
    return { ...seen, reached: true, ended: true };
  if (goal !== DELETED) {
    const isLost = isLeaving(seen.status) && deletionIn(goal) === undefined;
    return isLost
      ? endedResult(seen, `It is being deleted, and will not be ${goal}.`)
      : unfinishedResult(seen, { isSettledFinal: kind !== NODES });
  }
  // A delete before its creation was of an earlier entity with the same name.
  const wasDeletedSince = ((await deletedAt()) ?? '') > (created ?? '');
  const isBeingDeleted = wasDeletedSince || [seen.status, context.environment.status].some(showsDeletion);
  return isBeingDeleted
    ? unfinishedResult(seen, { isSettledFinal: false })
    : endedResult(seen, `${NOT_DELETED} ${quoteUnlessPlain(seen.status)}.`);
}

/** The members of a reply to show besides name, database and status; for nodes, only what is about nodes. */
function rowOf({ context: { environment }, kind, database }: Subject, reply: object): Row {
  const location = {
    environmentId: environment.environmentId ?? '',
    environmentName: environment.name ?? '',
    database,
  };
  const graph = graphOfOne(readKind(kind), reply, location, new Date().toISOString());
  const [entity] = graph.entities;
  if (entity === undefined) return {};
  if (kind === NODES) return { nodes: sizeOf(entity)['nodes'], nodeList: nodeList(entity) };
  const { name: _, database: __, status: ___, memory, ...row } = entityRow(entity, graph);
  // Of the clusters on a host, only the names were read.
  return entity.facts['reservedMiB'] === undefined ? row : { ...row, memory };
}

/** The result for a status other than the wanted one. If `isSettledFinal`, a settled status changes only by another call. */
function unfinishedResult(seen: EntityStatus, { isSettledFinal }: { readonly isSettledFinal: boolean }): PollResult {
  const state = statusClass(seen.status);
  if (seen.status === NOT_SHOWN) return endedResult(seen, 'The endpoint does not show its status.');
  if (state === 'failed') return endedResult(seen, 'It failed; waiting will not help.');
  if (state === 'settled' && isSettledFinal)
    return endedResult(
      seen,
      `It is ${quoteUnlessPlain(seen.status)}, and no operation is in progress that would change it.`,
    );
  return { ...seen, reached: false, ended: false };
}

const NOT_DELETED =
  'It is not being deleted: no delete by this server was accepted since it was created, and its status is';
const endedResult = (seen: EntityStatus, why: string): PollResult => ({ ...seen, reached: false, ended: true, why });
/** Whether a status is that of a deletion, in progress or failed. */
const showsDeletion = (status: string | undefined) => ['in progress', 'failed'].includes(String(deletionIn(status)));

/** The result for a missing entity: it was deleted, alone or with its environment, never existed, or its details do not exist yet. */
async function resultIfMissing(
  { context, kind, name, database, goal, deletedAt }: Subject,
  seen: EntityStatus,
  wasThere: boolean,
): Promise<PollResult> {
  const reached = goal === DELETED;
  const existed = wasThere || kind === 'environment' || (await deletedAt()) !== undefined;
  if (existed) return reached ? { ...seen, reached, ended: true } : endedResult(seen, 'It no longer exists.');
  if (context.environment.status === DELETED)
    return { ...seen, reached, ended: true, why: 'Its environment was deleted, with everything in it.' };
  const missing = { ...seen, status: 'NOT_FOUND' };
  // An endpoint may list an entity before, or for longer than, its details exist.
  if (await isInList(context, readKind(kind), name, database)) return { ...missing, reached: false, ended: false };
  return endedResult(missing, await noneText(context, readKind(kind), name, goal));
}

/**
 * The wanted status: for `ready`, the usual one in which entities of the kind can be used; for `gone`, DELETED. Throws Unanswerable for one
 * that the kind lacks.
 */
function goalOf(kind: WaitTarget['kind'], until: string | undefined): string {
  const goal = goalMeant(kind, (until ?? 'READY').toUpperCase());
  const statuses = kind === NODES ? statusesOf('node') : [...new Set([...statusesOf(kind), DELETED])];
  if (statuses.includes(goal)) return goal;
  throw notFound(`${statusKind(kind)} status`, goal, statuses);
}

function goalMeant(kind: WaitTarget['kind'], word: string): string {
  if (word === 'READY') return String(readyIn(statusKind(kind))[0]);
  return word === 'GONE' ? DELETED : word;
}

/** The operation that deletes what a getter reads; undefined for changesets, which are deleted with their database. */
function deleterOf(getter: OperationName): OperationName | undefined {
  const { path } = route(operationNamed(getter));
  return OPERATION_NAMES.find((name) => operationNamed(name).http === `DELETE ${path}`);
}
