import { dataviewIn } from '../operations/conditions/clusters.ts';
import { memoryMiB, NODE_TYPES } from '../operations/machine-types.ts';
import { withoutUndefined } from '../without-undefined.ts';
import { type FactSource, type Facts, ZONE } from './fact.ts';
import { cachedPaths, volumesOf } from './kx-cluster-references.ts';
import { isDetached } from './statuses.ts';

type Cluster = FactSource<'kx-cluster'>;

const provisioning = ({ nodes }: Cluster) => nodes?.filter(({ status }) => status === 'PROVISIONING') ?? [];

const mounts = ({ databases }: Cluster) =>
  databases?.map(({ databaseName, changesetId, dataviewConfiguration: dataview, ...mount }) =>
    withoutUndefined({
      database: databaseName,
      changesetId: changesetId ?? dataview?.changesetId,
      dataview: dataview?.dataviewName,
      versionId: dataview?.dataviewVersionId,
      cached: cachedPaths(mount),
    }),
  );

/** The volumes of the dataview versions that a cluster mounts; undefined if it mounts none or has released them, or not all are known. */
function dataviewVolumes({ databases = [], status }: Cluster) {
  const entries = databases.filter((entry) => dataviewIn(entry) !== undefined);
  const areKnown = entries.every((entry) => entry.dataviewConfiguration?.segmentConfigurations !== undefined);
  return entries.length > 0 && areKnown && !isDetached('kx-cluster', status)
    ? volumesOf({ databases: entries })
    : undefined;
}

export const CLUSTER_FACTS: Facts<'kx-cluster'> = {
  type: { of: ({ clusterType }) => clusterType, also: ['clusterType'], listed: true },
  description: {
    of: ({ clusterDescription }) => clusterDescription,
    also: ['clusterDescription'],
    listed: true,
    setting: true,
  },
  nodeType: { of: ({ capacityConfiguration: own }) => own?.nodeType, also: ['capacityConfiguration'] },
  nodeCount: {
    of: ({ capacityConfiguration: own, scalingGroupConfiguration: shared }) => own?.nodeCount ?? shared?.nodeCount,
    also: ['node'],
    replacedInRow: true,
    totals: [{ name: 'nodes' }, { name: 'dedicatedNodes', by: 'nodeType' }],
  },
  nodesRunning: {
    of: ({ nodes }) => nodes?.filter(({ status }) => status === 'RUNNING').length,
    needs: 'nodes',
    replacedInRow: true,
  },
  nodesProvisioning: {
    of: (cluster) => cluster.nodes && provisioning(cluster).length,
    needs: 'nodes',
    replacedInRow: true,
  },
  provisioningSince: {
    of: (cluster) =>
      provisioning(cluster)
        .map(({ launchTime = '' }) => launchTime)
        .toSorted()[0],
    needs: 'nodes',
  },
  nodes: { of: ({ nodes }) => nodes, needs: 'nodes', unsearched: true },
  scalingGroup: {
    of: ({ scalingGroupConfiguration: shared }) => shared?.scalingGroupName,
    also: ['host'],
    replacedInRow: true,
  },
  memoryReservationMiB: {
    of: ({ scalingGroupConfiguration: shared }) => shared?.memoryReservation,
    also: ['memory'],
    replacedInRow: true,
    unit: 'MiB',
    totals: [{ name: 'clusterMemoryReserved', times: 'nodeCount' }],
  },
  memoryLimitMiB: { of: ({ scalingGroupConfiguration: shared }) => shared?.memoryLimit, unit: 'MiB', setting: true },
  cpus: {
    of: ({ capacityConfiguration: own, scalingGroupConfiguration: shared }) =>
      shared?.cpu ?? NODE_TYPES.get(own?.nodeType ?? '')?.cpus,
    also: ['vcpu'],
    setting: true,
  },
  memoryMiB: {
    of: ({ capacityConfiguration: own }) => memoryMiB(NODE_TYPES, own?.nodeType),
    unit: 'MiB',
    replacedInRow: true,
  },
  autoscaling: {
    of: ({ autoScalingConfiguration }) => autoScalingConfiguration,
    parts: [
      ...['minNodeCount', 'maxNodeCount', 'autoScalingMetric', 'metricTarget'],
      ...['scaleInCooldownSeconds', 'scaleOutCooldownSeconds'],
    ],
    setting: true,
  },
  caches: {
    of: ({ cacheStorageConfigurations }) =>
      cacheStorageConfigurations?.map(({ type, size }) => ({ type, sizeGB: size })),
    also: ['cacheStorage'],
    parts: ['type', 'sizeGB'],
    setting: true,
    totals: [{ name: 'cacheGB', member: 'sizeGB' }],
  },
  savedown: {
    of: ({ savedownStorageConfiguration }) => savedownStorageConfiguration,
    also: ['savedownStorage'],
    parts: ['type', 'size', 'volumeName'],
    setting: true,
    totals: [{ name: 'savedownGB', member: 'size' }],
  },
  tickerplantLogVolumes: {
    of: ({ tickerplantLogConfiguration }) => tickerplantLogConfiguration?.tickerplantLogVolumes,
    also: ['tickerplantLog', 'tplog'],
    setting: true,
    replacedInRow: true,
  },
  dataviewVolumes: { of: dataviewVolumes, unsearched: true, replacedInRow: true },
  code: {
    of: ({ code }) => code && `s3://${code.s3Bucket}/${code.s3Key}`,
    also: ['codePath'],
    setting: true,
  },
  codeVersion: { of: ({ code }) => code?.s3ObjectVersion, also: ['s3ObjectVersion'], setting: true },
  codeKey: { of: ({ code }) => code?.s3Key, also: ['s3Key'], unsearched: true, replacedInRow: true },
  bucket: { of: ({ code }) => code?.s3Bucket, also: ['s3Bucket', 's3'], unsearched: true, replacedInRow: true },
  initializationScript: {
    of: ({ initializationScript }) => initializationScript,
    also: ['initScript', 'script'],
    listed: true,
    setting: true,
  },
  arguments: {
    of: ({ commandLineArguments }) => commandLineArguments?.map(({ key, value }) => `${key}=${value}`),
    also: ['commandLineArguments', 'commandLine', 'args'],
    setting: true,
  },
  executionRole: { of: ({ executionRole }) => executionRole, listed: true, setting: true },
  release: { of: ({ releaseLabel }) => releaseLabel, also: ['kdbVersion'], listed: true, setting: true },
  azMode: { of: ({ azMode }) => azMode, listed: true, setting: true },
  zone: ZONE,
  vpc: { of: ({ vpcConfiguration }) => vpcConfiguration?.vpcId, setting: true },
  subnets: { of: ({ vpcConfiguration }) => vpcConfiguration?.subnetIds, setting: true },
  securityGroups: { of: ({ vpcConfiguration }) => vpcConfiguration?.securityGroupIds, setting: true },
  ipAddressType: { of: ({ vpcConfiguration }) => vpcConfiguration?.ipAddressType, setting: true },
  mounts: {
    of: mounts,
    also: ['mountedDatabases'],
    parts: ['database', 'changesetId', 'dataview', 'versionId', 'cached'],
    setting: true,
    replacedInRow: true,
  },
};
