import { environments } from '../arns.ts';
import { code, DAY, type DemoWorld, HOUR, stageTags, subnetOf } from './demo-world.ts';

const START = 40 * DAY;
const UAT = stageTags('market-data-platform', 'CC-4410', 'uat');

/** The small environment in which releases are tried. */
export function buildUat(demo: DemoWorld): void {
  const { script, world, zone, role } = demo;
  let environmentId = '';
  const kmsKeyId = `arn:aws:kms:${world.region}:${world.account}:key/c07d3a52-91be-4e0c-8f4d-26b7a9e5d813`;
  const description = 'Acceptance tests of releases';
  script.at(START, 'CreateKxEnvironment')(
    () => ({ name: 'kdb-uat', description, kmsKeyId }),
    (output) => {
      environmentId = output['environmentId'] ?? '';
    },
  );
  script.at(
    START - HOUR,
    'TagResource',
  )(() => ({
    resourceArn: `${environments(world)}/${environmentId}`,
    tags: UAT,
  }));
  script.at(
    START - HOUR,
    'CreateKxUser',
  )(() => ({
    environmentId,
    userName: 'svc-release',
    iamRole: role('kdb-release'),
    tags: UAT,
  }));
  script.at(
    START - HOUR,
    'CreateKxDatabase',
  )(() => ({
    environmentId,
    databaseName: 'equities_sample',
    description: 'One week of US equities',
    tags: UAT,
  }));
  script.at(
    START - 2 * HOUR,
    'CreateKxChangeset',
  )(() => ({
    environmentId,
    databaseName: 'equities_sample',
    changeRequests: [
      { changeType: 'PUT', s3Path: 's3://halden-market-data/samples/week/', dbPath: '/' },
      { changeType: 'PUT', s3Path: 's3://halden-market-data/samples/sym', dbPath: '/' },
    ],
  }));
  script.at(
    START - HOUR,
    'CreateKxScalingGroup',
  )(() => ({
    environmentId,
    scalingGroupName: 'sg-uat',
    hostType: 'kx.sg.xlarge',
    availabilityZoneId: zone,
    tags: UAT,
  }));
  buildUatClusters(demo, () => environmentId);
}

function buildUatClusters({ script, zone }: DemoWorld, uat: () => string): void {
  const placed = {
    releaseLabel: '1.0',
    azMode: 'SINGLE',
    availabilityZoneId: zone,
    vpcConfiguration: subnetOf('uat'),
    tags: UAT,
  } as const;
  const shared = (memoryReservation: number) => ({ scalingGroupName: 'sg-uat', memoryReservation, nodeCount: 1 });
  script.at(
    START - 3 * HOUR,
    'CreateKxCluster',
  )(() => ({
    ...placed,
    environmentId: uat(),
    clusterName: 'hdb-uat',
    clusterType: 'HDB',
    databases: [{ databaseName: 'equities_sample' }],
    scalingGroupConfiguration: shared(8192),
    code: code('hdb', '4.2.0'),
    initializationScript: 'hdb/start.q',
  }));
  script.at(
    START - 4 * HOUR,
    'CreateKxCluster',
  )(() => ({
    ...placed,
    environmentId: uat(),
    clusterName: 'gw-uat',
    clusterType: 'GATEWAY',
    scalingGroupConfiguration: shared(2048),
    code: code('gateway', '1.15.0'),
    initializationScript: 'gateway/start.q',
  }));
}
