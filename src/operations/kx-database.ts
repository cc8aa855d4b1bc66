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
    'Make a new, empty database (db), named or called for a team or desk: register one to hold history, start loading files.',
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
    'Drop, erase, purge, wipe or remove a whole old database (db), a test, scratch or tmp copy, with all its data, permanently.',
  target: { noun: 'database', member: 'databaseName', reader: 'GetKxDatabase', arn: '/kxDatabase/{databaseName}' },
  input: () => z.strictObject({ ...databaseLabels(), clientToken: ClientTokenString() }),
  output: () => z.strictObject({}),
  errors: ['AccessDenied', 'Conflict', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const GetKxDatabase = operation({
  http: 'GET /kx/environments/{environmentId}/databases/{databaseName}',
  entity: 'kx-database',
  risk: 'read',
  summary:
    'Tell the details of a database (db): how big it is now, size of its data in bytes, count of files and changesets, how many, ARN, last completed changeset, when modified.',
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
    'Show every database: names of all databases (dbs) that we have here in kdb, how many, an inventory of data sets: is there already a db for something.',
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
  summary:
    'Change the description of a database (db): reword, edit, set or correct the text, a blurb, a wrong or old note, what we write under it: deprecated, owner.',
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
