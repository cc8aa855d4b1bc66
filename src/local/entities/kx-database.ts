import { arnOf, environmentIdOf } from '../arns.ts';
import type { Handlers } from '../context.ts';
import { entityAt } from '../entity-at.ts';
import { stamps } from '../timestamps.ts';
import { added, deleteOf, getOf, listOf, type Storage } from './storage.ts';

type Operations = 'CreateKxDatabase' | 'GetKxDatabase' | 'ListKxDatabases' | 'UpdateKxDatabase' | 'DeleteKxDatabase';

const DATABASE: Storage<'kx-database'> = {
  kind: 'kx-database',
  detail: (database) => {
    const { created, modified, sequence: _, ...members } = database.body;
    return {
      databaseName: database.name,
      databaseArn: arnOf(database),
      environmentId: environmentIdOf(database),
      ...members,
      ...stamps({ created, modified }),
    };
  },
  items: 'kxDatabases',
  summary: ({ name, body }) => ({ databaseName: name, ...stamps(body) }),
};

export const kxDatabases: Handlers<Operations> = {
  async CreateKxDatabase({ description, tags, clientToken: _, ...key }, context) {
    const { now } = context;
    const body = { description, created: now, modified: now, sequence: 0, numBytes: 0, numFiles: 0, numChangesets: 0 };
    const created = await added('kx-database', key, { status: '', body, tags }, context);
    return { ...key, databaseArn: arnOf(created), description, ...stamps(body) };
  },

  GetKxDatabase: getOf(DATABASE),
  ListKxDatabases: listOf(DATABASE),

  async UpdateKxDatabase(input, context) {
    const database = await entityAt('kx-database', input, context);
    const { description = database.body.description } = input;
    const body = { ...database.body, description, modified: context.now };
    await context.tx.put({ ...database, body });
    const { lastModifiedTimestamp } = stamps(body);
    return { databaseName: database.name, environmentId: input.environmentId, description, lastModifiedTimestamp };
  },

  DeleteKxDatabase: deleteOf('kx-database'),
};
