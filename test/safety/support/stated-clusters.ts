import { ofCluster, ZONE } from './call-environment-builder.ts';
import { rowsOf, type StatedCondition, type StatedWorld, TRADES } from './stated-row.ts';

const SUBNETS = ['subnet-04d9b6a17e83c5f21', 'subnet-04d9b6a17e83c5f22', 'subnet-04d9b6a17e83c5f23'];
const VPC = ofCluster({}).vpcConfiguration;
const CODE = { code: { s3Bucket: 'some-code', s3Key: 'app.zip' } };
const HOST = { scalingGroupName: 'hosts', memoryReservation: 6, nodeCount: 1 };
const SHARED = { capacityConfiguration: undefined, scalingGroupConfiguration: HOST };
const SCALING = { minNodeCount: 1, maxNodeCount: 3, autoScalingMetric: 'CPU_UTILIZATION_PERCENTAGE', metricTarget: 70 };
const MULTI = {
  azMode: 'MULTI',
  availabilityZoneId: undefined,
  vpcConfiguration: { ...VPC, subnetIds: SUBNETS },
};
const ARGUMENTS = Array.from({ length: 51 }, (_, at) => ({ key: `k${at}`, value: 'v' }));
const CACHE = [{ type: 'CACHE_1000', size: 1200 }];
const HDB = { clusterType: 'HDB' };

