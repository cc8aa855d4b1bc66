import type { Call, Input } from '../../../src/operations/index.ts';

export const KEY = 'arn:aws:kms:us-east-1:111122223333:key/5b0e7c1f-2d84-4f7a-9c36-e1a8d9f04b72';
export const ROLE = 'arn:aws:iam::111122223333:role/kdb-quant';
export const ZONE = 'use1-az1';

/** Creates entities in one environment with the fewest members that they need. */
export interface EnvironmentBuilder {
  readonly environmentId: string;
  readonly environmentArn: string;
  readonly database: (databaseName: string) => Promise<unknown>;
  readonly changeset: (databaseName: string, dbPath?: string) => Promise<unknown>;
  readonly user: (userName: string, iamRole?: string) => Promise<unknown>;
  readonly group: (scalingGroupName: string) => Promise<unknown>;
  readonly volume: (volumeName: string, size?: number) => Promise<unknown>;
  readonly dataview: (dataviewName: string, rest?: Partial<Input<'CreateKxDataview'>>) => Promise<unknown>;
  readonly cluster: (clusterName: string, rest?: Partial<Input<'CreateKxCluster'>>) => Promise<unknown>;
  readonly tag: (path: string, tags?: Record<string, string>) => Promise<unknown>;
}

export const PROTECT = { 'finspace-mcp:protected': 'true' };

/** The fewest members of a create request for a cluster besides its name and environment, and `rest`. */
export const ofCluster = (rest: Partial<Input<'CreateKxCluster'>>) => ({
  clusterType: 'GP' as const,
  releaseLabel: '1.0',
  azMode: 'SINGLE' as const,
  availabilityZoneId: ZONE,
  vpcConfiguration: {
    vpcId: 'vpc-0c81f2d9a4e6b7351',
    securityGroupIds: ['sg-07a1e93bd52f4c618'],
    subnetIds: ['subnet-04d9b6a17e83c5f21'],
    ipAddressType: 'IP_V4' as const,
  },
  ...(rest.scalingGroupConfiguration === undefined && {
    capacityConfiguration: { nodeType: 'kx.s.large', nodeCount: 1 },
  }),
  ...rest,
});

/** Creates an environment. It waits for nothing: for worlds whose entities take no time, and tests that move the clock. */
export async function openBuilder(call: Call, name = 'trading'): Promise<EnvironmentBuilder> {
  const { environmentId = '' } = await call('CreateKxEnvironment', { name, kmsKeyId: KEY });
  const { environmentArn = '' } = await call('GetKxEnvironment', { environmentId });
  return {
    environmentId,
    environmentArn,
    database: (databaseName) => call('CreateKxDatabase', { environmentId, databaseName }),
    changeset: (databaseName, dbPath = '/2026.03.16/') =>
      call('CreateKxChangeset', {
        environmentId,
        databaseName,
        changeRequests: [{ changeType: 'PUT', s3Path: 's3://some-bucket/data/', dbPath }],
      }),
    user: (userName, iamRole = ROLE) => call('CreateKxUser', { environmentId, userName, iamRole }),
    group: (scalingGroupName) =>
      call('CreateKxScalingGroup', {
        environmentId,
        scalingGroupName,
        hostType: 'kx.sg.4xlarge',
        availabilityZoneId: ZONE,
      }),
    volume: (volumeName, size = 1200) =>
      call('CreateKxVolume', {
        environmentId,
        volumeName,
        volumeType: 'NAS_1',
        azMode: 'SINGLE',
        availabilityZoneIds: [ZONE],
        nas1Configuration: { type: 'SSD_1000', size },
      }),
    dataview: (dataviewName, rest = {}) =>
      call('CreateKxDataview', {
        environmentId,
        databaseName: 'trades',
        dataviewName,
        azMode: 'SINGLE',
        availabilityZoneId: ZONE,
        ...rest,
      }),
    cluster: (clusterName, rest = {}) => call('CreateKxCluster', { environmentId, clusterName, ...ofCluster(rest) }),
    tag: (path, tags = PROTECT) => call('TagResource', { resourceArn: `${environmentArn}${path}`, tags }),
  };
}
