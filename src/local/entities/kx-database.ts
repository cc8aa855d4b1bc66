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
  CreateKxDatabase({ environmentId, databaseName, description, tags }, context) {
    openEnvironment({ environmentId }, context);
    const { tx, now, world } = context;
    const collection = inEnvironment(world, environmentId, 'kxDatabase');
    demand(
      tx.get(collection, databaseName) === undefined,
      'ResourceAlreadyExists',
      `KX database ${databaseName} already exists`,
    );
    withinQuota(quotasOf(context).databases, () => tx.count(collection) + 1, 'databases per environment');
    const body = { description, created: now, modified: now, sequence: 0, numBytes: 0, numFiles: 0, numChangesets: 0 };
    const created = begin<Body>(context, { collection, name: databaseName, tags }, '', body);
    tx.put(created);
    return {
      databaseName,
      databaseArn: arnOf(created),
      environmentId,
      description,
      ...stamps(body),
    };
  },

  GetKxDatabase(input, context) {
    environmentOf(input, context);
    const database = databaseOf(input, context);
    const { created, modified, sequence: _, ...members } = database.body;
    return {
      databaseName: database.name,
      databaseArn: arnOf(database),
      environmentId: input.environmentId,
      ...members,
      ...stamps({ created, modified }),
    };
  },

  ListKxDatabases(input, context) {
    environmentOf(input, context);
    const collection = inEnvironment(context.world, input.environmentId, 'kxDatabase');
    const { entities, ...rest } = paged<Body>(input, context, collection);
    return { kxDatabases: entities.map(({ name, body }) => ({ databaseName: name, ...stamps(body) })), ...rest };
  },

  UpdateKxDatabase(input, context) {
    openEnvironment(input, context);
    const database = databaseOf(input, context);
    const { description = database.body.description } = input;
    const body = { ...database.body, description, modified: context.now };
    context.tx.put({ ...database, body });
    const { lastModifiedTimestamp } = stamps(body);
    return { databaseName: database.name, environmentId: input.environmentId, description, lastModifiedTimestamp };
  },

  DeleteKxDatabase(input, context) {
    openEnvironment(input, context);
    const database = databaseOf(input, context);
    const { tx, world } = context;
    const arn = arnOf(database);
    const users = tx.sources(arn).map((source) => source.split('/').at(-1));
    demand(users.length === 0, 'InUse', `KX database ${database.name} is mounted by ${users.join(', ')}`);
    demand(
      tx.count(inDatabase(world, input.environmentId, database.name, 'kxDataview')) === 0,
      'InUse',
      `KX database ${database.name} still has dataviews`,
    );
    tx.removeUnder(arn);
    tx.remove(database);
    return {};
  },
};

/** The database that a request names. */
export function databaseOf(
  input: Pick<Input<'GetKxDatabase'>, 'environmentId' | 'databaseName'>,
  context: Context,
): KxDatabase {
  const { environmentId, databaseName } = input;
  const database = context.tx.get<Body>(inEnvironment(context.world, environmentId, 'kxDatabase'), databaseName);
  if (database === undefined) throw new Refusal('ResourceNotFound', `KX database ${databaseName} not found`);
  return database;
}
