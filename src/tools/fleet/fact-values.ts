import type { Graph, GraphEntity, Kind } from '../../inventory/graph-types.ts';
import { arnIn, factsOf, isInDatabase, KINDS, memberOf } from '../../inventory/kinds.ts';
import { connectedNames } from '../../inventory/summary.ts';

/** One value of what is known about an entity: `autoscaling.minNodeCount` is 3. The argument `setting` may name any of them. */
export interface FactValue {
  readonly path: string;
  readonly value: string;
}

export const FINDABLE_KINDS = [...KINDS, 'node'] as const;

/** Known without the details of an entity, if its kind has it. Some kinds also have one of these as a fact, such as the `arn` of a user. */
const BASE_NAMES = ['name', 'kind', 'status', 'environment', 'environmentId', 'arn', 'created', 'changed'];

/** Whether a name means the dependents of an entity. */
export const meansUsedBy = (wanted: string): boolean => bareNameOf(wanted) === bareNameOf('usedBy');

/** Everything known about an entity, each value under its name; of its creation and last change, only the days. */
export function everythingOf(entity: GraphEntity, graph: Graph): Record<string, unknown> {
  const { name, kind, status, statusReason: reason, database, created, modified = created, facts } = entity;
  const times = { created: created?.slice(0, 10), changed: modified?.slice(0, 10) };
  return {
    name,
    kind,
    status,
    reason,
    database,
    environment: graph.name,
    environmentId: graph.environmentId,
    arn: arnIn(graph, entity),
    ...times,
    ...connectedNames(entity, graph),
    ...facts,
  };
}

/** Everything known about an entity, one item per value. */
export const valuesOf = (entity: GraphEntity, graph: Graph): FactValue[] =>
  Object.entries(everythingOf(entity, graph)).flatMap(([name, value]) => valuesIn(name, value));

/** Those of `valuesOf`, and what a cluster mounts as answers show it: `DATABASE/DATAVIEW`. */
export const comparedValuesOf = (entity: GraphEntity, graph: Graph): FactValue[] => [
  ...valuesOf(entity, graph),
  ...valuesIn('mounts', entity.facts['mounts'] && connectedNames(entity, graph)['mounts']),
];

/** The values that are searched for a text: those of the entity itself; its own ARN only for an ARN. */
export function searchedValuesOf(entity: GraphEntity, graph: Graph, text: string): FactValue[] {
  const facts = factsOf(entity.kind);
  const isOwn = (name: string) => !BASE_NAMES.includes(name) || name in facts;
  const isSearched = (name: string) =>
    name === 'arn' ? text.startsWith('arn:') : isOwn(name) && !meansUsedBy(name) && facts[name]?.unsearched !== true;
  return valuesOf(entity, graph).filter(({ path }) => isSearched(path.split('.')[0] ?? ''));
}

function valuesIn(path: string, value: unknown): FactValue[] {
  if (Array.isArray(value)) return value.flatMap((each) => valuesIn(path, each));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([member, each]) => valuesIn(`${path}.${member}`, each));
  return value === undefined ? [] : [{ path, value: String(value) }];
}

/** Whether a name means the fact in a path, or a part of it: `autoscaling` or `minNodeCount` in `autoscaling.minNodeCount`. */
export function isFactNamed(kind: Kind, wanted: string, path: string): boolean {
  const bareName = bareNameOf(wanted);
  if (isOwnArn(kind, wanted)) return path === 'arn';
  const [first = '', ...inner] = path.split('.');
  return isCalled(kind, first, bareName) || inner.some((part) => isPartCalled(first, part, bareName));
}

/** Whether a bare name means a part of the values of a fact: `minNodeCount` in `autoscaling`. */
const isPartCalled = (fact: string, part: string, bareName: string): boolean =>
  [part, `${fact}${part}`].some((name) => bareNameOf(name) === bareName);

/** Whether a name means the ARN of an entity itself, such as `databaseArn` or `resourceArn`. */
const isOwnArn = (kind: Kind, wanted: string): boolean =>
  /arn$/i.test(wanted) && ['arn', 'resource', bareNameOf(memberOf(kind))].includes(bareNameOf(wanted));

