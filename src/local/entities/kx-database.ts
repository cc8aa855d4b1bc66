import type { Input } from '../../operations/index.ts';
import { arnOf, inEnvironment } from '../arns.ts';
import type { Context, Handlers } from '../context.ts';
import { entityAt } from '../entity-at.ts';
import { begin } from '../lifecycle.ts';
import { paged } from '../paging.ts';
import { stamps } from '../timestamps.ts';
import type { Entity } from '../transaction.ts';
import { environmentOf } from './kx-environment.ts';

interface Body {
  description?: string | undefined;
  created: number;
  modified: number;
  /** The number of changesets ever requested, which numbers them. */
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
    const { tx, now, world } = context;
    const collection = inEnvironment(world, environmentId, 'kxDatabase');
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
    const database = await databaseOf(input, context);
    const { description = database.body.description } = input;
    const body = { ...database.body, description, modified: context.now };
    await context.tx.put({ ...database, body });
    const { lastModifiedTimestamp } = stamps(body);
    return { databaseName: database.name, environmentId: input.environmentId, description, lastModifiedTimestamp };
  },

  async DeleteKxDatabase(input, context) {
    const database = await databaseOf(input, context);
    const { tx } = context;
    await tx.removeUnder(arnOf(database));
    await tx.remove(database);
    return {};
  },
};

/** The database that a request names. */
export const databaseOf = (
  input: Pick<Input<'GetKxDatabase'>, 'environmentId' | 'databaseName'>,
  context: Context,
): Promise<KxDatabase> => entityAt('kx-database', input, context);
