import * as z from 'zod';
import { describeMachines, NODE_TYPES } from './machine-types.ts';
import { alwaysNeeded, notOffered, offeredAs } from './offered.ts';
import { lazy } from './operation.ts';
import {
  AvailabilityZoneId,
  ChangesetId,
  DatabaseName,
  DbPath,
  integer,
  KxAzMode,
  KxClusterName,
  KxClusterStatus,
  KxClusterType,
  KxDataviewName,
  KxScalingGroupName,
  KxVolumeName,
  MountedSegments,
  StatusReason,
  Timestamp,
  text,
  VolumeType,
} from './shapes.ts';

const NodeCount = lazy(() => integer(1));
const CooldownSeconds = lazy(() => z.number().min(0).max(100_000));
const MemoryMib = lazy(() => integer(6));
const CacheType = lazy(() =>
  offeredAs(
    text(8, 10, undefined, 'CACHE_1000, CACHE_250 or CACHE_12'),
    z.enum(['CACHE_1000', 'CACHE_250', 'CACHE_12']),
  ),
);

export const KxClusterDescription = lazy(() =>
  text(1, 1000, /^[\w.\s-]+$/, '1 to 1000 letters, digits, spaces, full stops, - and _'),
);
/** The only release of kdb that the service accepts. */
export const RELEASE = '1.0';
export const ReleaseLabel = lazy(() =>
  offeredAs(text(1, 16, /^[a-zA-Z0-9._-]+$/, `a release of kdb such as ${RELEASE}`), z.enum([RELEASE])),
);
export const InitializationScriptFilePath = lazy(() =>
  text(1, 255, /^[\w\-./\\]+$/, 'the path of a q script in the code, such as scripts/init.q'),
);
export const ExecutionRoleArn = lazy(() =>
  text(
    1,
    1024,
    /^arn:aws[a-z0-9-]*:iam::\d{12}:role\/[\w/.@+=,-]{1,1017}$/,
    'the ARN of a role, such as arn:aws:iam::123456789012:role/kdb-reader',
  ),
);

export const TickerplantLogConfiguration = lazy(() =>
  z.strictObject({
    tickerplantLogVolumes: offeredAs(z.array(KxVolumeName()).optional(), z.array(KxVolumeName()).min(1)),
  }),
);

/** What a cluster mounts. Requests give `changesetId` or `dataviewName`; replies name a dataview in `dataviewConfiguration`. */
export const KxDatabaseConfigurations = lazy(() =>
  z.array(
    z.strictObject({
      databaseName: DatabaseName(),
      cacheConfigurations: z
        .array(
          z.strictObject({
            cacheType: CacheType(),
            dbPaths: z.array(DbPath()).describe('Paths to cache; / for all'),
            dataviewName: notOffered(
              KxDataviewName().optional(),
              'is ignored by the service here. To mount a dataview, give dataviewName beside databaseName.',
            ),
          }),
        )
        .optional()
        .describe('With capacityConfiguration only: the paths in each cache'),
      changesetId: ChangesetId().optional().describe('Must be COMPLETED; not with dataviewName. Default: the newest.'),
      dataviewName: KxDataviewName().optional().describe('On a scaling group only; mounts the newest version'),
      dataviewConfiguration: z
        .strictObject({
          dataviewName: KxDataviewName().optional(),
          dataviewVersionId: text(1, 26).optional(),
          changesetId: ChangesetId().optional(),
          segmentConfigurations: MountedSegments().optional(),
        })
        .optional()
        .describe('As get_kx_cluster returns it; prefer dataviewName'),
    }),
  ),
);

export const KxCacheStorageConfigurations = lazy(() =>
  z.array(
    z.strictObject({
      type: CacheType(),
      size: integer().describe('GB: 1200 or a multiple of 2400; for CACHE_12 a multiple of 6000'),
    }),
  ),
);

export const MAX_SCALED_NODES = 5;
/** The most nodes of a cluster, whatever its quota is: our limit, which bounds what the local service stores. */
export const MAX_NODES = 1_000;
export const AutoScalingConfiguration = lazy(() =>
  z.strictObject({
    minNodeCount: alwaysNeeded(NodeCount().describe('At least 3 with azMode MULTI')),
    maxNodeCount: offeredAs(NodeCount().optional(), integer(2, MAX_SCALED_NODES).describe('More than minNodeCount')),
    autoScalingMetric: alwaysNeeded(z.enum(['CPU_UTILIZATION_PERCENTAGE'])),
    metricTarget: alwaysNeeded(z.number().min(1).max(100).describe('Percent')),
    scaleInCooldownSeconds: CooldownSeconds().optional(),
    scaleOutCooldownSeconds: CooldownSeconds().optional(),
  }),
);

export const CapacityConfiguration = lazy(() =>
  z.strictObject({
    nodeType: alwaysNeeded(
      text(1, 32, /^[a-zA-Z0-9._]+$/, 'a node type such as kx.s.2xlarge').describe(describeMachines(NODE_TYPES)),
    ),
    nodeCount: alwaysNeeded(NodeCount()),
  }),
);

