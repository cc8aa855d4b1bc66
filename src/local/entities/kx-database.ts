import { arnOf, keyOf } from '../arns.ts';
import type { Handlers } from '../context.ts';
import { entityAt } from '../entity-at.ts';
import { stamped, stamps } from '../timestamps.ts';
import { addEntity, deleteOf, getOf, listOf, type Presentation, settingsIn } from './storage.ts';

const DATABASE: Presentation<'kx-database'> = {
  kind: 'kx-database',
  detail: (database) => {
    const { sequence: _, ...body } = database.body;
    return { ...keyOf(arnOf(database)), databaseArn: arnOf(database), ...stamped(body) };
  },
};

export const kxDatabases = {
  async CreateKxDatabase(input, context) {
    const settings = settingsIn('kx-database', input);
    const times = { created: context.now, modified: context.now };
    const body = { ...settings, ...times, sequence: 0, numBytes: 0, numFiles: 0, numChangesets: 0 };
    const created = arnOf(await addEntity('kx-database', input, { status: '', body, tags: input.tags }, context));
    return { ...keyOf(created), databaseArn: created, ...settings, ...stamps(body) };
  },

  GetKxDatabase: getOf(DATABASE),
  ListKxDatabases: listOf(DATABASE),

  async UpdateKxDatabase(input, context) {
    const database = await entityAt('kx-database', input, context);
    const body = { ...database.body, ...settingsIn('kx-database', input), modified: context.now };
    await context.tx.put({ ...database, body });
    const { lastModifiedTimestamp } = stamps(body);
    return { ...keyOf(arnOf(database)), description: body.description, lastModifiedTimestamp };
  },

  DeleteKxDatabase: deleteOf('kx-database'),
} satisfies Partial<Handlers>;
