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
import { KX_ENVIRONMENT } from './targets.ts';
import { ENVIRONMENT_UPDATE, NETWORK_UPDATE } from './update-rules.ts';

const Port = once(() => integer(0, 65_535));
const ConnectionStatus = once(() =>
  z.enum(['NONE', 'UPDATE_REQUESTED', 'UPDATING', 'FAILED_UPDATE', 'SUCCESSFULLY_UPDATED']),
);

const NetworkAclEntry = once(() =>
  z.strictObject({
    ruleNumber: integer(1, 32_766),
    protocol: text(1, 5, /^(?:-1|[0-9]+)$/, 'the number of a protocol, such as 6 for TCP, or -1 for all').describe(
      'a number; -1 is all',
    ),
    ruleAction: z.enum(['allow', 'deny']),
    portRange: z.strictObject({ from: Port(), to: Port() }).optional(),
    icmpTypeCode: z.strictObject({ type: integer(), code: integer() }).optional(),
    cidrBlock: text(
      1,
      18,
      /^(?:\d{1,3}\.){3}\d{1,3}\/(?:3[0-2]|[12]\d|\d)$/,
      'a range of addresses such as 10.0.0.0/16',
    ),
  }),
);

const TransitGatewayConfiguration = once(() =>
  z.strictObject({
    transitGatewayID: text(1, 32, undefined, 'the id of a transit gateway, such as tgw-0abc1def2abc3def4'),
    routableCIDRSpace: z.string().describe('a /26 inside 100.64.0.0/10'),
    attachmentNetworkAclConfiguration: z.array(NetworkAclEntry()).min(1).max(100).optional(),
  }),
);

const ipOctet = '(?:25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)';
const hostLabel = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const CustomDnsConfiguration = once(() =>
  z.array(
    z.strictObject({
      customDNSServerName: text(
        3,
        255,
        new RegExp(`^${hostLabel}(?:\\.${hostLabel})*$`),
        'the name of a host, such as dns1.example.com',
      ),
      customDNSServerIP: z
        .string()
        .regex(new RegExp(`^(?:${ipOctet}\\.){3}${ipOctet}$`), { error: 'expects an address such as 10.0.0.2' }),
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
  summary:
    'Get a brand new managed kdb insights up: build, provision or make a first, second, next or another separate sandbox, starting empty and fresh, named or called for a desk, own alias.',
  input: () =>
    z.strictObject({
      name: KxEnvironmentName(),
      description: Description().optional(),
      kmsKeyId: text(
        1,
        1000,
        /^arn:aws:kms:.*:\d+:.*$/,
        'the ARN of a KMS key, such as arn:aws:kms:us-east-1:123456789012:key/KEY-ID',
      ).describe('an ARN'),
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
  settles: { now: 'DELETING', end: 'DELETED' },
  summary:
    'Delete the whole managed kdb env itself when it is empty: tear it down, shut, drop, destroy, remove, retire, decommission or get rid of a test sandbox we are out of, over, gone.',
  target: KX_ENVIRONMENT,
  input: () => z.strictObject({ environmentId: IdType(), clientToken: ClientToken().optional() }),
  output: () => z.strictObject({}),
  errors: ['AccessDenied', 'Conflict', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const GetKxEnvironment = operation({
  http: 'GET /kx/environments/{environmentId}',
  entity: 'kx-environment',
  risk: 'read',
  summary:
    'Describe a kdb env: details, state, status (still creating, healthy yet), why did it fail (message), availability zones, KMS key, dedicated account, kdb network (custom DNS, transit gateway, DNS).',
  input: () => z.strictObject({ environmentId: IdType() }),
  output: KxEnvironment,
  errors: ['AccessDenied', 'Conflict', 'ResourceNotFound', 'Validation'],
});

export const ListKxEnvironments = operation({
  http: 'GET /kx/environments',
  entity: 'kx-environment',
  risk: 'read',
  summary:
    'Show every managed kdb insights in an account: enumerate environments that exist, already running or failed, an inventory of the envs of every desk, to find the only environments we own or remember.',
  input: () => z.strictObject({ nextToken: PaginationToken().optional(), maxResults: integer().optional() }),
  output: () =>
    z.strictObject({ environments: z.array(KxEnvironment()).optional(), nextToken: PaginationToken().optional() }),
  errors: ['AccessDenied', 'Validation'],
});

export const UpdateKxEnvironment = operation({
  http: 'PUT /kx/environments/{environmentId}',
  entity: 'kx-environment',
  risk: 'update',
  target: KX_ENVIRONMENT,
  update: ENVIRONMENT_UPDATE,
  summary:
    'Rename a managed kdb env or change the description: give it a better display name or title, call it after the desk it is owned by, edit the text, put what it is called, a misspelled typo.',
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
    'Connect kdb to your own corporate, on-prem or internal data centre network: link a transit gateway (TGW; final) to route traffic over, or set DNS.',
  target: KX_ENVIRONMENT,
  update: NETWORK_UPDATE,
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
