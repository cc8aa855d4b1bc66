import * as z from 'zod';
import { operation } from './operation.ts';
import {
  ChangesetId,
  ClientTokenString,
  DatabaseName,
  Description,
  EnvironmentId,
  integer,
  PaginationToken,
  paging,
  TagMap,
  Timestamp,
} from './shapes.ts';
import { DATABASE } from './targets.ts';
import { DATABASE_UPDATE } from './update-rules.ts';

const databaseLabels = () => ({ environmentId: EnvironmentId(), databaseName: DatabaseName() });

const createdDatabase = () => ({
  databaseName: DatabaseName().optional(),
  databaseArn: z.string().optional(),
  environmentId: EnvironmentId().optional(),
  description: Description().optional(),
  createdTimestamp: Timestamp().optional(),
  lastModifiedTimestamp: Timestamp().optional(),
});

export const CreateKxDatabase = operation({
  http: 'POST /kx/environments/{environmentId}/databases',
  entity: 'kx-database',
  risk: 'create',
  summary:
    'Make a new, empty database (db) for a desk: open, provision, set, add or create a second database, your own, called or named, new and fresh, somewhere to load ticks, history, reference or anything.',
  input: () =>
    z.strictObject({
      ...databaseLabels(),
      description: Description().optional(),
      tags: TagMap().optional(),
      clientToken: ClientTokenString(),
    }),
  output: () => z.strictObject(createdDatabase()),
  errors: [
    'AccessDenied',
    'Conflict',
    'LimitExceeded',
    'ResourceAlreadyExists',
    'ResourceNotFound',
    'Throttling',
    'Validation',
  ],
});

export const DeleteKxDatabase = operation({
  http: 'DELETE /kx/environments/{environmentId}/databases/{databaseName}',
  entity: 'kx-database',
  risk: 'destroy',
  summary:
    'Drop an entire database (db): erase, wipe, destroy, remove or get rid of everything in a whole test, scratch, tmp, duplicate or wrong database permanently, its data, old ticks.',
  target: DATABASE,
  input: () => z.strictObject({ ...databaseLabels(), clientToken: ClientTokenString() }),
  output: () => z.strictObject({}),
  errors: ['AccessDenied', 'Conflict', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const GetKxDatabase = operation({
  http: 'GET /kx/environments/{environmentId}/databases/{databaseName}',
  entity: 'kx-database',
  risk: 'read',
  summary:
    'Describe or show a database (db): details, info, size, total bytes, how many files, tell how big or large the database is, what was last completed, look what the description does say, ARN.',
  input: () => z.strictObject(databaseLabels()),
  output: () =>
    z.strictObject({
      ...createdDatabase(),
      lastCompletedChangesetId: ChangesetId().optional(),
      numBytes: z.int().optional(),
      numChangesets: integer().optional(),
      numFiles: integer().optional(),
    }),
  errors: ['AccessDenied', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const ListKxDatabases = operation({
  http: 'GET /kx/environments/{environmentId}/databases',
  entity: 'kx-database',
  risk: 'read',
  summary:
    'Show every database: names of all databases that exist in kdb, what databases or dbs like it there are, how many already.',
  input: () => z.strictObject({ environmentId: EnvironmentId(), ...paging() }),
  output: () =>
    z.strictObject({
      kxDatabases: z
        .array(
          z.strictObject({
            databaseName: DatabaseName().optional(),
            createdTimestamp: Timestamp().optional(),
            lastModifiedTimestamp: Timestamp().optional(),
          }),
        )
        .optional(),
      nextToken: PaginationToken().optional(),
    }),
  errors: ['AccessDenied', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const UpdateKxDatabase = operation({
  http: 'PUT /kx/environments/{environmentId}/databases/{databaseName}',
  entity: 'kx-database',
  risk: 'update',
  target: DATABASE,
  update: DATABASE_UPDATE,
  summary:
    'Edit or change the description of a database (db): set, put, add, write, replace, correct, fix, reword, modify or update the text or blurb, better say what the database is, note the source.',
  input: () =>
    z.strictObject({
      ...databaseLabels(),
      description: Description().optional(),
      clientToken: ClientTokenString(),
    }),
  output: () =>
    z.strictObject({
      databaseName: DatabaseName().optional(),
      environmentId: EnvironmentId().optional(),
      description: Description().optional(),
      lastModifiedTimestamp: Timestamp().optional(),
    }),
  errors: ['AccessDenied', 'Conflict', 'ResourceNotFound', 'Throttling', 'Validation'],
});