export const KxScalingGroupConfiguration = lazy(() =>
  z.strictObject({
    scalingGroupName: KxScalingGroupName(),
    memoryLimit: MemoryMib().optional().describe('MiB that each node may use; at least memoryReservation'),
    memoryReservation: MemoryMib().describe('MiB that each node is guaranteed; must be free on the host'),
    nodeCount: NodeCount(),
    cpu: z.number().min(0.1).optional().describe('vCPUs that each node is guaranteed'),
  }),
);

const prefixedId = (prefix: string) =>
  text(1, 1024, new RegExp(`^${prefix}-(?:[a-z0-9]{8}|[a-z0-9]{17})$`), `an id such as ${prefix}-0abc1def2abc3def4`);
export const VpcConfiguration = lazy(() =>
  z.strictObject({
    vpcId: alwaysNeeded(prefixedId('vpc')),
    securityGroupIds: offeredAs(z.array(prefixedId('sg')).optional(), z.array(prefixedId('sg')).min(1)),
    subnetIds: offeredAs(
      z.array(prefixedId('subnet')).optional(),
      z.array(prefixedId('subnet')).min(1).max(3).describe('With azMode MULTI, one per zone'),
    ),
    ipAddressType: z.enum(['IP_V4']).optional(),
  }),
);

const CommandLineArgument = lazy(() =>
  z.strictObject({
    key: alwaysNeeded(
      text(
        1,
        1024,
        /^(?:(?![Aa][Ww][Ss])(?:[bcCeEglLmopPqrsStTuUwWz]|[a-zA-Z][a-zA-Z0-9_]+)|AWS_ZIP_DEFAULT)$/,
        'a one-letter option of q, such as s or g, or a name of letters, digits and _ that does not begin with aws, such as dbMode',
      ),
    ),
    value: alwaysNeeded(text(1, 1024, /^[a-zA-Z0-9_:./,; ]+$/, 'letters, digits, spaces and _ : . / , ; such as 4')),
  }),
);
export const MAX_ARGUMENTS = 50;
export const KxCommandLineArguments = lazy(() =>
  offeredAs(
    z.array(CommandLineArgument()),
    z.array(CommandLineArgument()).max(MAX_ARGUMENTS).describe('Arguments for q, such as {"key": "s", "value": "4"}'),
  ),
);

export const CodeConfiguration = lazy(() =>
  z.strictObject({
    s3Bucket: alwaysNeeded(
      text(
        3,
        255,
        /^[a-z0-9][a-z0-9.-]*[a-z0-9]$/,
        'the name of an S3 bucket, such as my-code, without s3://',
      ).describe('Without s3://'),
    ),
    s3Key: alwaysNeeded(
      text(
        1,
        1024,
        /^[a-zA-Z0-9/!_.*'()-]+$/,
        'the key of a zip file in the bucket, such as releases/code.zip',
      ).describe('Such as releases/code.zip'),
    ),
    s3ObjectVersion: text(1, 1000).optional().describe('Default: the newest'),
  }),
);

export const KxSavedownStorageConfiguration = lazy(() =>
  z.strictObject({
    type: z.enum(['SDS01']).optional().describe('With capacityConfiguration only'),
    size: integer(10, 16_000).optional().describe('GiB; required with type'),
    volumeName: KxVolumeName().optional().describe('On a scaling group only'),
  }),
);

const Volumes = lazy(() =>
  z.array(z.strictObject({ volumeName: KxVolumeName().optional(), volumeType: VolumeType().optional() })).max(5),
);

const summaryMembers = () => ({
  status: KxClusterStatus().optional(),
  statusReason: StatusReason().optional(),
  clusterName: KxClusterName().optional(),
  clusterType: KxClusterType().optional(),
  clusterDescription: KxClusterDescription().optional(),
  releaseLabel: ReleaseLabel().optional(),
  volumes: Volumes().optional(),
  initializationScript: InitializationScriptFilePath().optional(),
  executionRole: ExecutionRoleArn().optional(),
  azMode: KxAzMode().optional(),
  availabilityZoneId: AvailabilityZoneId().optional(),
  lastModifiedTimestamp: Timestamp().optional(),
  createdTimestamp: Timestamp().optional(),
});

/** What ListKxClusters shows of a cluster: no databases, capacity, network or code. */
export const KxClusterSummary = lazy(() => z.strictObject(summaryMembers()));

/** What GetKxCluster shows of a cluster. */
export const KxClusterDetail = lazy(() =>
  z.strictObject({
    ...summaryMembers(),
    tickerplantLogConfiguration: TickerplantLogConfiguration().optional(),
    databases: KxDatabaseConfigurations().optional(),
    cacheStorageConfigurations: KxCacheStorageConfigurations().optional(),
    autoScalingConfiguration: AutoScalingConfiguration().optional(),
    capacityConfiguration: CapacityConfiguration().optional(),
    vpcConfiguration: VpcConfiguration().optional(),
    commandLineArguments: KxCommandLineArguments().optional(),
    code: CodeConfiguration().optional(),
    savedownStorageConfiguration: KxSavedownStorageConfiguration().optional(),
    scalingGroupConfiguration: KxScalingGroupConfiguration().optional(),
  }),
);
