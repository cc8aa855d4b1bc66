import { KIND_NAMES, lineage, NAMES } from '../../kinds/names.ts';
import type { Keys, KindName } from '../../kinds/views.ts';
import { itemMembers, listMember } from '../../operations/derive.ts';
import { type OperationName, operationNamed } from '../../operations/index.ts';
import { meaningOf } from '../../operations/left-out.ts';
import { arnOf, splitArn } from '../arns.ts';
import type { Context } from '../context.ts';
import { arnByKey, entityAt, requireEntity } from '../entity-at.ts';
import { enterStatus, newEntity } from '../lifecycle.ts';
import { readPage } from '../paging.ts';
import type { Entity } from '../transaction.ts';
import type { Bodies } from '../worlds/bodies.ts';

export type Stored<K extends KindName> = Entity<Bodies[K]>;

/** The members of replies about an entity. */
type Renderer<K extends KindName> = (entity: Stored<K>, context: Context) => object | Promise<object>;

/** How the reads of a kind show its entities. */
export interface Presentation<K extends KindName> {
  readonly kind: K;
  readonly detail: Renderer<K>;
  /** What lists show instead of the detail, as far as the API's items have a place for it. */
  readonly summary?: Renderer<K>;
  /** The argument that filters lists. */
  readonly filter?: 'clusterType' | 'volumeType';
}

/**
 * What a create or an update sets: its members besides the key, the client token and the tags. Spread it last into a new body if nothing has
 * to replace its members: V8 takes twenty times as long if other members follow the spread.
 */
export function settingsIn<K extends KindName, I extends object>(kind: K, input: I): Settings<K, I> {
  const excluded = NON_SETTINGS.get(kind);
  const settings: Record<string, unknown> = {};
  for (const member of Object.keys(input)) {
    const value = (input as Readonly<Record<string, unknown>>)[member];
    if (value !== undefined && !excluded?.has(member)) settings[member] = value;
  }
  return settings as Settings<K, I>;
}
/** The members of the inputs of each kind that are not settings. */
const NON_SETTINGS = new Map(
  KIND_NAMES.map((kind) => [
    kind,
    new Set([...lineage(kind).map((each) => NAMES[each].member), 'clientToken', 'tags']),
  ]),
);
type Settings<K extends KindName, I> = Present<Omit<I, keyof Keys[K] | 'clientToken' | 'tags'>>;
type Present<T> = { [M in keyof T]: Exclude<T[M], undefined> };

/** A body without the settings that an update removes because it omits them. */
export function withoutRemoved<B extends object>(body: B, operation: OperationName, input: object): B {
  const { update } = operationNamed(operation);
  if (update === undefined) return body;
  const [given, present] = [input, body] as [Record<string, unknown>, Record<string, unknown>];
  const removed = Object.keys(update.settings(given)).filter(
    (setting) => meaningOf(update, [setting], given, present) === 'removed',
  );
  return Object.fromEntries(Object.entries(body).filter(([member]) => !removed.includes(member))) as B;
}

export const getOf =
  <K extends KindName>({ kind, detail }: Presentation<K>) =>
  async (input: object, context: Context): Promise<object> => {
    await requireParents(kind, input, context);
    return detail(await entityAt(kind, input, context), context);
  };

type Query = Parameters<typeof readPage>[0] & { readonly clusterType?: string; readonly volumeType?: string };

export const listOf =
  <K extends KindName>({ kind, detail, summary = detail, filter }: Presentation<K>) =>
  async (input: object, context: Context): Promise<object> => {
    await requireParents(kind, input, context);
    const { collection } = splitArn(arnByKey(context.world, kind, input));
    const query: Query = input;
    const { entities, ...rest } = await readPage<Bodies[K]>(query, context, collection, filter && query[filter]);
    const operation = operationNamed(NAMES[kind].list);
    const members = itemMembers(operation);
    const shown = await Promise.all(entities.map((entity) => summary(entity, context)));
    return { [String(listMember(operation))]: shown.map((item) => pick(item, members)), ...rest };
  };

/** Some members of an object. */
export function pick(item: object, members: readonly string[]): object {
  const all = item as Readonly<Record<string, unknown>>;
  const some: Record<string, unknown> = {};
  for (const member of members) some[member] = all[member];
  return some;
}

async function requireParents(kind: KindName, input: object, context: Context): Promise<void> {
  for (const parent of lineage(kind).slice(0, -1)) await requireEntity(parent, input, context);
}

/** The kinds that contain entities of another kind. */
const PARENTS: ReadonlySet<KindName | undefined> = new Set(Object.values(NAMES).map(({ parent }) => parent));

/** The handler of a delete operation: an entity with statuses enters DELETING, one without is removed with all that it contains. */
export const deleteOf =
  <K extends KindName>(kind: K, onDeleting?: (entity: Stored<K>, context: Context) => Promise<void>) =>
  async (input: object, context: Context): Promise<object> => {
    const { tx, now } = context;
    const entity = await entityAt(kind, input, context);
    if (entity.status === '') {
      if (PARENTS.has(kind)) await tx.removeUnder(arnOf(entity));
      await tx.remove(entity);
      return {};
    }
    const { statusReason: _, ...rest } = entity.body as { readonly statusReason?: string };
    const body = { ...rest, modified: now } as Bodies[K];
    const deleting = enterStatus({ ...entity, body }, 'DELETING', context);
    await tx.put(deleting);
    await onDeleting?.(deleting, context);
    return {};
  };

export async function addEntity<K extends KindName>(
  kind: K,
  key: object,
  { status, body, ...rest }: NewEntity<K>,
  context: Context,
): Promise<Stored<K>> {
  const created = newEntity(context, { ...splitArn(arnByKey(context.world, kind, key)), ...rest }, status, body);
  await context.tx.put(created);
  return created;
}

interface NewEntity<K extends KindName> {
  /** Empty for kinds without statuses. */
  readonly status: string;
  readonly body: Bodies[K];
  readonly position?: string;
  readonly tags?: Entity['tags'] | undefined;
}
