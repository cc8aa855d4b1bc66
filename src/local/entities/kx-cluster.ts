import { volumesOf } from '../../kinds/kx-cluster-references.ts';
import { inEnvironment } from '../arns.ts';
import type { Handlers } from '../context.ts';
import { begin, enter } from '../lifecycle.ts';
import { paged } from '../paging.ts';
import { stamps } from '../timestamps.ts';
import { clusterOf } from './kx-cluster-access.ts';
import { attach, type ClusterBody, type KxCluster, mounted } from './kx-cluster-mounts.ts';
import { environmentOf } from './kx-environment.ts';

type Operations = 'CreateKxCluster' | 'GetKxCluster' | 'ListKxClusters' | 'DeleteKxCluster';

export const kxClusters: Handlers<Operations> = {
  async CreateKxCluster(input, context) {
    const { environmentId, clusterName, clientToken: _, tags, ...members } = input;
    const { tx, now, world } = context;
    const collection = inEnvironment(world, environmentId, 'kxCluster');
    const databases = await mounted(environmentId, input, input.databases, context);
    const volumes = volumesOf({ ...members, ...(databases && { databases }) });
    const body: ClusterBody = {
      ...members,
      ...(databases && { databases }),
      ...(volumes.length > 0 && { volumes: asVolumes(volumes) }),
      created: now,
      modified: now,
    };
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
    const cluster = await clusterOf(input, context);
    const { statusReason: _, ...body } = { ...cluster.body, modified: context.now };
    const leaving = enter({ ...cluster, body }, 'DELETING', context);
    await context.tx.put(leaving);
    await attach(leaving, body, context);
    return {};
  },
};

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
