import fc, { type Arbitrary } from 'fast-check';
import { KEY, ROLE, VPC } from '../environment-builder.ts';
import { MINUTE, SECOND, ZONE } from '../world.ts';
import type { Mutation } from './mutation.ts';

/** One step of a history: some time passes, then a request is sent. It is plain JSON, so that it can be replayed. */
export interface Command {
  readonly wait: number;
  readonly name: Mutation;
  /** The index of the environment among those created so far; the environment does not exist if there are fewer. */
  readonly env: number;
  readonly input: object;
  /** One of a few tokens, so that requests repeat; if missing, a new one each time. */
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

/** How often each operation is called, and with which arguments. Environment ids and tokens are added later. */
const REQUESTS: Readonly<Record<Mutation, readonly [weight: number, Arbitrary<object>]>> = {
  CreateKxEnvironment: [3, fc.record({ name: one('kdb-a', 'kdb-b'), kmsKeyId: fc.constant(KEY) })],
  UpdateKxEnvironment: [2, fc.record({ name: one('kdb-a', 'kdb-b') })],
  UpdateKxEnvironmentNetwork: [1, network],
  DeleteKxEnvironment: [1, fc.constant({})],
  CreateKxUser: [5, fc.record({ userName: user, iamRole: one(ROLE, `${ROLE}-2`) })],
  UpdateKxUser: [2, fc.record({ userName: user, iamRole: one(ROLE, `${ROLE}-2`) })],
  DeleteKxUser: [2, named('userName', user)],
  CreateKxDatabase: [4, named('databaseName', database)],
  UpdateKxDatabase: [2, fc.record({ databaseName: database, description: one('One', 'Two') })],
  DeleteKxDatabase: [3, named('databaseName', database)],
  CreateKxChangeset: [
    20,
    fc.record({
      databaseName: database,
      changeRequests: one('/a/', '/b/').map((dbPath) => [{ changeType: 'PUT', s3Path: 's3://some-bucket/a/', dbPath }]),
    }),
  ],
  CreateKxDataview: [
    20,
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
  UpdateKxDataview: [25, fc.record({ databaseName: database, dataviewName: view, segmentConfigurations: segments })],
  DeleteKxDataview: [4, fc.record({ databaseName: database, dataviewName: view })],
  CreateKxVolume: [
    6,
    fc.record({
      volumeName: volume,
      volumeType: fc.constant('NAS_1'),
      azMode: fc.constant('SINGLE'),
      availabilityZoneIds: fc.constant([ZONE]),
      nas1Configuration: disk(1200, 2400),
    }),
  ],
  UpdateKxVolume: [6, fc.record({ volumeName: volume, nas1Configuration: disk(1200, 2400, 4800) })],
  DeleteKxVolume: [5, named('volumeName', volume)],
  CreateKxScalingGroup: [
    4,
    fc.record({
      scalingGroupName: group,
      hostType: fc.constant('kx.sg.large'),
      availabilityZoneId: fc.constant(ZONE),
    }),
  ],
  DeleteKxScalingGroup: [3, named('scalingGroupName', group)],
  CreateKxCluster: [35, newCluster],
  UpdateKxClusterCodeConfiguration: [
    10,
    fc.record({
      clusterName: cluster,
      code: fc.constant({ s3Bucket: 'some-code', s3Key: 'app.zip' }),
      deploymentConfiguration: strategy('NO_RESTART', 'ROLLING', 'FORCE'),
    }),
  ],
  UpdateKxClusterDatabases: [
    30,
    fc.record({
      clusterName: cluster,
      databases: fc.array(mounted, { minLength: 1, maxLength: 1 }),
      deploymentConfiguration: strategy('NO_RESTART', 'ROLLING'),
    }),
  ],
  DeleteKxClusterNode: [6, fc.record({ clusterName: cluster, nodeId: one('running', 'none') })],
  DeleteKxCluster: [8, named('clusterName', cluster)],
  TagResource: [4, fc.record({ ...tagged, tags: one({ owner: 'a' }, { stage: 'b', owner: 'c' }) })],
  UntagResource: [2, fc.record({ ...tagged, tagKeys: one(['owner'], ['stage', 'none']) })],
  CreateEnvironment: [2, fc.constant({ name: 'browser' })],
  UpdateEnvironment: [1, fc.constant({ description: 'Old' })],
  DeleteEnvironment: [1, fc.constant({})],
};

/** The operations in the random histories: all that change something. */
export const MUTATIONS = Object.keys(REQUESTS) as Mutation[];

const request = fc.oneof(
  ...MUTATIONS.map((name) => {
    const [weight, input] = REQUESTS[name];
    return { weight, arbitrary: input.map((it) => ({ name, input: it })) };
  }),
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

/** Random histories, which begin with an environment in which a database, a volume and a scaling group are being created. */
export const histories: Arbitrary<Command[]> = fc
  .array(command, { minLength: 30, maxLength: 80, size: 'max' })
  .map((commands) => [
    ...BEGINNING,
    ...commands.map(({ request: { name, input }, ...rest }) => ({ ...rest, name, input })),
  ]);
