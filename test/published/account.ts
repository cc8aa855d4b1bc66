import { expect } from 'vitest';
import type { Input } from '../../src/operations/index.ts';
import type { Reply } from '../local/world.ts';
import { expectWaitLike, poll, type Service } from './service.ts';

export const ACCOUNT = '111122223333';
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/kdb-all`;
export const BUCKET = 'kdb-examples';
export const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
export const ID = expect.stringMatching(/^[a-zA-Z0-9]{22}$/);

const KEY = `arn:aws:kms:us-east-1:${ACCOUNT}:key/5b0e7c1f-2d84-4f7a-9c36-e1a8d9f04b72`;
const VPC: Input<'CreateKxCluster'>['vpcConfiguration'] = {
  vpcId: 'vpc-0c81f2d9a4e6b7351',
  securityGroupIds: ['sg-07a1e93bd52f4c618'],
  subnetIds: ['subnet-04d9b6a17e83c5f21'],
  ipAddressType: 'IP_V4',
};

/** An environment, and the settings that all its clusters share. */
export interface Environment {
  readonly id: string;
  readonly arn: string;
  readonly zone: string;
  readonly zones: readonly string[];
  readonly placed: Pick<
    Input<'CreateKxCluster'>,
    'environmentId' | 'releaseLabel' | 'azMode' | 'availabilityZoneId' | 'vpcConfiguration'
  >;
}

/** Creates an environment as the walkthrough for the AWS CLI does, and expects the replies that it prints. */
export async function openEnvironment(service: Service, name = 'Managed_kdb_20230712'): Promise<Environment> {
  const described = { name, description: 'Managed kdb Insights environment', kmsKeyId: KEY };
  const made = await service.call('CreateKxEnvironment', described);
  const environmentArn = `arn:aws:finspace:us-east-1:${ACCOUNT}:kxEnvironment/${made.environmentId}`;
  const identity = { ...described, environmentId: expect.any(String), environmentArn, creationTimestamp: TIME };
  expect(made).toEqual({ ...identity, status: 'CREATE_REQUESTED' });
  const environment = { environmentId: made.environmentId };
  const { statuses, seconds, reply } = await poll(service, 'GetKxEnvironment', environment, { until: 'CREATED' });
  expect(statuses).toEqual(['CREATE_REQUESTED', 'CREATING', 'CREATED']);
  expectWaitLike(seconds, [325]);
  expect(reply).toEqual({
    ...identity,
    awsAccountId: ACCOUNT,
    status: 'CREATED',
    tgwStatus: 'NONE',
    dnsStatus: 'NONE',
    dedicatedServiceAccountId: expect.stringMatching(/^\d{12}$/),
    updateTimestamp: TIME,
    availabilityZoneIds: expect.arrayContaining([expect.stringMatching(/^use1-az\d$/)]),
    certificateAuthorityArn: expect.stringContaining(':certificate-authority/'),
  });
  return placedIn(reply);
}

function placedIn({ environmentId: id, environmentArn: arn, availabilityZoneIds: zones }: Reply): Environment {
  const [zone] = zones;
  const single = { azMode: 'SINGLE', availabilityZoneId: zone, vpcConfiguration: VPC } as const;
  return { id, arn, zone, zones, placed: { environmentId: id, releaseLabel: '1.0', ...single } };
}

/** The requests with which the notebooks load a directory of partitions and its sym file into a database. */
export const partitions = (root: string, dates: readonly string[]): Input<'CreateKxChangeset'>['changeRequests'] => [
  ...dates.map((date) => ({ changeType: 'PUT' as const, s3Path: `${root}${date}/`, dbPath: `/${date}/` })),
  { changeType: 'PUT' as const, s3Path: `${root}sym`, dbPath: '/' },
];

/** Creates a database and its first changeset as all notebooks do, and expects the replies that they print. */
export async function createLoadedDatabase(
  service: Service,
  { id: environmentId, arn }: Environment,
  { databaseName, description, dates }: { databaseName: string; description: string; dates: readonly string[] },
): Promise<string> {
  const named = { environmentId, databaseName };
  const databaseArn = `${arn}/kxDatabase/${databaseName}`;
  expect(await service.call('CreateKxDatabase', { ...named, description })).toEqual({
    ...named,
    ...{ databaseArn, description, createdTimestamp: TIME, lastModifiedTimestamp: TIME },
  });
  expect((await service.call('ListKxChangesets', named)).kxChangesets).toEqual([]);
  const changeRequests = partitions(`s3://${BUCKET}/data/hdb/`, dates);
  const pending = await service.call('CreateKxChangeset', { ...named, changeRequests });
  const { changesetId } = pending;
  const known = { ...named, changesetId: ID, changeRequests, createdTimestamp: TIME, lastModifiedTimestamp: TIME };
  expect(pending).toEqual({ ...known, status: 'PENDING' });
  await service.wait(5);
  const ingestion = { ...named, changesetId };
  const { statuses, seconds, reply } = await poll(service, 'GetKxChangeset', ingestion, {
    until: 'COMPLETED',
    every: 10,
  });
  expect(statuses).toEqual(['IN_PROGRESS', 'COMPLETED']);
  expectWaitLike(seconds, [20, 30, 60]);
  expect(reply).toEqual({ ...known, activeFromTimestamp: TIME, status: 'COMPLETED' });
  return changesetId;
}

/** Creates the scaling group and the volume of a notebook, and waits for both. */
export async function createGroupAndVolume(
  service: Service,
  { id: environmentId, zone, arn }: Environment,
  { scalingGroupName, volumeName, description }: { scalingGroupName: string; volumeName: string; description: string },
): Promise<void> {
  const group = { environmentId, scalingGroupName };
  await service.call('CreateKxScalingGroup', { ...group, hostType: 'kx.sg.xlarge', availabilityZoneId: zone });
  const volume = { environmentId, volumeName };
  const nas1Configuration = { type: 'SSD_250', size: 1200 } as const;
  const of = { volumeType: 'NAS_1' as const, azMode: 'SINGLE' as const, availabilityZoneIds: [zone] };
  expect(await service.call('CreateKxVolume', { ...volume, ...of, description, nas1Configuration })).toEqual({
    ...volume,
    ...of,
    ...{ description, nas1Configuration, status: 'CREATING', createdTimestamp: TIME },
    volumeArn: `${arn}/kxVolume/${volumeName}`,
  });
  const active = { until: 'ACTIVE' };
  const groups = await poll(service, 'GetKxScalingGroup', group, active);
  expect(groups.statuses).toEqual(['CREATING', 'ACTIVE']);
  expectWaitLike(groups.seconds, [300]);
  const volumes = await poll(service, 'GetKxVolume', volume, active);
  expect(volumes.statuses).toEqual(['CREATING', 'ACTIVE']);
  expectWaitLike(volumes.seconds + groups.seconds, [450, 510, 570]);
}
