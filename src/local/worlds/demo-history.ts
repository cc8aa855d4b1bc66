import { environmentCollection, nodeCollection } from '../arns.ts';
import { DAY, type DemoWorld, HOUR, MINUTE, program, stageTags } from './demo-world.ts';

const EQUITIES = stageTags('equities-desk', 'CC-5110');
const FX = stageTags('fx-desk', 'CC-5230');
const FUTURES = stageTags('futures-desk', 'CC-5240');
const LANDING_BUCKET = 'halden-market-data';

/** The nightly ingests and the historical databases, some of which are behind. */
export function buildHistory(demo: DemoWorld): void {
  const { prod, volume, group, tag } = demo;
  const start = 58 * DAY;
  for (const [databaseName, description, tags] of [
    ['equities_taq', 'US equities trades and quotes', EQUITIES],
    ['fx_spot', 'FX spot rates from six venues', FX],
    ['futures_l2', 'Futures order books. Ten levels', FUTURES],
  ] as const) {
    prod.at(start, 'CreateKxDatabase', { databaseName, description, tags });
    ingest(demo, databaseName, start - HOUR, [60, 59, 58]);
    ingest(demo, databaseName, 30 * DAY, [32, 31, 30]);
    for (const night of [7, 6, 3, 2]) ingest(demo, databaseName, night * DAY + 9 * HOUR, [night]);
  }
  group(start, 'sg-history', 'kx.sg.8xlarge', EQUITIES);
  volume(start, 'vol-equities', 'SSD_1000', 4800, 'Cache of the equities history');
  volume(start, 'vol-fx', 'SSD_250', 2400, 'Cache of the FX history');
  tag(start - HOUR, '/kxVolume/vol-equities', EQUITIES);
  tag(start - HOUR, '/kxVolume/vol-fx', FX);
  buildLastNight(demo);
  buildEquities(demo);
  buildFx(demo);
  buildFutures(demo);
}

/** Last night, the equities and futures files were loaded; the FX file was missing. */
function buildLastNight(demo: DemoWorld): void {
  const { script, world } = demo;
  ingest(demo, 'equities_taq', 9 * HOUR, [1]);
  ingest(demo, 'futures_l2', 9 * HOUR - 10 * MINUTE, [1]);
  script.changeDirectly(9 * HOUR - 20 * MINUTE, (tx) =>
    tx.putSettings(world.arn, { quotas: 'raised', buckets: [LANDING_BUCKET] }),
  );
  ingest(demo, 'fx_spot', 9 * HOUR - 20 * MINUTE, [1], 'halden-fx-landing');
  script.changeDirectly(9 * HOUR - 25 * MINUTE, (tx) => tx.putSettings(world.arn, { quotas: 'raised' }));
}

/** Two replicas: both were moved to new data a week ago, and only one of them today. */
function buildEquities({ prod, zone, cluster }: DemoWorld): void {
  const dataview = { databaseName: 'equities_taq', dataviewName: 'equities_taq_static' };
  prod.at(50 * DAY, 'CreateKxDataview', {
    ...dataview,
    azMode: 'SINGLE',
    availabilityZoneId: zone,
    description: 'Moved forward every week after checks',
    segmentConfigurations: [{ dbPaths: ['/*'], volumeName: 'vol-equities' }],
    tags: EQUITIES,
  });
  const replica = (clusterName: string, clusterDescription: string) =>
    cluster(49 * DAY, {
      clusterName,
      clusterType: 'HDB',
      clusterDescription,
      databases: [dataview],
      scalingGroupConfiguration: { scalingGroupName: 'sg-history', memoryReservation: 65536, nodeCount: 1 },
      ...program('hdb', '4.1.2'),
      tags: EQUITIES,
    });
  replica('hdb-equities-a', 'History of US equities. First replica.');
  replica('hdb-equities-b', 'History of US equities. Second replica.');
  const move = (agoMs: number, clusters: string[]) => {
    prod.at(agoMs, 'UpdateKxDataview', dataview);
    for (const clusterName of clusters) {
      const databases = [dataview];
      prod.at(agoMs - HOUR, 'UpdateKxClusterDatabases', { clusterName, databases });
    }
  };
  move(7 * DAY, ['hdb-equities-a', 'hdb-equities-b']);
  move(8 * HOUR, ['hdb-equities-a']);
}

