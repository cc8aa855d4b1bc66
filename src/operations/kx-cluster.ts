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
  describedByFormat,
  KxAzMode,
  KxClusterName,
  KxClusterNodeIdString,
  KxClusterType,
  KxEnvironmentId,
  pageOf,
  paging,
  TagMap,
  Timestamp,
} from './shapes.ts';
import { CLUSTER } from './targets.ts';
import { CODE_UPDATE, DATABASES_UPDATE } from './update-rules.ts';

const clusterLabels = () => ({ environmentId: KxEnvironmentId(), clusterName: KxClusterName() });

/** The data that a new cluster serves, logs and caches. */
const dataMembers = () => ({
  tickerplantLogConfiguration: TickerplantLogConfiguration()
    .optional()
    .describe('Volumes for the log that a TICKERPLANT writes and an RDB or GP replays'),
  databases: KxDatabaseConfigurations()
    .optional()
    .describe('HDB and GP: the databases to mount. RDB: the one to save down to.'),
  cacheStorageConfigurations: KxCacheStorageConfigurations()
    .optional()
    .describe('Disk caches, for HDB and GP with capacityConfiguration only; the number in type is MB/s per TiB'),
});

/** The q code that a new cluster runs. */
const codeMembers = () => ({
  initializationScript: InitializationScriptFilePath()
    .optional()
    .describe('Path of a q script in the zip file, such as scripts/init.q'),
  commandLineArguments: KxCommandLineArguments().optional(),
  code: CodeConfiguration().optional().describe('A zip file with q code'),
  executionRole: ExecutionRoleArn().optional().describe('ARN of the IAM role that q code uses to call AWS'),
});

