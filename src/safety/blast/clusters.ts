import { walk } from '../../inventory/pages.ts';
import { count, type Finding, type Item, type Members, NOTHING, type Subject } from './finding.ts';

const MOST_NODES = 1_000;

/** What a cluster takes along: its nodes, what they hold in memory, its cache and dedicated savedown storage. */
export async function deletingCluster({ call, input, entity, options }: Subject): Promise<Finding> {
  const { items: nodes } = await walk(call, 'ListKxClusterNodes', clusterIn(input), MOST_NODES, options);
  const caches = (entity['cacheStorageConfigurations'] as Members[] | undefined) ?? [];
  const savedown = entity['savedownStorageConfiguration'] as Members | undefined;
  const volatile = entity['clusterType'] !== 'HDB' && entity['clusterType'] !== 'GATEWAY';
  return {
    ...NOTHING,
    lost: [
      {
        kind: 'nodes',
        name: count(nodes.length, 'node'),
        detail: volatile ? 'with what they hold in memory only' : undefined,
      },
      ...caches.map(({ type, size }): Item => ({ kind: 'cache', name: String(type), detail: `${size} GB` })),
      ...(savedown?.['size'] === undefined
        ? []
        : [
            {
              kind: 'savedown storage',
              name: String(savedown['type']),
              detail: `${savedown['size']} GiB, with what was not loaded yet`,
            },
          ]),
    ],
    seen: nodes.map(({ nodeId }) => nodeId),
  };
}

/** What one node takes along, and how much of the cluster that is. */
export async function deletingNode({ call, input, options }: Subject): Promise<Finding> {
  const { items: nodes } = await walk(call, 'ListKxClusterNodes', clusterIn(input), MOST_NODES, options);
  return {
    ...NOTHING,
    lost: [{ kind: 'node', name: String(input['nodeId']), detail: 'with what it holds in memory only' }],
    interrupted: [
      { kind: 'cluster', name: String(input['clusterName']), detail: `1 of its ${count(nodes.length, 'node')}` },
    ],
  };
}

const STRATEGIES: Record<string, string> = {
  FORCE: 'all nodes stop at once',
  NO_RESTART: 'changed without a restart',
  ROLLING: 'node after node restarts',
};

/** A new configuration interrupts the cluster, in the way that the deployment strategy says. */
export async function reconfiguringCluster({ input }: Subject): Promise<Finding> {
  const deployment = input['deploymentConfiguration'] as Members | undefined;
  const how = STRATEGIES[String(deployment?.['deploymentStrategy'] ?? 'ROLLING')];
  const cluster: Item = { kind: 'cluster', name: String(input['clusterName']), detail: how };
  return {
    ...NOTHING,
    interrupted: [cluster],
    unchecked: ['whether the code, changesets or dataviews that it names are there, and go with this type of cluster'],
  };
}

const clusterIn = (input: Members) => ({
  environmentId: String(input['environmentId']),
  clusterName: String(input['clusterName']),
});
