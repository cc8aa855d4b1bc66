import { walk } from '../../inventory/pages.ts';
import { isGone, userItem, userOf } from '../../kinds/users.ts';
import { isNotFound } from '../../operations/failure.ts';
import type { Call, CallOptions, Input, OperationName } from '../../operations/index.ts';
import type { Item, Members } from './finding.ts';

/** Lists are read up to this many items; an environment cannot hold more by its quotas. */
const MOST = 10_000;
const AT_ONCE = 8;

export interface Estate {
  readonly call: Call;
  readonly environmentId: string;
  readonly options: CallOptions;
}

/** What a call refers to; undefined when it does not exist. */
export async function there<N extends OperationName>(
  { call, options }: Pick<Estate, 'call' | 'options'>,
  reader: N,
  input: Input<N>,
): Promise<Members | undefined> {
  try {
    return (await call(reader, input, options)) as Members;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** All clusters of an environment. */
export async function listedClusters({ call, environmentId, options }: Estate): Promise<Members[]> {
  return (await walk(call, 'ListKxClusters', { environmentId }, MOST, options)).items;
}

/** The clusters of an environment but for those that are on their way out: a cluster in DELETING blocks nothing. */
export async function clusters(estate: Estate): Promise<Members[]> {
  return (await listedClusters(estate)).filter(({ status }) => !isGone(status));
}

export async function databases({ call, environmentId, options }: Estate): Promise<Members[]> {
  return (await walk(call, 'ListKxDatabases', { environmentId }, MOST, options)).items;
}

/** Databases with their sizes. */
export async function databaseDetails(estate: Estate): Promise<Members[]> {
  const { call, environmentId, options } = estate;
  return eachAtOnce(await databases(estate), async ({ databaseName }) => {
    return (await call('GetKxDatabase', { environmentId, databaseName: String(databaseName) }, options)) as Members;
  });
}

/** The dataviews of one database. One that is being deleted holds what it is on until it is gone. */
export async function dataviewsOf({ call, environmentId, options }: Estate, databaseName: string): Promise<Members[]> {
  const { items } = await walk(call, 'ListKxDataviews', { environmentId, databaseName }, MOST, options);
  return items.map((item) => ({ databaseName, ...item }));
}

/** All dataviews of an environment. */
export async function dataviews(estate: Estate): Promise<Members[]> {
  const found = await eachAtOnce(await databases(estate), ({ databaseName }) =>
    dataviewsOf(estate, String(databaseName)),
  );
  return found.flat();
}

export async function volumeDetails({ call, environmentId, options }: Estate): Promise<Members[]> {
  const { items } = await walk(call, 'ListKxVolumes', { environmentId }, MOST, options);
  return eachAtOnce(items, async ({ volumeName }) => {
    return (await call('GetKxVolume', { environmentId, volumeName: String(volumeName) }, options)) as Members;
  });
}

export async function scalingGroups({ call, environmentId, options }: Estate): Promise<Members[]> {
  return (await walk(call, 'ListKxScalingGroups', { environmentId }, MOST, options)).items;
}

export async function users({ call, environmentId, options }: Estate): Promise<Members[]> {
  return (await walk(call, 'ListKxUsers', { environmentId }, MOST, options)).items;
}

/** The databases that a cluster mounts, by name. */
export const mountsOf = (cluster: Members): Members[] => (cluster['databases'] as Members[] | undefined) ?? [];

/** A cluster as what it uses sees it. */
export const clusterUser = (cluster: Members) => userOf('kx-cluster', { environmentId: '' }, cluster);

/** A cluster as an item: `HDB, RUNNING`. */
export const clusterItem = (cluster: Members): Item => userItem(clusterUser(cluster));

/** Runs `work` on every item, a bounded number at once; results in order. Rejects with the first failure. */
export async function eachAtOnce<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at] as T);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
  return results;
}
