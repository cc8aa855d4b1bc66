import * as z from 'zod';
import { describeMachines, HOST_TYPES } from './machine-types.ts';
import { lazy, operation } from './operation.ts';
import {
  AvailabilityZoneId,
  ClientToken,
  ClientTokenString,
  describedByFormat,
  KxClusterName,
  KxEnvironmentId,
  KxScalingGroupName,
  pageOf,
  paging,
  StatusReason,
  TagMap,
  Timestamp,
  text,
} from './shapes.ts';

const groupLabels = () => ({ environmentId: KxEnvironmentId(), scalingGroupName: KxScalingGroupName() });
const KxHostType = lazy(() => text(1, 32, /^[a-zA-Z0-9._]+$/, 'a host type such as kx.sg.4xlarge'));

const createdMembers = () => ({
  scalingGroupName: KxScalingGroupName().optional(),
  hostType: KxHostType().optional(),
  availabilityZoneId: AvailabilityZoneId().optional(),
  status: z.enum(['CREATING', 'CREATE_FAILED', 'ACTIVE', 'DELETING', 'DELETED', 'DELETE_FAILED']).optional(),
  lastModifiedTimestamp: Timestamp().optional(),
  createdTimestamp: Timestamp().optional(),
});
const listedMembers = () => ({
  ...createdMembers(),
  clusters: z.array(KxClusterName()).optional(),
  statusReason: StatusReason().optional(),
});

export const CreateKxScalingGroup = operation({
  http: 'POST /kx/environments/{environmentId}/scalingGroups',
  kind: 'kx-scaling-group',
  risk: 'create',
  summary:
    'Create a scaling group: one host whose memory and CPUs are shared by several kdb clusters in the same ' +
    'availability zone. The host type and the zone cannot be changed later. Returns at once with status CREATING; ' +
    'use wait_for_kx_entity to wait for ACTIVE (minutes) before you create clusters on it.',
  keywords: 'shared host machine compute pool provision',
  input: () =>
    z.strictObject({
      clientToken: ClientToken(),
      ...groupLabels(),
      scalingGroupName: describedByFormat(KxScalingGroupName()),
      hostType: KxHostType().describe(describeMachines(HOST_TYPES)),
      availabilityZoneId: AvailabilityZoneId(),
      tags: TagMap().optional(),
    }),
  output: () => z.strictObject({ ...createdMembers(), environmentId: KxEnvironmentId().optional() }),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const DeleteKxScalingGroup = operation({
  http: 'DELETE /kx/environments/{environmentId}/scalingGroups/{scalingGroupName}',
  kind: 'kx-scaling-group',
  risk: 'destroy',
  settles: { now: 'DELETING', end: 'DELETED' },
  summary:
    'Delete a scaling group (a shared host). Fails while clusters run on it; what_depends_on shows which. Returns ' +
    'at once with status DELETING; to wait until it is deleted, use wait_for_kx_entity (until: DELETED).',
  keywords: 'remove release shared host pool idle',
  target: { noun: 'scaling group', member: 'scalingGroupName', reader: 'GetKxScalingGroup' },
  input: () => z.strictObject({ ...groupLabels(), clientToken: ClientTokenString().optional() }),
  output: () => z.strictObject({}),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const GetKxScalingGroup = operation({
  http: 'GET /kx/environments/{environmentId}/scalingGroups/{scalingGroupName}',
  kind: 'kx-scaling-group',
  risk: 'read',
  summary:
    'Show a scaling group (a shared host): status, host type, availability zone, ARN, tags and the clusters on it. To ' +
    'see its free memory, use what_depends_on.',
  keywords: 'describe details shared host pool ready',
  input: () => z.strictObject(groupLabels()),
  output: () => z.strictObject({ ...listedMembers(), scalingGroupArn: text(20, 2048, /^arn/).optional() }),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const ListKxScalingGroups = operation({
  http: 'GET /kx/environments/{environmentId}/scalingGroups',
  kind: 'kx-scaling-group',
  risk: 'read',
  summary:
    'List the scaling groups (shared hosts) of a kdb environment with status, host type, availability zone and ' +
    'clusters.',
  keywords: 'show all hosts pools',
  input: () => z.strictObject({ environmentId: KxEnvironmentId(), ...paging() }),
  output: () => pageOf({ scalingGroups: z.array(z.strictObject(listedMembers())).optional() }),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});
