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
const KxHostType = once(() => text(1, 32, /^[a-zA-Z0-9._]+$/, 'a host type such as kx.sg.4xlarge'));

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
    'Get more compute: reserve, provision or set up a new machine (shared host, box) that several clusters share, a second or bigger one to pack them on.',
  input: () =>
    z.strictObject({
      clientToken: ClientToken(),
      ...groupLabels(),
      hostType: KxHostType().describe('kx.sg.large to .32xlarge, kx.sg1.16xlarge or .24xlarge'),
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
  settles: { now: 'DELETING', end: 'DELETED' },
  summary:
    'Give back a shared host: scrap, shut down, release, remove or decommission an unused scaling group (sg) that nothing runs on, all moved, none left; it costs money.',
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
  summary:
    'Tell the status of a shared host (sg): ready or active, did it fail, host type and zone, details, how full it is, whether clusters still run on it.',
  input: () => z.strictObject(groupLabels()),
  output: () => z.strictObject({ ...listedMembers(), scalingGroupArn: text(20, 2048, /^arn/).optional() }),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const ListKxScalingGroups = operation({
  http: 'GET /kx/environments/{environmentId}/scalingGroups',
  entity: 'kx-scaling-group',
  risk: 'read',
  summary:
    'Show every scaling group: all scaling groups, shared hosts and compute that we already have and are paying for, type and sizes, which cost money for nothing.',
  input: () => z.strictObject({ environmentId: KxEnvironmentId(), ...paging() }),
  output: () =>
    z.strictObject({
      scalingGroups: z.array(z.strictObject(listedMembers())).optional(),
      nextToken: PaginationToken().optional(),
    }),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});
