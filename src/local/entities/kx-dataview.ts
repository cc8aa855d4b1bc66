import type { Input } from '../../operations/index.ts';
import { environmentIdOf, inDatabase, placeOf } from '../arns.ts';
import type { Context, Handlers } from '../context.ts';
import { entityAt } from '../entity-at.ts';
import { begin, enter } from '../lifecycle.ts';
import { paged } from '../paging.ts';
import { stamps } from '../timestamps.ts';
import { mountableChangeset } from './kx-changeset.ts';
import { databaseOf } from './kx-database.ts';
import {
  activeVersions,
  type DataviewBody,
  FOLLOWING,
  type KxDataview,
  type Segment,
  withVersion,
} from './kx-dataview-versions.ts';
import { environmentOf } from './kx-environment.ts';
import { relink } from './links.ts';

type Operations = 'CreateKxDataview' | 'GetKxDataview' | 'ListKxDataviews' | 'UpdateKxDataview' | 'DeleteKxDataview';

export const kxDataviews: Handlers<Operations> = {
  async CreateKxDataview(input, context) {
    const { tx, now, world } = context;
    const { environmentId, databaseName, dataviewName, autoUpdate = false, readWrite = false } = input;
    const availabilityZoneId = input.availabilityZoneId as string;
    const collection = inDatabase(world, environmentId, databaseName, 'kxDataview');
    const changesetId = await mountableChangeset(input, input.changesetId, context);
    const place = { collection, name: dataviewName, tags: input.tags, ...(autoUpdate && { facet: FOLLOWING }) };
    const segments = withOnDemand(input.segmentConfigurations);
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
    await relink(created, context);
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
    const dataview = await dataviewOf(input, context);
    const { body } = dataview;
    const { changesetId, description = body.description, segmentConfigurations } = input;
    const segments =
      segmentConfigurations === undefined ? body.segmentConfigurations : withOnDemand(segmentConfigurations);
    const changeset = await mountableChangeset(input, changesetId, context);
    const updated = enter(
      { ...dataview, body: withVersion({ ...body, description }, changeset, segments, context) },
      'UPDATING',
      context,
    );
    await context.tx.put(updated);
    await relink(updated, context);
    return detail(updated, context);
  },

  async DeleteKxDataview(input, context) {
    const dataview = await dataviewOf(input, context);
    const { statusReason: _, ...body } = { ...dataview.body, modified: context.now };
    await context.tx.put(enter({ ...dataview, body }, 'DELETING', context));
    return {};
  },
};

type Named = Pick<Input<'GetKxDataview'>, 'environmentId' | 'databaseName' | 'dataviewName'>;

/** The dataview that a request names. */
export const dataviewOf = (input: Named, context: Context): Promise<KxDataview> =>
  entityAt('kx-dataview', input, context);

/** Replies show onDemand of each segment, even if the request omitted it. */
const withOnDemand = (segments: readonly Segment[] = []): Segment[] =>
  segments.map((segment) => ({ ...segment, onDemand: segment.onDemand ?? false }));

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
