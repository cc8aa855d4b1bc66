import { NAMES } from '../kinds/names.ts';
import type { Reader } from '../kinds/reader.ts';
import type { Dependent, Keys, KindName, Views, Within } from '../kinds/views.ts';
import { arnOf, keyOf, kindOf, quotaArn, splitArn } from './arns.ts';
import type { Context } from './context.ts';
import { arnByKey, entityWithArn } from './entity-at.ts';
import type { Awaitable, Entity } from './transaction.ts';

/** How many entities one query reads. */
const PAGE_SIZE = 1_000;

/** Reads the present state from the store, within the transaction of a request. What it gets by key is read once. */
export function storeReader({ tx, world }: Pick<Context, 'tx' | 'world'>): Reader {
  const arnFor = (kind: KindName, key: object) => arnByKey(world, kind, key);
  const collectionOf = (kind: KindName, within: Within) => splitArn(arnFor(kind, within)).collection;
  const cache = new Map<string, Awaitable<object | undefined>>();

  const get = (kind: KindName, key: object) => {
    const arn = arnFor(kind, key);
    if (!cache.has(arn)) cache.set(arn, viewAt(kind, arn));
    return cache.get(arn);
  };
  const viewAt = (kind: KindName, arn: string) => {
    const { collection, name } = splitArn(arn);
    const entity = tx.get<object>(collection, name);
    return entity instanceof Promise ? entity.then((it) => it && viewOf(kind, it)) : entity && viewOf(kind, entity);
  };
  const listed = async <K extends KindName>(kind: K, within: Within) => {
    const query = { limit: PAGE_SIZE, ...(within.name === undefined ? {} : { filterKey: within.name }) };
    const views: object[] = [];
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page: Entity<object>[] = await tx.page<object>(collectionOf(kind, within), { ...query, after });
      views.push(...page.map((entity) => viewOf(kind, entity)));
      after = page.length < PAGE_SIZE ? undefined : page.at(-1)?.position;
    }
    return views as Views[K][];
  };
  return {
    get: (kind, key) => get(kind, key) as Awaitable<Views[typeof kind] | undefined>,
    listed,
    detailed: listed,
    count: async (kind, within, only) => {
      const { environmentId, databaseName } = within;
      if (kind === 'kx-changeset' && only !== undefined)
        return tx.countSources(quotaArn(world, environmentId, 'ingestions'));
      if (kind === 'kx-dataview' && databaseName === undefined)
        return tx.countSources(quotaArn(world, environmentId, only === undefined ? 'dataviews' : 'dataviewVersions'));
      const except = { status: 'DELETED' };
      return tx.count(collectionOf(kind, within), except);
    },
    dependents: async (kind, key) => (await tx.sources(arnFor(kind, key as Keys[KindName]))).map(dependentAt),
    tags: async (arn) => (await entityWithArn(arn, { tx, world }))?.tags,
  };
}

/** An entity in the shape of the service's replies, with what rules read. Changes its body in place: only this reader has it. */
function viewOf(kind: KindName, entity: Entity<object>): object {
  const { name, status, body } = entity;
  const view = body as Record<string, unknown>;
  view[NAMES[kind].member] = name;
  if (status !== '') view['status'] = status;
  return Object.assign(view, CONVERTED_MEMBERS[kind]?.(body, entity));
}

/** What is stored in another form than it is shown in. */
const CONVERTED_MEMBERS: { readonly [K in KindName]?: (body: object, entity: Entity) => object | undefined } = {
  'kx-user': (_, user) => ({ userArn: arnOf(user) }),
  'kx-environment': ({ opened }: { opened?: object }) => opened,
  'kx-dataview': ({ versions = [] }: { versions?: { active: boolean }[] }) => ({
    activeVersions: versions.filter(({ active }) => active),
  }),
};

/** The dependent that a link comes from. */
function dependentAt(source: string): Dependent {
  const { collection, name } = splitArn(source);
  return { kind: kindOf(collection), key: keyOf(source), name };
}
