import { readOrUnchecked } from '../kinds/check-change.ts';
import { CLUSTER_NODES, type EntityQuota, VOLUME_MOUNTS } from '../kinds/entity-quotas.ts';
import { nameIn } from '../kinds/names.ts';
import { environmentQuotas } from '../kinds/quotas.ts';
import { statusOf } from '../kinds/rules.ts';
import { isGone } from '../kinds/statuses.ts';
import type { KindName } from '../kinds/views.ts';
import type { Quotas } from '../operations/quotas.ts';
import type { EnvironmentData } from './environment-data.ts';
import { environmentDataReader } from './environment-data-reader.ts';
import type { Gap, GraphOptions, QuotaUse } from './graph-types.ts';

/** What must be read of an environment to count its use. */
export const QUOTA_USE_OPTIONS: GraphOptions = {
  kinds: ['cluster', 'scaling-group', 'volume', 'database', 'dataview', 'changeset', 'user'],
  nodes: false,
  onlyNewestChangesets: true,
};

/** Use of the quotas of an environment, without those that cannot be counted because something could not be read. */
export async function quotaUse(data: EnvironmentData, gaps: readonly Gap[], quotas: Quotas): Promise<QuotaUse[]> {
  const read = environmentDataReader(data, gaps);
  const environmentId = String(data.environment.environmentId);
  const largestUse = async <K extends KindName>({ what, kind, limit, used }: EntityQuota<K>): Promise<QuotaUse> => {
    const all = await Promise.all(
      (await read.detailed(kind, { environmentId }))
        .filter((entity) => !isGone(statusOf(entity)))
        .map(async (entity) => ({
          of: nameIn(kind, { ...entity }),
          used: Number(await used(read, environmentId, entity)),
        })),
    );
    const [first = { used: 0 }] = all.filter((each) => each.used > 0).toSorted((a, b) => b.used - a.used);
    return { quota: what, ...first, limit: limit(quotas) };
  };
  const counts: (() => Promise<QuotaUse>)[] = [
    ...environmentQuotas(quotas).map(({ what, limit, used }) => async () => ({
      quota: what.replace(/ per environment$/, ''),
      used: Number(await used(read, { environmentId })),
      limit: limit(quotas),
    })),
    () => largestUse(CLUSTER_NODES),
    ...VOLUME_MOUNTS.map((quota) => () => largestUse(quota)),
  ];
  const uses = await Promise.all(counts.map(readOrUnchecked));
  return uses.flatMap(({ value = [] }) => value);
}
