import { listPages, MAX_ITEMS, wholeList } from '../inventory/pages.ts';
import { asDependent } from '../kinds/dependents.ts';
import { keyIn, NAMES, nameIn } from '../kinds/names.ts';
import { isInProgress } from '../kinds/quotas.ts';
import { type Reader, Unreadable } from '../kinds/reader.ts';
import { dependentKinds, dependentsAmong, volumeDependents } from '../kinds/references.ts';
import { statusOf } from '../kinds/rules.ts';
import { isLeavingOrGone } from '../kinds/statuses.ts';
import type { Dependent, Keys, KindName, Views, Within } from '../kinds/views.ts';
import { deduplicated, limitConcurrency } from '../operations/calls.ts';
import { FinspaceError, isNotFound } from '../operations/failure.ts';
import { type Call, callNamed, type OperationName } from '../operations/index.ts';
import { toolName } from '../operations/naming.ts';

type Members = Readonly<Record<string, unknown>>;

const MAX_CONCURRENT_CALLS = 8;

/**
 * Reads the current state from the API, each item once. Rejects with `Unreadable` for reads that are not allowed, and otherwise
 * with the errors of the calls.
 */
export function apiReader(call: Call): Reader {
  const limited = deduplicated(limitConcurrency(call, MAX_CONCURRENT_CALLS));
  const items = (operation: OperationName, input: object) => readable(() => itemsOf(limited, operation, input));
  const get = (kind: KindName, key: object) =>
    readable(async () => {
      const { get: getter, member } = NAMES[kind];
      if (getter !== undefined) return entityInReply(await callNamed(limited, getter, keyIn(kind, key)));
      const name = nameIn(kind, { ...key });
      return (await listed(kind, key as Within)).find((item) => item[member] === name);
    }).catch(orNone);

  const listed = async (kind: KindName, within: Within): Promise<Members[]> => {
    const { list, parent } = NAMES[kind];
    const { environmentId, databaseName } = within;
    if (parent !== 'kx-database') return items(list, parent === undefined ? {} : keyIn(parent, within));
    const databases = databaseName === undefined ? await listed('kx-database', { environmentId }) : [{ databaseName }];
    const found = await Promise.all(
      databases.map(async ({ databaseName: name }) =>
        ((await items(list, { environmentId, databaseName: name }).catch(orNone)) ?? []).map((item) => ({
          databaseName: name,
          ...item,
        })),
      ),
    );
    return found.flat();
  };
  const detailed = async (kind: KindName, within: Within): Promise<Members[]> => {
    const found = await listed(kind, within);
    if (NAMES[kind].isListedWhole) return found;
    const detail = async (item: Members) => (await get(kind, { ...within, ...item })) ?? noDetails(kind, item);
    return (await Promise.all(found.map(detail))).flat();
  };
  const reads: Reads = { get, listed, detailed };
  return {
    get: (kind, key) => get(kind, key) as Promise<Views[typeof kind] | undefined>,
    listed: (kind, within) => listed(kind, within) as Promise<Views[typeof kind][]>,
    detailed: (kind, within) => detailed(kind, within) as Promise<Views[typeof kind][]>,
    count: async (kind, within, only) => {
      // This would read the changesets of all databases of the environment, of which there can be very many.
      if (only !== undefined && kind === 'kx-changeset') return undefined;
      const found = (await listed(kind, within)).filter((each) => statusOf(each) !== 'DELETED');
      return only === undefined ? found.length : found.filter((each) => isInProgress(statusOf(each))).length;
    },
    dependents: (kind, key) => (NAMED_DEPENDENTS[kind] ?? referringTo(kind))(reads, key),
    tags: (resourceArn) =>
      readable(async () => (await limited('ListTagsForResource', { resourceArn })).tags ?? {}).catch(orNone),
  };
}

/** All items of a list; only the newest changesets, which include those in progress, because a database can have very many. */
const itemsOf = async (call: Call, operation: OperationName, input: object): Promise<Members[]> =>
  operation === 'ListKxChangesets'
    ? (await listPages(call, operation, input as never, MAX_ITEMS)).items
    : wholeList(call, operation, input);