export const CreateKxCluster = operation({
  http: 'POST /kx/environments/{environmentId}/clusters',
  kind: 'kx-cluster',
  risk: 'create',
  summary:
    'Create a kdb cluster: historical (HDB), real-time (RDB), gateway, general-purpose (GP) or tickerplant. Give ' +
    'exactly one of scalingGroupConfiguration (a shared host) and capacityConfiguration (dedicated nodes). Its ' +
    'scaling group, dataviews and volumes must be ACTIVE and in its availability zone. Type, size and network cannot ' +
    'be changed later: to resize, create another cluster and delete this one. Returns at once with status PENDING; ' +
    'use wait_for_kx_entity to wait for RUNNING (minutes). plan_change checks the call without making it.',
  keywords: 'launch deploy spin start provision q scale more',
  input: () =>
    z.strictObject({
      clientToken: ClientToken().optional(),
      environmentId: KxEnvironmentId(),
      clusterName: describedByFormat(KxClusterName()),
      clusterType: KxClusterType().describe(
        "HDB: historical data, from databases. RDB: today's data, in memory. " +
          'GATEWAY: routes queries; needs code. GP: one node for any purpose. ' +
          'TICKERPLANT: one node that logs and publishes a feed; needs tickerplantLogConfiguration.',
      ),
      ...dataMembers(),
      autoScalingConfiguration: AutoScalingConfiguration()
        .optional()
        .describe('For an HDB with capacityConfiguration only'),
      clusterDescription: describedByFormat(KxClusterDescription()).optional(),
      capacityConfiguration: CapacityConfiguration().optional().describe('Dedicated nodes'),
      releaseLabel: ReleaseLabel(),
      vpcConfiguration: VpcConfiguration(),
      ...codeMembers(),
      savedownStorageConfiguration: KxSavedownStorageConfiguration()
        .optional()
        .describe('Where an RDB or GP saves data down. Required for an RDB with capacityConfiguration.'),
      azMode: KxAzMode().describe(
        'SINGLE needs availabilityZoneId and one subnet. ' +
          'MULTI needs three subnets and capacityConfiguration; not for GP or TICKERPLANT.',
      ),
      availabilityZoneId: AvailabilityZoneId().optional(),
      tags: TagMap().optional(),
      scalingGroupConfiguration: KxScalingGroupConfiguration().optional().describe('Nodes on a shared host'),
    }),
  output: () => KxClusterDetail().extend({ environmentId: KxEnvironmentId().optional() }),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const DeleteKxCluster = operation({
  http: 'DELETE /kx/environments/{environmentId}/clusters/{clusterName}',
  kind: 'kx-cluster',
  risk: 'destroy',
  settles: { now: 'DELETING', end: 'DELETED' },
  summary:
    'Delete a kdb cluster and its nodes. Its disk caches, its own savedown storage (SDS01) and data that is only in ' +
    'memory, such as what an RDB has not saved down, are lost; databases, dataviews and volumes with their files ' +
    'stay. To replace a cluster, create the new one first. Returns at once with status DELETING; to wait until it is ' +
    'deleted, use wait_for_kx_entity (until: DELETED).',
  keywords: 'terminate stop shut down remove decommission kill',
  target: CLUSTER,
  input: () => z.strictObject({ ...clusterLabels(), clientToken: ClientTokenString().optional() }),
  output: () => z.strictObject({}),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const DeleteKxClusterNode = operation({
  http: 'DELETE /kx/environments/{environmentId}/clusters/{clusterName}/nodes/{nodeId}',
  kind: 'kx-cluster',
  risk: 'destroy',
  settles: { end: 'RUNNING', of: 'nodes' },
  summary:
    'Delete one node of a kdb cluster, for example one that is stuck in PROVISIONING. Data that is only ' +
    'in the memory of that node, and its own savedown storage (SDS01), are lost. A new node with another id replaces ' +
    'it. Until then, the cluster has one node fewer, and a single-node cluster is down; use wait_for_kx_entity (kind: ' +
    'nodes) to wait.',
  keywords: 'replace restart terminate stuck broken machine',
  target: { noun: 'cluster node', member: 'nodeId', reader: 'ListKxClusterNodes' },
  input: () =>
    z.strictObject({ ...clusterLabels(), nodeId: KxClusterNodeIdString().describe('From list_kx_cluster_nodes') }),
  output: () => z.strictObject({}),
  errors: ['AccessDenied', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const GetKxCluster = operation({
  http: 'GET /kx/environments/{environmentId}/clusters/{clusterName}',
  kind: 'kx-cluster',
  risk: 'read',
  summary:
    'Show a kdb cluster: status and its reason, mounted databases, capacity, network, code, tags and storage. For its ' +
    'nodes, use list_kx_cluster_nodes; for its dependencies, what_depends_on.',
  keywords: 'describe details settings configuration failed why',
  input: () => z.strictObject(clusterLabels()),
  output: KxClusterDetail,
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const ListKxClusterNodes = operation({
  http: 'GET /kx/environments/{environmentId}/clusters/{clusterName}/nodes',
  kind: 'kx-cluster',
  risk: 'read',
  summary:
    'List the nodes of a kdb cluster with id, availability zone, launch time and status. A node that has ' +
    'been PROVISIONING for more than half an hour is probably stuck.',
  keywords: 'machines running instances',
  input: () => z.strictObject({ ...clusterLabels(), ...paging() }),
  output: () =>
    pageOf({
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
    }),
  errors: ['AccessDenied', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const ListKxClusters = operation({
  http: 'GET /kx/environments/{environmentId}/clusters',
  kind: 'kx-cluster',
  risk: 'read',
  summary:
    'List the kdb clusters of an environment with type, status, release and zone. For the databases, capacity or ' +
    'network of one, use get_kx_cluster; to search all environments by any setting, find_kx_entities.',
  keywords: 'show all gateways RDBs HDBs tickerplants',
  input: () =>
    z.strictObject({
      environmentId: KxEnvironmentId(),
      clusterType: KxClusterType().optional().describe('Only clusters of this type'),
      ...paging(),
    }),
  output: () => pageOf({ kxClusterSummaries: z.array(KxClusterSummary()).optional() }),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const UpdateKxClusterCodeConfiguration = operation({
  http: 'PUT /kx/environments/{environmentId}/clusters/{clusterName}/configuration/code',
  kind: 'kx-cluster',
  risk: 'disrupt',
  settles: { now: 'UPDATING', end: 'RUNNING' },
  raised: { to: 'destroy' },
  target: CLUSTER,
  update: CODE_UPDATE,
  summary:
    'Deploy q code to a RUNNING kdb cluster: a zip file in S3, an initialization script and command-line arguments. ' +
    'They replace the current ones: a call that omits one fails and returns the complete arguments, unless you name ' +
    'it in remove. ROLLING (the default) restarts one node after another; FORCE restarts all at once. NO_RESTART, for GP ' +
    'only, restarts none, takes only code and keeps the script and arguments. Data that is only in memory is lost in ' +
    'a restart; for an RDB, a person must approve. The cluster is UPDATING, then RUNNING; use wait_for_kx_entity to ' +
    'wait for it.',
  keywords: 'release hotfix push roll startup restart bounce reboot',
  input: () =>
    z.strictObject({
      ...clusterLabels(),
      clientToken: ClientTokenString().optional(),
      code: CodeConfiguration(),
      initializationScript: InitializationScriptFilePath()
        .optional()
        .describe('Path of a q script in the zip file, such as scripts/init.q. Not with NO_RESTART.'),
      commandLineArguments: KxCommandLineArguments()
        .optional()
        .describe('Arguments for q, such as {"key": "s", "value": "4"}. Not with NO_RESTART.'),
      deploymentConfiguration: z
        .strictObject({
          deploymentStrategy: z
            .enum(['NO_RESTART', 'ROLLING', 'FORCE'])
            .describe('ROLLING: restarts one node after another. FORCE: all at once, faster. NO_RESTART: GP only.'),
        })
        .optional()
        .describe('Default: ROLLING'),
    }),
  output: () => z.strictObject({}),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const UpdateKxClusterDatabases = operation({
  http: 'PUT /kx/environments/{environmentId}/clusters/{clusterName}/configuration/databases',
  kind: 'kx-cluster',
  risk: 'disrupt',
  settles: { now: 'UPDATING', end: 'RUNNING' },
  target: CLUSTER,
  update: DATABASES_UPDATE,
  summary:
    'Move an HDB or GP cluster to another version of a database it mounts: a changeset, or the newest ' +
    'version of a dataview. The list replaces the current one: a call that omits a mounted database, its cache or ' +
    'dataview fails and returns the complete arguments, unless you name it in remove. A database cannot be added, ' +
    'or mounted again once removed. ROLLING (the default) restarts one node after another, so a single-node ' +
    'cluster is down meanwhile. NO_RESTART restarts none, so nodes show the new version once you reload it in ' +
    'q. The cluster is UPDATING, then RUNNING; use wait_for_kx_entity to wait.',
  keywords: 'switch refresh roll repoint point latest load historical',
  input: () =>
    z.strictObject({
      ...clusterLabels(),
      clientToken: ClientTokenString().optional(),
      databases: KxDatabaseConfigurations().describe(
        'All databases that the cluster mounts, each with its complete settings',
      ),
      deploymentConfiguration: z
        .strictObject({
          deploymentStrategy: z
            .enum(['NO_RESTART', 'ROLLING'])
            .describe('ROLLING: restarts one node after another. NO_RESTART: restarts none; reload the database in q.'),
        })
        .optional()
        .describe('Default: ROLLING'),
    }),
  output: () => z.strictObject({}),
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});
