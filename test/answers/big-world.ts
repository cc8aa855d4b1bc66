import type { Call } from '../../src/operations/index.ts';

export const ENVIRONMENTS = 100;
export const CLUSTERS = 2_000;

const pad = (number: number, digits = 3) => String(number).padStart(digits, '0');
export const environmentName = (index: number) => `desk-${pad(index)}`;
const KMS = 'arn:aws:kms:us-east-1:111122223333:key/0f5c0c4e-7f38-4a2b-9d3e-2f0c9a7d1b11';
const PER_ENVIRONMENT = CLUSTERS / ENVIRONMENTS;
const ZONE = 'use1-az1';
const NETWORK = {
  vpcId: 'vpc-0c81f2d9a4e6b7351',
  securityGroupIds: ['sg-07a1e93bd52f4c618'],
  subnetIds: ['subnet-04d9b6a17e83c5f21'],
  ipAddressType: 'IP_V4',
} as const;

/**
 * Fills a world, by its own operations, with 100 environments of 20 clusters. In every tenth environment the HDBs stay behind, in
 * every twenty-fifth a scaling group and a volume are left over, and one environment holds a cluster that does not fit.
 */
export async function buildBigWorld(call: Call): Promise<void> {
  for (let index = 0; index < ENVIRONMENTS; index += 1) await buildEnvironment(call, index);
}

async function buildEnvironment(call: Call, index: number): Promise<void> {
  const tags = { owner: `team-${index % 10}` };
  const made = await call('CreateKxEnvironment', { name: environmentName(index), kmsKeyId: KMS });
  const { environmentId = '', environmentArn = '' } = made;
  await call('TagResource', { resourceArn: environmentArn, tags });
  const ingest = () =>
    call('CreateKxChangeset', {
      environmentId,
      databaseName: 'trades',
      changeRequests: [{ changeType: 'PUT', s3Path: 's3://market-data/trades/', dbPath: '/' }],
    } as never);
  await call('CreateKxDatabase', { environmentId, databaseName: 'trades', tags } as never);
  await ingest();
  const group = (scalingGroupName: string, hostType: string) =>
    call('CreateKxScalingGroup', { environmentId, scalingGroupName, hostType, availabilityZoneId: ZONE } as never);
  const volume = (volumeName: string, size: number) =>
    call('CreateKxVolume', {
      environmentId,
      volumeName,
      volumeType: 'NAS_1',
      azMode: 'SINGLE',
      availabilityZoneIds: [ZONE],
      nas1Configuration: { type: 'SSD_250', size },
    });
  await group('sg-main', 'kx.sg1.16xlarge');
  await volume('vol-logs', 1200);
  if (index % 25 === 24) {
    await group('sg-left-over', 'kx.sg.16xlarge');
    await volume('vol-left-over', 4800);
  }
  for (let at = 0; at < PER_ENVIRONMENT; at += 1) await buildCluster(call, environmentId, index, at);
  if (index % 10 === 7) await ingest();
}

function buildCluster(call: Call, environmentId: string, index: number, at: number) {
  const tooBig = index === 42 && at === 19;
  const kinds = [
    { clusterType: 'HDB', databases: [{ databaseName: 'trades' }] },
    { clusterType: 'TICKERPLANT', tickerplantLogConfiguration: { tickerplantLogVolumes: ['vol-logs'] } },
    { clusterType: 'GATEWAY' },
    { clusterType: 'GP' },
  ] as const;
  const { clusterType, ...rest } = kinds[at % kinds.length] ?? kinds[3];
  return call('CreateKxCluster', {
    environmentId,
    clusterName: `${clusterType.toLowerCase()}-${pad(index)}-${pad(at, 2)}`,
    clusterType,
    ...rest,
    releaseLabel: '1.0',
    azMode: 'SINGLE',
    availabilityZoneId: ZONE,
    vpcConfiguration: NETWORK,
    code: { s3Bucket: 'kdb-code', s3Key: 'app.zip' },
    scalingGroupConfiguration: {
      scalingGroupName: 'sg-main',
      memoryReservation: tooBig ? 1_900_000 : 8192,
      nodeCount: 1,
    },
  } as never);
}
