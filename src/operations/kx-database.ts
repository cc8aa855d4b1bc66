import * as z from 'zod';
import { CREATE_ERRORS } from './errors.ts';
import { operation } from './operation.ts';
import {
  ChangesetId,
  ClientTokenString,
  DatabaseName,
  Description,
  databaseLabels,
  describedByFormat,
  EnvironmentId,
  integer,
  pageOf,
  paging,
  TagMap,
  Timestamp,
} from './shapes.ts';
import { DATABASE } from './targets.ts';

const createdMembers = () => ({
  databaseName: DatabaseName().optional(),
  databaseArn: z.string().optional(),
  environmentId: EnvironmentId().optional(),
  description: Description().optional(),
  createdTimestamp: Timestamp().optional(),
  lastModifiedTimestamp: Timestamp().optional(),
});

export const CreateKxDatabase = operation({
  http: 'POST /kx/environments/{environmentId}/databases',
  kind: 'kx-database',
  risk: 'create',
  summary:
    'Create an empty database in a kdb environment: a versioned store for historical data. It is available at ' +
    'once. Load data with create_kx_changeset, then mount the database, or a dataview of it, on a cluster.',
  keywords: 'new add db store somewhere to load',
  input: () =>
    z.strictObject({
      ...databaseLabels(),
      databaseName: describedByFormat(DatabaseName()),
      description: describedByFormat(Description()).optional(),
      tags: TagMap().optional(),
      clientToken: ClientTokenString(),
    }),
  output: () => z.strictObject(createdMembers()),
  errors: CREATE_ERRORS,
});

export const DeleteKxDatabase = operation({
  http: 'DELETE /kx/environments/{environmentId}/databases/{databaseName}',
  kind: 'kx-database',
  risk: 'destroy',
  summary:
    'Delete a database with all its data and changesets. This cannot be undone. Fails while a cluster mounts the ' +
    'database or it has dataviews; what_depends_on shows which. Takes effect at once.',
  keywords: 'drop erase wipe remove db',
  target: DATABASE,
  input: () => z.strictObject({ ...databaseLabels(), clientToken: ClientTokenString() }),
  output: () => z.strictObject({}),
  errors: ['AccessDenied', 'Conflict', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const GetKxDatabase = operation({
  http: 'GET /kx/environments/{environmentId}/databases/{databaseName}',
  kind: 'kx-database',
  risk: 'read',
  summary:
    'Show a database: description, size in bytes, number of files and changesets, tags, and its newest version ' +
    '(lastCompletedChangesetId). To see what mounts it, use what_depends_on.',
  keywords: 'describe details db how big size',
  input: () => z.strictObject(databaseLabels()),
  output: () =>
    z.strictObject({
      ...createdMembers(),
      lastCompletedChangesetId: ChangesetId().optional(),
      numBytes: z.int().optional(),
      numChangesets: integer().optional(),
      numFiles: integer().optional(),
    }),
  errors: ['AccessDenied', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const ListKxDatabases = operation({
  http: 'GET /kx/environments/{environmentId}/databases',
  kind: 'kx-database',
  risk: 'read',
  summary:
    'List the databases of a kdb environment with their dates. For the size or newest version of one, use ' +
    'get_kx_database.',
  keywords: 'show all dbs names',
  input: () => z.strictObject({ environmentId: EnvironmentId(), ...paging() }),
  output: () =>
    pageOf({
      kxDatabases: z
        .array(
          z.strictObject({
            databaseName: DatabaseName().optional(),
            createdTimestamp: Timestamp().optional(),
            lastModifiedTimestamp: Timestamp().optional(),
          }),
        )
        .optional(),
    }),
  errors: ['AccessDenied', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const UpdateKxDatabase = operation({
  http: 'PUT /kx/environments/{environmentId}/databases/{databaseName}',
  kind: 'kx-database',
  risk: 'update',
  target: DATABASE,
  update: { leftOut: {} },
  summary:
    'Change the description of a database. Nothing else about a database can be updated; to add or delete data, ' +
    'use create_kx_changeset. Takes effect at once.',
  keywords: 'edit text note db',
  input: () =>
    z.strictObject({
      ...databaseLabels(),
      description: describedByFormat(Description()).optional(),
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
