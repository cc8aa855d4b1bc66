import { cachedPaths } from '../kinds/kx-cluster-references.ts';
import { HOST_TYPES, type Machine, NODE_TYPES } from '../operations/machine-types.ts';
import { type Changeset, completedAfter, type Newer } from './changesets.ts';
import { known } from './known.ts';
import type { Cluster, Database, Dataview, Group, NetworkRule, Parts, User, Volume } from './parts.ts';
import { type GraphEntity, type GraphOptions, idOf, type Kind } from './shape.ts';

/** The entities of an environment, in reading order. */
export function entitiesOf(parts: Parts, { everyChangeset = false }: GraphOptions): GraphEntity[] {
  const { environment, clusters, groups, volumes, databases, users } = parts;
  return [
    environmentEntity(environment),
    ...clusters.map(clusterEntity),
    ...databases.map(databaseEntity),
    ...databases.flatMap(({ databaseName, dataviews }) => dataviews.map((view) => dataviewEntity(view, databaseName))),
    ...groups.map((group) => groupEntity(group, clusters)),
    ...volumes.map(volumeEntity),
    ...databases.flatMap((database) => {
      const shown = everyChangeset ? database.changesets : ofInterest(database, clusters);
      const newer = completedAfter(database.changesets);
      return shown.map((changeset) => changesetEntity(changeset, database, newer.get(changeset.changesetId)));
    }),
    ...users.map(userEntity),
  ];
}

type Described = Omit<GraphEntity, 'id' | 'kind' | 'name' | 'facts'>;

function entity(
  kind: Kind,
  name: string | undefined,
  described: Described,
  facts: Record<string, unknown>,
): GraphEntity {
  return {
    id: idOf(kind, name, described.database),
    kind,
    name: name ?? '',
    ...known(described),
    facts: known(facts),
  };
}

function environmentEntity(of: Parts['environment']): GraphEntity {
  return entity(
    'environment',
    of.name ?? of.environmentId,
    { status: of.status, statusReason: of.errorMessage, created: of.creationTimestamp, modified: of.updateTimestamp },
    {
      environmentId: of.environmentId,
      description: of.description,
      arn: of.environmentArn,
      account: of.awsAccountId,
      zones: of.availabilityZoneIds,
      kmsKey: of.kmsKeyId,
      network: of.tgwStatus,
      transitGateway: of.transitGatewayConfiguration?.transitGatewayID,
      cidr: of.transitGatewayConfiguration?.routableCIDRSpace,
      dns: of.dnsStatus,
      dnsServers: of.customDNSConfiguration?.map(
        (server) => `${server.customDNSServerName} ${server.customDNSServerIP}`,
      ),
      networkRules: of.transitGatewayConfiguration?.attachmentNetworkAclConfiguration?.map(ruleText),
      serviceAccount: of.dedicatedServiceAccountId,
      certificateAuthority: of.certificateAuthorityArn,
    },
  );
}

/** `100 allow tcp 443-443 from 10.20.0.0/16`. */
function ruleText({ ruleNumber, ruleAction, protocol, portRange, cidrBlock }: NetworkRule): string {
  const ports = portRange === undefined ? '' : ` ${portRange.from}-${portRange.to}`;
  return `${ruleNumber} ${ruleAction} ${PROTOCOLS[protocol] ?? `protocol ${protocol}`}${ports} from ${cidrBlock}`;
}

const PROTOCOLS: Record<string, string> = { '-1': 'all', 1: 'icmp', 6: 'tcp', 17: 'udp' };

