import { environments } from '../arns.ts';
import { code, DAY, type DemoWorld, HOUR, stageTags, subnetOf } from './demo-world.ts';

const START = 40 * DAY;
const UAT = stageTags('market-data-platform', 'CC-4410', 'uat');

/** The small environment in which releases are tried. */
export function buildUat(demo: DemoWorld): void {
  const { script, world, zone, role } = demo;
  const uat = createUat(demo);
  const resourceArn = () => `${environments(world)}/${uat()}`;
  script.at(START - HOUR, 'TagResource')(() => ({ resourceArn: resourceArn(), tags: UAT }));
  const iamRole = role('kdb-release');
  script.at(START - HOUR, 'CreateKxUser')(() => ({ ...inUat(uat), userName: 'svc-release', iamRole }));
  const group = { scalingGroupName: 'sg-uat', hostType: 'kx.sg.xlarge', availabilityZoneId: zone } as const;
  buildUatDatabase(demo, uat);
  script.at(START - HOUR, 'CreateKxScalingGroup')(() => ({ ...inUat(uat), ...group }));
  buildUatClusters(demo, uat);
}

/** The id of the environment, known once the script runs. */
function createUat({ script, world }: DemoWorld): () => string {
  let id = '';
  const kmsKeyId = `arn:aws:kms:${world.region}:${world.account}:key/c07d3a52-91be-4e0c-8f4d-26b7a9e5d813`;
  const description = 'Acceptance tests of releases';
  script.at(START, 'CreateKxEnvironment')(
    () => ({ name: 'kdb-uat', description, kmsKeyId }),
    (output) => {
      id = output['environmentId'] ?? '';
    },
  );
  return () => id;
}

const inUat = (uat: () => string) => ({ environmentId: uat(), tags: UAT });

function buildUatDatabase({ script }: DemoWorld, uat: () => string): void {
  const database = { databaseName: 'equities_sample', description: 'One week of US equities' };
  script.at(START - HOUR, 'CreateKxDatabase')(() => ({ ...inUat(uat), ...database }));
  const { databaseName } = database;
  const changeRequests = [
    { changeType: 'PUT' as const, s3Path: 's3://halden-market-data/samples/week/', dbPath: '/' },
    { changeType: 'PUT' as const, s3Path: 's3://halden-market-data/samples/sym', dbPath: '/' },
  ];
  script.at(START - 2 * HOUR, 'CreateKxChangeset')(() => ({ environmentId: uat(), databaseName, changeRequests }));
}

function buildUatClusters({ script, zone }: DemoWorld, uat: () => string): void {
  const placed = {
    releaseLabel: '1.0',
    azMode: 'SINGLE',
    availabilityZoneId: zone,
    vpcConfiguration: subnetOf('uat'),
  } as const;
  const shared = (memoryReservation: number) => ({ scalingGroupName: 'sg-uat', memoryReservation, nodeCount: 1 });
  script.at(
    START - 3 * HOUR,
    'CreateKxCluster',
  )(() => ({
    ...placed,
    ...inUat(uat),
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
    ...inUat(uat),
    clusterName: 'gw-uat',
    clusterType: 'GATEWAY',
    scalingGroupConfiguration: shared(2048),
    code: code('gateway', '1.15.0'),
    initializationScript: 'gateway/start.q',
  }));
}