/** The conditions on clusters, with a call that violates only each. */
export function clusterRows({ environmentId, failed, completed }: StatedWorld): StatedCondition[] {
  const at = { environmentId };
  const cluster = rowsOf('CreateKxCluster', { ...at, clusterName: 'new', ...ofCluster({}) });
  const code = rowsOf('UpdateKxClusterCodeConfiguration', { ...at, clusterName: 'gateway', ...CODE });
  const mounts = (clusterName: string) => rowsOf('UpdateKxClusterDatabases', { ...at, clusterName });
  return [
    cluster(
      'capacityConfiguration',
      { scalingGroupConfiguration: HOST },
      'summary: Give exactly one of scalingGroupConfiguration (a shared host) and capacityConfiguration (dedicated nodes).',
    ),
    cluster('capacityConfiguration', { capacityConfiguration: { nodeType: 'kx.s.large' } }),
    cluster('nodeType', { capacityConfiguration: { nodeType: 'kx.s.huge', nodeCount: 1 } }),
    cluster('nodeCount', { clusterType: 'HDB', capacityConfiguration: { nodeType: 'kx.s.large', nodeCount: 1_001 } }),
    cluster(
      'memoryLimit',
      {
        capacityConfiguration: undefined,
        scalingGroupConfiguration: { ...HOST, memoryReservation: 8, memoryLimit: 6 },
      },
      'scalingGroupConfiguration.memoryLimit: at least memoryReservation',
    ),
    cluster('releaseLabel', { releaseLabel: '2.0' }),
    cluster(
      'availabilityZoneId',
      { availabilityZoneId: undefined },
      'azMode: SINGLE needs availabilityZoneId and one subnet.',
    ),
    cluster('availabilityZoneId', { ...HDB, ...MULTI, availabilityZoneId: ZONE }),
    cluster('azMode', { ...HDB, ...MULTI, ...SHARED }, 'azMode: MULTI needs three subnets and capacityConfiguration;'),
    cluster('vpcConfiguration', { vpcConfiguration: { ...VPC, vpcId: undefined } }),
    cluster(
      'subnet',
      { vpcConfiguration: { ...VPC, subnetIds: SUBNETS.slice(0, 2) } },
      'azMode: SINGLE needs availabilityZoneId and one subnet.',
    ),
    cluster(
      'subnet',
      { ...HDB, ...MULTI, vpcConfiguration: { ...VPC, subnetIds: SUBNETS.slice(0, 2) } },
      'vpcConfiguration.subnetIds: With azMode MULTI, one per zone',
      'azMode: MULTI needs three subnets and capacityConfiguration;',
    ),
    ...(['GP', 'TICKERPLANT'] as const).map((clusterType) =>
      cluster(
        'node',
        {
          clusterType,
          capacityConfiguration: { nodeType: 'kx.s.large', nodeCount: 2 },
          ...(clusterType === 'GP' ? {} : { tickerplantLogConfiguration: { tickerplantLogVolumes: ['spare'] } }),
        },
        clusterType === 'GP'
          ? 'clusterType: GP: one node for any purpose.'
          : 'clusterType: TICKERPLANT: one node that logs and publishes a feed;',
      ),
    ),
    cluster('azMode', MULTI, 'azMode: not for GP or TICKERPLANT.'),
    cluster('databases', { clusterType: 'GATEWAY', ...CODE, databases: [TRADES] }),
    cluster(
      'cacheStorageConfigurations',
      {
        clusterType: 'RDB',
        savedownStorageConfiguration: { type: 'SDS01', size: 400 },
        cacheStorageConfigurations: CACHE,
      },
      'cacheStorageConfigurations: Disk caches, for HDB and GP with capacityConfiguration only;',
    ),
    cluster('savedownStorageConfiguration', { ...HDB, savedownStorageConfiguration: { type: 'SDS01', size: 400 } }),
    cluster(
      'savedownStorageConfiguration',
      { clusterType: 'RDB' },
      'savedownStorageConfiguration: Required for an RDB with capacityConfiguration.',
    ),
    cluster('tickerplantLogConfiguration', {
      ...HDB,
      tickerplantLogConfiguration: { tickerplantLogVolumes: ['spare'] },
    }),
    cluster(
      'tickerplantLogConfiguration',
      { clusterType: 'TICKERPLANT' },
      'clusterType: needs tickerplantLogConfiguration.',
    ),
    cluster(
      'autoScalingConfiguration',
      { autoScalingConfiguration: SCALING },
      'autoScalingConfiguration: For an HDB with capacityConfiguration only',
    ),
    cluster('code', { clusterType: 'GATEWAY' }, 'clusterType: needs code.'),
    cluster(
      'autoScalingConfiguration',
      { ...HDB, ...SHARED, autoScalingConfiguration: SCALING },
      'autoScalingConfiguration: For an HDB with capacityConfiguration only',
    ),
    cluster(
      'maxNodeCount',
      { ...HDB, autoScalingConfiguration: { ...SCALING, minNodeCount: 3 } },
      'autoScalingConfiguration.maxNodeCount: More than minNodeCount',
    ),
    cluster(
      'minNodeCount',
      { ...HDB, ...MULTI, autoScalingConfiguration: { ...SCALING, minNodeCount: 2 } },
      'autoScalingConfiguration.minNodeCount: At least 3 with azMode MULTI',
    ),
    cluster(
      'cacheStorageConfigurations',
      { ...HDB, ...SHARED, cacheStorageConfigurations: CACHE },
      'cacheStorageConfigurations: Disk caches, for HDB and GP with capacityConfiguration only;',
    ),
    cluster(
      'cacheStorageConfigurations',
      { ...HDB, cacheStorageConfigurations: [{ type: 'CACHE_1000', size: 1300 }] },
      'cacheStorageConfigurations.size: GB: 1200 or a multiple of 2400;',
    ),
    cluster(
      'cacheStorageConfigurations',
      { ...HDB, cacheStorageConfigurations: [{ type: 'CACHE_12', size: 2400 }] },
      'cacheStorageConfigurations.size: for CACHE_12 a multiple of 6000',
    ),
    cluster(
      'savedownStorageConfiguration',
      { clusterType: 'RDB', savedownStorageConfiguration: { volumeName: 'spare' } },
      'savedownStorageConfiguration.volumeName: On a scaling group only',
    ),
    cluster(
      'savedownStorageConfiguration',
      { clusterType: 'RDB', ...SHARED, savedownStorageConfiguration: { type: 'SDS01', size: 400 } },
      'savedownStorageConfiguration.type: With capacityConfiguration only',
    ),
    cluster(
      'savedownStorageConfiguration',
      { clusterType: 'RDB', savedownStorageConfiguration: { type: 'SDS01' } },
      'savedownStorageConfiguration.size: required with type',
    ),
    cluster('database', { ...HDB, databases: [TRADES, TRADES] }),
    cluster('initializationScript', { initializationScript: 'init.q' }),
    cluster('commandLineArguments', { commandLineArguments: ARGUMENTS }),
    cluster('dataviewName', {
      ...HDB,
      ...SHARED,
      databases: [{ ...TRADES, dataviewName: 'view', dataviewConfiguration: { dataviewName: 'still' } }],
    }),
    cluster(
      'dataviewName',
      { ...HDB, databases: [{ ...TRADES, dataviewName: 'view' }] },
      'databases.dataviewName: On a scaling group only;',
    ),
    cluster(
      'changesetId',
      { ...HDB, ...SHARED, databases: [{ ...TRADES, dataviewName: 'view', changesetId: completed }] },
      'databases.changesetId: not with dataviewName.',
    ),
    cluster(
      'CACHE_1000',
      {
        ...HDB,
        ...SHARED,
        databases: [{ ...TRADES, cacheConfigurations: [{ cacheType: 'CACHE_1000', dbPaths: ['/'] }] }],
      },
      'databases.cacheConfigurations: With capacityConfiguration only: the paths in each cache',
    ),
    cluster(
      failed,
      { ...HDB, databases: [{ ...TRADES, changesetId: failed }] },
      'databases.changesetId: Must be COMPLETED;',
    ),
    cluster(
      'making',
      { ...SHARED, scalingGroupConfiguration: { ...HOST, scalingGroupName: 'making' } },
      'summary: Its scaling group, dataviews and volumes must be ACTIVE and in its availability zone.',
    ),
    code(
      'NO_RESTART',
      { clusterName: 'hdb', deploymentConfiguration: { deploymentStrategy: 'NO_RESTART' } },
      'deploymentConfiguration.deploymentStrategy: NO_RESTART: GP only.',
      'summary: ROLLING (the default) restarts one node after another;',
      'summary: NO_RESTART, for GP only, restarts none, takes only code and keeps the script and arguments.',
    ),
    code(
      'initializationScript',
      { initializationScript: 'init.q', deploymentConfiguration: { deploymentStrategy: 'NO_RESTART' } },
      'initializationScript: Not with NO_RESTART.',
    ),
    code(
      'commandLineArguments',
      { commandLineArguments: ARGUMENTS.slice(0, 1), deploymentConfiguration: { deploymentStrategy: 'NO_RESTART' } },
      'commandLineArguments: Not with NO_RESTART.',
    ),
    code('commandLineArguments', { commandLineArguments: ARGUMENTS }),
    mounts('hdb')(
      'viewed',
      { databases: [TRADES, { databaseName: 'mounted' }, { databaseName: 'viewed' }] },
      'summary: A database cannot be added, or mounted again once removed.',
    ),
    mounts('hdb')(
      failed,
      { databases: [{ ...TRADES, changesetId: failed }] },
      'databases.changesetId: Must be COMPLETED;',
    ),
    mounts('shared')(
      'changesetId',
      { databases: [{ ...TRADES, dataviewName: 'view', changesetId: completed }] },
      'databases.changesetId: not with dataviewName.',
    ),
    mounts('hdb')(
      'dataviewName',
      { databases: [{ ...TRADES, dataviewName: 'view' }] },
      'databases.dataviewName: On a scaling group only;',
    ),
    mounts('shared')(
      'CACHE_1000',
      { databases: [{ ...TRADES, cacheConfigurations: [{ cacheType: 'CACHE_1000', dbPaths: ['/'] }] }] },
      'databases.cacheConfigurations: With capacityConfiguration only: the paths in each cache',
    ),
  ];
}