function clusterEntity(of: Cluster): GraphEntity {
  const { capacityConfiguration: own, scalingGroupConfiguration: shared, autoScalingConfiguration: scaling, code } = of;
  const waiting = of.nodes?.filter(({ status }) => status === 'PROVISIONING') ?? [];
  return entity('cluster', of.clusterName, timed(of), {
    type: of.clusterType,
    description: of.clusterDescription,
    nodeType: own?.nodeType,
    nodeCount: own?.nodeCount ?? shared?.nodeCount,
    nodesRunning: of.nodes?.filter(({ status }) => status === 'RUNNING').length,
    nodesProvisioning: waiting.length === 0 ? undefined : waiting.length,
    provisioningSince: waiting.map(({ launchTime }) => launchTime ?? '').toSorted()[0],
    nodes: of.nodes,
    scalingGroup: shared?.scalingGroupName,
    memoryReservationMiB: shared?.memoryReservation,
    memoryLimitMiB: shared?.memoryLimit,
    cpus: shared?.cpu ?? NODE_TYPES.get(own?.nodeType ?? '')?.cpus,
    memoryMiB: memoryOf(NODE_TYPES, own?.nodeType),
    autoscaling:
      scaling === undefined
        ? undefined
        : known({
            min: scaling.minNodeCount,
            max: scaling.maxNodeCount,
            metric: scaling.autoScalingMetric,
            target: scaling.metricTarget,
            scaleInCooldownSeconds: scaling.scaleInCooldownSeconds,
            scaleOutCooldownSeconds: scaling.scaleOutCooldownSeconds,
          }),
    caches: of.cacheStorageConfigurations?.map(({ type, size }) => ({ type, sizeGB: size })),
    savedown: of.savedownStorageConfiguration,
    tickerplantLogVolumes: of.tickerplantLogConfiguration?.tickerplantLogVolumes,
    code: code === undefined ? undefined : `s3://${code.s3Bucket}/${code.s3Key}`,
    bucket: code?.s3Bucket,
    initializationScript: of.initializationScript,
    arguments: of.commandLineArguments?.map(({ key, value }) => `${key}=${value}`),
    executionRole: of.executionRole,
    release: of.releaseLabel,
    azMode: of.azMode,
    zone: of.availabilityZoneId,
    vpc: of.vpcConfiguration?.vpcId,
    subnets: of.vpcConfiguration?.subnetIds,
    securityGroups: of.vpcConfiguration?.securityGroupIds,
    ipAddressType: of.vpcConfiguration?.ipAddressType,
    mounts: of.databases?.map(({ databaseName, changesetId, dataviewConfiguration: view, ...mount }) =>
      known({
        database: databaseName,
        changesetId: changesetId ?? view?.changesetId,
        dataview: view?.dataviewName,
        versionId: view?.dataviewVersionId,
        cached: cachedPaths(mount),
      }),
    ),
  });
}

/** In MiB, as reservations are. */
function memoryOf(types: ReadonlyMap<string, Machine>, type: string | undefined): number | undefined {
  const gibibytes = types.get(type ?? '')?.memory;
  return gibibytes === undefined ? undefined : gibibytes * 1024;
}

function groupEntity(of: Group, clusters: readonly Cluster[]): GraphEntity {
  const memoryMiB = memoryOf(HOST_TYPES, of.hostType);
  const reservedMiB = reservedOn(of, clusters);
  return entity('scaling-group', of.scalingGroupName, timed(of), {
    hostType: of.hostType,
    memoryMiB,
    reservedMiB,
    freeMiB: memoryMiB === undefined || reservedMiB === undefined ? undefined : memoryMiB - reservedMiB,
    cpus: HOST_TYPES.get(of.hostType ?? '')?.cpus,
    clusters: of.clusters,
    zone: of.availabilityZoneId,
  });
}

/** The memory that its clusters reserve, without failed creations; undefined when not all of them were read. */
function reservedOn(
  { scalingGroupName, clusters: names = [] }: Group,
  clusters: readonly Cluster[],
): number | undefined {
  const own = clusters.filter((cluster) => cluster.scalingGroupConfiguration?.scalingGroupName === scalingGroupName);
  const read = new Set(own.map(({ clusterName }) => clusterName));
  if (names.some((name) => !read.has(name))) return undefined;
  return own
    .filter(({ status }) => status !== 'CREATE_FAILED')
    .flatMap(({ scalingGroupConfiguration: shared }) => shared ?? [])
    .reduce((sum, { memoryReservation, nodeCount }) => sum + memoryReservation * nodeCount, 0);
}

