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
import { DATAVIEW } from './targets.ts';
import { DATAVIEW_UPDATE } from './update-rules.ts';

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
    'Build a new view over a database: make, create, define, add or set a writable, shared or always updating view, make a snapshot; cache recent days, slow partitions, segments on demand, for scaling.',
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
    'Drop or remove a dataview: discard, erase, scrap, tear it away or clean it out, get rid of an old or maintenance view, free the cache a view uses.',
  target: DATAVIEW,
  input: () => z.strictObject({ ...dataviewLabels(), clientToken: ClientTokenString() }),
  output: () => z.strictObject({}),
  errors: ['AccessDenied', 'Conflict', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const GetKxDataview = operation({
  http: 'GET /kx/environments/{environmentId}/databases/{databaseName}/dataviews/{dataviewName}',
  entity: 'kx-dataview',
  risk: 'read',
  summary:
    'Show a dataview: is it active, reason why the view failed, does it update (auto), which version does it currently sit on or read, check configuration, segments, attached, active versions, main view.',
  input: () => z.strictObject(dataviewLabels()),
  output: KxDataview,
  errors: ['AccessDenied', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const ListKxDataviews = operation({
  http: 'GET /kx/environments/{environmentId}/databases/{databaseName}/dataviews',
  entity: 'kx-dataview',
  risk: 'read',
  summary:
    'Show each of the dataviews defined already: how many views exist, which views, see the names of every dataview.',
  input: () => z.strictObject({ ...databaseLabels(), ...paging() }),
  output: () =>
    z.strictObject({ kxDataviews: z.array(KxDataview()).optional(), nextToken: PaginationToken().optional() }),
  errors: ['AccessDenied', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const UpdateKxDataview = operation({
  http: 'PUT /kx/environments/{environmentId}/databases/{databaseName}/dataviews/{dataviewName}',
  entity: 'kx-dataview',
  risk: 'update',
  raised: { to: 'disrupt' },
  target: DATAVIEW,
  update: DATAVIEW_UPDATE,
  summary:
    'Bring a view forward or back to a version: move, advance, refresh or edit a dataview, change its changeset, segments, segment path, cache, corrected partitions.',
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
