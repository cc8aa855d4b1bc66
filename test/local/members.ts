import type { Input, OperationName } from '../../src/operations/index.ts';
import { KEY, ROLE, VPC } from './environment-builder.ts';
import { ZONE } from './world.ts';

type Given = {
  readonly [N in OperationName]: readonly [N, Omit<Input<N>, 'environmentId' | 'clientToken'>];
}[OperationName];

/** Placeholder for the id of the newest changeset. */
export const LATEST = 'latest';

const TAGS = { owner: 'me' };
const volume = { volumeName: 'vol-one' };
const database = { databaseName: 'trades' };
const view = { ...database, dataviewName: 'view-one' };
const code = { s3Bucket: 'some-code', s3Key: 'app.zip' };
const savedown = { savedownStorageConfiguration: { type: 'SDS01', size: 100 } } as const;
const cluster = { releaseLabel: '1.0', azMode: 'SINGLE', availabilityZoneId: ZONE, vpcConfiguration: VPC } as const;
const own = { capacityConfiguration: { nodeType: 'kx.s.2xlarge', nodeCount: 1 } };
const shared = { scalingGroupConfiguration: { scalingGroupName: 'sg-one', memoryReservation: 6, nodeCount: 1 } };
const segments = { segmentConfigurations: [{ dbPaths: ['/*'], ...volume, onDemand: false }] };
const cache = { cacheType: 'CACHE_1000', dbPaths: ['/'] };
const newArgs = {
  commandLineArguments: [{ key: 's', value: '4' }],
  initializationScript: 'start.q',
  code: { ...code, s3Key: 'new.zip' },
};
const args = { commandLineArguments: [{ key: 's', value: '2' }], initializationScript: 'init.q', code };

/** Requests that together give every setting of the creates and updates in one environment, each valid after the earlier ones. */
export const SETTINGS: readonly Given[] = [
  ['CreateKxEnvironment', { name: 'kdb-more', description: 'old', kmsKeyId: KEY, tags: TAGS }],
  ['UpdateKxEnvironment', { name: 'kdb-new', description: 'new' }],
  ['CreateKxUser', { userName: 'ann', iamRole: ROLE, tags: TAGS }],
  ['UpdateKxUser', { userName: 'ann', iamRole: `${ROLE}-2` }],
  ['CreateKxDatabase', { ...database, description: 'old', tags: TAGS }],
  ['UpdateKxDatabase', { ...database, description: 'new' }],
  [
    'CreateKxVolume',
    {
      ...volume,
      volumeType: 'NAS_1',
      azMode: 'SINGLE',
      availabilityZoneIds: [ZONE],
      nas1Configuration: { type: 'SSD_1000', size: 1200 },
      description: 'old',
      tags: TAGS,
    },
  ],
  ['UpdateKxVolume', { ...volume, nas1Configuration: { type: 'SSD_1000', size: 2400 }, description: 'new' }],
  [
    'CreateKxChangeset',
    { ...database, changeRequests: [{ changeType: 'PUT', s3Path: 's3://some-bucket/a/', dbPath: '/a/' }] },
  ],
  [
    'CreateKxScalingGroup',
    { scalingGroupName: 'sg-one', hostType: 'kx.sg.4xlarge', availabilityZoneId: ZONE, tags: TAGS },
  ],
  [
    'CreateKxDataview',
    {
      ...view,
      ...segments,
      azMode: 'SINGLE',
      availabilityZoneId: ZONE,
      autoUpdate: true,
      readWrite: false,
      description: 'old',
      tags: TAGS,
    },
  ],
  [
    'CreateKxDataview',
    { ...view, dataviewName: 'view-two', azMode: 'SINGLE', availabilityZoneId: ZONE, changesetId: LATEST },
  ],
  [
    'CreateKxChangeset',
    { ...database, changeRequests: [{ changeType: 'PUT', s3Path: 's3://some-bucket/b/', dbPath: '/b/' }] },
  ],
  ['UpdateKxDataview', { ...view, dataviewName: 'view-two', ...segments, changesetId: LATEST, description: 'new' }],
  [
    'CreateKxCluster',
    {
      ...cluster,
      ...own,
      clusterName: 'hdb',
      clusterType: 'HDB',
      clusterDescription: 'old',
      executionRole: ROLE,
      databases: [{ ...database, cacheConfigurations: [cache] }],
      cacheStorageConfigurations: [{ type: 'CACHE_1000', size: 1200 }],
      autoScalingConfiguration: {
        minNodeCount: 1,
        maxNodeCount: 3,
        autoScalingMetric: 'CPU_UTILIZATION_PERCENTAGE',
        metricTarget: 60,
      },
      ...args,
      tags: TAGS,
    },
  ],
  [
    'CreateKxCluster',
    { ...cluster, ...own, ...savedown, clusterName: 'rdb', clusterType: 'RDB', databases: [database] },
  ],
  [
    'CreateKxCluster',
    {
      ...cluster,
      ...shared,
      clusterName: 'plant',
      clusterType: 'TICKERPLANT',
      tickerplantLogConfiguration: { tickerplantLogVolumes: ['vol-one'] },
    },
  ],
  [
    'UpdateKxClusterCodeConfiguration',
    { clusterName: 'hdb', ...newArgs, deploymentConfiguration: { deploymentStrategy: 'ROLLING' } },
  ],
  [
    'UpdateKxClusterDatabases',
    {
      clusterName: 'hdb',
      databases: [{ ...database, cacheConfigurations: [{ ...cache, dbPaths: ['/a/'] }] }],
      deploymentConfiguration: { deploymentStrategy: 'ROLLING' },
    },
  ],
  [
    'UpdateKxEnvironmentNetwork',
    {
      transitGatewayConfiguration: {
        transitGatewayID: 'tgw-01994ad5ff9a8fd5f',
        routableCIDRSpace: '100.64.0.0/26',
      },
    },
  ],
  [
    'UpdateKxEnvironmentNetwork',
    { customDNSConfiguration: [{ customDNSServerName: 'dns.corp', customDNSServerIP: '10.0.0.2' }] },
  ],
];
