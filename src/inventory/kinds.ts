import type { Fact } from '../kinds/fact.ts';
import { FACTS } from '../kinds/facts.ts';
import { LIFECYCLES } from '../kinds/lifecycles.ts';
import { keyIn, NAMES, nameIn, pathOf } from '../kinds/names.ts';
import { dependentKinds } from '../kinds/references.ts';
import { readyStatuses } from '../kinds/statuses.ts';
import type { KindName } from '../kinds/views.ts';
import type { OperationName } from '../operations/index.ts';
import type { EntityKind } from '../operations/operation.ts';
import { type Gap, type Graph, type GraphEntity, idOf, KINDS, type Kind } from './graph-types.ts';

// For folders that do not import src/kinds.
export {
  deletionIn,
  failureReason,
  isFailedUpdate,
  isLeaving,
  isLeavingOrGone,
  statusClass,
} from '../kinds/statuses.ts';

export { KINDS };

export const getterOf = (kind: Kind): OperationName => NAMES[`kx-${kind}`].get as OperationName;

export const memberOf = (kind: Kind): string => NAMES[`kx-${kind}`].member;

export const isInDatabase = (kind: Kind): boolean => NAMES[`kx-${kind}`].parent === 'kx-database';

/** The id in a graph of the entity with a key. */
export function idAt(kind: KindName, key: object): string {
  const { databaseName } = key as { databaseName?: string };
  const word = wordOf(kind);
  return idOf(word, nameIn(kind, { ...key }), isInDatabase(word) ? databaseName : undefined);
}

/** A kind as answers name it: `cluster` for `kx-cluster`. */
export const wordOf = (kind: KindName | EntityKind): Kind => kind.replace('kx-', '') as Kind;

/** What is known about entities of a kind, by the names in answers, and what answers do with it. */
export const factsOf = (kind: Kind): Readonly<Record<string, Omit<Fact<never>, 'of'>>> => FACTS[`kx-${kind}`];

/** The other kinds whose entities can prevent the deletion of one of this kind, and the kind whose list is needed to read them. */
export const dependentKindsOf = (kind: Kind): Kind[] =>
  dependentKinds(`kx-${kind}`)
    .flatMap<KindName>((each) => (NAMES[each].parent === 'kx-database' ? [each, 'kx-database'] : [each]))
    .map(wordOf)
    .filter((each) => each !== kind);

/** Whether a gap can hide what depends on entities of a kind. Nodes that could not be read hide nothing. */
export const hidesDependents = ({ kind, operation }: Gap, of: Kind): boolean =>
  operation !== 'ListKxClusterNodes' && dependentKindsOf(of).includes(kind);

export const statusesOf = (kind: Kind): string[] => Object.keys(LIFECYCLES[`kx-${kind}`].statuses);

/** The statuses in which an entity of a kind is ready, the usual one first; none for kinds that are ready at once. */
export const readyIn = (kind: Kind): readonly string[] => readyStatuses(`kx-${kind}`);

/** The input with which the getter of a kind reads the entity with that name. */
export const getterInput = (kind: Kind, environmentId: string, name: string, databaseName?: string) =>
  keyIn(`kx-${kind}`, { databaseName: databaseName ?? '', [memberOf(kind)]: name, environmentId });

/** The ARN of an entity, derived from that of its environment; undefined if that is unknown, and for kinds without tags. */
export function arnIn({ entities }: Graph, { kind, name, database }: GraphEntity): string | undefined {
  const environment = entities.find((entity) => entity.kind === 'environment')?.facts['arn'];
  const path = arnPath({ kind, name, database });
  return path === undefined || environment === undefined ? undefined : `${environment}${path}`;
}

/** The part of an entity's ARN after the environment's ARN; undefined for kinds without tags. */
export const arnPath = ({ kind, name, database }: Pick<GraphEntity, 'kind' | 'name' | 'database'>) =>
  NAMES[`kx-${kind}`].isUntagged ? undefined : pathOf(`kx-${kind}`, { databaseName: database, [memberOf(kind)]: name });
