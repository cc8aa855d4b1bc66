import type { Input } from '../../operations/index.ts';
import { arnOf, inDatabase, placeOf } from '../arns.ts';
import type { Context, Handlers } from '../context.ts';
import { entityAt } from '../entity-at.ts';
import { begin } from '../lifecycle.ts';
import { paged } from '../paging.ts';
import { shortId } from '../random.ts';
import { seconds, stamps } from '../timestamps.ts';
import type { Entity } from '../transaction.ts';
import type { Effect } from './effect.ts';
import { ingest } from './ingestion.ts';
import { databaseOf, type KxDatabase } from './kx-database.ts';
import { followChangeset } from './kx-dataview-versions.ts';
import { environmentOf } from './kx-environment.ts';
import { relink } from './links.ts';
import type { Misfortune } from './misfortune.ts';

type ChangeRequests = Input<'CreateKxChangeset'>['changeRequests'];
interface Body {
  changeRequests: ChangeRequests;
  created: number;
  modified: number;
  activeFrom?: number;
  errorInfo?: { errorType: string; errorMessage: string };
}
export type KxChangeset = Entity<Body>;

export const kxChangesets: Handlers<'CreateKxChangeset' | 'GetKxChangeset' | 'ListKxChangesets'> = {
  async CreateKxChangeset(input, context) {
    const { environmentId, databaseName, changeRequests } = input;
    const database = await databaseOf({ environmentId, databaseName }, context);
    const { tx, now, world, random } = context;
    const collection = inDatabase(world, environmentId, databaseName, 'kxChangeset');
    const sequence = database.body.sequence + 1;
    await tx.put({ ...database, body: { ...database.body, sequence } });
    const place = { collection, name: shortId(random), position: newestFirst(sequence) };
    const created = begin<Body>(context, place, 'PENDING', { changeRequests, created: now, modified: now });
    await tx.put(created);
    await relink(created, context);
    return detail(created, environmentId, databaseName);
  },

  async GetKxChangeset(input, context) {
    await environmentOf(input, context);
    await databaseOf(input, context);
    return detail(await entityAt<Body>('kx-changeset', input, context), input.environmentId, input.databaseName);
  },

  async ListKxChangesets(input, context) {
    await environmentOf(input, context);
    await databaseOf(input, context);
    const collection = inDatabase(context.world, input.environmentId, input.databaseName, 'kxChangeset');
    const { entities, ...rest } = await paged<Body>(input, context, collection);
    return { kxChangesets: entities.map(listed), ...rest };
  },
};

/** Ends an ingestion: the database grows and its dataviews follow, or the changeset fails with a reason. */
export const finishChangeset: Effect<Body> = async (changeset, context) => {
  const { tx, now } = context;
  await tx.link(arnOf(changeset), []);
  const { collection, name } = placeOf(changeset.collection.replace(/\/kxChangeset$/, ''));
  const database = await tx.get<KxDatabase['body']>(collection, name);
  if (database === undefined) return {};
  const outcome = await ingest(changeset.body.changeRequests, database, context);
  if ('errorInfo' in outcome) return { status: 'FAILED', body: { ...changeset.body, ...outcome, modified: now } };
  const latest = await tx.get(changeset.collection, database.body.lastCompletedChangesetId ?? '');
  const isNewest = latest === undefined || changeset.position < latest.position;
  const grown = {
    ...database.body,
    ...outcome,
    numChangesets: database.body.numChangesets + 1,
    modified: now,
    ...(isNewest && { lastCompletedChangesetId: changeset.name }),
  };
  await tx.put({ ...database, body: grown });
  if (isNewest) await followChangeset(`${collection}/${name}`, changeset.name, context);
  return { body: { ...changeset.body, activeFrom: now, modified: now } };
};

/** An ingestion that fails because of a fault. */
export const failChangeset: Misfortune<Body> = async (changeset, { reason, errorType }, { tx, now }) => {
  await tx.link(arnOf(changeset), []);
  const errorInfo = { errorType: errorType ?? 'An internal error has occurred.', errorMessage: reason };
  return { ...changeset.body, errorInfo, modified: now };
};

/** The changeset to mount: the requested one, or the latest of the database, if there is one. */
export const mountableChangeset = async (
  database: { environmentId: string; databaseName: string },
  changesetId: string | undefined,
  context: Context,
): Promise<string | undefined> => changesetId ?? (await databaseOf(database, context)).body.lastCompletedChangesetId;

const newestFirst = (sequence: number) => String(9_999_999_999 - sequence).padStart(10, '0');

const listed = ({ name, status, body }: KxChangeset) => ({
  changesetId: name,
  status,
  ...stamps(body),
  activeFromTimestamp: body.activeFrom && seconds(body.activeFrom),
});

const detail = (changeset: KxChangeset, environmentId: string, databaseName: string) => ({
  ...listed(changeset),
  environmentId,
  databaseName,
  changeRequests: changeset.body.changeRequests,
  errorInfo: changeset.body.errorInfo,
});
