import type { Input } from '../../operations/index.ts';
import { arnOf, inDatabase, inEnvironment } from '../arns.ts';
import type { Context, Handlers } from '../context.ts';
import { begin } from '../lifecycle.ts';
import { paged } from '../paging.ts';
import { quotasOf, withinQuota } from '../quotas.ts';
import { demand, Refusal } from '../refusal.ts';
import { stamps } from '../timestamps.ts';
import type { Entity } from '../transaction.ts';
import { environmentOf, openEnvironment } from './kx-environment.ts';

interface Body {
  description?: string | undefined;
  created: number;
  modified: number;
  /** How many changesets were ever asked for; numbers them. */
  sequence: number;
  numBytes: number;
  numFiles: number;
  numChangesets: number;
  lastCompletedChangesetId?: string;
}
export type KxDatabase = Entity<Body>;

type Operations = 'CreateKxDatabase' | 'GetKxDatabase' | 'ListKxDatabases' | 'UpdateKxDatabase' | 'DeleteKxDatabase';

export const kxDatabases: Handlers<Operations> = {
  async CreateKxDatabase({ environmentId, databaseName, description, tags }, context) {
    await openEnvironment({ environmentId }, context);
    const { tx, now, world } = context;
    const collection = inEnvironment(world, environmentId, 'kxDatabase');
    demand(
      (await tx.get(collection, databaseName)) === undefined,
      'ResourceAlreadyExists',
      `KX database ${databaseName} already exists`,
    );
    await withinQuota(
      (await quotasOf(context)).databases,
      async () => (await tx.count(collection)) + 1,
      'databases per environment',
    );
    const body = { description, created: now, modified: now, sequence: 0, numBytes: 0, numFiles: 0, numChangesets: 0 };
    const created = begin<Body>(context, { collection, name: databaseName, tags }, '', body);
    await tx.put(created);
    return {
      databaseName,
      databaseArn: arnOf(created),
      environmentId,
      description,
      ...stamps(body),
    };
  },

  async GetKxDatabase(input, context) {
    await environmentOf(input, context);
    const database = await databaseOf(input, context);
    const { created, modified, sequence: _, ...members } = database.body;
    return {
      databaseName: database.name,
      databaseArn: arnOf(database),
      environmentId: input.environmentId,
      ...members,
      ...stamps({ created, modified }),
    };
  },

  async ListKxDatabases(input, context) {
    await environmentOf(input, context);
    const collection = inEnvironment(context.world, input.environmentId, 'kxDatabase');
    const { entities, ...rest } = await paged<Body>(input, context, collection);
    return { kxDatabases: entities.map(({ name, body }) => ({ databaseName: name, ...stamps(body) })), ...rest };
  },

  async UpdateKxDatabase(input, context) {
    await openEnvironment(input, context);
    const database = await databaseOf(input, context);
    const { description = database.body.description } = input;
    const body = { ...database.body, description, modified: context.now };
    await context.tx.put({ ...database, body });
    const { lastModifiedTimestamp } = stamps(body);
    return { databaseName: database.name, environmentId: input.environmentId, description, lastModifiedTimestamp };
  },

  async DeleteKxDatabase(input, context) {
    await openEnvironment(input, context);
    const database = await databaseOf(input, context);
    const { tx, world } = context;
    const arn = arnOf(database);
    const users = (await tx.sources(arn)).map((source) => source.split('/').at(-1));
    demand(users.length === 0, 'InUse', `KX database ${database.name} is mounted by ${users.join(', ')}`);
    demand(
      (await tx.count(inDatabase(world, input.environmentId, database.name, 'kxDataview'))) === 0,
      'InUse',
      `KX database ${database.name} still has dataviews`,
    );
    await tx.removeUnder(arn);
    await tx.remove(database);
    return {};
  },
};

/** The database that a request names. */
export async function databaseOf(
  input: Pick<Input<'GetKxDatabase'>, 'environmentId' | 'databaseName'>,
  context: Context,
): Promise<KxDatabase> {
  const { environmentId, databaseName } = input;
  const database = await context.tx.get<Body>(inEnvironment(context.world, environmentId, 'kxDatabase'), databaseName);
  if (database === undefined) throw new Refusal('ResourceNotFound', `KX database ${databaseName} not found`);
  return database;
}
