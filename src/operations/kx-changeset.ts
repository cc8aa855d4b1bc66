import * as z from 'zod';
import { once, operation } from './operation.ts';
import {
  ChangesetId,
  ClientTokenString,
  DatabaseName,
  DbPath,
  EnvironmentId,
  PaginationToken,
  paging,
  Timestamp,
  text,
} from './shapes.ts';
import { DATABASE } from './targets.ts';

const databaseLabels = () => ({ environmentId: EnvironmentId(), databaseName: DatabaseName() });

/** The model knows four values; the service also answered IN_PROGRESS (seen by its clients in 2023 and 2024). */
const ChangesetStatus = once(() => z.enum(['PENDING', 'PROCESSING', 'IN_PROGRESS', 'FAILED', 'COMPLETED']));

const ChangeRequests = once(() =>
  z
    .array(
      z.strictObject({
        changeType: z.enum(['PUT', 'DELETE']),
        s3Path: text(
          9,
          1093,
          /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/(?:[^/]+\/)*[^/]*$/,
          'an S3 path such as s3://bucket/folder/, with a bucket of 3 to 63 small letters, digits, - and .',
        )
          .optional()
          .describe('for PUT'),
        dbPath: DbPath().describe('such as /2020.01.02/'),
      }),
    )
    .min(1)
    .max(32),
);

const ErrorInfo = once(() =>
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

const listedMembers = () => ({
  changesetId: ChangesetId().optional(),
  createdTimestamp: Timestamp().optional(),
  lastModifiedTimestamp: Timestamp().optional(),
  status: ChangesetStatus().optional(),
});

const createdMembers = () => ({
  ...listedMembers(),
  databaseName: DatabaseName().optional(),
  environmentId: EnvironmentId().optional(),
  changeRequests: ChangeRequests().optional(),
  errorInfo: ErrorInfo().optional(),
});

const deletesData = (requests: unknown) =>
  Array.isArray(requests) && requests.some((request) => (request as { changeType?: unknown })?.changeType === 'DELETE');

export const CreateKxChangeset = operation({
  http: 'POST /kx/environments/{environmentId}/databases/{databaseName}/changesets',
  entity: 'kx-changeset',
  risk: 'create',
  raised: { to: 'destroy', by: ({ changeRequests }) => deletesData(changeRequests) },
  target: DATABASE,
  summary:
    'Load files from a bucket into a database: import, ingest or upload a new file, backfill a day, dates or corrected ticks data, rest of partitions, or purge a bad partition or path.',
  input: () =>
    z.strictObject({ ...databaseLabels(), changeRequests: ChangeRequests(), clientToken: ClientTokenString() }),
  output: () => z.strictObject(createdMembers()),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const GetKxChangeset = operation({
  http: 'GET /kx/environments/{environmentId}/databases/{databaseName}/changesets/{changesetId}',
  entity: 'kx-changeset',
  risk: 'read',
  summary:
    'Look at a changeset load: status, did it finish, complete or fail, still processing, error details; which path, paths and files the changeset loaded (put or change requests), an import or ingest.',
  input: () => z.strictObject({ ...databaseLabels(), changesetId: ChangesetId() }),
  output: () => z.strictObject({ ...createdMembers(), activeFromTimestamp: Timestamp().optional() }),
  errors: ['AccessDenied', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const ListKxChangesets = operation({
  http: 'GET /kx/environments/{environmentId}/databases/{databaseName}/changesets',
  entity: 'kx-changeset',
  risk: 'read',
  summary:
    'Show the history of a database: find every changeset of a week, versions, ids, every data load, recent loads, imports, ingests, ingestions failed or pending, loaded, changes.',
  input: () => z.strictObject({ ...databaseLabels(), ...paging() }),
  output: () =>
    z.strictObject({
      kxChangesets: z
        .array(z.strictObject({ ...listedMembers(), activeFromTimestamp: Timestamp().optional() }))
        .optional(),
      nextToken: PaginationToken().optional(),
    }),
  errors: ['AccessDenied', 'ResourceNotFound', 'Throttling', 'Validation'],
});
