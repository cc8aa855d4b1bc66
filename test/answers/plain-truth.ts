import { HOST_TYPES } from '../../src/operations/machine-types.ts';
import { one, type Truth } from './truth.ts';

type Cluster = Truth['clusters'][number];
type Volume = Truth['volumes'][number];

export const NOW = Date.parse('2026-03-17T09:00:00Z');
export const HOUR = 3_600_000;
export const sum = (numbers: readonly (number | undefined)[]) =>
  numbers.reduce<number>((all, each) => all + (each ?? 0), 0);
export const distinct = <T>(all: readonly T[]) => [...new Set(all)];
export const minute = (ms: number) => `${new Date(ms).toISOString().slice(0, 16)}Z`;

export const all = ({ environments, clusters: own, groups, volumes, databases, dataviews, users }: Truth) =>
  [environments, own, groups, volumes, databases, dataviews, users].flat();
export const ownerOf = ({ tags }: { tags: Readonly<Record<string, string>> }) => tags['owner'] ?? '(none)';
export const ownerOfLoad = ({ databases }: Truth, { databaseName = '' }: Truth['changesets'][number]) =>
  ownerOf(one(databases, databaseName));
export const isFailed = ({ status }: { status?: string | undefined }) => status?.includes('FAILED') === true;
export const notFailed = (own: readonly Cluster[]) => own.filter((each) => !isFailed(each));
export const sharedOf = ({ scalingGroupConfiguration: shared }: Cluster) => shared;
export const nodesOf = ({ capacityConfiguration: own, scalingGroupConfiguration: shared }: Cluster) =>
  own?.nodeCount ?? shared?.nodeCount ?? 0;
const reserved = (own: readonly Cluster[]) =>
  sum(notFailed(own).map((each) => (sharedOf(each)?.memoryReservation ?? 0) * (sharedOf(each)?.nodeCount ?? 0))) /
  1_024;
export const freeOn = ({ clusters: own }: Truth, { name, hostType = '' }: Truth['groups'][number]) =>
  (HOST_TYPES.get(hostType)?.memoryGiB ?? 0) -
  reserved(own.filter((each) => sharedOf(each)?.scalingGroupName === name));
export const size = ({ nas1Configuration: disk }: Volume) => disk?.size ?? 0;
export const heldChangeset = ({ databases = [] }: Cluster) =>
  databases[0]?.dataviewConfiguration?.changesetId ?? databases[0]?.changesetId;
export const volumeNames = ({ volumes = [] }: Cluster) => volumes.map(({ volumeName }) => volumeName);
export const sourcesOf = ({ changeRequests = [] }: Truth['changesets'][number]) =>
  changeRequests.map(({ s3Path = '' }) => s3Path);
export const newestFirst = (changesets: Truth['changesets'], database: string) =>
  changesets
    .filter(({ databaseName }) => databaseName === database)
    .toSorted((a, b) => (b.createdTimestamp ?? '').localeCompare(a.createdTimestamp ?? ''));
/** When each was last created or changed; each kind has its own names for these times. */
export const changedAt = (each: object) => {
  const { lastModifiedTimestamp, updateTimestamp, createdTimestamp, creationTimestamp, createTimestamp } =
    each as Record<string, string | undefined>;
  const made = createdTimestamp ?? creationTimestamp ?? createTimestamp ?? '';
  return Date.parse(lastModifiedTimestamp ?? updateTimestamp ?? made);
};
export const changedSince = (truth: Truth, ms: number) =>
  [...all(truth), ...truth.changesets].filter((each) => changedAt(each) > ms);

/** For each value, a pattern for its group in the answer, with the total of a member. */
export const totalsBy = <T>(
  those: readonly T[],
  by: (each: T) => string,
  member: string,
  of: (own: readonly T[]) => unknown,
) =>
  distinct(those.map(by)).map((value) => {
    const amount = of(those.filter((each) => by(each) === value));
    return new RegExp(
      `"value":"${value.replace(/[()]/g, '\\$&')}","count":[^\\]]*\\],"totals":\\{[^}]*"${member}":${JSON.stringify(amount)}[,}]`,
    );
  });
