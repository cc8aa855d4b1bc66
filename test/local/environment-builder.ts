import type { Input } from '../../src/operations/index.ts';
import { MINUTE, type Reply, type TestWorld, ZONE } from './world.ts';

let tokens = 0;
export const token = (): string => `token-${++tokens}`;

export const KEY = 'arn:aws:kms:us-east-1:111122223333:key/5b0e7c1f-2d84-4f7a-9c36-e1a8d9f04b72';
export const ROLE = 'arn:aws:iam::111122223333:role/kdb-quant';
export const VPC: Input<'CreateKxCluster'>['vpcConfiguration'] = {
  vpcId: 'vpc-0c81f2d9a4e6b7351',
  securityGroupIds: ['sg-07a1e93bd52f4c618'],
  subnetIds: ['subnet-04d9b6a17e83c5f21'],
  ipAddressType: 'IP_V4',
};

/** Creates entities in one environment with the fewest members that they need, and waits until they are ready. */
export interface EnvironmentBuilder {
  readonly environmentId: string;
  readonly database: (databaseName: string) => Promise<Reply>;
  /** Loads a partition and waits until the load is complete. */
  readonly changeset: (databaseName: string, dbPath?: string) => Promise<string>;
  readonly group: (scalingGroupName: string, hostType?: string, zone?: string) => Promise<Reply>;
  readonly volume: (volumeName: string) => Promise<Reply>;
  readonly dataview: (dataviewName: string, rest?: Partial<Input<'CreateKxDataview'>>) => Promise<Reply>;
  readonly cluster: (clusterName: string, rest?: Partial<Input<'CreateKxCluster'>>) => Promise<Reply>;
  /** The request for a cluster, for tests of refusals. */
  readonly clusterInput: (clusterName: string, rest?: Partial<Input<'CreateKxCluster'>>) => Input<'CreateKxCluster'>;
}

export const WAIT = 30 * MINUTE;

/** A ready environment. Each entity that it creates is ready, too. */
export async function openBuilder({ call, advance }: TestWorld, name = 'kdb-test'): Promise<EnvironmentBuilder> {
  const { environmentId } = await call('CreateKxEnvironment', { name, kmsKeyId: KEY });
  advance(WAIT);
  const settled = (reply: Reply): Reply => {
    advance(WAIT);
    return reply;
  };
  const clusterInput: EnvironmentBuilder['clusterInput'] = (clusterName, rest = {}) => ({
    environmentId,
    clusterName,
    clusterType: 'GP',
    releaseLabel: '1.0',
    azMode: 'SINGLE',
    availabilityZoneId: ZONE,
    vpcConfiguration: VPC,
    ...(rest.scalingGroupConfiguration === undefined && {
      capacityConfiguration: { nodeType: 'kx.s.large', nodeCount: 1 },
    }),
    ...rest,
  });
  return {
    environmentId,
    clusterInput,
    database: (databaseName) => call('CreateKxDatabase', { environmentId, databaseName, clientToken: token() }),
    changeset: async (databaseName, dbPath = '/2026.03.16/') => {
      const changeRequests = [{ changeType: 'PUT' as const, s3Path: 's3://some-bucket/data/', dbPath }];
      const input = { environmentId, databaseName, changeRequests, clientToken: token() };
      return settled(await call('CreateKxChangeset', input)).changesetId;
    },
    group: async (scalingGroupName, hostType = 'kx.sg.4xlarge', zone = ZONE) =>
      settled(
        await call('CreateKxScalingGroup', {
          environmentId,
          scalingGroupName,
          hostType,
          availabilityZoneId: zone,
          clientToken: token(),
        }),
      ),
    volume: async (volumeName) =>
      settled(
        await call('CreateKxVolume', {
          environmentId,
          volumeName,
          volumeType: 'NAS_1',
          azMode: 'SINGLE',
          availabilityZoneIds: [ZONE],
          nas1Configuration: { type: 'SSD_1000', size: 1200 },
        }),
      ),
    dataview: async (dataviewName, rest = {}) =>
      settled(
        await call('CreateKxDataview', {
          environmentId,
          databaseName: 'trades',
          dataviewName,
          azMode: 'SINGLE',
          availabilityZoneId: ZONE,
          clientToken: token(),
          ...rest,
        }),
      ),
    cluster: async (clusterName, rest) => settled(await call('CreateKxCluster', clusterInput(clusterName, rest))),
  };
}

/** An environment with one of each entity that others depend on. For tests that do not change it. */
export async function openFurnishedBuilder(world: TestWorld): Promise<EnvironmentBuilder> {
  const builder = await openBuilder(world);
  await builder.database('trades');
  await builder.changeset('trades');
  await builder.group('sg-one');
  await builder.volume('vol-one');
  await builder.volume('vol-two');
  await builder.dataview('view-one', { segmentConfigurations: [{ dbPaths: ['/*'], volumeName: 'vol-one' }] });
  return builder;
}

/** A place on the scaling group of a furnished environment. */
export const SHARED = {
  scalingGroupConfiguration: { scalingGroupName: 'sg-one', memoryReservation: 6, nodeCount: 1 },
};
