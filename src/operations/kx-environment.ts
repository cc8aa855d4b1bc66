import * as z from 'zod';
import { offeredAs } from './offered.ts';
import { lazy, operation } from './operation.ts';
import {
  AvailabilityZoneId,
  ClientToken,
  Description,
  describedByFormat,
  EnvironmentArn,
  EnvironmentStatus,
  IdType,
  IgnoredTags,
  integer,
  KdbEnvironmentId,
  KmsKeyId,
  KxEnvironmentName,
  PaginationToken,
  pageOf,
  Timestamp,
  text,
} from './shapes.ts';
import { KX_ENVIRONMENT } from './targets.ts';
import { NETWORK_UPDATE } from './update-rules.ts';

const Port = lazy(() => integer(0, 65_535));
const ConnectionStatus = lazy(() =>
  z.enum(['NONE', 'UPDATE_REQUESTED', 'UPDATING', 'FAILED_UPDATE', 'SUCCESSFULLY_UPDATED']),
);

const NetworkAclEntry = lazy(() =>
  z.strictObject({
    ruleNumber: integer(1, 32_766).describe('Unique; rules apply in ascending order'),
    protocol: describedByFormat(
      text(1, 5, /^(?:-1|[0-9]+)$/, 'the number of a protocol, such as 6 for TCP, or -1 for all'),
    ),
    ruleAction: z.enum(['allow', 'deny']),
    portRange: z.strictObject({ from: Port(), to: Port() }).optional().describe('For TCP (6) and UDP (17)'),
    icmpTypeCode: z
      .strictObject({ type: integer(), code: integer() })
      .optional()
      .describe('For ICMP (1); -1 means any'),
    cidrBlock: describedByFormat(
      text(1, 18, /^(?:\d{1,3}\.){3}\d{1,3}\/(?:3[0-2]|[12]\d|\d)$/, 'a range of addresses such as 10.0.0.0/16'),
    ),
  }),
);

const TransitGatewayConfiguration = lazy(() =>
  z.strictObject({
    transitGatewayID: describedByFormat(
      text(1, 32, undefined, 'the id of a transit gateway, such as tgw-0abc1def2abc3def4'),
    ),
    routableCIDRSpace: offeredAs(
      z.string(),
      z
        .string()
        .max(18)
        .describe('A /26 block inside 100.64.0.0/10 that nothing else behind the gateway uses, such as 100.64.0.0/26'),
    ),
    attachmentNetworkAclConfiguration: z
      .array(NetworkAclEntry())
      .min(1)
      .max(100)
      .optional()
      .describe(
        'Rules for outbound traffic. Without rules, all traffic is allowed; with rules, all other traffic is denied.',
      ),
  }),
);

const ipOctet = '(?:25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)';
const hostLabel = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const CustomDnsConfiguration = lazy(() =>
  z.array(
    z.strictObject({
      customDNSServerName: describedByFormat(
        text(3, 255, new RegExp(`^${hostLabel}(?:\\.${hostLabel})*$`), 'the name of a host, such as dns1.example.com'),
      ),
      customDNSServerIP: z
        .string()
        .regex(new RegExp(`^(?:${ipOctet}\\.){3}${ipOctet}$`), { error: 'expects an address such as 10.0.0.2' })
        .describe('IPv4 address'),
    }),
  ),
);

