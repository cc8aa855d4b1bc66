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
    'Get compute up: make, add, provision or reserve a new machine, box or hardware with memory, launch one for several small together on common shared hosts.',
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
    'Get rid of a shared host (sg, pool) that is empty or idle, its load moved: remove, drop, clean, decommission or release the wrong hosts, give them back, down.',
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
    'Details of a shared host (sg, pool): status, ready, active, still running, did it fail, type, which availability zone, describe or look at what is sharing.',
  input: () => z.strictObject(groupLabels()),
  output: () => z.strictObject({ ...listedMembers(), scalingGroupArn: text(20, 2048, /^arn/).optional() }),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const ListKxScalingGroups = operation({
  http: 'GET /kx/environments/{environmentId}/scalingGroups',
  entity: 'kx-scaling-group',
  risk: 'read',
  summary:
    'Show every scaling group: names of scaling groups, shared hosts and pools already there to pick, every host we are paying for.',
  input: () => z.strictObject({ environmentId: KxEnvironmentId(), ...paging() }),
  output: () =>
    z.strictObject({
      scalingGroups: z.array(z.strictObject(listedMembers())).optional(),
      nextToken: PaginationToken().optional(),
    }),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});
