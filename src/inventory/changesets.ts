import { groupBy } from '../group-by.ts';
import { byNewest } from '../kinds/newest-first.ts';
import type { Output } from '../operations/index.ts';
import type { GraphOptions } from './graph-types.ts';
import type { Reading } from './reading.ts';

/** A changeset as the list shows it, for some with details from GetKxChangeset. */
export type Changeset = NonNullable<Output<'ListKxChangesets'>['kxChangesets']>[number] &
  Pick<Output<'GetKxChangeset'>, 'errorInfo' | 'changeRequests'>;

/** One page: it shows the newest data, and whether the newest load failed. */
const NEWEST_CHANGESETS = 100;
const USUAL_CHANGESETS = 1_000;
const MAX_CHANGESETS = 10_000;
/** Maximum failed changesets of a database whose reasons are read. */
const MAX_REASONS = 100;

interface DatabaseKey {
  readonly environmentId: string;
  readonly databaseName: string;
}

/**
 * The changesets of a database, newest first, as many as the options request, with the newest completed one, the reasons of
 * failures and requested changes.
 */
export async function readChangesets(
  reading: Reading,
  key: DatabaseKey,
  newestCompleted: () => Promise<string | undefined>,
  options: GraphOptions,
): Promise<Changeset[]> {
  const { kinds, readsChangesOf, everyChangeset, onlyNewestChangesets, changesetsSince = '' } = options;
  const part = { kind: 'changeset', of: key.databaseName, isDetail: !kinds?.includes('changeset') } as const;
  const [listed, newest] = await Promise.all([
    reading.list<'ListKxChangesets', Changeset>('ListKxChangesets', key, part, {
      maxItems: everyChangeset ? MAX_CHANGESETS : USUAL_CHANGESETS,
      isEnough: (items) =>
        onlyNewestChangesets === true
          ? items.length >= NEWEST_CHANGESETS
          : hasReached(items as Changeset[], changesetsSince),
      which: 'newest',
    }),
    newestCompleted(),
  ]);
  const unlisted = newest === undefined || listed.some(({ changesetId }) => changesetId === newest) ? [] : [newest];
  const failed = listed.filter(({ status }) => status === 'FAILED').toSorted(byNewest);
  const requested =
    readsChangesOf === undefined ? [] : listed.filter(({ changesetId = '' }) => readsChangesOf(changesetId));
  const listedIdsToRead = [...failed.slice(0, MAX_REASONS), ...requested].map(({ changesetId = '' }) => changesetId);
  const idsToRead = new Set([...unlisted, ...listedIdsToRead]);
  const summaries = new Map(listed.map((changeset) => [changeset.changesetId, changeset]));
  const replies = await Promise.all(
    [...idsToRead].map((changesetId) =>
      reading.get('GetKxChangeset', { ...key, changesetId }, part, summaries.get(changesetId)),
    ),
  );
  const details = new Map(replies.map((detail) => [detail?.changesetId, detail]));
  const all = [...listed, ...unlisted.map((changesetId): Changeset => ({ changesetId }))];
  return all.map((changeset) => ({ ...changeset, ...details.get(changeset.changesetId) })).toSorted(byNewest);
}

/** Whether a list is in order, newest first, and has reached items that are older than a time. */
function hasReached(items: readonly Changeset[], since: string): boolean {
  const times = items.map(({ createdTimestamp = '' }) => createdTimestamp);
  const last = times.at(-1) ?? '';
  return last !== '' && last < since && times.every((time, at) => time <= (times[at - 1] ?? time));
}

/** Completed changesets, such as those that were created after another. */
export interface Completed {
  readonly count: number;
  /** When the first of them became active, ISO 8601. */
  readonly since: string | undefined;
}

/** The number of completed changesets in a list, and when the first of them became active. */
export function completedAmong(changesets: readonly Changeset[]): Completed {
  const completed = changesets.filter(({ status }) => status === 'COMPLETED');
  const times = completed.flatMap((each) => each.activeFromTimestamp ?? each.createdTimestamp ?? []);
  return { count: completed.length, since: times.toSorted()[0] };
}

/** By the id of each of these changesets, which are newest first: the completed ones that were created after it. */
export function completedAfter(changesets: readonly Changeset[]): ReadonlyMap<string | undefined, Completed> {
  const newer = new Map<string | undefined, Completed>();
  let later: Completed = { count: 0, since: undefined };
  // Of several that were created at the same time, none is newer.
  for (const group of groupBy(changesets, ({ createdTimestamp }) => createdTimestamp).values()) {
    for (const { changesetId } of group) newer.set(changesetId, later);
    const { count, since } = completedAmong(group);
    later = {
      count: later.count + count,
      since: [later.since, since].filter((time) => time !== undefined).toSorted()[0],
    };
  }
  return newer;
}
