import { lineage, NAMES, nameIn } from '../kinds/names.ts';
import { isInProgress } from '../kinds/quotas.ts';
import { type QuotaReader, Unreadable } from '../kinds/reader.ts';
import { volumeDependents } from '../kinds/references.ts';
import { statusOf } from '../kinds/rules.ts';
import type { KindName, Views, Within } from '../kinds/views.ts';
import type { EnvironmentData } from './environment-data.ts';
import type { Gap } from './graph-types.ts';
import { wordOf } from './kinds.ts';

type Items = readonly object[];

/** Reads from what was already read of an environment. Rejects with `Unreadable` for a kind with a gap. */
export function environmentDataReader(data: EnvironmentData, gaps: readonly Gap[]): QuotaReader {
  const { clusters, groups, volumes, databases, users } = data;
  const inDatabases = (member: 'dataviews' | 'changesets') =>
    databases.flatMap(({ databaseName, [member]: contents }) => contents.map((item) => ({ databaseName, ...item })));
  const items: { readonly [K in KindName]?: Items } = {
    'kx-cluster': clusters,
    'kx-scaling-group': groups,
    'kx-volume': volumes,
    'kx-database': databases,
    'kx-dataview': inDatabases('dataviews'),
    'kx-changeset': inDatabases('changesets'),
    'kx-user': users,
  };
  const itemsOf = (kind: KindName, { databaseName }: Pick<Within, 'databaseName'> = {}) => {
    const words = lineage(kind).slice(1).map(wordOf);
    const gap = gaps.find((each) => words.includes(each.kind));
    if (gap !== undefined) throw new Unreadable(gap.operation, gap);
    const all = (items[kind] ?? []) as readonly Readonly<Record<string, unknown>>[];
    return all.filter((item) => databaseName === undefined || item['databaseName'] === databaseName);
  };
  const listed = async <K extends KindName>(kind: K, within: Within) =>
    itemsOf(kind, within) as unknown as readonly Views[K][];
  return {
    get: async (kind, key) => {
      const name = nameIn(kind, { ...key });
      return itemsOf(kind, key as Within).find((item) => item[NAMES[kind].member] === name) as
        | Views[typeof kind]
        | undefined;
    },
    listed,
    detailed: listed,
    count: async (kind, within, only) =>
      itemsOf(kind, within).filter((item) => {
        const status = statusOf(item);
        return only === undefined ? status !== 'DELETED' : isInProgress(status);
      }).length,
    dependents: async (kind, key) =>
      volumeDependents(
        key,
        itemsOf(kind).find(({ volumeName }) => volumeName === key.volumeName),
        await listed('kx-dataview', { environmentId: key.environmentId }),
      ),
  };
}
