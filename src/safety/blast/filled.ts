import type { OperationName } from '../../operations/index.ts';
import { quoted } from '../untrusted.ts';
import { eachAtOnce, mountsOf, there } from './estate.ts';
import type { Members, Subject } from './finding.ts';

/** An input with what the service fills in, and which of its values the service would ignore. */
interface Filled {
  readonly input: Members;
  readonly ignored: readonly string[];
}

/** The same input with what the service mounts where it says nothing. */
export async function filledInput(operation: OperationName, subject: Subject): Promise<Filled> {
  return (await FILLED[operation]?.(subject)) ?? { input: subject.input, ignored: [] };
}

const FILLED: Partial<Record<OperationName, (subject: Subject) => Promise<Filled>>> = {
  UpdateKxClusterDatabases: withMounts,
  UpdateKxDataview: withChangeset,
};

const EMPTY =
  'databases is empty: the service would accept it and change nothing. Give every database that the cluster mounts.';

async function withMounts(subject: Subject): Promise<Filled> {
  const databases = subject.input['databases'] as Members[];
  // Each once: the service refuses what the cluster does not mount, however many entries a request may have.
  const mounted = new Set(mountsOf(subject.entity).map(({ databaseName }) => databaseName));
  const mounts = await eachAtOnce(databases, async (entry) =>
    mounted.delete(entry['databaseName']) ? mountOf(subject, entry) : { mount: entry, ignored: [] },
  );
  return {
    input: { ...subject.input, databases: mounts.map(({ mount }) => mount) },
    ignored: [...(databases.length === 0 ? [EMPTY] : []), ...mounts.flatMap(({ ignored }) => ignored)],
  };
}

/** The newest version of the dataview that an entry names, else its changeset or the latest one. */
async function mountOf(subject: Subject, entry: Members): Promise<{ mount: Members; ignored: readonly string[] }> {
  const given = entry['dataviewConfiguration'] as Members | undefined;
  const dataviewName = given?.['dataviewName'] ?? entry['dataviewName'];
  const databaseName = String(entry['databaseName']);
  if (dataviewName === undefined) {
    const changesetId = entry['changesetId'] ?? (await latestChangeset(subject, databaseName));
    return { mount: { ...entry, changesetId }, ignored: [] };
  }
  const environmentId = String(subject.input['environmentId']);
  const view = await there(subject, 'GetKxDataview', {
    environmentId,
    databaseName,
    dataviewName: String(dataviewName),
  });
  const [newest = {}] = (view?.['activeVersions'] as Members[] | undefined) ?? [];
  const takes: Members = { dataviewVersionId: newest['versionId'], changesetId: newest['changesetId'] };
  const ignored = Object.entries(takes).filter(([member, value]) => {
    const wanted = given?.[member];
    return view !== undefined && wanted !== undefined && wanted !== value;
  });
  return {
    mount: { ...entry, dataviewConfiguration: { dataviewName, dataviewVersionId: newest['versionId'] } },
    ignored: ignored.map(
      ([member, value]) =>
        `The service ignores ${member} and mounts the newest version of dataview ${quoted(String(dataviewName))}, with ${member} ${quoted(String(value))}. Give only dataviewName.`,
    ),
  };
}

/**
 * Without a changeset, a dataview that does not update itself moves to the latest one. That is what a call asks for that gives nothing
 * else; beside other settings the changeset counts as left out.
 */
async function withChangeset(subject: Subject): Promise<Filled> {
  const { input, entity } = subject;
  const { description, changesetId, segmentConfigurations } = input;
  if (entity['autoUpdate'] === true || changesetId !== undefined) return { input, ignored: [] };
  const latest = await latestChangeset(subject, String(input['databaseName']));
  const isAlone = description === undefined && segmentConfigurations === undefined;
  const stays = latest === entity['changesetId'];
  return { input: isAlone || stays ? { ...input, changesetId: latest } : input, ignored: [] };
}

async function latestChangeset(subject: Subject, databaseName: string): Promise<unknown> {
  const environmentId = String(subject.input['environmentId']);
  return (await there(subject, 'GetKxDatabase', { environmentId, databaseName }))?.['lastCompletedChangesetId'];
}
