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
    'Spin up a new cluster: bring up an HDB, RDB, gateway, GP or tickerplant (TP) on dedicated nodes or a scaling group. It cannot be resized; to scale out, start another.',
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
  summary:
    'Shut down and remove a cluster that failed or is no longer needed: the HDB, RDB, gateway, GP or tickerplant stops.',
  target: CLUSTER,
  input: () => z.strictObject({ ...clusterLabels(), clientToken: ClientTokenString().optional() }),
  output: () => z.strictObject({}),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const DeleteKxClusterNode = operation({
  http: 'DELETE /kx/environments/{environmentId}/clusters/{clusterName}/nodes/{nodeId}',
  entity: 'kx-cluster',
  risk: 'destroy',
  summary: 'Kick out one broken node when it hangs or is stuck. Its memory is lost.',
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
    'Show details of an HDB, RDB, gateway or tickerplant (TP): status, is it running, why it failed, which changeset it is serving, code, type, memory, subnets.',
  input: () => z.strictObject(clusterLabels()),
  output: KxClusterDetail,
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const ListKxClusterNodes = operation({
  http: 'GET /kx/environments/{environmentId}/clusters/{clusterName}/nodes',
  entity: 'kx-cluster',
  risk: 'read',
  summary:
    'List all nodes of a cluster: which are up and running, which are still provisioning or stuck, zone, when launched.',
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
  summary: 'Show all clusters (HDBs, RDBs, gateways, tickerplants) with status: what is running, down or failed.',
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
    'Roll out or deploy new q code to an HDB, RDB or gateway, or change its init script, startup or command line arguments: rolling, FORCE (all nodes at once) or NO_RESTART (GP, no downtime).',
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
    "Point an HDB cluster at today's data after end of day: refresh it, move its database to the latest changeset or a new dataview version, or roll back to an earlier one.",
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
