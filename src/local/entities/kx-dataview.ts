import { arnOf, keyOf } from '../arns.ts';
import type { Context, Handlers } from '../context.ts';
import { entityAt } from '../entity-at.ts';
import { enterStatus } from '../lifecycle.ts';
import { withTimestamps } from '../timestamps.ts';
import { mountableChangeset } from './kx-changeset.ts';
import { activeVersions, type Segment, withVersion } from './kx-dataview-versions.ts';
import { relink } from './links.ts';
import { addEntity, deleteOf, getOf, listOf, type Presentation, type Stored, settingsIn } from './storage.ts';

const basicMembers = (dataview: Stored<'kx-dataview'>) => ({
  ...keyOf(arnOf(dataview)),
  status: dataview.status,
  ...withTimestamps(dataview.body),
});

const detail = async (dataview: Stored<'kx-dataview'>, context: Context) => ({
  ...basicMembers(dataview),
  activeVersions: await activeVersions(dataview, context),
});

const DATAVIEW: Presentation<'kx-dataview'> = { kind: 'kx-dataview', detail };

/** Replies show onDemand of each segment, even if the request omitted it. */
const withOnDemand = (segments: readonly Segment[] = []): Segment[] =>
  segments.map((segment) => ({ ...segment, onDemand: segment.onDemand ?? false }));

export const kxDataviews = {
  async CreateKxDataview(input, context) {
    const { autoUpdate = false, readWrite = false, tags } = input;
    const changesetId = await mountableChangeset(input, input.changesetId, context);
    const times = { created: context.now, modified: context.now };
    const empty = { segmentConfigurations: [], versions: [] };
    const body = { ...settingsIn('kx-dataview', input), autoUpdate, readWrite, ...times, ...empty };
    const initial = {
      status: 'CREATING',
      body: withVersion(body, changesetId, withOnDemand(input.segmentConfigurations), context),
      tags,
    };
    const created = await addEntity('kx-dataview', input, initial, context);
    await relink(created, context);
    return basicMembers(created);
  },

  GetKxDataview: getOf(DATAVIEW),
  ListKxDataviews: listOf(DATAVIEW),

  async UpdateKxDataview(input, context) {
    const dataview = await entityAt('kx-dataview', input, context);
    const { body } = dataview;
    const { changesetId, segmentConfigurations } = input;
    const segments =
      segmentConfigurations === undefined ? body.segmentConfigurations : withOnDemand(segmentConfigurations);
    const changeset = await mountableChangeset(input, changesetId, context);
    const updated = enterStatus(
      {
        ...dataview,
        body: withVersion({ ...body, ...settingsIn('kx-dataview', input) }, changeset, segments, context),
      },
      'UPDATING',
      context,
    );
    await context.tx.put(updated);
    await relink(updated, context);
    return detail(updated, context);
  },

  DeleteKxDataview: deleteOf('kx-dataview'),
} satisfies Partial<Handlers>;