/** What some kinds have besides their facts, if something is connected with them or has failed. */
const NAMES_BESIDES_FACTS: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  cluster: ['volumes', 'reason'],
  dataview: ['volumes', 'usedBy', 'reason'],
  volume: ['usedBy', 'reason'],
  'scaling-group': ['reason'],
  changeset: ['reason'],
  environment: ['reason'],
};

/** Whether a name means a fact that entities of a kind can have, a part of one, or something in `NAMES_BESIDES_FACTS`. */
export function declares(kind: Kind, wanted: string): boolean {
  const bareName = bareNameOf(wanted);
  return (
    NAMES_BESIDES_FACTS[kind]?.some((name) => isCalled(kind, name, bareName)) === true ||
    Object.entries(factsOf(kind)).some(
      ([name, { parts = [] }]) =>
        isCalled(kind, name, bareName) || parts.some((part) => isPartCalled(name, part, bareName)),
    )
  );
}

/** Whether lists of these kinds are declared to contain a fact. To find or group by any other, each entity is read. */
export function isListed(wanted: string, kinds: readonly Kind[]): boolean {
  const bareName = bareNameOf(wanted);
  if ([...BASE_NAMES, 'date'].some((name) => bareNameOf(name) === bareName)) return true;
  const facts = factsCalled(bareName, kinds);
  if (facts.length > 0) return facts.every(({ listed }) => listed === true);
  const isItsDatabase = (kind: Kind) => bareName === bareNameOf('database') && isInDatabase(kind);
  return kinds.every((kind) => isItsDatabase(kind) || isCalled(kind, 'name', bareName));
}

/** What must be read to know all values of a fact, besides the entities of these kinds; undefined stands for nothing else. */
export function readsNeededFor(
  wanted: string,
  kinds: readonly Kind[],
): ReadonlySet<'nodes' | 'dependents' | 'database' | undefined> {
  const [first = ''] = wanted.split('.');
  const needs = [wanted, first].flatMap((name) => factsCalled(bareNameOf(name), kinds).map((fact) => fact.needs));
  return new Set(meansUsedBy(wanted) ? [...needs, 'dependents'] : needs);
}

const factsCalled = (bareName: string, kinds: readonly Kind[]) =>
  kinds.flatMap((kind) =>
    Object.entries(factsOf(kind)).flatMap(([name, fact]) => (isCalled(kind, name, bareName) ? fact : [])),
  );

const isCalled = (kind: Kind, name: string, bareName: string) =>
  bareNameOf(name) === bareName ||
  (name === 'name' && bareNameOf(memberOf(kind)) === bareName) ||
  OTHER_NAMES.get(`${kind} ${name}`)?.has(bareName) === true ||
  OTHER_BASE_NAMES[name]?.includes(bareName) === true;

/** A name without case, plural, unit and the suffixes of the API. */
export const bareNameOf = (name: string): string => {
  const lower = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  return lower.replace(/(?:configurations?|ids?|arns?|labels?|names?|mib|gb)$/, '').replace(/s$/, '') || lower;
};

const OTHER_NAMES: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  FINDABLE_KINDS.flatMap((kind) =>
    Object.entries(factsOf(kind)).map(
      ([name, { also = [] }]) => [`${kind} ${name}`, new Set(also.map(bareNameOf))] as const,
    ),
  ),
);

const OTHER_BASE_NAMES: Readonly<Record<string, readonly string[]>> = {
  created: [
    ...['date', 'day', 'age', 'createdtimestamp', 'creationdate', 'creationtimestamp', 'createtimestamp'],
    ...['launchtime', 'launched'],
  ],
  changed: ['modified', 'lastmodified', 'lastmodifiedtimestamp', 'updated', 'updatetimestamp'],
  reason: ['statusreason', 'error', 'errormessage', 'errorinfo', 'errortype', 'failure', 'failurereason'],
};
