import * as z from 'zod';
import { CREATE_ERRORS } from './errors.ts';
import { alwaysNeeded, offeredAs } from './offered.ts';
import { lazy, operation } from './operation.ts';
import {
  AvailabilityZoneId,
  ChangesetId,
  ClientTokenString,
  DatabaseName,
  Description,
  databaseLabels,
  describedByFormat,
  EnvironmentId,
  KxAzMode,
  KxClusterName,
  KxDataviewName,
  KxDataviewSegmentConfigurationList,
  pageOf,
  paging,
  StatusReason,
  TagMap,
  Timestamp,
  text,
} from './shapes.ts';
import { DATAVIEW } from './targets.ts';
import { DATAVIEW_UPDATE } from './update-rules.ts';

const dataviewLabels = () => ({ ...databaseLabels(), dataviewName: KxDataviewName() });

const ActiveVersions = lazy(() =>
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
const KxDataview = lazy(() => z.strictObject({ ...updatedMembers(), statusReason: StatusReason().optional() }));

export const CreateKxDataview = operation({
  http: 'POST /kx/environments/{environmentId}/databases/{databaseName}/dataviews',
  kind: 'kx-dataview',
  risk: 'create',
  summary:
    'Create a dataview: one version of a database, mounted by clusters on scaling groups, with selected paths ' +
    'kept on volumes for fast reads. It shows the newest changeset unless you give a changesetId; with autoUpdate ' +
    'it follows every new one. Returns at once with status CREATING; use wait_for_kx_entity to wait for ACTIVE ' +
    '(minutes).',
  keywords: 'view snapshot cache writable maintenance on-demand',
  input: () =>
    z.strictObject({
      ...databaseLabels(),
      dataviewName: describedByFormat(KxDataviewName()),
      azMode: offeredAs(KxAzMode(), z.enum(['SINGLE'])),
      availabilityZoneId: alwaysNeeded(AvailabilityZoneId()),
      changesetId: ChangesetId().optional().describe('Must be COMPLETED. Default: the newest.'),
      segmentConfigurations: KxDataviewSegmentConfigurationList()
        .optional()
        .describe('Which paths are kept on which volume. All other paths are read from object storage.'),
      autoUpdate: z
        .boolean()
        .optional()
        .describe('true: follows every new changeset; not with changesetId or readWrite. Default: false.'),
      readWrite: z
        .boolean()
        .optional()
        .describe(
          'true: clusters may write to it, for maintenance of the database. Needs one segment, with dbPaths /* on a volume ' +
            'that no other dataview uses. Default: false.',
        ),
      description: describedByFormat(Description()).optional(),
      tags: TagMap().optional(),
      clientToken: ClientTokenString(),
    }),
  output: () => z.strictObject(createdMembers()),
  errors: CREATE_ERRORS,
});

export const DeleteKxDataview = operation({
  http: 'DELETE /kx/environments/{environmentId}/databases/{databaseName}/dataviews/{dataviewName}',
  kind: 'kx-dataview',
  risk: 'destroy',
  settles: { now: 'DELETING', end: 'DELETED' },
  summary:
    'Delete a dataview. The database and its data stay, but uncommitted writes to a readWrite dataview are lost. ' +
    'Fails while a cluster mounts it; what_depends_on shows which. Returns at once with status DELETING; to wait ' +
    'until it is deleted, use wait_for_kx_entity (until: DELETED).',
  keywords: 'drop remove discard view',
  target: DATAVIEW,
  input: () => z.strictObject({ ...dataviewLabels(), clientToken: ClientTokenString() }),
  output: () => z.strictObject({}),
  errors: ['AccessDenied', 'Conflict', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const GetKxDataview = operation({
  http: 'GET /kx/environments/{environmentId}/databases/{databaseName}/dataviews/{dataviewName}',
  kind: 'kx-dataview',
  risk: 'read',
  summary:
    'Show a dataview: status, changeset, segments, tags, and every active version with the clusters that mount it.',
  keywords: 'describe view version current why failed',
  input: () => z.strictObject(dataviewLabels()),
  output: KxDataview,
  errors: ['AccessDenied', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const ListKxDataviews = operation({
  http: 'GET /kx/environments/{environmentId}/databases/{databaseName}/dataviews',
  kind: 'kx-dataview',
  risk: 'read',
  summary:
    'List the dataviews of a database with all that get_kx_dataview shows, except tags. To search all databases, ' +
    'use find_kx_entities.',
  keywords: 'show all views',
  input: () => z.strictObject({ ...databaseLabels(), ...paging() }),
  output: () => pageOf({ kxDataviews: z.array(KxDataview()).optional() }),
  errors: ['AccessDenied', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const UpdateKxDataview = operation({
  http: 'PUT /kx/environments/{environmentId}/databases/{databaseName}/dataviews/{dataviewName}',
  kind: 'kx-dataview',
  risk: 'update',
  raised: { to: 'disrupt' },
  target: DATAVIEW,
  update: DATAVIEW_UPDATE,
  summary:
    'Move a dataview to another changeset or change its segments or description. A call without settings moves it ' +
    'to the newest changeset. New segments replace all current ones: a call that would drop a segment ' +
    'fails and returns the complete arguments, unless you name it in remove. Every update creates a new version, ' +
    'and clusters keep theirs until update_kx_cluster_databases moves them. A readWrite dataview cannot be ' +
    'updated. With autoUpdate, omit changesetId. Returns at once with status UPDATING; use wait_for_kx_entity to ' +
    'wait for ACTIVE (minutes).',
  keywords: 'refresh advance roll view version newest',
  input: () =>
    z.strictObject({
      ...dataviewLabels(),
      description: describedByFormat(Description()).optional(),
      changesetId: ChangesetId()
        .optional()
        .describe('Must be COMPLETED. To change only other settings, give the current one; with autoUpdate, omit it.'),
      segmentConfigurations: KxDataviewSegmentConfigurationList()
        .optional()
        .describe('The complete list, which replaces the current one. Default: no change.'),
      clientToken: ClientTokenString(),
    }),
  output: () => z.strictObject(updatedMembers()),
  errors: ['AccessDenied', 'Conflict', 'ResourceAlreadyExists', 'ResourceNotFound', 'Throttling', 'Validation'],
});
