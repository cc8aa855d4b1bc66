import * as z from 'zod';
import {
  AutoScalingConfiguration,
  CapacityConfiguration,
  CodeConfiguration,
  ExecutionRoleArn,
  InitializationScriptFilePath,
  KxCacheStorageConfigurations,
  KxClusterDescription,
  KxClusterDetail,
  KxClusterSummary,
  KxCommandLineArguments,
  KxDatabaseConfigurations,
  KxSavedownStorageConfiguration,
  KxScalingGroupConfiguration,
  ReleaseLabel,
  TickerplantLogConfiguration,
  VpcConfiguration,
} from './kx-cluster-shapes.ts';
import { operation } from './operation.ts';
import {
  AvailabilityZoneId,
  ClientToken,
  ClientTokenString,
  KxAzMode,
  KxClusterName,
  KxClusterNodeIdString,
  KxClusterType,
  KxEnvironmentId,
  PaginationToken,
  paging,
  TagMap,
  Timestamp,
} from './shapes.ts';
import { CLUSTER } from './targets.ts';
import { CODE_UPDATE, DATABASES_UPDATE } from './update-rules.ts';

const clusterLabels = () => ({ environmentId: KxEnvironmentId(), clusterName: KxClusterName() });

export const CreateKxCluster = operation({
  http: 'POST /kx/environments/{environmentId}/clusters',
  entity: 'kx-cluster',
  risk: 'create',
  summary:
    'Launch another cluster: deploy a new HDB for historical queries, spin a gateway in front, bring up a small general purpose q; launch q nodes in front, start a realtime feed today on shared nodes.',
  input: () =>
    z.strictObject({
      clientToken: ClientToken().optional(),
      environmentId: KxEnvironmentId(),
      clusterName: KxClusterName(),
      clusterType: KxClusterType(),
      tickerplantLogConfiguration: TickerplantLogConfiguration().optional(),
      databases: KxDatabaseConfigurations().optional(),
      cacheStorageConfigurations: KxCacheStorageConfigurations().optional(),
      autoScalingConfiguration: AutoScalingConfiguration().optional(),
      clusterDescription: KxClusterDescription().optional(),
      capacityConfiguration: CapacityConfiguration().optional(),
      releaseLabel: ReleaseLabel().describe('1.0'),
      vpcConfiguration: VpcConfiguration(),
      initializationScript: InitializationScriptFilePath().optional(),
      commandLineArguments: KxCommandLineArguments().optional(),
      code: CodeConfiguration().optional(),
      executionRole: ExecutionRoleArn().optional(),
      savedownStorageConfiguration: KxSavedownStorageConfiguration().optional(),
      azMode: KxAzMode(),
      availabilityZoneId: AvailabilityZoneId().optional(),
      tags: TagMap().optional(),
      scalingGroupConfiguration: KxScalingGroupConfiguration().optional(),
    }),
  output: () => KxClusterDetail().extend({ environmentId: KxEnvironmentId().optional() }),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const DeleteKxCluster = operation({
  http: 'DELETE /kx/environments/{environmentId}/clusters/{clusterName}',
  entity: 'kx-cluster',
  risk: 'destroy',
  settles: { now: 'DELETING', end: 'DELETED' },
  summary:
    'Terminate, kill, shut or take down a whole old, failed or test HDB, GP, gateway or tickerplant: drop, remove, decommission it, get rid of it after the quarter.',
  target: CLUSTER,
  input: () => z.strictObject({ ...clusterLabels(), clientToken: ClientTokenString().optional() }),
  output: () => z.strictObject({}),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const DeleteKxClusterNode = operation({
  http: 'DELETE /kx/environments/{environmentId}/clusters/{clusterName}/nodes/{nodeId}',
  entity: 'kx-cluster',
  risk: 'destroy',
  summary:
    'Take out one single node and leave the rest: terminate, be rid of a bad or stuck node that hangs. What is in its memory is lost.',
  target: { noun: 'cluster node', member: 'nodeId', reader: 'ListKxClusterNodes', arn: CLUSTER.arn },
  input: () => z.strictObject({ ...clusterLabels(), nodeId: KxClusterNodeIdString() }),
  output: () => z.strictObject({}),
  errors: ['AccessDenied', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const GetKxCluster = operation({
  http: 'GET /kx/environments/{environmentId}/clusters/{clusterName}',
  entity: 'kx-cluster',
  risk: 'read',
  summary:
    'Describe a cluster: status, is it running yet, why a gateway or HDB did fail; settings, configuration: instance type, release, arguments, init command, execution, security, subnets, cache storage.',
  input: () => z.strictObject(clusterLabels()),
  output: KxClusterDetail,
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const ListKxClusterNodes = operation({
  http: 'GET /kx/environments/{environmentId}/clusters/{clusterName}/nodes',
  entity: 'kx-cluster',
  risk: 'read',
  summary: 'Show each node: see ids and availability of every node, how many nodes or machines are running.',
  input: () => z.strictObject({ ...clusterLabels(), ...paging() }),
  output: () =>
    z.strictObject({
      nodes: z
        .array(
          z.strictObject({
            nodeId: KxClusterNodeIdString().optional(),
            availabilityZoneId: AvailabilityZoneId().optional(),
            launchTime: Timestamp().optional(),
            status: z.enum(['RUNNING', 'PROVISIONING']).optional(),
          }),
        )
        .optional(),
      nextToken: PaginationToken().optional(),
    }),
  errors: ['AccessDenied', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const ListKxClusters = operation({
  http: 'GET /kx/environments/{environmentId}/clusters',
  entity: 'kx-cluster',
  risk: 'read',
  summary:
    'Show every cluster we got: give all clusters running this morning, how many exist, state and capacity, every gateway; review RDBs, tickerplants.',
  input: () =>
    z.strictObject({ environmentId: KxEnvironmentId(), clusterType: KxClusterType().optional(), ...paging() }),
  output: () =>
    z.strictObject({
      kxClusterSummaries: z.array(KxClusterSummary()).optional(),
      nextToken: PaginationToken().optional(),
    }),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const UpdateKxClusterCodeConfiguration = operation({
  http: 'PUT /kx/environments/{environmentId}/clusters/{clusterName}/configuration/code',
  entity: 'kx-cluster',
  risk: 'disrupt',
  settles: { now: 'UPDATING', end: 'RUNNING' },
  raised: { to: 'destroy' },
  target: CLUSTER,
  update: CODE_UPDATE,
  summary:
    'Deploy, push, swap or roll q analytics on to it: a code release or hotfix; change the startup script or argument instead.',
  input: () =>
    z.strictObject({
      ...clusterLabels(),
      clientToken: ClientTokenString().optional(),
      code: CodeConfiguration(),
      initializationScript: InitializationScriptFilePath().optional(),
      commandLineArguments: KxCommandLineArguments().optional(),
      deploymentConfiguration: z
        .strictObject({ deploymentStrategy: z.enum(['NO_RESTART', 'ROLLING', 'FORCE']) })
        .optional(),
    }),
  output: () => z.strictObject({}),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const UpdateKxClusterDatabases = operation({
  http: 'PUT /kx/environments/{environmentId}/clusters/{clusterName}/configuration/databases',
  entity: 'kx-cluster',
  risk: 'disrupt',
  settles: { now: 'UPDATING', end: 'RUNNING' },
  raised: { to: 'destroy' },
  target: CLUSTER,
  update: DATABASES_UPDATE,
  summary:
    'Switch a cluster to a version just loaded: move or roll the historical HDB, refresh, pick what to serve after today, change the database it still got; switch with a rolling restart.',
  input: () =>
    z.strictObject({
      ...clusterLabels(),
      clientToken: ClientTokenString().optional(),
      databases: KxDatabaseConfigurations(),
      deploymentConfiguration: z.strictObject({ deploymentStrategy: z.enum(['NO_RESTART', 'ROLLING']) }).optional(),
    }),
  output: () => z.strictObject({}),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});