/** No details, for an entity that is being deleted or is deleted. Throws for any other, because its references are unknown. */
function noDetails(kind: KindName, item: Members): [] {
  if (isLeavingOrGone(statusOf(item))) return [];
  const { list, noun } = NAMES[kind];
  throw new FinspaceError({
    operation: list,
    code: 'BadResponse',
    detail: `The list shows ${noun} ${nameIn(kind, item)}, but its details do not exist.`,
    retryable: true,
    advice: 'It may have just been created or deleted. Wait a moment and try again.',
  });
}

/** What a reply shows of an entity; the deprecated GetEnvironment nests it. */
export const entityInReply = (reply: Members): Members => (reply['environment'] as Members | undefined) ?? reply;

interface Reads {
  readonly get: (kind: KindName, key: object) => Promise<Members | undefined>;
  readonly listed: (kind: KindName, within: Within) => Promise<Members[]>;
  readonly detailed: (kind: KindName, within: Within) => Promise<Members[]>;
}

/** The result of a read. Rejects with `Unreadable` when the read is not allowed. */
async function readable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof FinspaceError) || error.fields.code !== 'AccessDenied') throw error;
    throw new Unreadable(`what ${toolName(error.fields.operation)} shows, which this server may not read`, error);
  }
}

/** For reads of what may not exist. */
export function orNone(error: unknown): undefined {
  if (!isNotFound(error)) throw error;
  return undefined;
}

type DependentsReader = (reads: Reads, key: Keys[KindName]) => Promise<Dependent[]>;

/** The entities that refer to an entity, from the details of all that can. */
const referringTo =
  (kind: KindName): DependentsReader =>
  async (reads, key) => {
    const dependents = await Promise.all(
      dependentKinds(kind)
        .filter((each) => NAMES[each].parent !== kind)
        .map(async (each) => {
          const views = await reads.detailed(each, { environmentId: key.environmentId });
          return dependentsAmong(each, views, kind, key);
        }),
    );
    return dependents.flat();
  };

/** For kinds whose replies name the clusters that refer to them; all clusters are read if a reply omits them. */
const NAMED_DEPENDENTS: { readonly [K in KindName]?: DependentsReader } = {
  'kx-volume': async (reads, key) => {
    const [volume, dataviews] = await Promise.all([
      reads.get('kx-volume', key) as Promise<Parameters<typeof volumeDependents>[1]>,
      reads.detailed('kx-dataview', { environmentId: key.environmentId }),
    ]);
    const named = volumeDependents(key as Keys['kx-volume'], volume, dataviews as Views['kx-dataview'][]);
    return isOmitted(volume, volume?.attachedClusters)
      ? [...(await clustersReferringTo(reads, 'kx-volume', key)), ...named]
      : named;
  },
  'kx-scaling-group': async (reads, key) => {
    const group = (await reads.get('kx-scaling-group', key)) as Views['kx-scaling-group'] | undefined;
    const { clusters } = (group ?? {}) as { clusters?: string[] };
    return isOmitted(group, clusters)
      ? clustersReferringTo(reads, 'kx-scaling-group', key)
      : existingClusters(reads, key, clusters ?? []);
  },
  'kx-dataview': async (reads, key) => {
    const dataview = (await reads.get('kx-dataview', key)) as Views['kx-dataview'] | undefined;
    const attached = dataview?.activeVersions?.map(({ attachedClusters }) => attachedClusters);
    return isOmitted(dataview, attached) || attached?.includes(undefined)
      ? clustersReferringTo(reads, 'kx-dataview', key)
      : existingClusters(reads, key, attached?.flat() ?? []);
  },
};

/** Whether the reply about an existing entity lacks a member. */
const isOmitted = (reply: object | undefined, member: unknown) => reply !== undefined && member === undefined;

/** The clusters whose details refer to an entity. */
async function clustersReferringTo(reads: Reads, kind: KindName, key: Keys[KindName]): Promise<Dependent[]> {
  return dependentsAmong(
    'kx-cluster',
    await reads.detailed('kx-cluster', { environmentId: key.environmentId }),
    kind,
    key,
  );
}

/** The clusters with these names that are neither being deleted nor deleted. */
async function existingClusters(
  reads: Reads,
  { environmentId }: Keys[KindName],
  names: readonly unknown[],
): Promise<Dependent[]> {
  const found = names.length === 0 ? [] : await reads.listed('kx-cluster', { environmentId });
  return found
    .filter(({ clusterName, status }) => names.includes(clusterName) && !isLeavingOrGone(status))
    .map((cluster) => asDependent('kx-cluster', { environmentId }, cluster));
}
