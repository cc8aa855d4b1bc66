import * as z from 'zod';
import { once } from './operation.ts';
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
  KxDataviewSegmentConfigurationList,
  KxScalingGroupName,
  KxVolumeName,
  StatusReason,
  Timestamp,
  text,
  VolumeType,
} from './shapes.ts';

const NodeCount = once(() => integer(1));
const CooldownSeconds = once(() => z.number().min(0).max(100_000));
const MemoryMib = once(() => integer(6));
const CacheType = once(() => text(8, 10, undefined, 'CACHE_1000, CACHE_250 or CACHE_12'));

export const KxClusterDescription = once(() =>
  text(1, 1000, /^[\w.\s-]+$/, '1 to 1000 letters, digits, spaces, full stops, - and _'),
);
export const ReleaseLabel = once(() => text(1, 16, /^[a-zA-Z0-9._-]+$/, 'a release of kdb such as 1.0'));
export const InitializationScriptFilePath = once(() =>
  text(1, 255, /^[\w\-./\\]+$/, 'the path of a q script in the code, such as scripts/init.q'),
);
export const ExecutionRoleArn = once(() =>
  text(
    1,
    1024,
    /^arn:aws[a-z0-9-]*:iam::\d{12}:role\/[\w/.@+=,-]{1,1017}$/,
    'the ARN of a role, such as arn:aws:iam::123456789012:role/kdb-reader',
  ),
);

export const TickerplantLogConfiguration = once(() =>
  z.strictObject({ tickerplantLogVolumes: z.array(KxVolumeName()).optional() }),
);

/** What a cluster mounts. Requests give `changesetId` or `dataviewName`; responses carry `dataviewConfiguration`. */
export const KxDatabaseConfigurations = once(() =>
  z.array(
    z.strictObject({
      databaseName: DatabaseName(),
      cacheConfigurations: z
        .array(
          z.strictObject({
            cacheType: CacheType(),
            dbPaths: z.array(DbPath()),
            dataviewName: KxDataviewName().optional(),
          }),
        )
        .optional(),
      changesetId: ChangesetId().optional(),
      dataviewName: KxDataviewName().optional(),
      dataviewConfiguration: z
        .strictObject({
          dataviewName: KxDataviewName().optional(),
          dataviewVersionId: text(1, 26).optional(),
          changesetId: ChangesetId().optional(),
          segmentConfigurations: KxDataviewSegmentConfigurationList().optional(),
        })
        .optional(),
    }),
  ),
);

export const KxCacheStorageConfigurations = once(() =>
  z.array(
    z.strictObject({ type: CacheType().describe('CACHE_1000, CACHE_250 or CACHE_12'), size: integer().describe('GB') }),
  ),
);

export const AutoScalingConfiguration = once(() =>
  z.strictObject({
    minNodeCount: NodeCount().optional(),
    maxNodeCount: NodeCount().optional(),
    autoScalingMetric: z.enum(['CPU_UTILIZATION_PERCENTAGE']).optional(),
    metricTarget: z.number().min(1).max(100).optional(),
    scaleInCooldownSeconds: CooldownSeconds().optional(),
    scaleOutCooldownSeconds: CooldownSeconds().optional(),
  }),
);

export const CapacityConfiguration = once(() =>
  z.strictObject({
    nodeType: text(1, 32, /^[a-zA-Z0-9._]+$/, 'a node type such as kx.s.2xlarge')
      .optional()
      .describe('kx.s.large to .32xlarge'),
    nodeCount: NodeCount().optional(),
  }),
);

export const KxScalingGroupConfiguration = once(() =>
  z.strictObject({
    scalingGroupName: KxScalingGroupName(),
    memoryLimit: MemoryMib().optional().describe('MiB per node'),
    memoryReservation: MemoryMib().describe('MiB per node'),
    nodeCount: NodeCount(),
    cpu: z.number().min(0.1).optional(),
  }),
);

const idIn = (prefix: string) =>
  text(1, 1024, new RegExp(`^${prefix}-(?:[a-z0-9]{8}|[a-z0-9]{17})$`), `an id such as ${prefix}-0abc1def2abc3def4`);
export const VpcConfiguration = once(() =>
  z.strictObject({
    vpcId: idIn('vpc').optional(),
    securityGroupIds: z.array(idIn('sg')).optional(),
    subnetIds: z.array(idIn('subnet')).optional(),
    ipAddressType: z.enum(['IP_V4']).optional(),
  }),
);

export const KxCommandLineArguments = once(() =>
  z.array(
    z.strictObject({
      key: text(
        1,
        1024,
        /^(?:(?![Aa][Ww][Ss])(?:s|[a-zA-Z][a-zA-Z0-9_]+)|AWS_ZIP_DEFAULT)$/,
        's or a name of letters, digits and _ that does not begin with aws, such as dbMode',
      ).optional(),
      value: text(1, 1024, /^[a-zA-Z0-9_:./,; ]+$/, 'letters, digits, spaces and _ : . / , ; such as 4').optional(),
    }),
  ),
);

export const CodeConfiguration = once(() =>
  z.strictObject({
    s3Bucket: text(
      3,
      255,
      /^[a-z0-9][a-z0-9.-]*[a-z0-9]$/,
      'the name of an S3 bucket, such as my-code, without s3://',
    ).optional(),
    s3Key: text(
      1,
      1024,
      /^[a-zA-Z0-9/!_.*'()-]+$/,
      'the key of a zip file in the bucket, such as releases/code.zip',
    ).optional(),
    s3ObjectVersion: text(1, 1000).optional(),
  }),
);

export const KxSavedownStorageConfiguration = once(() =>
  z.strictObject({
    type: z.enum(['SDS01']).optional(),
    size: integer(10, 16_000).optional().describe('GiB'),
    volumeName: KxVolumeName().optional(),
  }),
);

const Volumes = once(() =>
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

/** What ListKxClusters knows of a cluster: nothing of databases, capacity, network or code. */
export const KxClusterSummary = once(() => z.strictObject(summaryMembers()));

/** What GetKxCluster knows of a cluster. */
export const KxClusterDetail = once(() =>
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
