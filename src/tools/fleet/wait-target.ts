import type { Environment } from '../../inventory/fleet.ts';
import { idOf, type Kind } from '../../inventory/graph-types.ts';
import { isInDatabase, KINDS, readyIn } from '../../inventory/kinds.ts';
import { didYouMean } from '../../nearest.ts';
import { lazy } from '../../operations/operation.ts';
import { quoteUntrusted } from '../../untrusted.ts';
import type { ToolDependencies } from '../dependencies.ts';
import { DELETED, environmentsMeant } from './environment-lookup.ts';
import type { FleetReader, Graphs } from './fleet-reader.ts';
import { quotedList, Unanswerable } from './unanswerable.ts';

/** The kinds whose entities are not ready at once. */
export const WAITABLE_KINDS = KINDS.filter((kind) => readyIn(kind).length > 0);
/** The nodes of a cluster change while it stays RUNNING. */
export const NODES = 'nodes';
export const WAIT_KINDS = [...WAITABLE_KINDS, NODES] as const;

export interface WaitTarget {
  readonly kind: (typeof WAIT_KINDS)[number];
  readonly name: string;
  readonly database?: string | undefined;
}

/** The kind of the entity that is read: for nodes, their cluster. */
export const readKind = (kind: WaitTarget['kind']): Kind => (kind === NODES ? 'cluster' : kind);

export type PollContext = ReturnType<typeof pollContext>;

/** Shared by all reads of one call: what is read for one entity serves the others. */
export function pollContext(
  reader: FleetReader,
  deletionTimes: ToolDependencies['deletionTimes'],
  environment: Environment,
) {
  const { environmentId = '' } = environment;
  const read = new Map<Kind, Promise<Graphs>>();
  return {
    reader,
    environment,
    deletionTimes: lazy(async () => deletionTimes?.()),
    /** The graph with all entities of a kind. */
    graphsWith: (kind: Kind) => {
      const options = { kinds: [kind], details: false, everyChangeset: true };
      const graphs = read.get(kind) ?? reader.reread([{ environmentId }], options);
      read.set(kind, graphs);
      return graphs;
    },
  };
}

/** The target with its bare name and, for a dataview or changeset, its database. Throws Unanswerable if that is not clear. */
export async function resolvedTarget(context: PollContext, target: WaitTarget): Promise<WaitTarget> {
  const { kind, name: given, database: named } = targetMeant(target);
  const name = kind === 'environment' ? environmentNameMeant(context.environment, given) : given;
  return { kind, name, database: named ?? (await databaseOf(context, kind, name)) };
}

/** The target with the bare name of what it calls `cluster:NAME` or `DATABASE/NAME`, as answers do. */
function targetMeant({ kind, name: given, database: named }: WaitTarget): WaitTarget {
  const prefix = [`${kind}:`, `${readKind(kind)}:`].find((each) => given.startsWith(each)) ?? '';
  const name = given.slice(prefix.length);
  const [, database, own = name] = (kind !== NODES && isInDatabase(kind) && /^(.+)\/(.+)$/.exec(name)) || [];
  return { kind, name: own, database: named ?? database };
}

/** The name of the environment to wait for. Throws Unanswerable when the two arguments name different ones. */
function environmentNameMeant({ name = '', environmentId }: Environment, given: string): string {
  if (given === environmentId || environmentsMeant([{ name }], given).length > 0) return name;
  throw new Unanswerable(
    `The environment is ${quoteUntrusted(name)}, not ${quoteUntrusted(given)}: wait for one environment per call.`,
  );
}

/**
 * The only database that contains an entity with a kind and name; undefined for kinds that are not in a database. Throws Unanswerable when
 * there is none, or several.
 */
async function databaseOf(
  { graphsWith }: PollContext,
  kind: WaitTarget['kind'],
  name: string,
): Promise<string | undefined> {
  if (kind === NODES || !isInDatabase(kind)) return undefined;
  const { graphs, gaps } = await graphsWith(kind);
  const databases = graphs.flatMap(({ entities }) =>
    entities.flatMap((each) => (each.kind === kind && each.name === name ? [each.database ?? ''] : [])),
  );
  const [only, second] = databases;
  if (only !== undefined && second === undefined) return only;
  const given = `a ${kind} ${quoteUntrusted(name)}`;
  if (only !== undefined)
    throw new Unanswerable(
      `Several databases contain ${given}: ${quotedList(databases)}. Give one of them in the argument database.`,
    );
  throw new Unanswerable(
    gaps.length > 0
      ? `Not all databases could be read. Give the one that contains ${given} in the argument database.`
      : `No database contains ${given} now. If it was deleted, give its database in the argument database. Otherwise, check the name.`,
  );
}

/** Whether the list shows an entity. */
export async function isInList(
  { graphsWith }: PollContext,
  kind: Kind,
  name: string,
  database?: string,
): Promise<boolean> {
  const { graphs } = await graphsWith(kind);
  const id = idOf(kind, name, database);
  return graphs.some(({ entities }) => entities.some((each) => each.id === id));
}

/** Says that no entity has the name, and shows a similar name or, if all could be read, the existing ones. */
export async function noneText({ graphsWith }: PollContext, kind: Kind, name: string, goal: string) {
  const { graphs, gaps } = await graphsWith(kind);
  const others = graphs.flatMap(({ entities }) => entities.filter((each) => each.kind === kind));
  const known = others.map((each) => each.name);
  const otherwise = gaps.length > 0 ? '.' : `. Existing ones: ${quotedList(known)}.`;
  const unless =
    goal === DELETED ? 'If another client deleted it, it is gone. Otherwise, check the name' : 'Check the name';
  const meant = didYouMean(name, known, { otherwise, format: quoteUntrusted });
  return `There is no ${kind} with that name, and this server deleted none. ${unless}${meant}`;
}
