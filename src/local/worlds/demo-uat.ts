import { environmentCollection } from '../arns.ts';
import { DAY, type DemoWorld, HOUR, program, stageTags, vpcOf } from './demo-world.ts';
import type { ScriptedEnvironment } from './world-script.ts';

const START = 40 * DAY;
const UAT = stageTags('market-data-platform', 'CC-4410', 'uat');

/** The small environment in which releases are tried. */
export function buildUat({ script, world, zone, role }: DemoWorld): void {
  const uat = script.environment(START, {
    name: 'kdb-uat',
    description: 'Acceptance tests of releases',
    kmsKeyId: `arn:aws:kms:${world.region}:${world.account}:key/c07d3a52-91be-4e0c-8f4d-26b7a9e5d813`,
  });
  script.at(START - HOUR, 'TagResource', () => ({
    resourceArn: `${environmentCollection(world)}/${uat.id()}`,
    tags: UAT,
  }));
  uat.at(START - HOUR, 'CreateKxUser', { userName: 'svc-release', iamRole: role('kdb-release'), tags: UAT });
  buildUatDatabase(uat);
  const group = { scalingGroupName: 'sg-uat', hostType: 'kx.sg.xlarge', availabilityZoneId: zone };
  uat.at(START - HOUR, 'CreateKxScalingGroup', { ...group, tags: UAT });
  buildUatClusters(uat, zone);
}

function buildUatDatabase(uat: ScriptedEnvironment): void {
  const databaseName = 'equities_sample';
  const description = 'One week of US equities';
  uat.at(START - HOUR, 'CreateKxDatabase', { databaseName, description, tags: UAT });
  const changeRequests = [
    { changeType: 'PUT' as const, s3Path: 's3://halden-market-data/samples/week/', dbPath: '/' },
    { changeType: 'PUT' as const, s3Path: 's3://halden-market-data/samples/sym', dbPath: '/' },
  ];
  uat.at(START - 2 * HOUR, 'CreateKxChangeset', { databaseName, changeRequests });
}

function buildUatClusters(uat: ScriptedEnvironment, zone: string): void {
  const placed = {
    releaseLabel: '1.0',
    azMode: 'SINGLE',
    availabilityZoneId: zone,
    vpcConfiguration: vpcOf('uat'),
    tags: UAT,
  } as const;
  const shared = (memoryReservation: number) => ({ scalingGroupName: 'sg-uat', memoryReservation, nodeCount: 1 });
  uat.at(START - 3 * HOUR, 'CreateKxCluster', {
    ...placed,
    clusterName: 'hdb-uat',
    clusterType: 'HDB',
    databases: [{ databaseName: 'equities_sample' }],
    scalingGroupConfiguration: shared(8192),
    ...program('hdb', '4.2.0'),
  });
  uat.at(START - 4 * HOUR, 'CreateKxCluster', {
    ...placed,
    clusterName: 'gw-uat',
    clusterType: 'GATEWAY',
    scalingGroupConfiguration: shared(2048),
    ...program('gateway', '1.15.0'),
  });
}
