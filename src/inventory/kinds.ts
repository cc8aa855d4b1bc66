import { LIFECYCLES } from '../kinds/lifecycles.ts';
import { NAMES, nameIn } from '../kinds/names.ts';
import { kindsUsing } from '../kinds/references.ts';
import type { KindName } from '../kinds/views.ts';
import { listMember } from '../operations/derive.ts';
import { labels } from '../operations/http.ts';
import { OPERATION_NAMES, type OperationName, operationNamed } from '../operations/index.ts';
import { once } from '../operations/operation.ts';
import { type Graph, type GraphEntity, idOf, type Kind } from './shape.ts';

export const KINDS = [
  'environment',
  'cluster',
  'database',
  'dataview',
  'changeset',
  'scaling-group',
  'volume',
  'user',
] as const satisfies readonly Kind[];

/** What the catalog says about the entities of a kind. */
export interface KindFacts {
  /** The read operation that shows one of them. */
  readonly getter: OperationName;
  /** The arguments of the getter, from the environment to the entity itself. */
  readonly labels: readonly string[];
  /** The input member that names one. */
  readonly member: string;
  /** The part of its ARN after the environment's ARN, with labels in braces; undefined for kinds without tags. */
  readonly arn: string | undefined;
}

const table = once(() => new Map<Kind, KindFacts>(KINDS.map((kind) => [kind, factsOf(kind)])));

/** What the catalog says about a kind. */
export const kindFacts = (kind: Kind): KindFacts => table().get(kind) as KindFacts;

function factsOf(kind: Kind): KindFacts {
  const own = OPERATION_NAMES.filter((name) => operationNamed(name).entity === `kx-${kind}`);
  const getter = own.find((name) => {
    const operation = operationNamed(name);
    return operation.risk === 'read' && listMember(operation) === null && labels(operation).length > 0;
  }) as OperationName;
  const path = labels(operationNamed(getter));
  const member = path.at(-1) ?? '';
  const targets = own.flatMap((name) => operationNamed(name).target ?? []);
  return { getter, labels: path, member, arn: targets.find((target) => target.member === member)?.arn };
}

/** Whether entities of a kind are in a database. */
export const isInDatabase = (kind: Kind | 'node'): boolean => NAMES[`kx-${kind}`].parent === 'kx-database';

/** The id in a graph of the entity with a key. */
export function idAt(kind: KindName, key: object): string {
  const { databaseName } = key as { databaseName?: string };
  const own = kind.replace('kx-', '') as Kind;
  return idOf(own, nameIn(kind, { ...key }), isInDatabase(own) ? databaseName : undefined);
}

/** The kinds that can use entities of a kind, and those whose lists are needed to read them. */
export const usersOf = (kind: Kind): Kind[] =>
  kindsUsing(`kx-${kind}`)
    .flatMap((user) => (NAMES[user].parent === 'kx-database' ? [user, 'kx-database'] : [user]))
    .map((user) => user.replace('kx-', '') as Kind)
    .filter((user) => user !== kind);

/** The statuses that entities of a kind can have. */
export const statesOf = (kind: Kind | 'node'): string[] => Object.keys(LIFECYCLES[`kx-${kind}`].states);

/** The statuses in which an entity of a kind is ready, the usual one first; none for kinds that are ready at once. */
export const readyIn = (kind: Kind | 'node'): readonly string[] => LIFECYCLES[`kx-${kind}`].ready;

/** The input with which the getter of a kind reads the entity with that name. */
export function getterInput(
  kind: Kind,
  environmentId: string,
  name: string,
  database?: string,
): Record<string, string> {
  const path = kindFacts(kind).labels;
  const values =
    kind === 'environment' ? [environmentId] : [environmentId, ...(path.length > 2 ? [database ?? ''] : []), name];
  return Object.fromEntries(path.map((label, index) => [label, values[index] ?? '']));
}

/** The ARN of an entity, derived from that of its environment; undefined for kinds without tags. */
export function arnIn({ entities }: Graph, { kind, name, database }: GraphEntity): string | undefined {
  const environment = entities.find((entity) => entity.kind === 'environment')?.facts['arn'];
  const path = arnPath({ kind, name, database });
  return path === undefined || environment === undefined ? undefined : `${environment}${path}`;
}

/** The part of an entity's ARN after the environment's ARN; undefined for kinds without tags. */
export function arnPath({ kind, name, database }: Pick<GraphEntity, 'kind' | 'name' | 'database'>): string | undefined {
  if (kind === 'node') return undefined;
  const { arn, member } = kindFacts(kind);
  const values: Record<string, string> = { databaseName: database ?? name, [member]: name };
  return arn?.replaceAll(/\{(\w+)\}/g, (_, label: string) => values[label] ?? '');
}
