import * as z from 'zod';
import { offeredAs } from './offered.ts';
import { once, operation } from './operation.ts';
import {
  AvailabilityZoneId,
  byForm,
  ClientToken,
  ClientTokenString,
  Description,
  integer,
  KxAzMode,
  KxClusterName,
  KxClusterStatus,
  KxClusterType,
  KxEnvironmentId,
  KxVolumeName,
  PaginationToken,
  paging,
  StatusReason,
  TagMap,
  Timestamp,
  text,
  VolumeType,
} from './shapes.ts';
import { VOLUME } from './targets.ts';
import { VOLUME_UPDATE } from './update-rules.ts';

const volumeLabels = () => ({ environmentId: KxEnvironmentId(), volumeName: KxVolumeName() });

const DiskType = once(() =>
  z.enum(['SSD_1000', 'SSD_250', 'HDD_12']).describe('The number is its throughput in MB/s for each TiB'),
);
const DiskSize = once(() => integer(1200).describe('GB: 1200 or a multiple of 2400; for HDD_12 a multiple of 6000'));
const KxNAS1Configuration = once(() =>
  z.strictObject({
    type: DiskType().optional().describe('The present type, which cannot be changed; may be left out'),
    size: DiskSize().optional(),
  }),
);

const listedMembers = () => ({
  volumeName: KxVolumeName().optional(),
  volumeType: VolumeType().optional(),
  status: z
    .enum([
      'CREATING',
      'CREATE_FAILED',
      'ACTIVE',
      'UPDATING',
      'UPDATED',
      'UPDATE_FAILED',
      'DELETING',
      'DELETED',
      'DELETE_FAILED',
    ])
    .optional(),
  description: Description().optional(),
  statusReason: StatusReason().optional(),
  azMode: KxAzMode().optional(),
  availabilityZoneIds: z.array(AvailabilityZoneId()).optional(),
  createdTimestamp: Timestamp().optional(),
});
const createdMembers = () => ({
  ...listedMembers(),
  environmentId: KxEnvironmentId().optional(),
  volumeArn: text(
    20,
    2048,
    /^arn:aws:finspace:[A-Za-z0-9_/.-]{0,63}:\d+:kxEnvironment\/[0-9A-Za-z_-]{1,128}(?:\/(?:kxSharedVolume|kxVolume)\/[a-zA-Z0-9_-]{1,255})?$/,
  ).optional(),
  nas1Configuration: KxNAS1Configuration().optional(),
});
const KxVolume = once(() =>
  z.strictObject({
    ...createdMembers(),
    lastModifiedTimestamp: Timestamp().optional(),
    attachedClusters: z
      .array(
        z.strictObject({
          clusterName: KxClusterName().optional(),
          clusterType: KxClusterType().optional(),
          clusterStatus: KxClusterStatus().optional(),
        }),
      )
      .optional(),
  }),
);

export const CreateKxVolume = operation({
  http: 'POST /kx/environments/{environmentId}/kxvolumes',
  entity: 'kx-volume',
  risk: 'create',
  summary:
    'Create a volume: network storage that dataviews, tickerplant logs and savedown of clusters on scaling groups ' +
    'use. Disk type and zone are fixed at creation; the size can be increased later. Returns at once with ' +
    'CREATING; it is ACTIVE after some ten minutes (wait_for_kx_entity), and only then can it be used.',
  keywords: 'new disk NAS SSD allocate provision storage',
  input: () =>
    z.strictObject({
      clientToken: ClientToken().optional(),
      ...volumeLabels(),
      volumeName: byForm(KxVolumeName()),
      volumeType: VolumeType().describe('Network-attached storage, the only type'),
      description: byForm(Description()).optional(),
      nas1Configuration: offeredAs(
        KxNAS1Configuration().optional(),
        z.strictObject({ type: DiskType(), size: DiskSize() }),
      ),
      azMode: offeredAs(KxAzMode(), z.enum(['SINGLE'])),
      availabilityZoneIds: offeredAs(z.array(AvailabilityZoneId()), z.array(AvailabilityZoneId()).min(1).max(1)),
      tags: TagMap().optional().describe('Not applied at creation: call tag_resource afterwards'),
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

export const DeleteKxVolume = operation({
  http: 'DELETE /kx/environments/{environmentId}/kxvolumes/{volumeName}',
  entity: 'kx-volume',
  risk: 'destroy',
  settles: { now: 'DELETING', end: 'DELETED' },
  summary:
    'Delete a volume and all data on it; this cannot be undone. Refused while a cluster or dataview uses it: ' +
    'what_depends_on shows which. Returns at once with DELETING; it is gone soon (wait_for_kx_entity, until ' +
    'DELETED).',
  keywords: 'remove wipe free disk NAS storage',
  target: VOLUME,
  input: () => z.strictObject({ ...volumeLabels(), clientToken: ClientTokenString().optional() }),
  output: () => z.strictObject({}),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const GetKxVolume = operation({
  http: 'GET /kx/environments/{environmentId}/kxvolumes/{volumeName}',
  entity: 'kx-volume',
  risk: 'read',
  summary:
    'Show a volume: status, disk type, size in GB, zone, ARN and the clusters that use it. How full it is, the ' +
    'service does not report. what_depends_on shows its dataviews, too.',
  keywords: 'describe details disk NAS attached resize',
  input: () => z.strictObject(volumeLabels()),
  output: KxVolume,
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const ListKxVolumes = operation({
  http: 'GET /kx/environments/{environmentId}/kxvolumes',
  entity: 'kx-volume',
  risk: 'read',
  summary:
    'List the volumes of a kdb environment with status, zone and description. Size and users of one are in ' +
    'get_kx_volume; find_kx_entities sorts all by size.',
  keywords: 'show all disks NAS storage',
  input: () =>
    z.strictObject({
      environmentId: KxEnvironmentId(),
      ...paging(),
      volumeType: VolumeType().optional().describe('There is only this type'),
    }),
  output: () =>
    z.strictObject({
      kxVolumeSummaries: z
        .array(z.strictObject({ ...listedMembers(), lastModifiedTimestamp: Timestamp().optional() }))
        .optional(),
      nextToken: PaginationToken().optional(),
    }),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const UpdateKxVolume = operation({
  http: 'PATCH /kx/environments/{environmentId}/kxvolumes/{volumeName}',
  entity: 'kx-volume',
  risk: 'update',
  raised: { to: 'disrupt', by: ({ nas1Configuration }) => nas1Configuration !== undefined },
  target: VOLUME,
  update: VOLUME_UPDATE,
  summary:
    'Increase the size of a volume, or change its description; what is left out stays. It cannot shrink, and its ' +
    'type and zone stay. While it is UPDATING it may be unavailable for some minutes to the clusters that use it. ' +
    'Returns at once; it is ACTIVE again after some minutes (wait_for_kx_entity).',
  keywords: 'grow expand extend enlarge resize full disk',
  input: () =>
    z.strictObject({
      ...volumeLabels(),
      description: byForm(Description()).optional(),
      clientToken: ClientTokenString().optional(),
      nas1Configuration: KxNAS1Configuration().optional(),
    }),
  output: KxVolume,
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});
