import type { Input } from '../../operations/index.ts';
import { environmentCollection } from '../arns.ts';
import type { World } from '../context.ts';
import { zonesOf } from '../zones.ts';
import type { ScriptedEnvironment, WorldScript } from './world-script.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

type Cluster = Input<'CreateKxCluster'>;
type Disk = NonNullable<Input<'CreateKxVolume'>['nas1Configuration']>;
type Tags = Record<string, string>;

/** Shared by the parts of the demo: the script, the main environment, and what they create in it. */
export interface DemoWorld {
  readonly script: WorldScript;
  readonly world: World;
  readonly zone: string;
  /** The main environment. */
  readonly prod: ScriptedEnvironment;
  /** `2026.03.17`, this many days ago. */
  readonly date: (daysAgo: number) => string;
  readonly role: (name: string) => string;
  readonly tag: (agoMs: number, path: string, tags: Tags) => void;
  readonly volume: (agoMs: number, name: string, type: Disk['type'], size: number, what: string) => void;
  readonly group: (agoMs: number, name: string, hostType: string, tags: Tags) => void;
  readonly cluster: (agoMs: number, rest: ClusterRest) => void;
}
type ClusterRest = Omit<
  Cluster,
  'environmentId' | 'releaseLabel' | 'azMode' | 'availabilityZoneId' | 'vpcConfiguration'
>;

export const stageTags = (owner: string, costCentre: string, stageName = 'prod'): Tags => ({
  owner,
  stage: stageName,
  'cost-centre': costCentre,
});

export const code = (name: string, version: string): NonNullable<Cluster['code']> => ({
  s3Bucket: 'halden-kdb-code',
  s3Key: `${name}/${name}-${version}.zip`,
});

/** The code of a release, and the script in it that starts the q process. */
export const program = (name: string, version: string) => ({
  code: code(name, version),
  initializationScript: `${name}/start.q`,
});

export const vpcOf = (stage: string): NonNullable<Cluster['vpcConfiguration']> => ({
  vpcId: 'vpc-0c81f2d9a4e6b7351',
  securityGroupIds: [`sg-0${stage === 'prod' ? '7a1e93bd' : '3c58d20f'}52f4c618`],
  subnetIds: [`subnet-0${stage === 'prod' ? '4d9b6a17' : '8e2f70c3'}e83c5f21`],
  ipAddressType: 'IP_V4',
});

/** The main environment with its network and its users, and the context for the other parts. */
export function prepareDemoWorld(script: WorldScript, world: World, now: number): DemoWorld {
  const [zone = ''] = zonesOf(world.region);
  const role = (name: string) => `arn:aws:iam::${world.account}:role/${name}`;
  const prod = script.environment(START, {
    name: 'kdb-prod',
    description: 'Market data and research. Production.',
    kmsKeyId: `arn:aws:kms:${world.region}:${world.account}:key/5b0e7c1f-2d84-4f7a-9c36-e1a8d9f04b72`,
  });
  const tag: DemoWorld['tag'] = (agoMs, path, tags) =>
    script.at(agoMs, 'TagResource', () => ({
      resourceArn: `${environmentCollection(world)}/${prod.id()}${path}`,
      tags,
    }));
  tag(START - HOUR, '', stageTags('market-data-platform', 'CC-4410'));
  buildNetwork(prod);
  for (const [index, [userName, roleName, tags]] of USERS.entries()) {
    const iamRole = role(roleName);
    prod.at(START - DAY - index * HOUR, 'CreateKxUser', { userName, iamRole, tags });
  }
  return {
    script,
    world,
    zone,
    prod,
    role,
    tag,
    date: (daysAgo) => new Date(now - daysAgo * DAY).toISOString().slice(0, 10).replaceAll('-', '.'),
    ...creators(prod, zone),
  };
}

const START = 63 * DAY;

function buildNetwork(prod: ScriptedEnvironment): void {
  const rule = { protocol: '6', ruleAction: 'allow' } as const;
  const transitGatewayConfiguration = {
    transitGatewayID: 'tgw-0be47f91c2a6d8350',
    routableCIDRSpace: '100.64.12.0/26',
    attachmentNetworkAclConfiguration: [
      { ruleNumber: 100, ...rule, portRange: { from: 443, to: 443 }, cidrBlock: '10.20.0.0/16' },
      { ruleNumber: 110, ...rule, portRange: { from: 5000, to: 5100 }, cidrBlock: '10.20.8.0/21' },
    ],
  };
  const customDNSConfiguration = [{ customDNSServerName: 'dns1.halden.internal', customDNSServerIP: '10.20.0.53' }];
  prod.at(START - 2 * HOUR, 'UpdateKxEnvironmentNetwork', { transitGatewayConfiguration });
  prod.at(START - 3 * HOUR, 'UpdateKxEnvironmentNetwork', { customDNSConfiguration });
}

/** Creates entities of the main environment, in its first zone. */
function creators(prod: ScriptedEnvironment, zone: string): Pick<DemoWorld, 'volume' | 'group' | 'cluster'> {
  return {
    volume: (agoMs, volumeName, type, size, description) =>
      prod.at(agoMs, 'CreateKxVolume', {
        volumeName,
        volumeType: 'NAS_1',
        description,
        azMode: 'SINGLE',
        availabilityZoneIds: [zone],
        nas1Configuration: { type, size },
      }),
    group: (agoMs, scalingGroupName, hostType, tags) =>
      prod.at(agoMs, 'CreateKxScalingGroup', { scalingGroupName, hostType, availabilityZoneId: zone, tags }),
    cluster: (agoMs, rest) =>
      prod.at(agoMs, 'CreateKxCluster', {
        releaseLabel: '1.0',
        azMode: 'SINGLE',
        availabilityZoneId: zone,
        vpcConfiguration: vpcOf('prod'),
        ...rest,
      }),
  };
}

const USERS: readonly [name: string, role: string, tags: Tags][] = [
  ['svc-ingest', 'kdb-ingest', stageTags('market-data-platform', 'CC-4410')],
  ['svc-monitoring', 'kdb-monitoring', stageTags('market-data-platform', 'CC-4410')],
  ['amara_okafor', 'kdb-quant', stageTags('equities-quant', 'CC-5120')],
  ['jonas_lind', 'kdb-trader-fx', stageTags('fx-desk', 'CC-5230')],
  ['mei_tanaka', 'kdb-quant', stageTags('research', 'CC-5310')],
];
