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
  summary: 'Reserve one big new shared host, a machine with room for several clusters. Its type is final.',
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
  summary: 'Shut down a shared host that is no longer needed: get rid of it and stop paying. It must be empty.',
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
  summary: 'Show a shared host: host type, zone and which clusters still run on it; with none it can be deleted.',
  input: () => z.strictObject(groupLabels()),
  output: () => z.strictObject({ ...listedMembers(), scalingGroupArn: text(20, 2048, /^arn/).optional() }),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const ListKxScalingGroups = operation({
  http: 'GET /kx/environments/{environmentId}/scalingGroups',
  entity: 'kx-scaling-group',
  risk: 'read',
  summary:
    'All scaling groups (shared hosts, machines) with type and clusters; one without clusters is idle and only costs money.',
  input: () => z.strictObject({ environmentId: KxEnvironmentId(), ...paging() }),
  output: () =>
    z.strictObject({
      scalingGroups: z.array(z.strictObject(listedMembers())).optional(),
      nextToken: PaginationToken().optional(),
    }),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});
