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
    'Start, launch, bring up, spin up or deploy a new HDB for historical queries, another RDB, a gateway in front, a realtime tick feed process, general purpose q: two or more RDB or HDB nodes, shared.',
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
    "Kill, terminate, stop, shut or take a cluster (HDB, gateway, GP, tickerplant, TP) down completely and be rid of it: an old, test, backtest or failed one, yesterday's, one that is over.",
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
    'Take out one single node (machine, instance) and leave the rest of the nodes: terminate, kill, evict or recycle one faulty node that hangs. Its memory is lost.',
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
    'Show how a cluster (HDB, RDB, TP) is configured: did it come up, is it running yet, why did it fail; release, version it is serving, what it mounted, arguments, init script, subnets.',
  input: () => z.strictObject(clusterLabels()),
  output: KxClusterDetail,
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const ListKxClusterNodes = operation({
  http: 'GET /kx/environments/{environmentId}/clusters/{clusterName}/nodes',
  entity: 'kx-cluster',
  risk: 'read',
  summary:
    'Show each node: node ids, how many nodes or machines are running, members up or added, give the zone of each.',
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
    'Show every cluster running in an env: give all clusters that exist, how many are running, HDBs, RDBs, gateways, tickerplants, status, down or failed this morning.',
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
    'Push or roll out new q code as a zip: release, scripts, source, hotfix for a bug. Change the init or startup script of an RDB, or set an argument (flag) instead. Restart rolling or not.',
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
    'Point an HDB at other data: switch, roll or repoint an HDB that is stale and still serves yesterday, after today is loaded and done; pick the newest dataview or changeset to use.',
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
