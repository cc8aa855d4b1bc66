import { arnOf, keyOf } from '../arns.ts';
import type { Handlers } from '../context.ts';
import { entityAt } from '../entity-at.ts';
import { withTimestamps } from '../timestamps.ts';
import { addEntity, deleteOf, getOf, listOf, type Presentation, type Stored, settingsIn } from './storage.ts';

const detail = (database: Stored<'kx-database'>) => ({
  ...keyOf(arnOf(database)),
  databaseArn: arnOf(database),
  ...withTimestamps(database.body),
});

const DATABASE: Presentation<'kx-database'> = { kind: 'kx-database', detail };

export const kxDatabases = {
  async CreateKxDatabase(input, context) {
    const times = { created: context.now, modified: context.now };
    const state = { ...times, sequence: 0, numBytes: 0, numFiles: 0, numChangesets: 0 };
    const body = { ...state, ...settingsIn('kx-database', input) };
    return detail(await addEntity('kx-database', input, { status: '', body, tags: input.tags }, context));
  },

  GetKxDatabase: getOf(DATABASE),
  ListKxDatabases: listOf(DATABASE),

  async UpdateKxDatabase(input, context) {
    const database = await entityAt('kx-database', input, context);
    const updated = {
      ...database,
      body: { ...database.body, ...settingsIn('kx-database', input), modified: context.now },
    };
    await context.tx.put(updated);
    return detail(updated);
  },

  DeleteKxDatabase: deleteOf('kx-database'),
} satisfies Partial<Handlers>;
