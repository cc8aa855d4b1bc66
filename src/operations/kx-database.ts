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
  summary: 'Set up a new, empty database (db) to put data in.',
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
  summary: 'Get rid of a database (db): remove it with all its data for ever.',
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
    'Details of a database (db): its size (how big it is), number of files and changesets, the newest (latest) completed changeset.',
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
  summary: 'All databases (dbs), and when each was created and changed.',
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
  summary: 'Change the description of a db, say to note that it is retired.',
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
