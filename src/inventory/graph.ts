import type { Call } from '../operations/index.ts';
import { edgesOf } from './edges.ts';
import { entitiesOf } from './entities.ts';
import { readEnvironment } from './environment-data.ts';
import type { Graph, GraphOptions } from './graph-types.ts';
import { quotaUse } from './quota-use.ts';

/**
 * Reads an environment, as far as the options ask for it: each list once (for dataviews and changesets, once per database; for nodes, once
 * per cluster), and the details of each cluster, volume, database and failed changeset. Rejects when the environment does not exist or
 * the backend cannot be reached.
 */
export async function environmentGraph(call: Call, environmentId: string, options: GraphOptions = {}): Promise<Graph> {
  const [{ data, gaps, readAt }, aheadMs = 0] = await Promise.all([
    readEnvironment(call, environmentId, options),
    options.aheadMs?.(),
  ]);
  const entities = entitiesOf(data, options);
  return {
    environmentId,
    name: data.environment.name ?? environmentId,
    readAt: new Date(readAt + aheadMs).toISOString(),
    entities,
    edges: edgesOf(data, new Set(entities.map(({ id }) => id))),
    gaps,
    ...(options.quotas === undefined ? {} : { quotaUse: await quotaUse(data, gaps, options.quotas) }),
  };
}
