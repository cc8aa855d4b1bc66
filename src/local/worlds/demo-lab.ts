import { code, DAY, type DemoWorld, HOUR, MINUTE, program, stageTags } from './demo-world.ts';

const RESEARCH = stageTags('research', 'CC-5310', 'research');
const REFERENCE = stageTags('reference-data', 'CC-4420');

/** Research: a host with a quarter of its memory left, a cluster that did not fit on it, and what an abandoned backtest left behind. */
export function buildLab(demo: DemoWorld): void {
  const { prod, group, cluster } = demo;
  group(START, 'sg-lab', 'kx.sg.2xlarge', RESEARCH);
  cluster(START - HOUR, {
    clusterName: 'gp-research',
    clusterType: 'GP',
    clusterDescription: 'Notebooks of the research team.',
    databases: [{ databaseName: 'fx_spot', dataviewName: 'fx_spot_live' }],
    scalingGroupConfiguration: shared(32768),
    tags: RESEARCH,
  });
  prod.at(34 * HOUR, 'UpdateKxClusterDatabases', {
    clusterName: 'gp-research',
    databases: [{ databaseName: 'fx_spot', dataviewName: 'fx_spot_live' }],
    deploymentConfiguration: { deploymentStrategy: 'NO_RESTART' },
  });

  buildReference(demo);
  buildReferenceCluster(demo);
  // More memory than sg-lab has left.
  cluster(26 * HOUR, {
    clusterName: 'gp-signals',
    clusterType: 'GP',
    clusterDescription: 'Signal research on US equities.',
    scalingGroupConfiguration: shared(24576),
    code: code('signals', '0.2.0'),
    tags: RESEARCH,
  });
  buildBacktest(demo);
}

const START = 35 * DAY;
const REFERENCE_DATAVIEW = { databaseName: 'reference_data', dataviewName: 'reference_rw' };
const shared = (memoryReservation: number) => ({ scalingGroupName: 'sg-lab', memoryReservation, nodeCount: 1 });

/** A writable dataview of reference data. */
function buildReference({ volume, tag, prod, zone }: DemoWorld): void {
  volume(START, 'vol-reference', 'SSD_250', 1200, 'Reference data while it is being changed');
  tag(START - HOUR, '/kxVolume/vol-reference', REFERENCE);
  prod.at(START, 'CreateKxDatabase', {
    databaseName: 'reference_data',
    description: 'Instruments and calendars',
    tags: REFERENCE,
  });
  prod.at(START - HOUR, 'CreateKxChangeset', {
    databaseName: 'reference_data',
    changeRequests: [{ changeType: 'PUT', s3Path: 's3://halden-reference/instruments/', dbPath: '/instruments/' }],
  });
  prod.at(START - 2 * HOUR, 'CreateKxDataview', {
    ...REFERENCE_DATAVIEW,
    azMode: 'SINGLE',
    availabilityZoneId: zone,
    readWrite: true,
    segmentConfigurations: [{ dbPaths: ['/*'], volumeName: 'vol-reference', onDemand: true }],
    tags: REFERENCE,
  });
}

/** The cluster that maintains the reference data, during a rollout. */
function buildReferenceCluster({ cluster, prod }: DemoWorld): void {
  cluster(START - 3 * HOUR, {
    clusterName: 'gp-reference',
    clusterType: 'GP',
    clusterDescription: 'Maintenance of reference data.',
    databases: [REFERENCE_DATAVIEW],
    scalingGroupConfiguration: shared(16384),
    ...program('reference', '0.9.3'),
    tags: REFERENCE,
  });
  // A release that is being rolled out.
  prod.at(4 * MINUTE, 'UpdateKxClusterCodeConfiguration', {
    clusterName: 'gp-reference',
    ...program('reference', '0.9.4'),
    deploymentConfiguration: { deploymentStrategy: 'ROLLING' },
  });
}

/** The cluster and its dataview are deleted; the host and the volume still cost money, and the volume has no owner. */
function buildBacktest({ prod, zone, volume, group, cluster }: DemoWorld): void {
  const dataview = { databaseName: 'equities_taq', dataviewName: 'backtest_2023' };
  group(28 * DAY, 'sg-backtest', 'kx.sg1.16xlarge', RESEARCH);
  volume(28 * DAY, 'vol-backtest', 'HDD_12', 12000, 'Backtest 2023');
  prod.at(28 * DAY - HOUR, 'CreateKxDataview', {
    ...dataview,
    azMode: 'SINGLE',
    availabilityZoneId: zone,
    segmentConfigurations: [{ dbPaths: ['/2023.*'], volumeName: 'vol-backtest' }],
  });
  const clusterName = 'gp-backtest';
  cluster(28 * DAY - 2 * HOUR, {
    clusterName,
    clusterType: 'GP',
    databases: [dataview],
    scalingGroupConfiguration: { scalingGroupName: 'sg-backtest', memoryReservation: 512_000, nodeCount: 1 },
  });
  prod.at(12 * DAY, 'DeleteKxCluster', { clusterName });
  prod.at(12 * DAY - HOUR, 'DeleteKxDataview', dataview);
}
