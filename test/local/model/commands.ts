import fc, { type Arbitrary } from 'fast-check';
import type { OperationName } from '../../../src/operations/index.ts';
import { KEY, ROLE, VPC } from '../environment-builder.ts';
import { MINUTE, SECOND, ZONE } from '../world.ts';

/** One step of a history: so much time passes, then a request is sent. As plain JSON, so that it can be replayed. */
export interface Command {
  readonly wait: number;
  readonly name: OperationName;
  /** Which of the environments made so far; one that does not exist when there are not so many. */
  readonly env: number;
  readonly input: object;
  /** Of a few tokens, so that requests repeat; a new one each time when missing. */
  readonly clientToken?: string | undefined;
}

const one = fc.constantFrom;
const database = one('trades', 'trades', 'trades', 'trades', 'quotes');
const view = one('view-a', 'view-a', 'view-a', 'view-b');
const volume = one('vol-a', 'vol-a', 'vol-b');
const group = one('sg-a', 'sg-a', 'sg-a', 'sg-b');
const cluster = one('cl-a', 'cl-b', 'cl-c');
const user = one('ann', 'bob');
const maybe = <T>(arbitrary: Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const segments = maybe(volume.map((volumeName) => [{ dbPaths: ['/*'], volumeName }]));
const strategy = (...names: string[]) => one(...names).map((deploymentStrategy) => ({ deploymentStrategy }));
const mounted = fc.record({ databaseName: database, dataviewName: fc.option(view, { freq: 5, nil: undefined }) });

const onGroup = fc.record({
  scalingGroupName: group,
  memoryReservation: one(6, 6, 5000, 9000),
  nodeCount: one(1, 1, 2),
});
const dedicated = { capacityConfiguration: { nodeType: 'kx.s.large', nodeCount: 1 } };
const place = { releaseLabel: '1.0', azMode: 'SINGLE', availabilityZoneId: ZONE, vpcConfiguration: VPC };
const newCluster = fc
  .record({
    clusterName: cluster,
    clusterType: one('GP', 'HDB', 'HDB', 'TICKERPLANT'),
    on: fc.option(onGroup, { freq: 4, nil: undefined }),
    databases: fc.option(fc.array(mounted, { minLength: 1, maxLength: 1 }), { freq: 6, nil: undefined }),
    volume,
  })
  .map(({ clusterName, clusterType, on, databases, volume: log }) => ({
    ...place,
    clusterName,
    clusterType,
    ...(on === undefined ? dedicated : { scalingGroupConfiguration: on }),
    ...(clusterType === 'TICKERPLANT'
      ? { tickerplantLogConfiguration: { tickerplantLogVolumes: [log] } }
      : databases && { databases }),
  }));

const named = (member: string, names: Arbitrary<string>) => names.map((name) => ({ [member]: name }));
const tagged = { resourceArn: user.map((name) => `/kxUser/${name}`) };
const network = fc.oneof(
  one('tgw-1', 'tgw-2').map((transitGatewayID) => ({
    transitGatewayConfiguration: { transitGatewayID, routableCIDRSpace: '100.64.0.0/26' },
  })),
  fc.constant({ customDNSConfiguration: [{ customDNSServerName: 'dns', customDNSServerIP: '10.0.0.2' }] }),
);
const disk = (...sizes: number[]) => one(...sizes).map((size) => ({ type: 'SSD_1000', size }));

/** How often each operation is asked for, and with what. Environment ids and tokens come later. */
const REQUESTS: readonly [weight: number, OperationName, Arbitrary<object>][] = [
  [3, 'CreateKxEnvironment', fc.record({ name: one('kdb-a', 'kdb-b'), kmsKeyId: fc.constant(KEY) })],
  [2, 'UpdateKxEnvironment', fc.record({ name: one('kdb-a', 'kdb-b') })],
  [1, 'UpdateKxEnvironmentNetwork', network],
  [1, 'DeleteKxEnvironment', fc.constant({})],
  [5, 'CreateKxUser', fc.record({ userName: user, iamRole: one(ROLE, `${ROLE}-2`) })],
  [2, 'UpdateKxUser', fc.record({ userName: user, iamRole: one(ROLE, `${ROLE}-2`) })],
  [2, 'DeleteKxUser', named('userName', user)],
  [4, 'CreateKxDatabase', named('databaseName', database)],
  [2, 'UpdateKxDatabase', fc.record({ databaseName: database, description: one('One', 'Two') })],
  [3, 'DeleteKxDatabase', named('databaseName', database)],
  [
    20,
    'CreateKxChangeset',
    fc.record({
      databaseName: database,
      changeRequests: one('/a/', '/b/').map((dbPath) => [{ changeType: 'PUT', s3Path: 's3://some-bucket/a/', dbPath }]),
    }),
  ],
  [
    20,
    'CreateKxDataview',
    fc.record({
      databaseName: database,
      dataviewName: view,
      azMode: fc.constant('SINGLE'),
      availabilityZoneId: fc.constant(ZONE),
      autoUpdate: maybe(fc.boolean()),
      readWrite: fc.option(fc.constant(true), { freq: 8, nil: undefined }),
      segmentConfigurations: segments,
    }),
  ],
  [25, 'UpdateKxDataview', fc.record({ databaseName: database, dataviewName: view, segmentConfigurations: segments })],
  [4, 'DeleteKxDataview', fc.record({ databaseName: database, dataviewName: view })],
  [
    6,
    'CreateKxVolume',
    fc.record({
      volumeName: volume,
      volumeType: fc.constant('NAS_1'),
      azMode: fc.constant('SINGLE'),
      availabilityZoneIds: fc.constant([ZONE]),
      nas1Configuration: disk(1200, 2400),
    }),
  ],
  [6, 'UpdateKxVolume', fc.record({ volumeName: volume, nas1Configuration: disk(1200, 2400, 4800) })],
  [5, 'DeleteKxVolume', named('volumeName', volume)],
  [
    4,
    'CreateKxScalingGroup',
    fc.record({
      scalingGroupName: group,
      hostType: fc.constant('kx.sg.large'),
      availabilityZoneId: fc.constant(ZONE),
    }),
  ],
  [3, 'DeleteKxScalingGroup', named('scalingGroupName', group)],
  [35, 'CreateKxCluster', newCluster],
  [
    10,
    'UpdateKxClusterCodeConfiguration',
    fc.record({
      clusterName: cluster,
      code: fc.constant({ s3Bucket: 'some-code', s3Key: 'app.zip' }),
      deploymentConfiguration: strategy('NO_RESTART', 'ROLLING', 'FORCE'),
    }),
  ],
  [
    30,
    'UpdateKxClusterDatabases',
    fc.record({
      clusterName: cluster,
      databases: fc.array(mounted, { minLength: 1, maxLength: 1 }),
      deploymentConfiguration: strategy('NO_RESTART', 'ROLLING'),
    }),
  ],
  [6, 'DeleteKxClusterNode', fc.record({ clusterName: cluster, nodeId: one('running', 'none') })],
  [8, 'DeleteKxCluster', named('clusterName', cluster)],
  [4, 'TagResource', fc.record({ ...tagged, tags: one({ owner: 'a' }, { stage: 'b', owner: 'c' }) })],
  [2, 'UntagResource', fc.record({ ...tagged, tagKeys: one(['owner'], ['stage', 'none']) })],
  [2, 'CreateEnvironment', fc.constant({ name: 'browser' })],
  [1, 'UpdateEnvironment', fc.constant({ description: 'Old' })],
  [1, 'DeleteEnvironment', fc.constant({})],
];

/** The operations in the random histories: all that change something. */
export const MUTATIONS = REQUESTS.map(([, name]) => name);

const request = fc.oneof(
  ...REQUESTS.map(([weight, name, input]) => ({ weight, arbitrary: input.map((it) => ({ name, input: it })) })),
);
const wait = fc.oneof(
  { weight: 3, arbitrary: one(0, 3 * SECOND, 40 * SECOND) },
  { weight: 3, arbitrary: one(6 * MINUTE, 16 * MINUTE) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 120 * MINUTE }) },
);
const command = fc.record({
  wait,
  env: fc.oneof({ weight: 19, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(2) }),
  request,
  clientToken: fc.option(one('again-1', 'again-2'), { freq: 6, nil: undefined }),
});

const nas = { volumeType: 'NAS_1', azMode: 'SINGLE', availabilityZoneIds: [ZONE] };
const BEGINNING: readonly Command[] = [
  { wait: 0, name: 'CreateKxEnvironment', env: 0, input: { name: 'kdb-a', kmsKeyId: KEY } },
  { wait: 6 * MINUTE, name: 'CreateKxDatabase', env: 0, input: { databaseName: 'trades' } },
  {
    wait: 0,
    name: 'CreateKxVolume',
    env: 0,
    input: { ...nas, volumeName: 'vol-a', nas1Configuration: { type: 'SSD_1000', size: 1200 } },
  },
  {
    wait: 0,
    name: 'CreateKxScalingGroup',
    env: 0,
    input: { scalingGroupName: 'sg-a', hostType: 'kx.sg.large', availabilityZoneId: ZONE },
  },
];

/** Random histories, which begin with an environment that has a database, a volume and a scaling group in the making. */
export const histories: Arbitrary<Command[]> = fc
  .array(command, { minLength: 30, maxLength: 80, size: 'max' })
  .map((commands) => [
    ...BEGINNING,
    ...commands.map(({ request: { name, input }, ...rest }) => ({ ...rest, name, input })),
  ]);
