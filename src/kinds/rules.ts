import type { Condition } from '../operations/conditions/condition.ts';
import { type UnmetCondition, unmetAmong } from '../operations/conditions/index.ts';
import type { OperationName } from '../operations/index.ts';
import { toolName } from '../operations/naming.ts';
import { asDependent } from './dependents.ts';
import type { ErrorCode, Item, Problem, RequestedChange, Rule, RuleResult } from './model.ts';
import { keyIn, NAMES, nameIn, pathOf } from './names.ts';
import type { Reader } from './reader.ts';
import { readyStatuses } from './statuses.ts';
import type { Keys, KindName, StatusOf, Views } from './views.ts';

/** The service's message for a member that violates a rule outside the model. */
export const constraintText = (member: string, rule: string): string =>
  `Value at '${member}' failed to satisfy constraint: ${rule}`;

/** An unmet condition on the arguments, as a problem. */
export const conditionProblem = ({ member, says, isValue }: UnmetCondition): Problem => ({
  error: 'Validation',
  message: isValue ? constraintText(member, says) : says,
  argument: { member, says },
});

/** Conditions on the arguments combined with the target. */
export const conditions =
  <K extends KindName, N extends OperationName, Request>(
    all: readonly Condition<Request>[],
    request: (requested: RequestedChange<K, N>) => Request | undefined,
    itemFor?: (requested: RequestedChange<K, N>) => Item,
  ): Rule<K, N> =>
  (requested) => {
    const given = request(requested);
    if (given === undefined) return undefined;
    return unmetAmong(all, given).map((unmet) => {
      const problem = conditionProblem(unmet);
      if (itemFor === undefined) return problem;
      const { argument: _, ...ofItem } = problem;
      return { ...ofItem, item: itemFor(requested), advice: `${unmet.says}.` };
    });
  };

/** `Volume`, as messages of the service begin. */
export function serviceNoun(kind: KindName): string {
  const { noun, serviceNoun: own = noun } = NAMES[kind];
  return `${own.slice(0, 1).toUpperCase()}${own.slice(1)}`;
}

/** The entity that a call names, as an item. */
export const itemOf = (kind: KindName, key: object, detail?: string) => ({
  kind: NAMES[kind].noun,
  name: nameIn(kind, key as Record<string, unknown>),
  ...(detail === undefined ? {} : { detail }),
});

/** An item with the path of its entity: plans read its tags by it, and withhold its details from callers who may not list the entity. */
export const pathItem = (kind: KindName, key: object, detail?: string) => ({
  ...itemOf(kind, key, detail),
  arn: pathOf(kind, key as Record<string, unknown>),
});

/** The status of an entity of any kind; undefined if the service does not show it. */
export const statusOf = (view: object | undefined): string | undefined =>
  (view as { status?: string } | undefined)?.status;

/** No entity has this key. */
export function missing(kind: KindName, key: object): Problem {
  const name = nameIn(kind, key as Record<string, unknown>);
  const { databaseName } = key as { databaseName?: string };
  const within = NAMES[kind].parent === 'kx-database' ? ` in ${NAMES['kx-database'].serviceNoun} ${databaseName}` : '';
  return {
    error: 'ResourceNotFound',
    message:
      kind === 'kx-user' ? `No user found for the id [${name}]` : `${serviceNoun(kind)} ${name} not found${within}`,
    item: itemOf(kind, key, 'does not exist'),
    kind,
  };
}

/** The entity does not have the required status. */
export const wrongState = (item: Item, status: string, requiredStatus: string, message: string): Problem => ({
  error: 'WrongState',
  message,
  item: { ...item, detail: status },
  status,
  requiredStatus,
});

export const freeName =
  <K extends KindName, N extends OperationName>(
    kind: K,
    error: ErrorCode,
    message?: (name: string) => string,
  ): Rule<K, N> =>
  async ({ key, read }) => {
    const present = await read.get(kind, key);
    if (present === undefined) return undefined;
    const [name, status] = [nameIn(kind, key), statusOf(present)];
    return {
      error,
      message: message?.(name) ?? `${serviceNoun(kind)} ${name} already exists`,
      item: itemOf(kind, key, status),
      status,
    };
  };

export const exists =
  <K extends KindName, N extends OperationName>(kind: K): Rule<K, N> =>
  ({ key, target }) =>
    target === undefined ? missing(kind, key) : undefined;

/** The database that contains the target exists. */
export async function databaseExists<K extends KindName, N extends OperationName>({
  input,
  read,
}: RequestedChange<K, N>): Promise<RuleResult> {
  const key = keyIn('kx-database', input);
  return (await read.get('kx-database', key)) === undefined ? missing('kx-database', key) : undefined;
}

/** A rule about the target alone. */
type TargetRule<K extends KindName> = (
  of: Pick<RequestedChange<K, OperationName>, 'key' | 'target'>,
) => Problem | undefined;

