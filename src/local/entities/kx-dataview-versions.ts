import { arnOf, containerOf, splitArn } from '../arns.ts';
import type { Context } from '../context.ts';
import { filterAsync } from '../filter-async.ts';
import { AUTO_UPDATE_KEY } from '../filter-key.ts';
import { enterStatus } from '../lifecycle.ts';
import { shortId } from '../random.ts';
import { seconds } from '../timestamps.ts';
import type { Bodies } from '../worlds/bodies.ts';
import { type Effect, type FailureEffect, statusReasonOf } from './effect.ts';
import { dependentClusters, relink } from './links.ts';
import type { Stored } from './storage.ts';

type Body = Bodies['kx-dataview'];
type Version = Body['versions'][number];
export type Segment = Version['segmentConfigurations'][number];

/** The body with a new version; it can be mounted when the dataview is ACTIVE again. */
export function withVersion(
  body: Body,
  changesetId: string | undefined,
  segmentConfigurations: Segment[],
  { now, random }: Context,
): Body {
  const version = { versionId: shortId(random), changesetId, segmentConfigurations, created: now, active: false };
  return { ...body, changesetId, segmentConfigurations, modified: now, versions: [version, ...body.versions] };
}

/**
 * The newest version becomes available; old versions without clusters are released; a dataview that follows its database
 * and fell behind meanwhile is updated again.
 */
export const activateVersion: Effect<Body> = async (dataview, context) => {
  const arn = arnOf(dataview);
  const ready = dataview.body.versions.map((version, index) => (index === 0 ? { ...version, active: true } : version));
  const body = { ...dataview.body, versions: await versionsInUse(arn, ready, context), modified: context.now };
  const { collection, name } = containerOf(dataview);
  const latest = (await context.tx.get<Bodies['kx-database']>(collection, name))?.body.lastCompletedChangesetId;
  const isBehind = body.autoUpdate && latest !== body.changesetId;
  const result = isBehind
    ? { status: 'UPDATING', body: withVersion(body, latest, body.segmentConfigurations, context) }
    : { status: 'ACTIVE', body };
  await relink({ ...dataview, ...result }, context);
  return result;
};

/** The new version never becomes available; those that are available stay. */
export const failVersion: FailureEffect<Body> = async (dataview, failure, context) => {
  const versions = dataview.body.versions.filter(({ active }) => active);
  const body = { ...dataview.body, versions, statusReason: statusReasonOf(failure), modified: context.now };
  await relink({ ...dataview, body, status: 'FAILED' }, context);
  return body;
};

/** Releases the old versions of a dataview that no cluster mounts, and the volumes that only they used. */
export async function releaseVersions(arn: string, context: Context): Promise<void> {
  const { collection, name } = splitArn(arn);
  const dataview = await context.tx.get<Body>(collection, name);
  if (dataview === undefined) return;
  const versions = await versionsInUse(arn, dataview.body.versions, context);
  if (versions.length === dataview.body.versions.length) return;
  const released = { ...dataview, body: { ...dataview.body, versions } };
  await context.tx.put(released);
  await relink(released, context);
}

/** The versions in progress, the newest available one, and those that clusters mount. */
async function versionsInUse(arn: string, versions: Version[], context: Context): Promise<Version[]> {
  const newest = versions.findIndex(({ active }) => active);
  return filterAsync(
    versions,
    async ({ active, versionId }, index) =>
      !active || index === newest || (await dependentClusters(`${arn}#${versionId}`, context)).length > 0,
  );
}

/** Starts an update of the ACTIVE dataviews that follow the changesets of a database. */
export async function updateFollowers(databaseArn: string, changesetId: string, context: Context): Promise<void> {
  const { tx } = context;
  const query = { filterKey: AUTO_UPDATE_KEY, limit: 100 };
  const collection = `${databaseArn}/kxDataview`;
  for (let page = await tx.page<Body>(collection, { ...query, after: '' }); page.length > 0; ) {
    for (const dataview of page) {
      if (dataview.status !== 'ACTIVE') continue;
      const body = withVersion(dataview.body, changesetId, dataview.body.segmentConfigurations, context);
      const updating = enterStatus({ ...dataview, body }, 'UPDATING', context);
      await tx.put(updating);
      await relink(updating, context);
    }
    page = await tx.page<Body>(collection, { ...query, after: page.at(-1)?.position ?? '' });
  }
}

/** The version that a cluster gets if it mounts the dataview now. */
export function mountableVersion({ body }: Stored<'kx-dataview'>): Version | undefined {
  return body.versions.find(({ active }) => active);
}

/** The versions that can be mounted or are mounted, as replies show them. */
export function activeVersions(dataview: Stored<'kx-dataview'>, context: Context): Promise<object[]> {
  const versions = dataview.body.versions.filter(({ active }) => active);
  return Promise.all(
    versions.map(async ({ active: _, created, ...members }) => {
      const attachedClusters = await dependentClusters(`${arnOf(dataview)}#${members.versionId}`, context);
      return { ...members, attachedClusters, createdTimestamp: seconds(created) };
    }),
  );
}
