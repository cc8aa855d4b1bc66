import { volumesUnder } from '../../kinds/dataview-volumes.ts';
import { toolName } from '../../operations/naming.ts';
import { dataviewItem } from '../blast/environments.ts';
import { dataviews, eachAtOnce, there } from '../blast/estate.ts';
import type { Item, Members } from '../blast/finding.ts';
import { missing, taken } from '../problem-text.ts';
import type { Ground } from './ground.ts';
import { blocked, elsewhere, type Remark, together, unready } from './outlook.ts';
import { room } from './quota.ts';

/** Whether a volume can be used in a zone. */
export async function volumeFits(ground: Ground, volumeName: string, zone: unknown): Promise<Remark> {
  const { environmentId } = ground;
  const volume = await there(ground, 'GetKxVolume', { environmentId, volumeName });
  if (volume === undefined) return blocked(missing('volume', volumeName, 'ListKxVolumes'));
  const item: Item = { kind: 'volume', name: volumeName };
  const zones = (volume['availabilityZoneIds'] as string[] | undefined) ?? [];
  return blocked(...unready(item, volume['status']), ...elsewhere(item, zones, zone));
}

/** Whether a changeset can be mounted. */
export async function changesetStands(ground: Ground, databaseName: string, id: unknown): Promise<Remark> {
  if (id === undefined) return {};
  const [{ environmentId }, changesetId] = [ground, String(id)];
  const changeset = await there(ground, 'GetKxChangeset', { environmentId, databaseName, changesetId });
  if (changeset === undefined) return blocked(missing('changeset', changesetId, 'ListKxChangesets'));
  const item: Item = { kind: 'changeset', name: changesetId, detail: String(changeset['status']) };
  return changeset['status'] === 'FAILED'
    ? blocked({ item, first: `It failed: name one that is COMPLETED (${toolName('ListKxChangesets')}).` })
    : blocked(...unready(item, changeset['status'], 'COMPLETED'));
}

/** Whether the database is there in which something is to be made. */
async function databaseStands(ground: Ground): Promise<Remark> {
  const { environmentId } = ground;
  const databaseName = String(ground.input['databaseName']);
  const found = await there(ground, 'GetKxDatabase', { environmentId, databaseName });
  return found === undefined ? blocked(missing('database', databaseName, 'ListKxDatabases')) : {};
}

/** The same with the changeset that a dataview is to show. */
export async function sourceStands(ground: Ground): Promise<Remark> {
  const { databaseName, changesetId } = ground.input;
  const database = await databaseStands(ground);
  return database.blockers === undefined ? changesetStands(ground, String(databaseName), changesetId) : database;
}

/** Whether the volumes that a dataview is to lie on are there and in its zone. */
export const volumesFitIn = async (ground: Ground, zone: unknown): Promise<Remark> =>
  together(await eachAtOnce(volumesIn(ground), (name) => volumeFits(ground, name, zone)));

const volumesIn = ({ input }: Ground) => {
  const segments = (input['segmentConfigurations'] as Members[] | undefined) ?? [];
  return [...new Set(segments.map(({ volumeName }) => String(volumeName)))];
};

/** The same for a new one; if it is writable, it gets a volume of its own. */
export async function segmentsFit(ground: Ground): Promise<Remark> {
  const { availabilityZoneId, readWrite } = ground.input;
  const names = volumesIn(ground);
  const fit = await volumesFitIn(ground, availabilityZoneId);
  const others = readWrite === true && names.length > 0 ? await dataviews(ground) : [];
  const sharing = others.filter((view) => volumesUnder(view).some((name) => names.includes(String(name))));
  const first = 'A writable dataview needs a volume that no other dataview uses: name another.';
  return together([fit, blocked(...sharing.map((view) => ({ item: dataviewItem(view), first })))]);
}

/** Whether the name of a dataview is free, and one more is within the quotas. */
export async function roomForDataview(ground: Ground): Promise<Remark> {
  const { databaseName, dataviewName } = ground.input;
  const all = await dataviews(ground);
  const [namesake] = all.filter(
    (view) => view['databaseName'] === databaseName && view['dataviewName'] === dataviewName,
  );
  const item = { kind: 'dataview', name: String(dataviewName), detail: String(namesake?.['status']) };
  const lister = 'ListKxDataviews';
  return together([
    blocked(...(namesake === undefined ? [] : [taken(item)])),
    room(ground, {
      what: 'dataviews per environment',
      limit: (quotas) => quotas.dataviews,
      used: all.length,
      lister,
    }),
    roomForVersion(ground, all),
  ]);
}

/** Whether one more version of a dataview may be made at present. */
export const roomForVersion = (ground: Ground, all: readonly Members[]): Remark =>
  room(ground, {
    what: 'dataview versions in progress',
    limit: (quotas) => quotas.dataviewVersions,
    used: all.filter(({ status }) => status === 'CREATING' || status === 'UPDATING').length,
    lister: 'ListKxDataviews',
  });
