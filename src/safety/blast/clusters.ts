import { count, type Finding, type Item, type Members, NOTHING, type Subject } from './finding.ts';
import { nodesOf } from './restarts.ts';

/** What a cluster takes along: its nodes, what they hold in memory, its cache and dedicated savedown storage. */
export async function deletingCluster(subject: Subject): Promise<Finding> {
  const { entity } = subject;
  const nodes = await nodesOf(subject);
  const caches = (entity['cacheStorageConfigurations'] as Members[] | undefined) ?? [];
  const savedown = entity['savedownStorageConfiguration'] as Members | undefined;
  const volatile = entity['clusterType'] !== 'HDB' && entity['clusterType'] !== 'GATEWAY';
  return {
    ...NOTHING,
    lost: [
      {
        kind: 'nodes',
        name: count(nodes.length, 'node'),
        detail: volatile ? 'with the data that is only in memory' : undefined,
      },
      ...caches.map(({ type, size }): Item => ({ kind: 'cache', name: String(type), detail: `${size} GB` })),
      ...(savedown?.['size'] === undefined
        ? []
        : [
            {
              kind: 'savedown storage',
              name: String(savedown['type']),
              detail: `${savedown['size']} GiB, with data that is not loaded yet`,
            },
          ]),
    ],
    seen: nodes.map(({ nodeId }) => nodeId),
  };
}

/** What one node takes along, and how much of the cluster that is. */
export async function deletingNode(subject: Subject): Promise<Finding> {
  const { input } = subject;
  const nodes = await nodesOf(subject);
  return {
    ...NOTHING,
    lost: [{ kind: 'node', name: String(input['nodeId']), detail: 'with the data that is only in memory' }],
    interrupted: [
      { kind: 'cluster', name: String(input['clusterName']), detail: `1 of its ${count(nodes.length, 'node')}` },
    ],
  };
}
