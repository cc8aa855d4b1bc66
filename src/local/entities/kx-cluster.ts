import type { Handlers } from '../context.ts';
import { withTimestamps } from '../timestamps.ts';
import { type ClusterBody, type KxCluster, relinkCluster, resolvedMounts, shownVolumes } from './kx-cluster-mounts.ts';
import { relink } from './links.ts';
import { addEntity, deleteOf, getOf, listOf, type Presentation, settingsIn } from './storage.ts';

const detail = ({ name, status, body }: KxCluster) => ({ clusterName: name, status, ...withTimestamps(body) });

const CLUSTER: Presentation<'kx-cluster'> = {
  kind: 'kx-cluster',
  // Observed: GetKxCluster shows an empty list where other replies omit it.
  detail: (cluster) => ({ volumes: [], ...detail(cluster) }),
  summary: detail,
  filter: 'clusterType',
};

export const kxClusters = {
  async CreateKxCluster(input, context) {
    const { environmentId, tags } = input;
    const databases = await resolvedMounts(environmentId, input.clusterType, input.databases, context);
    const settings = { ...settingsIn('kx-cluster', input), ...(databases && { databases }) };
    const body: ClusterBody = {
      ...settings,
      ...shownVolumes(settings),
      created: context.now,
      modified: context.now,
    };
    const created = await addEntity('kx-cluster', input, { status: 'PENDING', body, tags }, context);
    await relink(created, context);
    return { ...detail(created), ...(databases && { databases: databases.map(withCaches) }) };
  },

  GetKxCluster: getOf(CLUSTER),
  ListKxClusters: listOf(CLUSTER),
  DeleteKxCluster: deleteOf('kx-cluster', (cluster, context) => relinkCluster(cluster, cluster.body, context)),
} satisfies Partial<Handlers>;

/** The reply to a create contains an empty list where later replies omit the member. */
const withCaches = (entry: NonNullable<ClusterBody['databases']>[number]) => ({
  ...entry,
  cacheConfigurations: entry.cacheConfigurations ?? [],
});