const updatedMembers = () => ({
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

const KxEnvironment = lazy(() =>
  z.strictObject({ ...updatedMembers(), certificateAuthorityArn: text(1, 255).optional() }),
);

export const CreateKxEnvironment = operation({
  http: 'POST /kx/environments',
  kind: 'kx-environment',
  risk: 'create',
  summary:
    'Create a kdb environment, which holds databases, clusters, volumes and users. Its data is encrypted with a ' +
    'KMS key that you name here and cannot change later. By default, AWS allows one environment per account and ' +
    'region. Returns at once with status CREATE_REQUESTED; use wait_for_kx_entity to wait for CREATED (minutes) ' +
    'before you create anything in it. Takes no tags: add them afterwards with tag_resource.',
  keywords: 'new set up provision sandbox Managed kdb Insights',
  input: () =>
    z.strictObject({
      name: describedByFormat(KxEnvironmentName()),
      description: describedByFormat(Description()).optional(),
      kmsKeyId: text(
        1,
        1000,
        /^arn:aws:kms:.*:\d+:.*$/,
        'the ARN of a KMS key, such as arn:aws:kms:us-east-1:123456789012:key/KEY-ID',
      ).describe('ARN of a KMS key in this region'),
      tags: IgnoredTags(),
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
  kind: 'kx-environment',
  risk: 'destroy',
  settles: { now: 'DELETE_REQUESTED', end: 'DELETED' },
  summary:
    'Delete a kdb environment with its databases and their data, dataviews, volumes, scaling groups and users. ' +
    'This cannot be undone. Fails while the environment has clusters; tear_down_kx_environment deletes those too, ' +
    'in the right order and with one approval. Returns at once; to wait until it is deleted, use wait_for_kx_entity ' +
    '(until: DELETED). Deleted environments stay in the list.',
  keywords: 'remove destroy shut down retire decommission',
  input: () => z.strictObject({ environmentId: KdbEnvironmentId(), clientToken: ClientToken().optional() }),
  target: KX_ENVIRONMENT,
  output: () => z.strictObject({}),
  errors: ['AccessDenied', 'Conflict', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const GetKxEnvironment = operation({
  http: 'GET /kx/environments/{environmentId}',
  kind: 'kx-environment',
  risk: 'read',
  summary:
    'Show a kdb environment: status, network, availability zones, KMS key, tags, ARN and, after a failure, the error ' +
    'message. To see what it contains, use describe_kx_environment.',
  keywords: 'describe details transit gateway DNS why failed',
  input: () => z.strictObject({ environmentId: KdbEnvironmentId() }),
  output: KxEnvironment,
  errors: ['AccessDenied', 'Conflict', 'ResourceNotFound', 'Validation'],
});

export const ListKxEnvironments = operation({
  http: 'GET /kx/environments',
  kind: 'kx-environment',
  risk: 'read',
  summary:
    'List the kdb environments of this account and region, including deleted ones, with all that ' +
    'get_kx_environment shows, except tags.',
  keywords: 'show all Managed kdb Insights which inventory',
  input: () =>
    z.strictObject({
      nextToken: PaginationToken().optional(),
      maxResults: integer().describe('Maximum number of items per page').optional(),
    }),
  output: () => pageOf({ environments: z.array(KxEnvironment()).optional() }),
  errors: ['AccessDenied', 'Validation'],
});

export const UpdateKxEnvironment = operation({
  http: 'PUT /kx/environments/{environmentId}',
  kind: 'kx-environment',
  risk: 'update',
  target: KX_ENVIRONMENT,
  // An omitted setting stays, because clients send only what changes.
  update: { leftOut: {}, sensitive: ['name'] },
  summary:
    'Rename a kdb environment, or change its description. Omitted settings keep their values, and the id never ' +
    'changes. The exact name of another environment is refused. A person must approve a rename if the environment is protected, or if ' +
    'the new name is the name, the id or a former name of another one, ignoring letter case. Takes effect at once.',
  keywords: 'rename edit title',
  input: () =>
    z.strictObject({
      environmentId: KdbEnvironmentId(),
      name: describedByFormat(KxEnvironmentName()).optional(),
      description: describedByFormat(Description()).optional(),
      clientToken: ClientToken().optional(),
    }),
  output: () => z.strictObject(updatedMembers()),
  errors: ['AccessDenied', 'Conflict', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const UpdateKxEnvironmentNetwork = operation({
  http: 'PUT /kx/environments/{environmentId}/network',
  kind: 'kx-environment',
  risk: 'network',
  summary:
    'Connect a kdb environment to your network through a transit gateway, or set its DNS servers. Give exactly one ' +
    'of transitGatewayConfiguration and customDNSConfiguration; to set both, make two calls. Once set, the gateway ' +
    'and its CIDR range are final. Rules and DNS servers replace all current ones: a call that drops one fails and ' +
    'returns the complete arguments, unless you name it in remove. AWS may require that you first delete all ' +
    'clusters and create them again later. Returns at once with status UPDATE_NETWORK_REQUESTED; use ' +
    'wait_for_kx_entity to wait for CREATED.',
  keywords: 'connect corporate on-premises VPC link TGW route',
  target: KX_ENVIRONMENT,
  update: NETWORK_UPDATE,
  input: () =>
    z.strictObject({
      environmentId: KdbEnvironmentId(),
      transitGatewayConfiguration: TransitGatewayConfiguration()
        .optional()
        .describe(
          'The transit gateway to attach or, to change its rules, the attached one; not with customDNSConfiguration',
        ),
      customDNSConfiguration: CustomDnsConfiguration()
        .optional()
        .describe('Replaces the current DNS servers; not with transitGatewayConfiguration'),
      clientToken: ClientToken().optional(),
    }),
  output: () => z.strictObject(updatedMembers()),
  errors: ['AccessDenied', 'Conflict', 'ResourceNotFound', 'Throttling', 'Validation'],
});
