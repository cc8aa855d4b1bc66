import { nodeList } from '../../inventory/detail.ts';
import { stuckText } from '../../inventory/failed-or-stuck.ts';
import type { Environment } from '../../inventory/fleet.ts';
import { graphOfOne } from '../../inventory/graph-of-one.ts';
import { idOf, type Kind } from '../../inventory/graph-types.ts';
import {
  deletionIn,
  getterInput,
  getterOf,
  isInDatabase,
  isLeaving,
  KINDS,
  readyIn,
  statusClass,
  statusesOf,
} from '../../inventory/kinds.ts';
import { entityRow, sizeOf } from '../../inventory/summary.ts';
import { didYouMean } from '../../nearest.ts';
import { route } from '../../operations/http.ts';
import { type Input, OPERATION_NAMES, type OperationName, operationNamed } from '../../operations/index.ts';
import { toolName } from '../../operations/naming.ts';
import { lazy } from '../../operations/operation.ts';
import type { Deletions } from '../../safety/deletions.ts';
import { quoteUnlessPlain, quoteUntrusted } from '../../untrusted.ts';
import type { ToolEnvironment } from '../environment.ts';
import { behindNewest } from './behind-newest.ts';
import { DELETED, environmentsMeant } from './environment-lookup.ts';
import { type FleetReader, type Graphs, worldTime } from './fleet-reader.ts';
import { NotFound, notFound, quotedList } from './not-found.ts';
import type { Row } from './page.ts';
import {
  deletedIfNotFound,
  NOT_SHOWN,
  type Read,
  type ReadStatus,
  readEntityStatus,
  readNodesStatus,
} from './status-reads.ts';

/** The kinds whose entities change over time. */
export const WAITED_FOR = KINDS.filter((kind) => readyIn(kind).length > 0);
/** The nodes of a cluster change while it stays RUNNING. */
export const NODES = 'nodes';
export const WAIT_KINDS = [...WAITED_FOR, NODES] as const;

/** The kind whose statuses an entity to wait for has. */
const statusKind = (kind: WaitTarget['kind']) => (kind === NODES ? 'node' : kind);

/** An entity that a call waits for. */
export interface WaitTarget {
  readonly kind: (typeof WAIT_KINDS)[number];
  readonly name: string;
  readonly database?: string | undefined;
}

/** Shared by all reads of one call: what is read for one entity serves the others. */
export interface PollContext {
  readonly reader: FleetReader;
  readonly place: Environment;
  readonly deletions: () => Promise<Deletions | undefined>;
  /** All entities of a kind. */
  readonly present: (kind: Kind) => Promise<Graphs>;
}

/** Watches entities of one environment. */
export function pollContext(reader: FleetReader, { deletions }: ToolEnvironment, place: Environment): PollContext {
  const { environmentId = '' } = place;
  const read = new Map<Kind, Promise<Graphs>>();
  return {
    reader,
    place,
    deletions: lazy(async () => deletions?.()),
    present: (kind) => {
      const options = { kinds: [kind], details: false, everyChangeset: true };
      const graphs = read.get(kind) ?? reader.reread([{ environmentId }], options);
      read.set(kind, graphs);
      return graphs;
    },
  };
}

/** The meaning of a read for the wait. */
export interface PollResult extends ReadStatus {
  readonly reached: boolean;
  /** Whether waiting longer is useless. */
  readonly ended: boolean;
  readonly why?: string;
  readonly stuck?: string | undefined;
  /** What the entity shows at the end, besides name and status. */
  readonly row?: Row;
}

export interface PolledEntity {
  readonly name: string;
  /** The entity as answers name it: `cluster:NAME`, `dataview:DATABASE/NAME`. */
  readonly entity: string;
  /** Reads it; `wasThere` says whether an earlier read found it. */
  readonly poll: (wasThere: boolean) => Promise<PollResult>;
}

/** Finds out how to read the entity. Throws NotFound for an entity that cannot be waited for. */
export async function polledEntity(
  context: PollContext,
  target: WaitTarget,
  until: string | undefined,
): Promise<PolledEntity> {
  const { kind } = target;
  const meant = targetMeant(target);
  const name = kind === 'environment' ? ownName(context.place, meant.name) : meant.name;
  const database = meant.database ?? (await databaseOf(context, kind, name));
  const goal = goalOf(kind, until);
  const subject = { context, kind, name, database, goal, ...readsOf(context, { kind, name, database }) };
  return {
    name,
    entity: `${kind}:${database === undefined ? '' : `${database}/`}${name}`,
    poll: (wasThere) => poll(subject, wasThere),
  };
}

