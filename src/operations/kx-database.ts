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
    'Make a new, empty database (db), named or called for a team or desk: add or register one to keep or hold history, start loading files.',
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
    'Drop, erase, purge, wipe, destroy, remove or get rid of a whole old database (db) and its data: a test, demo, scratch, tmp, vendor or duplicate db that nobody uses any longer.',
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
    'Describe a database (db): tell how big, how many bytes, how much, its size, count or number of files and changesets, last or latest completed, ARN, details.',
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
    'Show every database (db): names of all databases (dbs), data sets that exist in kdb here, how many databases, is there one already.',
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
    'Change the description of a database (db): edit, set, correct, reword, add or put in the description text or blurb, a typo, a wrong or test note, the owner; document it.',
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
