import { followsLatest } from '../../operations/conditions/dataviews.ts';
import type { Input } from '../../operations/index.ts';
import { arnOf, countOf, environmentIdOf, inDatabase, placeOf } from '../arns.ts';
import { requireAll, requireConditions } from '../conditions.ts';
import type { Context, Handlers } from '../context.ts';
import { begin, enter } from '../lifecycle.ts';
import { paged } from '../paging.ts';
import { quotasOf, withinQuota } from '../quotas.ts';
import { demand, Refusal } from '../refusal.ts';
import { stamps } from '../timestamps.ts';
import { mountableChangeset } from './kx-changeset.ts';
import { databaseOf } from './kx-database.ts';
import {
  activeVersions,
  clustersOn,
  type DataviewBody,
  dataviewLinks,
  FOLLOWING,
  type KxDataview,
  type Segment,
  withVersion,
} from './kx-dataview-versions.ts';
import { environmentOf, openEnvironment, requireZone } from './kx-environment.ts';
import { readyVolume, volumeArn } from './kx-volume.ts';

type Operations = 'CreateKxDataview' | 'GetKxDataview' | 'ListKxDataviews' | 'UpdateKxDataview' | 'DeleteKxDataview';

export const kxDataviews: Handlers<Operations> = {
  async CreateKxDataview(input, context) {
    requireConditions('CreateKxDataview', input);
    const environment = await openEnvironment(input, context);
    await databaseOf(input, context);
    const { tx, now, world } = context;
    const { environmentId, databaseName, dataviewName } = input;
    const availabilityZoneId = input.availabilityZoneId as string;
    const collection = inDatabase(world, environmentId, databaseName, 'kxDataview');
    demand(
      (await tx.get(collection, dataviewName)) === undefined,
      'ResourceAlreadyExists',
      `Dataview ${dataviewName} already exists`,
    );
    requireZone(availabilityZoneId, environment);
    const changesetId = await mountableChangeset(input, input.changesetId, context);
    const { autoUpdate = false, readWrite = false } = input;
    const place = { collection, name: dataviewName, tags: input.tags, ...(autoUpdate && { facet: FOLLOWING }) };
    const segments = await checkedSegments(
      input.segmentConfigurations ?? [],
      availabilityZoneId,
      readWrite,
      environmentId,
      context,
    );
    const quotas = await quotasOf(context);
    const more = (what: 'dataviews' | 'dataviewVersions') => async () =>
      (await tx.countSources(countOf(world, environmentId, what))) + 1;
    await withinQuota(quotas.dataviews, more('dataviews'), 'dataviews per environment');
    await withinQuota(quotas.dataviewVersions, more('dataviewVersions'), 'dataview versions in progress');
    const body = {
      azMode: input.azMode,
      availabilityZoneId,
      description: input.description,
      autoUpdate,
      readWrite,
      created: now,
      modified: now,
      segmentConfigurations: [],
      versions: [],
    };
    const created = begin(context, place, 'CREATING', withVersion(body, changesetId, segments, context));
    await tx.put(created);
    await tx.link(arnOf(created), dataviewLinks(created, context));
    return described(created);
  },

  async GetKxDataview(input, context) {
    await environmentOf(input, context);
    await databaseOf(input, context);
    return detail(await dataviewOf(input, context), context);
  },

  async ListKxDataviews(input, context) {
    await environmentOf(input, context);
    await databaseOf(input, context);
    const collection = inDatabase(context.world, input.environmentId, input.databaseName, 'kxDataview');
    const { entities, ...rest } = await paged<DataviewBody>(input, context, collection);
    return { kxDataviews: await Promise.all(entities.map((dataview) => detail(dataview, context))), ...rest };
  },

  async UpdateKxDataview(input, context) {
    requireConditions('UpdateKxDataview', input);
    await openEnvironment(input, context);
    await databaseOf(input, context);
    const dataview = await dataviewOf(input, context);
    const { body, name, status } = dataview;
    demand(!body.readWrite, 'Validation', `Dataview ${name} is readWrite; it cannot be updated`);
    const { changesetId, description = body.description, segmentConfigurations } = input;
    requireAll([followsLatest], { autoUpdate: body.autoUpdate, changesetId });
    demand(status === 'ACTIVE', 'WrongState', `Dataview ${name} is ${status}; it has to be ACTIVE`);
    const segments =
      segmentConfigurations === undefined
        ? body.segmentConfigurations
        : await checkedSegments(segmentConfigurations, body.availabilityZoneId, false, input.environmentId, context);
    const changeset = await mountableChangeset(input, changesetId, context);
    // This operation has no LimitExceededException.
    const making = async () =>
      (await context.tx.countSources(countOf(context.world, input.environmentId, 'dataviewVersions'))) + 1;
    await withinQuota(
      (await quotasOf(context)).dataviewVersions,
      making,
      'dataview versions in progress',
      'Throttling',
    );
    const updated = enter(
      { ...dataview, body: withVersion({ ...body, description }, changeset, segments, context) },
      'UPDATING',
      context,
    );
    await context.tx.put(updated);
    await context.tx.link(arnOf(updated), dataviewLinks(updated, context));
    return detail(updated, context);
  },

  async DeleteKxDataview(input, context) {
    await openEnvironment(input, context);
    await databaseOf(input, context);
    const dataview = await dataviewOf(input, context);
    const { name, status } = dataview;
    demand(status !== 'DELETING', 'WrongState', `Dataview ${name} is already DELETING`);
    const clusters = await clustersOn(arnOf(dataview), context);
    demand(clusters.length === 0, 'InUse', `Dataview ${name} is in use by ${clusters.join(', ')}`);
    demand(status === 'ACTIVE' || status === 'FAILED', 'WrongState', `Dataview ${name} is ${status}`);
    const { statusReason: _, ...body } = { ...dataview.body, modified: context.now };
    await context.tx.put(enter({ ...dataview, body }, 'DELETING', context));
    return {};
  },
};

