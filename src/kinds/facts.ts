import { HOST_TYPES, memoryMiB } from '../operations/machine-types.ts';
import { withoutUndefined } from '../without-undefined.ts';
import { type FactSource, type Facts, ZONE } from './fact.ts';
import { CLUSTER_FACTS } from './kx-cluster-facts.ts';
import { newestFirst } from './newest-first.ts';
import type { KindName } from './views.ts';

type Network = NonNullable<FactSource<'kx-environment'>['transitGatewayConfiguration']>;
type NetworkRule = NonNullable<Network['attachmentNetworkAclConfiguration']>[number];

const ENVIRONMENT_FACTS: Facts<'kx-environment'> = {
  environmentId: { of: ({ environmentId }) => environmentId },
  description: { of: ({ description }) => description, setting: true },
  arn: { of: ({ environmentArn }) => environmentArn, unsearched: true },
  account: { of: ({ awsAccountId }) => awsAccountId, also: ['awsAccount'] },
  zones: { of: ({ availabilityZoneIds }) => availabilityZoneIds, also: ['availabilityZone', 'az'], listed: true },
  kmsKey: { of: ({ kmsKeyId }) => kmsKeyId, also: ['kms', 'encryptionKey'], setting: true },
  network: { of: ({ tgwStatus }) => tgwStatus, also: ['tgwStatus', 'transitGatewayStatus'] },
  transitGateway: {
    of: ({ transitGatewayConfiguration: gateway }) => gateway?.transitGatewayID,
    also: ['tgw'],
    setting: true,
  },
  cidr: {
    of: ({ transitGatewayConfiguration: gateway }) => gateway?.routableCIDRSpace,
    also: ['routableCIDRSpace'],
    setting: true,
  },
  dns: { of: ({ dnsStatus }) => dnsStatus, also: ['dnsStatus'] },
  dnsServers: {
    of: ({ customDNSConfiguration }) =>
      customDNSConfiguration?.map(
        ({ customDNSServerName: name = '?', customDNSServerIP: ip = '?' }) => `${name} ${ip}`,
      ),
    also: ['customDNS'],
    setting: true,
  },
  networkRules: {
    of: ({ transitGatewayConfiguration: gateway }) =>
      gateway?.attachmentNetworkAclConfiguration?.toSorted((a, b) => a.ruleNumber - b.ruleNumber).map(ruleText),
    also: ['acl', 'networkAcl', 'attachmentNetworkAcl', 'firewall', 'firewallRules'],
    setting: true,
  },
  serviceAccount: {
    of: ({ dedicatedServiceAccountId }) => dedicatedServiceAccountId,
    also: ['dedicatedServiceAccount'],
  },
  certificateAuthority: { of: ({ certificateAuthorityArn }) => certificateAuthorityArn, also: ['certificate', 'ca'] },
};

const GROUP_FACTS: Facts<'kx-scaling-group'> = {
  hostType: { of: ({ hostType }) => hostType, also: ['type'], listed: true },
  memoryMiB: {
    of: ({ hostType }) => memoryMiB(HOST_TYPES, hostType),
    unit: 'MiB',
    replacedInRow: true,
    totals: [{ name: 'hostMemory' }],
  },
  reservedMiB: { of: ({ reservedMiB }) => reservedMiB, needs: 'dependents', unit: 'MiB', replacedInRow: true },
  freeMiB: {
    of: ({ hostType, reservedMiB }) => {
      const memory = memoryMiB(HOST_TYPES, hostType);
      return memory === undefined || reservedMiB === undefined ? undefined : memory - reservedMiB;
    },
    needs: 'dependents',
    unit: 'MiB',
    replacedInRow: true,
    totals: [{ name: 'hostMemoryFree', needsAll: true }],
  },
  cpus: {
    of: ({ hostType }) => HOST_TYPES.get(hostType ?? '')?.cpus,
    also: ['vcpu'],
    totals: [{ name: 'hostCpus' }],
  },
  clusters: { of: ({ clusters }) => clusters, also: ['usedBy'], unsearched: true },
  zone: ZONE,
};

const VOLUME_FACTS: Facts<'kx-volume'> = {
  type: { of: ({ nas1Configuration: disk }) => disk?.type, also: ['nas1', 'diskType'] },
  volumeType: { of: ({ volumeType }) => volumeType, listed: true },
  sizeGB: {
    of: ({ nas1Configuration: disk }) => disk?.size,
    unit: 'GB',
    totals: [{ name: 'diskGB' }, { name: 'diskGBByType', by: 'type' }],
  },
  description: { of: ({ description }) => description, listed: true, setting: true },
  azMode: { of: ({ azMode }) => azMode, listed: true, setting: true },
  zone: {
    of: ({ availabilityZoneIds: zones }) => (zones?.length === 1 ? zones[0] : zones),
    also: ['availabilityZone', 'az'],
    listed: true,
    setting: true,
  },
  attachedClusters: {
    of: ({ attachedClusters }) => attachedClusters?.flatMap(({ clusterName }) => clusterName ?? []),
    also: ['usedBy'],
    unsearched: true,
    replacedInRow: true,
  },
};

const DATABASE_FACTS: Facts<'kx-database'> = {
  description: { of: ({ description }) => description, setting: true },
  bytes: {
    of: ({ numBytes }) => numBytes,
    also: ['size', 'numBytes'],
    unit: 'bytes',
    replacedInRow: true,
    totals: [{ name: 'databaseSize' }],
  },
  files: { of: ({ numFiles }) => numFiles, also: ['numFiles'], replacedInRow: true },
  changesets: { of: ({ numChangesets }) => numChangesets, also: ['numChangesets'] },
  lastCompletedChangesetId: { of: ({ lastCompletedChangesetId }) => lastCompletedChangesetId },
  newestData: { of: ({ newestData }) => newestData },
};

