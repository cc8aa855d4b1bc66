import * as z from 'zod';
import { once, operation } from './operation.ts';
import {
  AvailabilityZoneId,
  ChangesetId,
  ClientTokenString,
  DatabaseName,
  Description,
  EnvironmentId,
  KxAzMode,
  KxClusterName,
  KxDataviewName,
  KxDataviewSegmentConfigurationList,
  PaginationToken,
  paging,
  StatusReason,
  TagMap,
  Timestamp,
  text,
} from './shapes.ts';

const databaseLabels = () => ({ environmentId: EnvironmentId(), databaseName: DatabaseName() });
const dataviewLabels = () => ({ ...databaseLabels(), dataviewName: KxDataviewName() });

const ActiveVersions = once(() =>
  z.array(
    z.strictObject({
      changesetId: ChangesetId().optional(),
      segmentConfigurations: KxDataviewSegmentConfigurationList().optional(),
      attachedClusters: z.array(KxClusterName()).optional(),
      createdTimestamp: Timestamp().optional(),
      versionId: text(1, 26).optional(),
    }),
  ),
);

const createdMembers = () => ({
  environmentId: EnvironmentId().optional(),
  databaseName: DatabaseName().optional(),
  dataviewName: KxDataviewName().optional(),
  azMode: KxAzMode().optional(),
  availabilityZoneId: AvailabilityZoneId().optional(),
  changesetId: ChangesetId().optional(),
  segmentConfigurations: KxDataviewSegmentConfigurationList().optional(),
  description: Description().optional(),
  autoUpdate: z.boolean().optional(),
  readWrite: z.boolean().optional(),
  createdTimestamp: Timestamp().optional(),
  lastModifiedTimestamp: Timestamp().optional(),
  status: z.enum(['CREATING', 'ACTIVE', 'UPDATING', 'FAILED', 'DELETING']).optional(),
});
const updatedMembers = () => ({ ...createdMembers(), activeVersions: ActiveVersions().optional() });
const KxDataview = once(() => z.strictObject({ ...updatedMembers(), statusReason: StatusReason().optional() }));

export const CreateKxDataview = operation({
  http: 'POST /kx/environments/{environmentId}/databases/{databaseName}/dataviews',
  entity: 'kx-dataview',
  risk: 'create',
  summary:
    'Make, build, set up or prepare a view over a db, a new view to mount in a scaling group: pin a snapshot for backtests, or follow the newest automatically, cache recent or last days. For maintenance.',
  input: () =>
    z.strictObject({
      ...dataviewLabels(),
      azMode: KxAzMode().describe('SINGLE'),
      availabilityZoneId: AvailabilityZoneId().optional(),
      changesetId: ChangesetId().optional(),
      segmentConfigurations: KxDataviewSegmentConfigurationList().optional(),
      autoUpdate: z.boolean().optional(),
      readWrite: z.boolean().optional(),
      description: Description().optional(),
      tags: TagMap().optional(),
      clientToken: ClientTokenString(),
    }),
  output: () => z.strictObject(createdMembers()),
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

export const DeleteKxDataview = operation({
  http: 'DELETE /kx/environments/{environmentId}/databases/{databaseName}/dataviews/{dataviewName}',
  entity: 'kx-dataview',
  risk: 'destroy',
  settles: { now: 'DELETING', end: 'DELETED' },
  summary:
    "Delete, drop, remove, retire, clean away or get rid of a dataview: an obsolete or old view, a backtest or snapshot view that isn't in the cache anymore.",
  target: {
    noun: 'dataview',
    member: 'dataviewName',
    reader: 'GetKxDataview',
    arn: '/kxDatabase/{databaseName}/kxDataview/{dataviewName}',
  },
  input: () => z.strictObject({ ...dataviewLabels(), clientToken: ClientTokenString() }),
  output: () => z.strictObject({}),
  errors: ['AccessDenied', 'Conflict', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const GetKxDataview = operation({
  http: 'GET /kx/environments/{environmentId}/databases/{databaseName}/dataviews/{dataviewName}',
  entity: 'kx-dataview',
  risk: 'read',
  summary:
    'Details of a dataview (view): status, active or why it failed, does the view auto update automatically, changeset and version it is on, what is cached where, clusters that use it.',
  input: () => z.strictObject(dataviewLabels()),
  output: KxDataview,
  errors: ['AccessDenied', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const ListKxDataviews = operation({
  http: 'GET /kx/environments/{environmentId}/databases/{databaseName}/dataviews',
  entity: 'kx-dataview',
  risk: 'read',
  summary: 'Show every dataview of a db: which dataviews, views or snapshots exist, how many views and dataviews.',
  input: () => z.strictObject({ ...databaseLabels(), ...paging() }),
  output: () =>
    z.strictObject({ kxDataviews: z.array(KxDataview()).optional(), nextToken: PaginationToken().optional() }),
  errors: ['AccessDenied', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const UpdateKxDataview = operation({
  http: 'PUT /kx/environments/{environmentId}/databases/{databaseName}/dataviews/{dataviewName}',
  entity: 'kx-dataview',
  risk: 'update',
  summary:
    'Refresh a view: move it forward, advance it, bring in the newest data or load, point a view at a version, put it back, or change what the dataview keeps in cache.',
  input: () =>
    z.strictObject({
      ...dataviewLabels(),
      description: Description().optional(),
      changesetId: ChangesetId().optional(),
      segmentConfigurations: KxDataviewSegmentConfigurationList().optional(),
      clientToken: ClientTokenString(),
    }),
  output: () => z.strictObject(updatedMembers()),
  errors: ['AccessDenied', 'Conflict', 'ResourceAlreadyExists', 'ResourceNotFound', 'Throttling', 'Validation'],
});