/** The target with the bare name of what it calls `cluster:NAME` or `DATABASE/NAME`, as answers do. */
function targetMeant({ kind, name: given, database: named }: WaitTarget): WaitTarget {
  const prefix = [`${kind}:`, `${readKind(kind)}:`].find((each) => given.startsWith(each)) ?? '';
  const name = given.slice(prefix.length);
  const [, database, own = name] = (kind !== NODES && isInDatabase(kind) && /^(.+)\/(.+)$/.exec(name)) || [];
  return { kind, name: own, database: named ?? database };
}

/** An entity that a call waits for, the wanted status, and how to read the entity. */
interface Subject extends WaitTarget {
  readonly context: PollContext;
  readonly goal: string;
  readonly read: () => Promise<Read>;
  /** When this server deleted it, ISO 8601; undefined if it did not. */
  readonly deletedAt: () => Promise<string | undefined>;
}

/** The kind of the entity that is read: for nodes, their cluster. */
const readKind = (kind: WaitTarget['kind']): Kind => (kind === NODES ? 'cluster' : kind);

/** How to read an entity. Throws NotFound if the caller may not read it. */
function readsOf({ reader, place, deletions }: PollContext, { kind, name, database }: WaitTarget) {
  const getter = getterOf(readKind(kind));
  const reading = kind === NODES ? 'ListKxClusterNodes' : getter;
  const refusal = reader.options.refusal?.(reading);
  if (refusal !== undefined) throw new NotFound(`${toolName(reading)} is not offered. ${refusal}`);
  const input = getterInput(readKind(kind), place.environmentId ?? '', name, database);
  const deleter = deleterOf(getter);
  return {
    read: () =>
      kind === NODES
        ? readNodesStatus(reader, input as Input<'GetKxCluster'>)
        : readEntityStatus(reader, getter, input),
    deletedAt: async () => deleter && (await deletions())?.(deleter, input),
  };
}

async function poll(subject: Subject, wasThere: boolean): Promise<PollResult> {
  const { created, since, reply, ...seen } = await subject.read().catch(deletedIfNotFound);
  if (seen.status === DELETED) return goneResult(subject, seen, wasThere);
  const result = await presentResult(subject, seen, created);
  const { context, kind, database } = subject;
  if (!result.ended)
    return { ...result, stuck: stuckText(statusKind(kind), seen.status, since, await worldTime(context.reader)) };
  if (reply === undefined) return result;
  const isLoaded = kind === 'changeset' && result.reached && database !== undefined;
  const behind = isLoaded ? await behindNewest(context.reader, context.place, database) : {};
  return { ...result, row: { ...rowOf(subject, reply), ...behind } };
}

/** The meaning of the status of an entity that exists. */
async function presentResult(subject: Subject, seen: ReadStatus, created: string | undefined): Promise<PollResult> {
  const { context, kind, goal, deletedAt } = subject;
  const ready = readyIn(statusKind(kind));
  if (seen.status === goal || (goal === ready[0] && ready.includes(seen.status)))
    return { ...seen, reached: true, ended: true };
  if (goal !== DELETED) {
    const isLost = isLeaving(seen.status) && deletionIn(goal) === undefined;
    return isLost
      ? endedResult(seen, `It is being deleted, and will not be ${goal}.`)
      : unfinishedResult(seen, { endsSettled: kind !== NODES });
  }
  // An earlier delete was that of another entity with its name.
  const wasDeletedSince = ((await deletedAt()) ?? '') > (created ?? '');
  const isBeingDeleted = wasDeletedSince || [seen.status, context.place.status].some(showsDeletion);
  return isBeingDeleted
    ? unfinishedResult(seen, { endsSettled: false })
    : endedResult(seen, `${NOT_DELETED} ${quoteUnlessPlain(seen.status)}.`);
}

/** The members of a reply to show besides name, database and status; for nodes, only these. */
function rowOf({ context: { place }, kind, database }: Subject, reply: object): Row {
  const at = { environmentId: place.environmentId ?? '', environmentName: place.name ?? '', database };
  const graph = graphOfOne(readKind(kind), reply, at, new Date().toISOString());
  const [entity] = graph.entities;
  if (entity === undefined) return {};
  if (kind === NODES) return { nodes: sizeOf(entity)['nodes'], nodeList: nodeList(entity) };
  const { name: _, database: __, status: ___, memory, ...row } = entityRow(entity, graph);
  // Of the clusters on a host, only the names were read.
  return entity.facts['reservedMiB'] === undefined ? row : { ...row, memory };
}

/**
 * The meaning of a status other than the wanted one; an entity in a final status stays in it, if its status changes only by time.
 */
function unfinishedResult(seen: ReadStatus, { endsSettled }: { readonly endsSettled: boolean }): PollResult {
  const state = statusClass(seen.status);
  if (seen.status === NOT_SHOWN) return endedResult(seen, 'The endpoint does not show its status.');
  if (state === 'failed') return endedResult(seen, 'It failed; waiting will not help.');
  if (state === 'settled' && endsSettled)
    return endedResult(
      seen,
      `It is ${quoteUnlessPlain(seen.status)}, and no operation is in progress that would change it.`,
    );
  return { ...seen, reached: false, ended: false };
}