type Named = Pick<Input<'GetKxDataview'>, 'environmentId' | 'databaseName' | 'dataviewName'>;

/** The dataview that a request names. */
export async function dataviewOf(
  { environmentId, databaseName, dataviewName }: Named,
  { tx, world }: Context,
): Promise<KxDataview> {
  const collection = inDatabase(world, environmentId, databaseName, 'kxDataview');
  const dataview = await tx.get<DataviewBody>(collection, dataviewName);
  if (dataview === undefined) {
    throw new Refusal('ResourceNotFound', `Dataview ${dataviewName} not found in KX database ${databaseName}`);
  }
  return dataview;
}

async function checkedSegments(
  segments: readonly Segment[],
  zone: string | undefined,
  alone: boolean,
  environmentId: string,
  context: Context,
): Promise<Segment[]> {
  const checked: Segment[] = [];
  for (const segment of segments) {
    const volume = await readyVolume({ environmentId, volumeName: segment.volumeName }, context);
    demand(
      zone === undefined || volume.body.availabilityZoneIds.includes(zone),
      'Validation',
      `Volume ${volume.name} is in ${volume.body.availabilityZoneIds.join(', ')}, not in ${zone}`,
    );
    const used = await context.tx.sources(volumeArn(context, environmentId, volume.name));
    demand(
      !alone || !used.some((arn) => arn.includes('/kxDataview/')),
      'Validation',
      `Volume ${volume.name} is used by another dataview; a readWrite dataview needs a volume of its own`,
    );
    checked.push({ ...segment, onDemand: segment.onDemand ?? false });
  }
  return checked;
}

function described(dataview: KxDataview) {
  const { created, modified, versions: _, ...members } = dataview.body;
  return {
    environmentId: environmentIdOf(dataview),
    databaseName: placeOf(dataview.collection.replace(/\/kxDataview$/, '')).name,
    dataviewName: dataview.name,
    status: dataview.status,
    ...members,
    ...stamps({ created, modified }),
  };
}

const detail = async (dataview: KxDataview, context: Context) => ({
  ...described(dataview),
  activeVersions: await activeVersions(dataview, context),
});
