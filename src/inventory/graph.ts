import type { Call } from '../operations/index.ts';
import { edgesOf } from './edges.ts';
import { entitiesOf } from './entities.ts';
import { readParts } from './parts.ts';
import { quotaUse } from './quota-use.ts';
import type { Graph, GraphOptions } from './shape.ts';

export type { Edge, Finding, Graph, GraphEntity, GraphOptions, Kind, QuotaUse, Relation } from './shape.ts';

/**
 * Reads an environment: each list once (per database for dataviews and changesets), and the details of each cluster, volume,
 * database and failed changeset. Rejects when the environment does not exist or the backend cannot be reached.
 */
export async function environmentGraph(call: Call, environmentId: string, options: GraphOptions = {}): Promise<Graph> {
  const { parts, gaps, readAt } = await readParts(call, environmentId, options);
  const entities = entitiesOf(parts, options);
  return {
    environmentId,
    name: parts.environment.name ?? environmentId,
    readAt: new Date(readAt).toISOString(),
    entities,
    edges: edgesOf(parts, new Set(entities.map(({ id }) => id))),
    gaps,
    ...(options.quotas === undefined ? {} : { quotaUse: await quotaUse(parts, gaps, options.quotas) }),
  };
}