function volumeEntity(of: Volume): GraphEntity {
  return entity('volume', of.volumeName, timed(of), {
    type: of.nas1Configuration?.type ?? of.volumeType,
    volumeType: of.volumeType,
    sizeGB: of.nas1Configuration?.size,
    description: of.description,
    azMode: of.azMode,
    zone: of.availabilityZoneIds?.length === 1 ? of.availabilityZoneIds[0] : of.availabilityZoneIds,
    attachedClusters: of.attachedClusters?.map(({ clusterName }) => clusterName),
  });
}

function databaseEntity(of: Database): GraphEntity {
  return entity('database', of.databaseName, timed(of), {
    description: of.description,
    bytes: of.numBytes,
    files: of.numFiles,
    changesets: of.numChangesets,
    lastCompletedChangesetId: of.lastCompletedChangesetId,
    newestData: of.changesets.find(({ changesetId }) => changesetId === of.lastCompletedChangesetId)?.createdTimestamp,
  });
}

function dataviewEntity(of: Dataview, database: string | undefined): GraphEntity {
  return entity(
    'dataview',
    of.dataviewName,
    { ...timed(of), database },
    {
      changesetId: of.changesetId,
      description: of.description,
      autoUpdate: of.autoUpdate,
      readWrite: of.readWrite,
      azMode: of.azMode,
      zone: of.availabilityZoneId,
      segments: of.segmentConfigurations?.map(({ volumeName, dbPaths, onDemand }) =>
        known({ volume: volumeName, dbPaths, onDemand: onDemand || undefined }),
      ),
      versions: of.activeVersions
        ?.toSorted((a, b) => (b.createdTimestamp ?? '').localeCompare(a.createdTimestamp ?? ''))
        .map(({ versionId, changesetId, createdTimestamp, attachedClusters }) => ({
          versionId,
          changesetId,
          created: createdTimestamp,
          clusters: attachedClusters,
        })),
    },
  );
}

/** The newest changeset, the newest completed one, and those that are mounted, failed or in progress. */
function ofInterest({ changesets, lastCompletedChangesetId, dataviews }: Database, clusters: readonly Cluster[]) {
  const held = new Set([
    lastCompletedChangesetId,
    changesets[0]?.changesetId,
    ...clusters.flatMap(({ databases = [] }) =>
      databases.map(({ changesetId, dataviewConfiguration: view }) => changesetId ?? view?.changesetId),
    ),
    ...dataviews.flatMap(({ changesetId, activeVersions = [] }) => [
      changesetId,
      ...activeVersions.map((version) => version.changesetId),
    ]),
  ]);
  return changesets.filter(({ changesetId, status }) => held.has(changesetId) || status !== 'COMPLETED');
}

function changesetEntity(
  of: Changeset,
  { databaseName, lastCompletedChangesetId }: Database,
  newer: Newer | undefined,
): GraphEntity {
  const described = { ...timed(of), statusReason: of.errorInfo?.errorMessage ?? of.errorInfo?.errorType };
  return entity(
    'changeset',
    of.changesetId,
    { ...described, database: databaseName },
    {
      active: of.activeFromTimestamp,
      changes: of.changeRequests?.map(({ changeType, s3Path, dbPath }) =>
        s3Path === undefined ? `${changeType} ${dbPath}` : `${changeType} ${s3Path} to ${dbPath}`,
      ),
      buckets: of.changeRequests && bucketsOf(of.changeRequests),
      newestCompleted: of.changesetId === lastCompletedChangesetId ? true : undefined,
      completedSince: newer?.count,
      supersededSince: newer?.since,
    },
  );
}

const bucketsOf = (requests: NonNullable<Changeset['changeRequests']>) => [
  ...new Set(requests.flatMap(({ s3Path }) => /^s3:\/\/([^/]+)/.exec(s3Path ?? '')?.[1] ?? [])),
];

function userEntity(of: User): GraphEntity {
  const times = { created: of.createTimestamp, modified: of.updateTimestamp };
  return entity('user', of.userName, times, { iamRole: of.iamRole, arn: of.userArn });
}

const timed = (of: {
  readonly status?: string | undefined;
  readonly statusReason?: string | undefined;
  readonly createdTimestamp?: string | undefined;
  readonly lastModifiedTimestamp?: string | undefined;
}): Described => ({
  status: of.status,
  statusReason: of.statusReason,
  created: of.createdTimestamp,
  modified: of.lastModifiedTimestamp,
});
