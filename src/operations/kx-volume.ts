import * as z from 'zod';
import { CREATE_ERRORS } from './errors.ts';
import { offeredAs } from './offered.ts';
import { lazy, operation } from './operation.ts';
import {
  AvailabilityZoneId,
  ClientToken,
  ClientTokenString,
  Description,
  describedByFormat,
  IgnoredTags,
  integer,
  KxAzMode,
  KxClusterName,
  KxClusterStatus,
  KxClusterType,
  KxEnvironmentId,
  KxVolumeName,
  pageOf,
  paging,
  StatusReason,
  Timestamp,
  text,
  VolumeType,
} from './shapes.ts';
import { VOLUME } from './targets.ts';

const volumeLabels = () => ({ environmentId: KxEnvironmentId(), volumeName: KxVolumeName() });

const DiskType = lazy(() =>
  z.enum(['SSD_1000', 'SSD_250', 'HDD_12']).describe('Throughput class; the higher the number, the faster'),
);
const DiskSize = lazy(() => integer(1200).describe('GB: 1200 or a multiple of 2400; for HDD_12 a multiple of 6000'));
const KxNAS1Configuration = lazy(() =>
  z.strictObject({
    type: DiskType().optional().describe('Cannot be changed; omit it or give the current type'),
    size: DiskSize().optional(),
  }),
);

/** What creates, gets and lists return. */
const commonMembers = () => ({
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
  ...commonMembers(),
  environmentId: KxEnvironmentId().optional(),
  volumeArn: text(
    20,
    2048,
    /^arn:aws:finspace:[A-Za-z0-9_/.-]{0,63}:\d+:kxEnvironment\/[0-9A-Za-z_-]{1,128}(?:\/(?:kxSharedVolume|kxVolume)\/[a-zA-Z0-9_-]{1,255})?$/,
  ).optional(),
  nas1Configuration: KxNAS1Configuration().optional(),
});
const KxVolume = lazy(() =>
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
  kind: 'kx-volume',
  risk: 'create',
  summary:
    'Create a volume: network storage for dataviews, tickerplant logs, and data that clusters on scaling groups save ' +
    'down. You can increase its size later, but you cannot change its disk type or availability zone. Returns at ' +
    'once with status CREATING; use wait_for_kx_entity to wait for ACTIVE (about ten minutes) before you use it. ' +
    'Takes no tags: add them afterwards with tag_resource.',
  keywords: 'new disk NAS SSD allocate provision storage',
  input: () =>
    z.strictObject({
      clientToken: ClientToken().optional(),
      ...volumeLabels(),
      volumeName: describedByFormat(KxVolumeName()),
      volumeType: VolumeType().describe('Network-attached storage, the only type'),
      description: describedByFormat(Description()).optional(),
      nas1Configuration: offeredAs(
        KxNAS1Configuration().optional(),
        z.strictObject({ type: DiskType(), size: DiskSize() }),
      ),
      azMode: offeredAs(KxAzMode(), z.enum(['SINGLE'])),
      availabilityZoneIds: offeredAs(
        z.array(AvailabilityZoneId()),
        z.array(AvailabilityZoneId()).min(1).max(1).describe('Exactly one, from get_kx_environment'),
      ),
      tags: IgnoredTags(),
    }),
  output: () => z.strictObject(createdMembers()),
  errors: CREATE_ERRORS,
});

export const DeleteKxVolume = operation({
  http: 'DELETE /kx/environments/{environmentId}/kxvolumes/{volumeName}',
  kind: 'kx-volume',
  risk: 'destroy',
  settles: { now: 'DELETING', end: 'DELETED' },
  summary:
    'Delete a volume and all data on it, such as tickerplant logs and files that clusters saved down. This cannot ' +
    'be undone. Fails while a cluster or dataview uses it; what_depends_on shows which. Returns at once with ' +
    'status DELETING; to wait until it is deleted, use wait_for_kx_entity (until: DELETED).',
  keywords: 'remove wipe free disk NAS storage',
  target: VOLUME,
  input: () => z.strictObject({ ...volumeLabels(), clientToken: ClientTokenString().optional() }),
  output: () => z.strictObject({}),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const GetKxVolume = operation({
  http: 'GET /kx/environments/{environmentId}/kxvolumes/{volumeName}',
  kind: 'kx-volume',
  risk: 'read',
  summary:
    'Show a volume: status, disk type, size in GB, availability zone, ARN, tags and the clusters that use it. The ' +
    'service does not report how full it is. To see the dataviews on it, use what_depends_on.',
  keywords: 'describe details disk NAS attached resize',
  input: () => z.strictObject(volumeLabels()),
  output: KxVolume,
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const ListKxVolumes = operation({
  http: 'GET /kx/environments/{environmentId}/kxvolumes',
  kind: 'kx-volume',
  risk: 'read',
  summary:
    'List the volumes of a kdb environment with status, availability zone and description. For the size of one, ' +
    'use get_kx_volume; to sort by size, find_kx_entities.',
  keywords: 'show all disks NAS storage',
  input: () =>
    z.strictObject({
      environmentId: KxEnvironmentId(),
      ...paging(),
      volumeType: VolumeType().optional().describe('The only type'),
    }),
  output: () =>
    pageOf({
      kxVolumeSummaries: z
        .array(z.strictObject({ ...commonMembers(), lastModifiedTimestamp: Timestamp().optional() }))
        .optional(),
    }),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const UpdateKxVolume = operation({
  http: 'PATCH /kx/environments/{environmentId}/kxvolumes/{volumeName}',
  kind: 'kx-volume',
  risk: 'update',
  raised: { to: 'disrupt', by: ({ nas1Configuration }) => nas1Configuration !== undefined },
  target: VOLUME,
  update: { leftOut: {} },
  summary:
    'Increase the size of a volume, or change its description. Omitted settings keep their values; the size ' +
    'cannot be reduced, and the disk type and availability zone are fixed. While the volume is UPDATING, clusters ' +
    'may be unable to use it for a few minutes. Returns at once; use wait_for_kx_entity to wait for ACTIVE ' +
    '(minutes).',
  keywords: 'grow expand extend enlarge resize full disk',
  input: () =>
    z.strictObject({
      ...volumeLabels(),
      description: describedByFormat(Description()).optional(),
      clientToken: ClientTokenString().optional(),
      nas1Configuration: KxNAS1Configuration().optional(),
    }),
  output: KxVolume,
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});
