import type { OperationName } from '../../src/operations/index.ts';
import { KEY, ROLE, token, VPC } from './environment-builder.ts';
import { type Reply, ZONE } from './world.ts';

/** One request for each operation, in an order in which each succeeds in the demo world. */
const REQUESTS: Readonly<Record<OperationName, (ids: Ids) => object>> = {
  ListKxEnvironments: () => ({}),
  CreateKxEnvironment: () => ({ name: 'kdb-new', kmsKeyId: KEY }),
  GetKxEnvironment: ({ created }) => created('CreateKxEnvironment', 'environmentId'),
  UpdateKxEnvironment: ({ env }) => ({ ...env, description: 'Changed' }),
  CreateKxUser: ({ env }) => ({ ...env, userName: 'new_user', iamRole: ROLE }),
  UpdateKxUser: ({ env }) => ({ ...env, userName: 'new_user', iamRole: `${ROLE}-2` }),
  GetKxUser: ({ env }) => ({ ...env, userName: 'new_user' }),
  ListKxUsers: ({ env }) => env,
  GetKxConnectionString: ({ env, created }) => ({
    ...env,
    clusterName: 'gw-prod',
    ...created('CreateKxUser', 'userArn'),
  }),

  DeleteKxUser: ({ env }) => ({ ...env, userName: 'new_user' }),
  CreateKxDatabase: ({ env }) => ({ ...env, databaseName: 'new_db', clientToken: token() }),
  UpdateKxDatabase: ({ env }) => ({ ...env, databaseName: 'new_db', description: 'New', clientToken: token() }),
  GetKxDatabase: ({ env }) => ({ ...env, databaseName: 'new_db' }),
  ListKxDatabases: ({ env }) => env,
  CreateKxChangeset: ({ env }) => ({
    ...env,
    databaseName: 'new_db',
    changeRequests: [{ changeType: 'PUT', s3Path: 's3://some-bucket/a/', dbPath: '/a/' }],
    clientToken: token(),
  }),

  GetKxChangeset: ({ env, created }) => ({
    ...env,
    databaseName: 'new_db',
    ...created('CreateKxChangeset', 'changesetId'),
  }),

  ListKxChangesets: ({ env }) => ({ ...env, databaseName: 'new_db' }),
  CreateKxVolume: ({ env }) => ({
    ...env,
    volumeName: 'vol-new',
    volumeType: 'NAS_1',
    azMode: 'SINGLE',
    availabilityZoneIds: [ZONE],
    nas1Configuration: { type: 'HDD_12', size: 6000 },
  }),

  UpdateKxVolume: ({ env }) => ({ ...env, volumeName: 'vol-new', description: 'Changed' }),
  GetKxVolume: ({ env }) => ({ ...env, volumeName: 'vol-new' }),
  ListKxVolumes: ({ env }) => env,
  CreateKxDataview: ({ env }) => ({
    ...env,
    databaseName: 'new_db',
    dataviewName: 'view-new',
    azMode: 'SINGLE',
    availabilityZoneId: ZONE,
    segmentConfigurations: [{ dbPaths: ['/*'], volumeName: 'vol-new' }],
    clientToken: token(),
  }),

  UpdateKxDataview: ({ env }) => ({ ...env, databaseName: 'new_db', dataviewName: 'view-new', clientToken: token() }),

  GetKxDataview: ({ env }) => ({ ...env, databaseName: 'new_db', dataviewName: 'view-new' }),
  ListKxDataviews: ({ env }) => ({ ...env, databaseName: 'new_db' }),
  CreateKxScalingGroup: ({ env }) => ({
    ...env,
    scalingGroupName: 'sg-new',
    hostType: 'kx.sg.32xlarge',
    availabilityZoneId: ZONE,
    clientToken: token(),
  }),

  GetKxScalingGroup: ({ env }) => ({ ...env, scalingGroupName: 'sg-new' }),
  ListKxScalingGroups: ({ env }) => env,
  CreateKxCluster: ({ env }) => ({
    ...env,
    clusterName: 'gp-new',
    clusterType: 'GP',
    releaseLabel: '1.0',
    azMode: 'SINGLE',
    availabilityZoneId: ZONE,
    vpcConfiguration: VPC,
    databases: [{ databaseName: 'new_db', dataviewName: 'view-new' }],
    scalingGroupConfiguration: { scalingGroupName: 'sg-new', memoryReservation: 1024, nodeCount: 1 },
  }),

  GetKxCluster: ({ env }) => ({ ...env, clusterName: 'gp-new' }),
  ListKxClusters: ({ env }) => env,
  ListKxClusterNodes: ({ env }) => ({ ...env, clusterName: 'gp-new' }),
  DeleteKxClusterNode: ({ env, last }) => ({
    ...env,
    clusterName: 'gp-new',
    nodeId: last('ListKxClusterNodes').nodes[0].nodeId,
  }),

  UpdateKxClusterDatabases: ({ env }) => ({
    ...env,
    clusterName: 'gp-new',
    databases: [{ databaseName: 'new_db', dataviewName: 'view-new' }],
  }),

  UpdateKxClusterCodeConfiguration: ({ env }) => ({
    ...env,
    clusterName: 'gp-new',
    code: { s3Bucket: 'some-code', s3Key: 'app.zip' },
    deploymentConfiguration: { deploymentStrategy: 'NO_RESTART' },
  }),

  TagResource: ({ last }) => ({ resourceArn: last('CreateKxVolume').volumeArn, tags: { owner: 'me' } }),
  ListTagsForResource: ({ last }) => ({ resourceArn: last('CreateKxVolume').volumeArn }),
  UntagResource: ({ last }) => ({ resourceArn: last('CreateKxVolume').volumeArn, tagKeys: ['owner', 'none'] }),
  DeleteKxCluster: ({ env }) => ({ ...env, clusterName: 'gp-new' }),
  DeleteKxDataview: ({ env }) => ({ ...env, databaseName: 'new_db', dataviewName: 'view-new', clientToken: token() }),

  DeleteKxVolume: ({ env }) => ({ ...env, volumeName: 'vol-new' }),
  DeleteKxScalingGroup: ({ env }) => ({ ...env, scalingGroupName: 'sg-new' }),
  DeleteKxDatabase: ({ env }) => ({ ...env, databaseName: 'new_db', clientToken: token() }),
  UpdateKxEnvironmentNetwork: ({ created }) => ({
    ...created('CreateKxEnvironment', 'environmentId'),
    customDNSConfiguration: [{ customDNSServerName: 'dns.corp', customDNSServerIP: '10.0.0.2' }],
  }),

  DeleteKxEnvironment: ({ created }) => created('CreateKxEnvironment', 'environmentId'),
  CreateEnvironment: () => ({ name: 'browser', tags: { owner: 'me' } }),
  GetEnvironment: ({ created }) => created('CreateEnvironment', 'environmentId'),
  ListEnvironments: () => ({}),
  UpdateEnvironment: ({ created }) => ({ ...created('CreateEnvironment', 'environmentId'), description: 'Old' }),
  DeleteEnvironment: ({ created }) => created('CreateEnvironment', 'environmentId'),
};

/** The same as a list. */
export const HISTORY = Object.entries(REQUESTS) as readonly [OperationName, (ids: Ids) => object][];

export interface Ids {
  readonly env: { environmentId: string };
  readonly last: (name: OperationName) => Reply;
  readonly created: (name: OperationName, member: string) => object;
}
