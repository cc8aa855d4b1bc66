import { listPages } from '../inventory/pages.ts';
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
import { type Call, type CallOptions, callNamed, type OperationName } from '../operations/index.ts';
import { toolName } from '../operations/naming.ts';

type Members = Readonly<Record<string, unknown>>;

/** Maximum items of a list that are read; the quotas of an environment are lower. */
const MAX_ITEMS = 10_000;
const MAX_CONCURRENT_CALLS = 8;

/**
 * Reads the current state from the API, each item once. Rejects with `Unreadable` for reads that are not allowed, and otherwise
 * with the errors of the calls.
 */
export function apiReader(call: Call, options: CallOptions): Reader {
  const limited = deduplicated(limitConcurrency(call, MAX_CONCURRENT_CALLS));
  const items = (operation: OperationName, input: object) =>
    readable(async () => (await listPages(limited, operation, input as never, MAX_ITEMS, options)).items);
  const get = (kind: KindName, key: object) =>
    readable(async () => {
      const { get: getter, member } = NAMES[kind];
      if (getter !== undefined) return shownIn(await callNamed(limited, getter, keyIn(kind, key), options));
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
  const all = async (kind: KindName, within: Within): Promise<Members[]> => {
    const found = await listed(kind, within);
    if (NAMES[kind].isListedWhole) return found;
    const details = await Promise.all(found.map((item) => get(kind, { ...within, ...item })));
    return details.filter((each) => each !== undefined);
  };
  const reads: Reads = { get, listed, all };
  return {
    get: (kind, key) => get(kind, key) as Promise<Views[typeof kind] | undefined>,
    listed: (kind, within) => listed(kind, within) as Promise<Views[typeof kind][]>,
    all: (kind, within) => all(kind, within) as Promise<Views[typeof kind][]>,
    count: async (kind, within, only) => {
      // The loads in progress of all databases are counted, and a list of changesets can be long.
      if (only !== undefined && kind === 'kx-changeset') return undefined;
      const found = (await listed(kind, within)).filter((each) => statusOf(each) !== 'DELETED');
      return only === undefined ? found.length : found.filter((each) => isInProgress(statusOf(each))).length;
    },
    dependents: (kind, key) => (NAMED_DEPENDENTS[kind] ?? referringTo(kind))(reads, key),
    tags: (resourceArn) =>
      readable(async () => (await limited('ListTagsForResource', { resourceArn }, options)).tags ?? {}).catch(orNone),
  };
}

/** What a reply shows of an entity; the deprecated GetEnvironment nests it. */
export const shownIn = (reply: Members): Members => (reply['environment'] as Members | undefined) ?? reply;

interface Reads {
  readonly get: (kind: KindName, key: object) => Promise<Members | undefined>;
  readonly listed: (kind: KindName, within: Within) => Promise<Members[]>;
  readonly all: (kind: KindName, within: Within) => Promise<Members[]>;
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
function orNone(error: unknown): undefined {
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
          const views = await reads.all(each, { environmentId: key.environmentId });
          return dependentsAmong(each, views, kind, key);
        }),
    );
    return dependents.flat();
  };

/** The same for kinds whose replies name the clusters that refer to them. */
const NAMED_DEPENDENTS: { readonly [K in KindName]?: DependentsReader } = {
  'kx-volume': async (reads, key) => {
    const [volume, views] = await Promise.all([
      reads.get('kx-volume', key),
      reads.all('kx-dataview', { environmentId: key.environmentId }),
    ]);
    return volumeDependents(key as Keys['kx-volume'], volume, views as Views['kx-dataview'][]);
  },
  'kx-scaling-group': async (reads, key) => {
    const { clusters = [] } = ((await reads.get('kx-scaling-group', key)) ?? {}) as { clusters?: string[] };
    return existingClusters(reads, key, clusters);
  },
  'kx-dataview': async (reads, key) => {
    const { activeVersions = [] } = ((await reads.get('kx-dataview', key)) ?? {}) as Views['kx-dataview'];
    return existingClusters(
      reads,
      key,
      activeVersions.flatMap(({ attachedClusters = [] }) => attachedClusters),
    );
  },
};

/** The clusters with these names that are not being deleted. */
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