const NOT_DELETED = 'It is not being deleted: no delete was accepted since it was created, and its status is';
const endedResult = (seen: ReadStatus, why: string): PollResult => ({ ...seen, reached: false, ended: true, why });
/** Whether a status is that of a deletion, in progress or failed. */
const showsDeletion = (status: string | undefined) => ['in progress', 'failed'].includes(String(deletionIn(status)));

/** The meaning of a missing entity: it was deleted, or never existed. */
async function goneResult(
  { context, kind, name, database, goal, deletedAt }: Subject,
  seen: ReadStatus,
  wasThere: boolean,
): Promise<PollResult> {
  const reached = goal === DELETED;
  const existed = wasThere || kind === 'environment' || (await deletedAt()) !== undefined;
  if (existed) return reached ? { ...seen, reached, ended: true } : endedResult(seen, 'It no longer exists.');
  if (context.place.status === DELETED)
    return { ...seen, reached, ended: true, why: 'Its environment was deleted, with everything in it.' };
  const missing = { ...seen, status: 'NOT_FOUND' };
  // An endpoint may list an entity before, or for longer than, its details exist.
  if (await isListed(context, readKind(kind), name, database)) return { ...missing, reached: false, ended: false };
  return endedResult(missing, await noneOf(context, readKind(kind), name, goal));
}

/** The wanted status; `ready` and `gone` stand for the statuses of the kind. Throws NotFound for one that the kind does not have. */
function goalOf(kind: WaitTarget['kind'], until: string | undefined): string {
  const goal = goalMeant(kind, (until ?? 'READY').toUpperCase());
  const states = kind === NODES ? statusesOf('node') : [...new Set([...statusesOf(kind), DELETED])];
  if (states.includes(goal)) return goal;
  throw notFound(kind === NODES ? 'state of nodes' : `state of a ${kind}`, goal, states);
}

function goalMeant(kind: WaitTarget['kind'], word: string): string {
  if (word === 'READY') return String(readyIn(statusKind(kind))[0]);
  return word === 'GONE' ? DELETED : word;
}

/** The name of the environment to wait for. Throws NotFound when the two arguments name different ones. */
function ownName({ name = '', environmentId }: Environment, given: string): string {
  if (given === environmentId || environmentsMeant([{ name }], given).length > 0) return name;
  throw new NotFound(
    `The environment is ${quoteUntrusted(name)}, not ${quoteUntrusted(given)}: wait for one environment per call.`,
  );
}

/**
 * The only database that contains an entity with a kind and name; undefined for kinds that are not in a database. Throws NotFound when
 * there is none, or several.
 */
async function databaseOf(
  { present }: PollContext,
  kind: WaitTarget['kind'],
  name: string,
): Promise<string | undefined> {
  if (kind === NODES || !isInDatabase(kind)) return undefined;
  const { graphs, gaps } = await present(kind);
  const holders = graphs.flatMap(({ entities }) =>
    entities.flatMap((each) => (each.kind === kind && each.name === name ? [each.database ?? ''] : [])),
  );
  const [only, second] = holders;
  if (only !== undefined && second === undefined) return only;
  const known = gaps.length === 0 ? ' No database contains one with that name now.' : '';
  const which = only === undefined ? known : ` Several databases contain one with that name: ${quotedList(holders)}.`;
  throw new NotFound(`A ${kind} belongs to a database. Name that database in the argument database.${which}`);
}

/** Whether the list shows an entity. */
async function isListed({ present }: PollContext, kind: Kind, name: string, database?: string): Promise<boolean> {
  const { graphs } = await present(kind);
  const id = idOf(kind, name, database);
  return graphs.some(({ entities }) => entities.some((each) => each.id === id));
}

/** Says that no entity has the name, and shows the existing ones, as far as they can be read. */
async function noneOf({ present }: PollContext, kind: Kind, name: string, goal: string) {
  const { graphs, gaps } = await present(kind);
  const others = graphs.flatMap(({ entities }) => entities.filter((each) => each.kind === kind));
  const known = others.map((each) => each.name);
  const otherwise = gaps.length > 0 ? '.' : `. Existing ones: ${quotedList(known)}.`;
  const unless =
    goal === DELETED ? 'If another client deleted it, it is gone. Otherwise, check the name' : 'Check the name';
  const meant = didYouMean(name, known, { otherwise, shown: quoteUntrusted });
  return `There is no ${kind} with that name, and this server deleted none. ${unless}${meant}`;
}

/** The operation that deletes such an entity; nodes are deleted with their cluster, and changesets with their database. */
function deleterOf(getter: OperationName): OperationName | undefined {
  const { path } = route(operationNamed(getter));
  return OPERATION_NAMES.find((name) => operationNamed(name).http === `DELETE ${path}`);
}
