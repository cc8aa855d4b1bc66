import * as z from 'zod';
import { once, operation } from './operation.ts';
import {
  AvailabilityZoneId,
  ClientToken,
  ClientTokenString,
  KxClusterName,
  KxEnvironmentId,
  KxScalingGroupName,
  PaginationToken,
  paging,
  StatusReason,
  TagMap,
  Timestamp,
  text,
} from './shapes.ts';

const groupLabels = () => ({ environmentId: KxEnvironmentId(), scalingGroupName: KxScalingGroupName() });
const KxHostType = once(() => text(1, 32, /^[a-zA-Z0-9._]+$/));

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
  entity: 'kx-scaling-group',
  risk: 'create',
  summary:
    'Add a scaling group: one shared host whose memory and CPU several clusters divide. Its host type cannot be changed later.',
  input: () =>
    z.strictObject({
      clientToken: ClientToken(),
      ...groupLabels(),
      hostType: KxHostType().describe('kx.sg.large to kx.sg.32xlarge, kx.sg1.16xlarge or kx.sg1.24xlarge'),
      availabilityZoneId: AvailabilityZoneId(),
      tags: TagMap().optional(),
    }),
  output: () => z.strictObject({ ...createdMembers(), environmentId: KxEnvironmentId().optional() }),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const DeleteKxScalingGroup = operation({
  http: 'DELETE /kx/environments/{environmentId}/scalingGroups/{scalingGroupName}',
  entity: 'kx-scaling-group',
  risk: 'destroy',
  summary: 'Delete a scaling group and release its host. Refused until every cluster on it is gone.',
  target: {
    noun: 'scaling group',
    member: 'scalingGroupName',
    reader: 'GetKxScalingGroup',
    arn: '/kxScalingGroup/{scalingGroupName}',
  },
  input: () => z.strictObject({ ...groupLabels(), clientToken: ClientTokenString().optional() }),
  output: () => z.strictObject({}),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const GetKxScalingGroup = operation({
  http: 'GET /kx/environments/{environmentId}/scalingGroups/{scalingGroupName}',
  entity: 'kx-scaling-group',
  risk: 'read',
  summary: 'Show one scaling group: host type, zone, status, and which clusters run on that host.',
  input: () => z.strictObject(groupLabels()),
  output: () => z.strictObject({ ...listedMembers(), scalingGroupArn: text(20, 2048, /^arn/).optional() }),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const ListKxScalingGroups = operation({
  http: 'GET /kx/environments/{environmentId}/scalingGroups',
  entity: 'kx-scaling-group',
  risk: 'read',
  summary:
    'List the scaling groups (shared hosts) with host type and the clusters on each; one without clusters is idle.',
  input: () => z.strictObject({ environmentId: KxEnvironmentId(), ...paging() }),
  output: () =>
    z.strictObject({
      scalingGroups: z.array(z.strictObject(listedMembers())).optional(),
      nextToken: PaginationToken().optional(),
    }),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});
