import * as z from 'zod';
import { once, operation } from './operation.ts';
import {
  AvailabilityZoneId,
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

const KxNAS1Configuration = once(() =>
  z.strictObject({
    type: z.enum(['SSD_1000', 'SSD_250', 'HDD_12']).optional(),
    size: integer(1200).optional().describe('GB: 1200 or n x 2400 for SSD, n x 6000 for HDD'),
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
    'Add new storage: make, allocate, provision or set a shared NAS disk (SSD, TB), get a fresh or another volume, somewhere to write a cache, create caching storage.',
  input: () =>
    z.strictObject({
      clientToken: ClientToken().optional(),
      ...volumeLabels(),
      volumeType: VolumeType(),
      description: Description().optional(),
      nas1Configuration: KxNAS1Configuration().optional(),
      azMode: KxAzMode().describe('SINGLE'),
      availabilityZoneIds: z.array(AvailabilityZoneId()),
      tags: TagMap().optional(),
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
    "Drop a NAS disk: remove, wipe, destroy, clean, free or be rid of an old, scratch or test volume, cache or storage volume that isn't worth paying for, moved away or gone.",
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
    'Details of a volume (disk): status, active, ready, reason it failed, did a resize finish, how large or big, size, NAS type SSD or HDD, which availability zone (AZ), what is attached or still using.',
  input: () => z.strictObject(volumeLabels()),
  output: KxVolume,
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const ListKxVolumes = operation({
  http: 'GET /kx/environments/{environmentId}/kxvolumes',
  entity: 'kx-volume',
  risk: 'read',
  summary:
    'Show every volume: which volumes, how many volumes of storage exist, tell the state and zone of all NAS, all disks we are paying for.',
  input: () => z.strictObject({ environmentId: KxEnvironmentId(), ...paging(), volumeType: VolumeType().optional() }),
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
    'Grow a volume: expand, extend, enlarge, double, increase or resize a full NAS disk, larger room, space or TB for cache; resize it only bigger. Or change the description of a shared volume of a team.',
  input: () =>
    z.strictObject({
      ...volumeLabels(),
      description: Description().optional(),
      clientToken: ClientTokenString().optional(),
      nas1Configuration: KxNAS1Configuration().optional(),
    }),
  output: KxVolume,
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});
