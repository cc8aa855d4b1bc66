import { arnOf, containerOf, keyOf } from '../arns.ts';
import type { Context, Handlers } from '../context.ts';
import { entityAt } from '../entity-at.ts';
import { shortId } from '../random.ts';
import { seconds, withTimestamps } from '../timestamps.ts';
import type { Bodies } from '../worlds/bodies.ts';
import type { Effect, FailureEffect } from './effect.ts';
import { contentsAfter } from './ingestion.ts';
import { updateFollowers } from './kx-dataview-versions.ts';
import { relink } from './links.ts';
import { addEntity, getOf, listOf, type Presentation, type Stored, settingsIn } from './storage.ts';

function detail(changeset: Stored<'kx-changeset'>) {
  const { activeFrom, ...body } = changeset.body;
  const activeFromTimestamp = activeFrom && seconds(activeFrom);
  return { ...keyOf(arnOf(changeset)), status: changeset.status, ...withTimestamps(body), activeFromTimestamp };
}

const CHANGESET: Presentation<'kx-changeset'> = { kind: 'kx-changeset', detail };

export const kxChangesets = {
  async CreateKxChangeset(input, context) {
    const { tx, now, random } = context;
    const database = await entityAt('kx-database', input, context);
    const sequence = database.body.sequence + 1;
    await tx.put({ ...database, body: { ...database.body, sequence } });
    const body = { created: now, modified: now, ...settingsIn('kx-changeset', input) };
    const key = { ...input, changesetId: shortId(random) };
    const initial = { status: 'PENDING', body, position: newestFirstPosition(sequence) };
    const created = await addEntity('kx-changeset', key, initial, context);
    await relink(created, context);
    return detail(created);
  },

  GetKxChangeset: getOf(CHANGESET),
  ListKxChangesets: listOf(CHANGESET),
} satisfies Partial<Handlers>;

/** Ends an ingestion: the database changes and its dataviews follow, or the changeset fails with a reason. */
export const finishChangeset: Effect<Bodies['kx-changeset']> = async (changeset, context) => {
  const { tx, now } = context;
  await tx.link(arnOf(changeset), []);
  const { collection, name } = containerOf(changeset);
  const database = await tx.get<Bodies['kx-database']>(collection, name);
  if (database === undefined) return {};
  const outcome = await contentsAfter(changeset.body.changeRequests, database, context);
  if ('errorInfo' in outcome) return { status: 'FAILED', body: { ...changeset.body, ...outcome, modified: now } };
  const latest = await tx.get(changeset.collection, database.body.lastCompletedChangesetId ?? '');
  const isNewest = latest === undefined || changeset.position < latest.position;
  const changed = {
    ...database.body,
    ...outcome,
    numChangesets: database.body.numChangesets + 1,
    modified: now,
    ...(isNewest && { lastCompletedChangesetId: changeset.name }),
  };
  await tx.put({ ...database, body: changed });
  if (isNewest) await updateFollowers(`${collection}/${name}`, changeset.name, context);
  return { body: { ...changeset.body, activeFrom: now, modified: now } };
};

/** An ingestion that fails as planned. */
export const failChangeset: FailureEffect<Bodies['kx-changeset']> = async (
  changeset,
  { reason, errorType },
  { tx, now },
) => {
  await tx.link(arnOf(changeset), []);
  const errorInfo = { errorType: errorType ?? 'An internal error has occurred.', errorMessage: reason };
  return { ...changeset.body, errorInfo, modified: now };
};

/** The changeset to mount: the requested one, or the latest of the database, if there is one. */
export const mountableChangeset = async (
  database: { environmentId: string; databaseName: string },
  changesetId: string | undefined,
  context: Context,
): Promise<string | undefined> =>
  changesetId ?? (await entityAt('kx-database', database, context)).body.lastCompletedChangesetId;

const newestFirstPosition = (sequence: number) => String(9_999_999_999 - sequence).padStart(10, '0');