type Requests = NonNullable<FactSource<'kx-changeset'>['changeRequests']>;
/** The different values of a member of the requests of a changeset. */
const ofRequests =
  (member: (request: Requests[number]) => string | undefined) =>
  ({ changeRequests }: FactSource<'kx-changeset'>) =>
    changeRequests && [...new Set(changeRequests.flatMap((each) => member(each) ?? []))];

const CHANGESET_FACTS: Facts<'kx-changeset'> = {
  active: { of: ({ activeFromTimestamp }) => activeFromTimestamp, also: ['activeFromTimestamp'], listed: true },
  changes: {
    of: ({ changeRequests }) =>
      changeRequests?.map(({ changeType, s3Path, dbPath }) =>
        s3Path === undefined ? `${changeType} ${dbPath}` : `${changeType} ${s3Path} to ${dbPath}`,
      ),
    also: ['changeRequests'],
  },
  changeType: { of: ofRequests(({ changeType }) => changeType), unsearched: true, replacedInRow: true },
  s3Path: { of: ofRequests(({ s3Path }) => s3Path), also: ['source'], unsearched: true, replacedInRow: true },
  dbPath: { of: ofRequests(({ dbPath }) => dbPath), unsearched: true, replacedInRow: true },
  buckets: {
    of: ({ changeRequests }) =>
      changeRequests && [
        ...new Set(changeRequests.flatMap(({ s3Path }) => /^s3:\/\/([^/]+)/.exec(s3Path ?? '')?.[1] ?? [])),
      ],
    also: ['s3Bucket', 's3'],
  },
  newestCompleted: { of: ({ isNewestCompleted }) => isNewestCompleted || undefined, needs: 'database' },
  completedSince: { of: ({ newer }) => newer?.count },
  supersededSince: { of: ({ newer }) => newer?.since },
};

const DATAVIEW_FACTS: Facts<'kx-dataview'> = {
  changesetId: { of: ({ changesetId }) => changesetId },
  description: { of: ({ description }) => description, setting: true },
  autoUpdate: { of: ({ autoUpdate }) => autoUpdate, listed: true, setting: true },
  readWrite: { of: ({ readWrite }) => readWrite, listed: true, setting: true },
  azMode: { of: ({ azMode }) => azMode, listed: true, setting: true },
  zone: ZONE,
  segments: {
    of: ({ segmentConfigurations }) =>
      segmentConfigurations?.map(({ volumeName, dbPaths, onDemand }) =>
        withoutUndefined({ volume: volumeName, dbPaths, onDemand: onDemand || undefined }),
      ),
    parts: ['volume', 'dbPaths', 'onDemand'],
    setting: true,
  },
  versions: {
    of: (view) =>
      view.activeVersions &&
      newestFirst(view).map(({ versionId, changesetId, createdTimestamp: created, attachedClusters: clusters }) => ({
        versionId,
        changesetId,
        created,
        clusters,
      })),
    also: ['activeVersions'],
    unsearched: true,
  },
};

const USER_FACTS: Facts<'kx-user'> = {
  iamRole: { of: ({ iamRole }) => iamRole, also: ['role'], listed: true, setting: true },
  arn: { of: ({ userArn }) => userArn, unsearched: true },
};

const NODE_FACTS: Facts<'kx-node'> = {
  cluster: { of: ({ clusterName }) => clusterName, also: ['clusterName'], listed: true },
  type: { of: ({ clusterType }) => clusterType, also: ['clusterType'], listed: true },
  nodeType: { of: ({ nodeType }) => nodeType },
  zone: { of: ({ availabilityZoneId }) => availabilityZoneId, also: ['availabilityZone', 'az'], listed: true },
};

/** What an inventory knows about the entities of each kind, under the names that answers use. */
export const FACTS: { readonly [K in KindName]: Facts<K> } = {
  'kx-environment': ENVIRONMENT_FACTS,
  'kx-cluster': CLUSTER_FACTS,
  'kx-database': DATABASE_FACTS,
  'kx-dataview': DATAVIEW_FACTS,
  'kx-changeset': CHANGESET_FACTS,
  'kx-scaling-group': GROUP_FACTS,
  'kx-volume': VOLUME_FACTS,
  'kx-user': USER_FACTS,
  'kx-node': NODE_FACTS,
  // Of the dataset browser; no inventory contains it.
  environment: {},
};

/** The facts of an entity; without those that are unknown. */
export function factsIn<K extends KindName>(kind: K, view: FactSource<K>): Readonly<Record<string, unknown>> {
  const facts: Record<string, unknown> = {};
  for (const [name, { of }] of Object.entries(FACTS[kind])) {
    const fact: unknown = of(view);
    if (fact !== undefined) facts[name] = fact;
  }
  return facts;
}

/** `100 allow tcp 443-443 to 10.20.0.0/16`: the rules are for outbound traffic. */
function ruleText({ ruleNumber, ruleAction, protocol, portRange, icmpTypeCode, cidrBlock }: NetworkRule): string {
  const ports = portRange && `${portRange.from ?? '?'}-${portRange.to ?? '?'}`;
  const icmp = icmpTypeCode && `type ${icmpTypeCode.type ?? '?'} code ${icmpTypeCode.code ?? '?'}`;
  const traffic = [PROTOCOLS[protocol] ?? `protocol ${protocol ?? '?'}`, ports, icmp].filter(Boolean);
  return `${ruleNumber ?? '?'} ${ruleAction ?? '?'} ${traffic.join(' ')} to ${cidrBlock ?? '?'}`;
}

const PROTOCOLS: Record<string, string> = { '-1': 'all', 1: 'icmp', 6: 'tcp', 17: 'udp' };
