import * as z from 'zod';
import { lazy, operation } from './operation.ts';
import {
  ChangesetId,
  ClientTokenString,
  DatabaseName,
  DbPath,
  databaseLabels,
  EnvironmentId,
  pageOf,
  paging,
  Timestamp,
  text,
} from './shapes.ts';
import { DATABASE } from './targets.ts';

/** The model knows four values; the service also answered IN_PROGRESS (seen by its clients in 2023 and 2024). */
const ChangesetStatus = lazy(() => z.enum(['PENDING', 'PROCESSING', 'IN_PROGRESS', 'FAILED', 'COMPLETED']));

const ChangeRequests = lazy(() =>
  z
    .array(
      z.strictObject({
        changeType: z.enum(['PUT', 'DELETE']).describe('PUT: add or replace files. DELETE: delete the data at dbPath.'),
        s3Path: text(
          9,
          1093,
          /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/(?:[^/]+\/)*[^/]*$/,
          'an S3 path such as s3://bucket/folder/, with a bucket name of 3 to 63 lowercase letters, digits, hyphens and full stops',
        )
          .optional()
          .describe('Required for PUT: a file, or a folder ending with /, such as s3://bucket/folder/'),
        dbPath: DbPath().describe(
          'Path in the database with at most two folders, such as /2026.03.17/. For PUT it must begin and end with /.',
        ),
      }),
    )
    .min(1)
    .max(32),
);

const ErrorInfo = lazy(() =>
  z.strictObject({
    errorMessage: z.string().max(1000).optional(),
    errorType: z
      .enum([
        'The inputs to this request are invalid.',
        'Service limits have been exceeded.',
        'Missing required permission to perform this request.',
        'One or more inputs to this request were not found.',
        'The system temporarily lacks sufficient resources to process the request.',
        'An internal error has occurred.',
        'Cancelled',
        'A user recoverable error has occurred',
      ])
      .optional(),
  }),
);

/** What creates, gets and lists return. */
const commonMembers = () => ({
  changesetId: ChangesetId().optional(),
  createdTimestamp: Timestamp().optional(),
  lastModifiedTimestamp: Timestamp().optional(),
  status: ChangesetStatus().optional(),
});

const createdMembers = () => ({
  ...commonMembers(),
  databaseName: DatabaseName().optional(),
  environmentId: EnvironmentId().optional(),
  changeRequests: ChangeRequests().optional(),
  errorInfo: ErrorInfo().optional(),
});

/** Whether requests delete data. Requests that are still JSON in a string count as deleting if they contain DELETE. */
const deletesData = (requests: unknown) =>
  typeof requests === 'string'
    ? requests.includes('DELETE')
    : Array.isArray(requests) &&
      requests.some((request) => (request as { changeType?: unknown })?.changeType === 'DELETE');

export const CreateKxChangeset = operation({
  http: 'POST /kx/environments/{environmentId}/databases/{databaseName}/changesets',
  kind: 'kx-changeset',
  risk: 'create',
  raised: { to: 'destroy', by: ({ changeRequests }) => deletesData(changeRequests) },
  target: DATABASE,
  summary:
    'Load files from S3 into a database, or delete data from it. Either way the result is a changeset: a new ' +
    'version of the database. Its requests run in order and take effect together. A person must approve a ' +
    'changeset with a DELETE request. Returns at once with status PENDING; use wait_for_kx_entity to wait for ' +
    'COMPLETED. Clusters keep their version until update_kx_cluster_databases moves them; only dataviews with ' +
    'autoUpdate follow automatically. A changeset cannot be undone, and a repeated call creates another one.',
  keywords: 'import ingest upload backfill ticks purge old partitions',
  input: () =>
    z.strictObject({
      ...databaseLabels(),
      changeRequests: ChangeRequests().describe('Run in this order'),
      clientToken: ClientTokenString(),
    }),
  output: () => z.strictObject(createdMembers()),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const GetKxChangeset = operation({
  http: 'GET /kx/environments/{environmentId}/databases/{databaseName}/changesets/{changesetId}',
  kind: 'kx-changeset',
  risk: 'read',
  summary:
    'Show a changeset (one load into a database, or deletion from it): status, requests with their S3 paths and, if ' +
    'it failed, the error.',
  keywords: 'did the import ingest finish why failed',
  input: () => z.strictObject({ ...databaseLabels(), changesetId: ChangesetId().describe('From list_kx_changesets') }),
  output: () => z.strictObject({ ...createdMembers(), activeFromTimestamp: Timestamp().optional() }),
  errors: ['AccessDenied', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const ListKxChangesets = operation({
  http: 'GET /kx/environments/{environmentId}/databases/{databaseName}/changesets',
  kind: 'kx-changeset',
  risk: 'read',
  summary:
    'List the changesets (loads and deletions) of a database, newest first, with status and dates. For the paths or ' +
    'the error of one, use get_kx_changeset; for many, find_kx_entities (kinds: changeset, view: full).',
  keywords: 'history loads imports ingests versions recent failed',
  input: () => z.strictObject({ ...databaseLabels(), ...paging() }),
  output: () =>
    pageOf({
      kxChangesets: z
        .array(z.strictObject({ ...commonMembers(), activeFromTimestamp: Timestamp().optional() }))
        .optional(),
    }),
  errors: ['AccessDenied', 'ResourceNotFound', 'Throttling', 'Validation'],
});
