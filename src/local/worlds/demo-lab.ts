import { code, DAY, type Estate, HOUR, MINUTE, stageTags } from './demo-estate.ts';

const RESEARCH = stageTags('research', 'CC-5310', 'research');
const REFERENCE = stageTags('reference-data', 'CC-4420');

/** Research: a full host, a cluster that did not fit on it, and what an abandoned backtest left behind. */
export function tellLab(estate: Estate): void {
  const { stage, prod, zone, volume, group, cluster, tag } = estate;
  const start = 35 * DAY;
  group(start, 'sg-lab', 'kx.sg.2xlarge', RESEARCH);
  const shared = (memoryReservation: number) => ({ scalingGroupName: 'sg-lab', memoryReservation, nodeCount: 1 });
  cluster(start - HOUR, {
    clusterName: 'gp-research',
    clusterType: 'GP',
    clusterDescription: 'Notebooks of the research team.',
    databases: [{ databaseName: 'fx_spot', dataviewName: 'fx_spot_live' }],
    scalingGroupConfiguration: shared(32768),
    tags: RESEARCH,
  });
  stage.at(
    34 * HOUR,
    'UpdateKxClusterDatabases',
  )(() => ({
    environmentId: prod(),
    clusterName: 'gp-research',
    databases: [{ databaseName: 'fx_spot', dataviewName: 'fx_spot_live' }],
    deploymentConfiguration: { deploymentStrategy: 'NO_RESTART' },
  }));

  volume(start, 'vol-reference', 'SSD_250', 1200, 'Reference data while it is being changed');
  tag(start - HOUR, '/kxVolume/vol-reference', REFERENCE);
  const reference = { databaseName: 'reference_data', dataviewName: 'reference_rw' };
  stage.at(
    start,
    'CreateKxDatabase',
  )(() => ({
    environmentId: prod(),
    databaseName: 'reference_data',
    description: 'Instruments and calendars',
    tags: REFERENCE,
  }));
  stage.at(
    start - HOUR,
    'CreateKxChangeset',
  )(() => ({
    environmentId: prod(),
    databaseName: 'reference_data',
    changeRequests: [{ changeType: 'PUT', s3Path: 's3://halden-reference/instruments/', dbPath: '/instruments/' }],
  }));
  stage.at(
    start - 2 * HOUR,
    'CreateKxDataview',
  )(() => ({
    environmentId: prod(),
    ...reference,
    azMode: 'SINGLE',
    availabilityZoneId: zone,
    readWrite: true,
    segmentConfigurations: [{ dbPaths: ['/*'], volumeName: 'vol-reference', onDemand: true }],
    tags: REFERENCE,
  }));
  cluster(start - 3 * HOUR, {
    clusterName: 'gp-reference',
    clusterType: 'GP',
    clusterDescription: 'Maintenance of reference data.',
    databases: [reference],
    scalingGroupConfiguration: shared(16384),
    code: code('reference', '0.9.3'),
    initializationScript: 'reference/start.q',
    tags: REFERENCE,
  });
  // A release that is being rolled out.
  stage.at(
    4 * MINUTE,
    'UpdateKxClusterCodeConfiguration',
  )(() => ({
    environmentId: prod(),
    clusterName: 'gp-reference',
    code: code('reference', '0.9.4'),
    initializationScript: 'reference/start.q',
    deploymentConfiguration: { deploymentStrategy: 'ROLLING' },
  }));
  // More memory than sg-lab has left.
  cluster(26 * HOUR, {
    clusterName: 'gp-signals',
    clusterType: 'GP',
    clusterDescription: 'Signal research on US equities.',
    scalingGroupConfiguration: shared(24576),
    code: code('signals', '0.2.0'),
    tags: RESEARCH,
  });
  tellBacktest(estate);
}

/** The cluster and its dataview are deleted; the host and the volume still cost money, and the volume has no owner. */
function tellBacktest({ stage, prod, zone, volume, group, cluster }: Estate): void {
  const view = { databaseName: 'equities_taq', dataviewName: 'backtest_2023' };
  group(28 * DAY, 'sg-backtest', 'kx.sg1.16xlarge', RESEARCH);
  volume(28 * DAY, 'vol-backtest', 'HDD_12', 12000, 'Backtest 2023');
  stage.at(
    28 * DAY - HOUR,
    'CreateKxDataview',
  )(() => ({
    environmentId: prod(),
    ...view,
    azMode: 'SINGLE',
    availabilityZoneId: zone,
    segmentConfigurations: [{ dbPaths: ['/2023.*'], volumeName: 'vol-backtest' }],
  }));
  const clusterName = 'gp-backtest';
  cluster(28 * DAY - 2 * HOUR, {
    clusterName,
    clusterType: 'GP',
    databases: [view],
    scalingGroupConfiguration: { scalingGroupName: 'sg-backtest', memoryReservation: 512_000, nodeCount: 1 },
  });
  stage.at(12 * DAY, 'DeleteKxCluster')(() => ({ environmentId: prod(), clusterName }));
  stage.at(12 * DAY - HOUR, 'DeleteKxDataview')(() => ({ environmentId: prod(), ...view }));
}
