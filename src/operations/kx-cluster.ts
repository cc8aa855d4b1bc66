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
    'Start a new cluster: launch, spin up, deploy or bring up another HDB, an RDB for today, a gateway in front, a tickerplant for a tick feed, general purpose q; nodes, autoscaling, or on a shared host.',
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
    "Kill, terminate or take a cluster (HDB, gateway, GP, tickerplant) down and get rid of it completely: it is legacy, a test, yesterday's, we are done using it, it costs money, or it failed.",
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
    'Take away a single node (machine) of a cluster and leave the rest: terminate, evict, kick out or recycle one of the nodes that hangs, is faulty, hung or stuck. Its memory is lost.',
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
    'Show a cluster (HDB, RDB, TP, gateway): is it running yet, why did it fail to start, what is wrong, reason; what it mounted, changeset it is serving, version, command line arguments, init script.',
  input: () => z.strictObject(clusterLabels()),
  output: KxClusterDetail,
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const ListKxClusterNodes = operation({
  http: 'GET /kx/environments/{environmentId}/clusters/{clusterName}/nodes',
  entity: 'kx-cluster',
  risk: 'read',
  summary:
    'Show each node of a cluster: node ids, how many machines at the moment, which are up, status, zone, when launched or added; which nodes are still provisioning.',
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
    'Show every cluster: overview of everything that is running in an env, how many clusters, HDBs, RDBs, gateways, tickerplants, status: is anything down or failed this morning, or leftover.',
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
  target: CLUSTER,
  summary:
    'Push or roll out new q code: zip, release, scripts, hotfix for a bug. Change the init or startup script, or set a command line argument instead. Restart rolling, FORCE or without downtime.',
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
  target: CLUSTER,
  summary:
    'Point an HDB at other data: move, switch or refresh a stale one that still serves yesterday, pick up the latest or newest changeset or dataview version, repoint it once done, or roll back.',
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
