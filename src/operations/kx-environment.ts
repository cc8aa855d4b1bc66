import * as z from 'zod';
import { once, operation } from './operation.ts';
import {
  AvailabilityZoneId,
  ClientToken,
  Description,
  EnvironmentArn,
  EnvironmentStatus,
  IdType,
  integer,
  KmsKeyId,
  KxEnvironmentName,
  PaginationToken,
  TagMap,
  Timestamp,
  text,
} from './shapes.ts';

const Port = once(() => integer(0, 65_535));
const ConnectionStatus = once(() =>
  z.enum(['NONE', 'UPDATE_REQUESTED', 'UPDATING', 'FAILED_UPDATE', 'SUCCESSFULLY_UPDATED']),
);

const NetworkAclEntry = once(() =>
  z.strictObject({
    ruleNumber: integer(1, 32_766),
    protocol: text(1, 5, /^(?:-1|[0-9]+)$/).describe('a number; -1 is all'),
    ruleAction: z.enum(['allow', 'deny']),
    portRange: z.strictObject({ from: Port(), to: Port() }).optional(),
    icmpTypeCode: z.strictObject({ type: integer(), code: integer() }).optional(),
    cidrBlock: text(1, 18, /^(?:\d{1,3}\.){3}\d{1,3}\/(?:3[0-2]|[12]\d|\d)$/),
  }),
);

const TransitGatewayConfiguration = once(() =>
  z.strictObject({
    transitGatewayID: text(1, 32),
    routableCIDRSpace: z.string().describe('a /26 inside 100.64.0.0/10'),
    attachmentNetworkAclConfiguration: z.array(NetworkAclEntry()).min(1).max(100).optional(),
  }),
);

const ipOctet = '(?:25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)';
const hostLabel = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const CustomDnsConfiguration = once(() =>
  z.array(
    z.strictObject({
      customDNSServerName: text(3, 255, new RegExp(`^${hostLabel}(?:\\.${hostLabel})*$`)),
      customDNSServerIP: z.string().regex(new RegExp(`^(?:${ipOctet}\\.){3}${ipOctet}$`)),
    }),
  ),
);

const updatedEnvironment = () => ({
  name: KxEnvironmentName().optional(),
  environmentId: IdType().optional(),
  awsAccountId: IdType().optional(),
  status: EnvironmentStatus().optional(),
  tgwStatus: ConnectionStatus().optional(),
  dnsStatus: ConnectionStatus().optional(),
  errorMessage: text(0, 1000, /^[a-zA-Z0-9. ]+$/).optional(),
  description: Description().optional(),
  environmentArn: EnvironmentArn().optional(),
  kmsKeyId: KmsKeyId().optional(),
  dedicatedServiceAccountId: IdType().optional(),
  transitGatewayConfiguration: TransitGatewayConfiguration().optional(),
  customDNSConfiguration: CustomDnsConfiguration().optional(),
  creationTimestamp: Timestamp().optional(),
  updateTimestamp: Timestamp().optional(),
  availabilityZoneIds: z.array(AvailabilityZoneId()).optional(),
});

const KxEnvironment = once(() =>
  z.strictObject({ ...updatedEnvironment(), certificateAuthorityArn: text(1, 255).optional() }),
);

export const CreateKxEnvironment = operation({
  http: 'POST /kx/environments',
  entity: 'kx-environment',
  risk: 'create',
  summary: 'Set up a new kdb environment (env) to run q in, encrypted with your own KMS key.',
  input: () =>
    z.strictObject({
      name: KxEnvironmentName(),
      description: Description().optional(),
      kmsKeyId: text(1, 1000, /^arn:aws:kms:.*:\d+:.*$/).describe('an ARN'),
      tags: TagMap().optional(),
      clientToken: ClientToken().optional(),
    }),
  output: () =>
    z.strictObject({
      name: KxEnvironmentName().optional(),
      status: EnvironmentStatus().optional(),
      environmentId: IdType().optional(),
      description: Description().optional(),
      environmentArn: EnvironmentArn().optional(),
      kmsKeyId: KmsKeyId().optional(),
      creationTimestamp: Timestamp().optional(),
    }),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ServiceQuotaExceeded', 'Throttling', 'Validation'],
});

export const DeleteKxEnvironment = operation({
  http: 'DELETE /kx/environments/{environmentId}',
  entity: 'kx-environment',
  risk: 'destroy',
  summary:
    'Shut down and remove a whole kdb environment (env): everything in it is wiped and billing stops. Refused while it has clusters.',
  target: { noun: 'kdb environment', member: 'environmentId', reader: 'GetKxEnvironment', namePath: ['name'], arn: '' },
  input: () => z.strictObject({ environmentId: IdType(), clientToken: ClientToken().optional() }),
  output: () => z.strictObject({}),
  errors: ['AccessDenied', 'Conflict', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const GetKxEnvironment = operation({
  http: 'GET /kx/environments/{environmentId}',
  entity: 'kx-environment',
  risk: 'read',
  summary:
    'Show details of a kdb environment (env): status, is it healthy, error message, availability zones, KMS key, is the transit gateway or DNS attached.',
  input: () => z.strictObject({ environmentId: IdType() }),
  output: KxEnvironment,
  errors: ['AccessDenied', 'Conflict', 'ResourceNotFound', 'Validation'],
});

export const ListKxEnvironments = operation({
  http: 'GET /kx/environments',
  entity: 'kx-environment',
  risk: 'read',
  summary: 'All kdb environments (envs) with the id, name and status of every one. Look here for an environment id.',
  input: () => z.strictObject({ nextToken: PaginationToken().optional(), maxResults: integer().optional() }),
  output: () =>
    z.strictObject({ environments: z.array(KxEnvironment()).optional(), nextToken: PaginationToken().optional() }),
  errors: ['AccessDenied', 'Validation'],
});

export const UpdateKxEnvironment = operation({
  http: 'PUT /kx/environments/{environmentId}',
  entity: 'kx-environment',
  risk: 'update',
  summary: 'Rename a kdb environment (env): give it a better name or change its description.',
  input: () =>
    z.strictObject({
      environmentId: IdType(),
      name: KxEnvironmentName().optional(),
      description: Description().optional(),
      clientToken: ClientToken().optional(),
    }),
  output: () => z.strictObject(updatedEnvironment()),
  errors: ['AccessDenied', 'Conflict', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const UpdateKxEnvironmentNetwork = operation({
  http: 'PUT /kx/environments/{environmentId}/network',
  entity: 'kx-environment',
  risk: 'network',
  summary:
    'Link a kdb environment (env) to your own network: set up a transit gateway with ACL rules, or add custom DNS servers, one per call. The gateway is final.',
  target: { noun: 'kdb environment', member: 'environmentId', reader: 'GetKxEnvironment', namePath: ['name'], arn: '' },
  input: () =>
    z.strictObject({
      environmentId: IdType(),
      transitGatewayConfiguration: TransitGatewayConfiguration().optional(),
      customDNSConfiguration: CustomDnsConfiguration().optional(),
      clientToken: ClientToken().optional(),
    }),
  output: () => z.strictObject(updatedEnvironment()),
  errors: ['AccessDenied', 'Conflict', 'ResourceNotFound', 'Throttling', 'Validation'],
});