/** A dataview that follows every changeset automatically, and its cluster. */
function buildFx({ prod, zone, cluster }: DemoWorld): void {
  const dataview = { databaseName: 'fx_spot', dataviewName: 'fx_spot_live' };
  prod.at(45 * DAY, 'CreateKxDataview', {
    ...dataview,
    azMode: 'SINGLE',
    availabilityZoneId: zone,
    autoUpdate: true,
    segmentConfigurations: [{ dbPaths: ['/*'], volumeName: 'vol-fx' }],
    tags: FX,
  });
  cluster(44 * DAY, {
    clusterName: 'hdb-fx',
    clusterType: 'HDB',
    clusterDescription: 'History of FX spot.',
    databases: [dataview],
    scalingGroupConfiguration: { scalingGroupName: 'sg-history', memoryReservation: 32768, nodeCount: 2 },
    ...program('hdb', '4.1.2'),
    tags: FX,
  });
  const databases = [dataview];
  prod.at(36 * HOUR, 'UpdateKxClusterDatabases', { clusterName: 'hdb-fx', databases });
}

/** Dedicated nodes with a cache, still at the changeset of three nights ago; one node is being replaced. */
function buildFutures({ script, prod, world, cluster }: DemoWorld): void {
  const clusterName = 'hdb-futures';
  cluster(40 * DAY, {
    clusterName,
    clusterType: 'HDB',
    clusterDescription: 'History of futures order books.',
    databases: [{ databaseName: 'futures_l2', cacheConfigurations: [{ cacheType: 'CACHE_1000', dbPaths: ['/'] }] }],
    cacheStorageConfigurations: [{ type: 'CACHE_1000', size: 1200 }],
    capacityConfiguration: { nodeType: 'kx.s.2xlarge', nodeCount: 3 },
    autoScalingConfiguration: {
      minNodeCount: 3,
      maxNodeCount: 5,
      autoScalingMetric: 'CPU_UTILIZATION_PERCENTAGE',
      metricTarget: 70,
      scaleInCooldownSeconds: 600,
      scaleOutCooldownSeconds: 300,
    },
    ...program('hdb', '4.0.9'),
    tags: FUTURES,
  });
  prod.at(3 * DAY + 8 * HOUR, 'UpdateKxClusterDatabases', {
    clusterName,
    databases: [{ databaseName: 'futures_l2', cacheConfigurations: [{ cacheType: 'CACHE_1000', dbPaths: ['/'] }] }],
  });
  let nodeId = '';
  script.changeDirectly(1.5 * MINUTE, async (tx) => {
    const nodes = nodeCollection({
      collection: `${environmentCollection(world)}/${prod.id()}/kxCluster`,
      name: clusterName,
    });
    nodeId = (await tx.page(nodes, { after: '', limit: 1 }))[0]?.name ?? '';
  });
  script.at(1.5 * MINUTE, 'DeleteKxClusterNode', () => ({ environmentId: prod.id(), clusterName, nodeId }));
}

function ingest(
  { prod, date }: DemoWorld,
  databaseName: string,
  agoMs: number,
  days: number[],
  bucket = LANDING_BUCKET,
): void {
  const changeRequests = days.map((day) => ({
    changeType: 'PUT' as const,
    s3Path: `s3://${bucket}/${databaseName}/${date(day)}/`,
    dbPath: `/${date(day)}/`,
  }));
  prod.at(agoMs, 'CreateKxChangeset', { databaseName, changeRequests });
}
