import { DAY, type DemoWorld, HOUR, MINUTE, program, stageTags } from './demo-world.ts';

const EQUITIES = stageTags('equities-desk', 'CC-5110');
const FX = stageTags('fx-desk', 'CC-5230');
const PLATFORM = stageTags('market-data-platform', 'CC-4410');

/** Tickerplants, real-time databases and the gateway, all but one on a shared host. */
export function buildRealtime(demo: DemoWorld): void {
  const { volume, group, cluster, tag } = demo;
  group(START, 'sg-realtime', 'kx.sg.4xlarge', PLATFORM);
  volume(START, 'vol-tplog', 'SSD_1000', 1200, 'Tickerplant logs');
  volume(START, 'vol-savedown', 'SSD_250', 2400, 'End of day savedown of the real time databases');
  tag(START - HOUR, '/kxVolume/vol-tplog', PLATFORM);
  tag(START - HOUR, '/kxVolume/vol-savedown', PLATFORM);
  buildTickerplants(demo);
  buildRealtimeDatabases(demo);
  cluster(30 * DAY, {
    clusterName: 'gw-prod',
    clusterType: 'GATEWAY',
    clusterDescription: 'The way in for traders and services.',
    scalingGroupConfiguration: shared(4096, 2),
    ...program('gateway', '1.14.0'),
    tags: PLATFORM,
  });
  // Requested a moment ago, and still in progress.
  cluster(3 * MINUTE, {
    clusterName: 'rdb-futures',
    clusterType: 'RDB',
    clusterDescription: 'Today in futures. Trial on dedicated nodes.',
    databases: [{ databaseName: 'futures_l2' }],
    savedownStorageConfiguration: { type: 'SDS01', size: 500 },
    capacityConfiguration: { nodeType: 'kx.s.xlarge', nodeCount: 1 },
    ...program('rdb', '2.8.0'),
    tags: stageTags('futures-desk', 'CC-5240'),
  });
}

const START = 60 * DAY;
const shared = (memoryReservation: number, nodeCount = 1) => ({
  scalingGroupName: 'sg-realtime',
  memoryReservation,
  memoryLimit: memoryReservation * 2,
  nodeCount,
});
const tickerplantLogConfiguration = { tickerplantLogVolumes: ['vol-tplog'] };

function buildTickerplants({ cluster }: DemoWorld): void {
  cluster(START - 2 * HOUR, {
    clusterName: 'tp-equities',
    clusterType: 'TICKERPLANT',
    clusterDescription: 'US equities trades and quotes feed.',
    tickerplantLogConfiguration,
    scalingGroupConfiguration: shared(8192),
    ...program('tick', '3.2.1'),
    commandLineArguments: [{ key: 'schema', value: 'taq' }],
    tags: EQUITIES,
  });
  cluster(START - 3 * HOUR, {
    clusterName: 'tp-fx',
    clusterType: 'TICKERPLANT',
    clusterDescription: 'FX spot feed.',
    tickerplantLogConfiguration,
    scalingGroupConfiguration: shared(4096),
    ...program('tick', '3.2.1'),
    commandLineArguments: [{ key: 'schema', value: 'fx' }],
    tags: FX,
  });
}

/** Rolled over: the real-time databases are recreated every few days. */
function buildRealtimeDatabases({ cluster }: DemoWorld): void {
  const savedownStorageConfiguration = { volumeName: 'vol-savedown' };
  cluster(4 * DAY, {
    clusterName: 'rdb-equities',
    clusterType: 'RDB',
    clusterDescription: 'Today in US equities.',
    databases: [{ databaseName: 'equities_taq' }],
    tickerplantLogConfiguration,
    savedownStorageConfiguration,
    scalingGroupConfiguration: shared(24576),
    ...program('rdb', '2.8.0'),
    tags: EQUITIES,
  });
  cluster(4 * DAY - HOUR, {
    clusterName: 'rdb-fx',
    clusterType: 'RDB',
    clusterDescription: 'Today in FX spot.',
    databases: [{ databaseName: 'fx_spot' }],
    tickerplantLogConfiguration,
    savedownStorageConfiguration,
    scalingGroupConfiguration: shared(12288),
    ...program('rdb', '2.8.0'),
    tags: FX,
  });
}
