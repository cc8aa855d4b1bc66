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
import { operation, type Target } from './operation.ts';
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

const CLUSTER: Target = {
  noun: 'cluster',
  member: 'clusterName',
  reader: 'GetKxCluster',
  arn: '/kxCluster/{clusterName}',
};

const clusterLabels = () => ({ environmentId: KxEnvironmentId(), clusterName: KxClusterName() });

export const CreateKxCluster = operation({
  http: 'POST /kx/environments/{environmentId}/clusters',
  entity: 'kx-cluster',
  risk: 'create',
  summary:
    'Launch a kdb cluster (HDB, RDB, gateway, GP, tickerplant): dedicated nodes (capacityConfiguration) or on a scaling group. Size and type are fixed afterwards.',
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
  summary: 'Shut down and delete a cluster with all its nodes and cache. Cannot be undone; its databases stay.',
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
    'Remove or replace a single stuck or unhealthy node of a cluster by its nodeId. What it held in memory is lost.',
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
    'Describe one cluster: status and why it failed, which databases, changeset and dataview version it mounts, code, size, memory, cache, subnets.',
  input: () => z.strictObject(clusterLabels()),
  output: KxClusterDetail,
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const ListKxClusterNodes = operation({
  http: 'GET /kx/environments/{environmentId}/clusters/{clusterName}/nodes',
  entity: 'kx-cluster',
  risk: 'read',
  summary:
    'List the nodes of one cluster: which are RUNNING, which are stuck PROVISIONING, nodeId, launch time and zone.',
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
    'Which clusters are there, and which are running or failed: name, type (HDB, RDB, …), status and reason of each.',
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
  target: CLUSTER,
  summary:
    'Deploy new q code, init script or command line arguments to a running cluster. ROLLING by default; FORCE stops all nodes at once; NO_RESTART for GP only.',
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
  target: CLUSTER,
  summary:
    "Point a cluster at today's data: mount the latest or a given changeset, or the newest version of a dataview. Roll back the same way.",
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
