import type { Input } from '../../operations/index.ts';
import { inEnvironment } from '../arns.ts';
import { requireConditions } from '../conditions.ts';
import type { Context, Handlers } from '../context.ts';
import { begin, enter } from '../lifecycle.ts';
import { paged } from '../paging.ts';
import { demand } from '../refusal.ts';
import { stamps } from '../timestamps.ts';
import { withinClusterQuotas } from './cluster-quotas.ts';
import { clusterOf } from './kx-cluster-access.ts';
import { attach, type ClusterBody, detach, type KxCluster, mounted, volumesOf } from './kx-cluster-mounts.ts';
import { environmentOf, openEnvironment, requireZone } from './kx-environment.ts';
import { groupOf } from './kx-scaling-group.ts';
import { readyVolume } from './kx-volume.ts';
import { withinMountQuotas } from './mount-quotas.ts';

type Operations = 'CreateKxCluster' | 'GetKxCluster' | 'ListKxClusters' | 'DeleteKxCluster';

export const kxClusters: Handlers<Operations> = {
  async CreateKxCluster(input, context) {
    requireConditions('CreateKxCluster', input);
    const environment = await openEnvironment(input, context);
    const { environmentId, clusterName, clientToken: _, tags, ...members } = input;
    const { tx, now, world } = context;
    const collection = inEnvironment(world, environmentId, 'kxCluster');
    demand(
      (await tx.get(collection, clusterName)) === undefined,
      'NameTaken',
      `Cluster already exists with alias: ${clusterName}`,
    );
    if (input.availabilityZoneId !== undefined) requireZone(input.availabilityZoneId, environment);
    await requireGroup(input, context);
    const databases = await mounted(environmentId, input, input.databases, context);
    const volumes = volumesOf({ ...members, ...(databases && { databases }) });
    for (const volumeName of volumes) await requireVolume(environmentId, volumeName, input.availabilityZoneId, context);
    await withinClusterQuotas(input, context);
    const body: ClusterBody = {
      ...members,
      ...(databases && { databases }),
      ...(volumes.length > 0 && { volumes: asVolumes(volumes) }),
      created: now,
      modified: now,
    };
    await withinMountQuotas({ collection, name: clusterName, body }, context);
    const place = { collection, name: clusterName, facet: input.clusterType, tags };
    const created = begin(context, place, 'PENDING', body);
    await tx.put(created);
    await attach(created, body, context);
    return { ...detail(created), ...(databases && { databases: databases.map(withCaches) }) };
  },

  async GetKxCluster(input, context) {
    await environmentOf(input, context);
    return { volumes: [], ...detail(await clusterOf(input, context)) };
  },

  async ListKxClusters(input, context) {
    await environmentOf(input, context);
    const collection = inEnvironment(context.world, input.environmentId, 'kxCluster');
    const { entities, ...rest } = await paged<ClusterBody>(input, context, collection, input.clusterType);
    return { kxClusterSummaries: entities.map(summary), ...rest };
  },

  async DeleteKxCluster(input, context) {
    await openEnvironment(input, context);
    const cluster = await clusterOf(input, context);
    demand(cluster.status !== 'DELETING', 'WrongState', `Cluster ${cluster.name} is already DELETING`);
    const { statusReason: _, ...body } = { ...cluster.body, modified: context.now };
    await context.tx.put(enter({ ...cluster, body }, 'DELETING', context));
    await detach(cluster, context);
    return {};
  },
};

type Request = Input<'CreateKxCluster'>;

async function requireGroup(
  { environmentId, scalingGroupConfiguration, availabilityZoneId }: Request,
  context: Context,
): Promise<void> {
  if (scalingGroupConfiguration === undefined) return;
  const { name, status, body } = await groupOf({ environmentId, ...scalingGroupConfiguration }, context);
  demand(status === 'ACTIVE', 'WrongState', `Scaling group ${name} is ${status}; it has to be ACTIVE`);
  demand(
    body.availabilityZoneId === availabilityZoneId,
    'Validation',
    `Scaling group ${name} is in ${body.availabilityZoneId}, not in ${availabilityZoneId}`,
  );
}

async function requireVolume(
  environmentId: string,
  volumeName: string,
  zone: string | undefined,
  context: Context,
): Promise<void> {
  const { name, body } = await readyVolume({ environmentId, volumeName }, context);
  demand(
    zone === undefined || body.availabilityZoneIds.includes(zone),
    'Validation',
    `Volume ${name} is in ${body.availabilityZoneIds.join(', ')}, not in ${zone}`,
  );
}

const asVolumes = (names: string[]) => names.map((volumeName) => ({ volumeName, volumeType: 'NAS_1' as const }));

/** The reply to a create contains an empty list where later replies omit the member. */
const withCaches = (entry: NonNullable<ClusterBody['databases']>[number]) => ({
  ...entry,
  cacheConfigurations: entry.cacheConfigurations ?? [],
});

function detail({ name, status, body }: KxCluster) {
  const { created, modified, ...members } = body;
  return { clusterName: name, status, ...members, ...stamps({ created, modified }) };
}

const SUMMARY = [
  'statusReason',
  'clusterType',
  'clusterDescription',
  'releaseLabel',
  'volumes',
  'initializationScript',
  'executionRole',
  'azMode',
  'availabilityZoneId',
] as const;

const summary = ({ name, status, body }: KxCluster) => ({
  clusterName: name,
  status,
  ...Object.fromEntries(SUMMARY.map((member) => [member, body[member]])),
  ...stamps(body),
});
