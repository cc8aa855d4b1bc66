import { dataviewIn } from '../operations/conditions/clusters.ts';
import { toolName } from '../operations/naming.ts';
import { quoteUntrusted } from '../untrusted.ts';
import { mountedDatabases } from './kx-cluster-references.ts';
import type { FilledInput, RequestedChange } from './model.ts';
import { newestFirst } from './newest-first.ts';
import { type Reader, Unreadable } from './reader.ts';
import type { Keys } from './views.ts';

type DatabasesUpdate = RequestedChange<'kx-cluster', 'UpdateKxClusterDatabases'>;
type Segments = NonNullable<RequestedChange<'kx-dataview', 'UpdateKxDataview'>['input']['segmentConfigurations']>;
type Mount = DatabasesUpdate['input']['databases'][number];

const EMPTY = 'The service would accept an empty list and change nothing. Give every database that the cluster mounts';

/** The databases of a cluster with the versions that the service mounts. */
export async function fillMounts({ input, key, target, read }: DatabasesUpdate): Promise<FilledInput> {
  // Only the entry that counts is filled in, because a request may have many for one database.
  const last = new Map(input.databases.map((entry) => [entry.databaseName, entry]));
  const mounted = mountedDatabases(target);
  const mounts = await Promise.all(
    input.databases.map(async (entry) =>
      mounted.includes(entry.databaseName) && last.get(entry.databaseName) === entry
        ? mountOf(read, key, entry)
        : { mount: entry, ignored: [] },
    ),
  );
  const ignored = input.databases.length === 0 ? [EMPTY] : mounts.flatMap((each) => each.ignored);
  return { input: { ...input, databases: mounts.map(({ mount }) => mount) }, ignored: inDatabases(ignored) };
}

/** Fills nothing in; says what the service ignores in a new cluster: the values of dataviews besides their names. */
export async function ignoredInNewMounts({
  input,
  key,
  read,
}: RequestedChange<'kx-cluster', 'CreateKxCluster'>): Promise<FilledInput> {
  const detailed = (input.databases ?? []).filter(
    ({ dataviewConfiguration: given }) =>
      given !== undefined && Object.keys(given).some((member) => member !== 'dataviewName'),
  );
  try {
    const mounts = await Promise.all(detailed.map((entry) => mountOf(read, key, entry)));
    return { input, ignored: inDatabases(mounts.flatMap(({ ignored }) => ignored)) };
  } catch (error) {
    // A caller who may not read dataviews can still create clusters.
    if (error instanceof Unreadable) return { input, ignored: [] };
    throw error;
  }
}

const inDatabases = (sentences: readonly string[]) => sentences.map((says) => ({ member: 'databases', says }));

/** The newest version of the dataview that an entry names; otherwise its changeset or the latest one. */
async function mountOf(read: Reader, { environmentId }: Keys['kx-cluster'], entry: Mount) {
  const { databaseName, dataviewConfiguration: given } = entry;
  const dataviewName = dataviewIn(entry);
  if (dataviewName === undefined) {
    const changesetId = entry.changesetId ?? (await latestChangeset(read, { environmentId, databaseName }));
    return { mount: { ...entry, changesetId }, ignored: [] };
  }
  const dataview = await read.get('kx-dataview', { environmentId, databaseName, dataviewName });
  const { versionId, changesetId, segmentConfigurations } = newestFirst(dataview)[0] ?? {};
  const ignored = (
    [
      ['dataviewVersionId', given?.dataviewVersionId, versionId],
      ['changesetId', given?.changesetId, changesetId],
      ['segmentConfigurations', segmentsText(given?.segmentConfigurations), segmentsText(segmentConfigurations)],
    ] as const
  ).filter(([, wanted, mounted]) => mounted !== undefined && wanted !== undefined && wanted !== mounted);
  return {
    mount: { ...entry, dataviewConfiguration: { dataviewName, dataviewVersionId: versionId, changesetId } },
    ignored: ignored.map(
      ([member]) =>
        `The service ignores ${member} and mounts the newest version of dataview ${quoteUntrusted(dataviewName)}. Give only dataviewName. To change the dataview itself, use ${toolName('UpdateKxDataview')}`,
    ),
  };
}

/** `/* on fast`: equal for equal segments, whatever their order. */
function segmentsText(segments: Segments | undefined): string | undefined {
  return segments
    ?.map(
      ({ dbPaths, volumeName, onDemand }) =>
        `${dbPaths.toSorted().join(' ')} on ${volumeName}${onDemand === true ? ' on demand' : ''}`,
    )
    .toSorted()
    .join(', ');
}

/**
 * Without a changeset, the service moves a dataview without autoUpdate to the latest one. A call with no other settings requests that,
 * so the latest is filled in. In a call with other settings, the changeset counts as left out, unless the dataview has the latest.
 */
export async function fillChangeset({
  input,
  key,
  target,
  read,
}: RequestedChange<'kx-dataview', 'UpdateKxDataview'>): Promise<FilledInput> {
  const { description, changesetId, segmentConfigurations } = input;
  if (target?.autoUpdate === true || changesetId !== undefined) return { input, ignored: [] };
  const latest = await latestChangeset(read, key);
  const isAlone = description === undefined && segmentConfigurations === undefined;
  const isOmitted = !isAlone && target?.changesetId !== undefined && target.changesetId !== latest;
  return isOmitted
    ? { input, ignored: [], instead: { changesetId: latest } }
    : { input: { ...input, changesetId: latest }, ignored: [] };
}

const latestChangeset = async (read: Reader, { environmentId, databaseName }: Keys['kx-database']) =>
  (await read.get('kx-database', { environmentId, databaseName }))?.lastCompletedChangesetId;