/** The target is ready, or has another status in which this change is allowed. */
export const targetReady =
  <K extends KindName>(
    kind: K,
    alsoAllowed: readonly StatusOf<K>[] = [],
    message?: (name: string, status: string) => string | undefined,
  ): TargetRule<K> =>
  ({ key, target }) => {
    const status = statusOf(target);
    if (status !== undefined && (alsoAllowed as readonly string[]).includes(status)) return undefined;
    const name = nameIn(kind, key);
    const text = status === undefined ? undefined : message?.(name, status);
    return notReady(kind, name, pathItem(kind, key), status, text);
  };

/** The problem with an entity that is not ready, with the usual message of the service by default; undefined if it is. */
function notReady(
  kind: KindName,
  name: string,
  item: Item,
  status: string | undefined,
  message?: string,
): Problem | undefined {
  const usable = readyStatuses(kind);
  if (status === undefined || usable.includes(status)) return undefined;
  const [usual = ''] = usable;
  const text = message ?? `${serviceNoun(kind)} ${name} is ${status}; it has to be ${usual}`;
  return wrongState(item, status, usual, text);
}

/** No entity refers to the target in a way that prevents its deletion. */
export const unused =
  <K extends KindName, N extends OperationName>(
    kind: K,
    message: (name: string, dependents: string) => string,
  ): Rule<K, N> =>
  async ({ key, read }) => {
    const dependents = await read.dependents(kind, key);
    if (dependents.length === 0) return undefined;
    const by = dependents.map(({ name }) => name).join(', ');
    return { error: 'InUse', message: message(nameIn(kind, key), by), dependents, kind };
  };

/** The target contains no entity of a kind. */
export const containsNone =
  <K extends KindName, N extends OperationName>(
    kind: K,
    contained: KindName,
    message: (name: string) => string,
  ): Rule<K, N> =>
  async ({ key, read }) => {
    const found = await read.listed(contained, key);
    const dependents = found.map((view) => asDependent(contained, key, view));
    return dependents.length === 0
      ? undefined
      : { error: 'InUse', message: message(nameIn(kind, key)), dependents, kind };
  };

/** The environment has the requested zones. */
export const inZones =
  <K extends KindName, N extends OperationName>(
    zones: (requested: RequestedChange<K, N>) => readonly (string | undefined)[],
  ): Rule<K, N> =>
  async (requested) => {
    const { environmentId } = requested.key;
    const offered = (await requested.read.get('kx-environment', { environmentId }))?.availabilityZoneIds;
    if (offered === undefined) return undefined;
    const outside = zones(requested).filter((zone) => zone !== undefined && !offered.includes(zone));
    const all = offered.join(', ');
    return outside.map(
      (zone): Problem => ({
        error: 'Validation',
        message: `Availability zone(s) ${zone} not supported by this environment; it is in ${all}`,
        item: { kind: 'zone', name: String(zone), detail: `the environment is in ${all}` },
        advice: 'Choose a zone that the environment is in.',
      }),
    );
  };

/** All problems with an entity that a call names: it is missing, not ready (the code is `error`), or not in the given `zone`. */
export async function checkReady<T extends KindName>(
  read: Reader,
  kind: T,
  key: Keys[T],
  { zone, error = 'WrongState' }: { readonly zone?: string | undefined; readonly error?: ErrorCode },
): Promise<{ readonly problems: readonly Problem[]; readonly view: Views[T] | undefined }> {
  const view = await read.get(kind, key);
  if (view === undefined) return { problems: [missing(kind, key)], view };
  const name = nameIn(kind, key);
  const item = itemOf(kind, key);
  const unready = notReady(kind, name, item, statusOf(view));
  const elsewhere = inOtherZone(item, view, zone, `${serviceNoun(kind)} ${name}`);
  return { problems: unready === undefined ? elsewhere : [{ ...unready, error }, ...elsewhere], view };
}

/** A changeset that a call names exists and is COMPLETED; without one, the latest is mounted. */
export async function changesetReady(
  read: Reader,
  { environmentId, databaseName }: Keys['kx-database'],
  changesetId: string | undefined,
): Promise<Problem[]> {
  if (changesetId === undefined) return [];
  const key = { environmentId, databaseName, changesetId };
  const { problems } = await checkReady(read, 'kx-changeset', key, { error: 'Validation' });
  const advice = `It failed: name one that is COMPLETED (${toolName('ListKxChangesets')}).`;
  return problems.map((problem) => (problem.status === 'FAILED' ? { ...problem, advice } : problem));
}

/** The problem with an entity that is in another zone than what is to use it. */
function inOtherZone(item: Item, view: object, zone: string | undefined, subject: string): Problem[] {
  const { availabilityZoneId, availabilityZoneIds = [availabilityZoneId] } = view as {
    availabilityZoneId?: string;
    availabilityZoneIds?: string[];
  };
  const zones = availabilityZoneIds.filter((each) => each !== undefined);
  if (zone === undefined || zones.length === 0 || zones.includes(zone)) return [];
  const detail = `in ${zones.join(', ')}, not in ${zone}`;
  return [
    {
      error: 'Validation',
      message: `${subject} is ${detail}`,
      item: { ...item, detail },
      advice: 'Both must be in the same zone: name another one, or choose its zone.',
    },
  ];
}
