import { count } from '../../kinds/amounts.ts';
import { clusterNamed, there } from './estate.ts';
import { type Finding, type Item, type Members, NOTHING, type Subject } from './finding.ts';
import { MEMORY, nodesOf, unsavedData } from './restarts.ts';

/** What a cluster takes along: its nodes, what they hold in memory, its cache and dedicated savedown storage. */
export async function deletingCluster(subject: Subject): Promise<Finding> {
  const { entity } = subject;
  const nodes = await nodesOf(subject);
  const caches = (entity['cacheStorageConfigurations'] as Members[] | undefined) ?? [];
  const savedown = entity['savedownStorageConfiguration'] as Members | undefined;
  return {
    ...NOTHING,
    lost: [
      holdsUnsaved(entity) ? unsavedData(nodes.length) : { kind: 'nodes', name: count(nodes.length, 'node') },
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

/** What one node takes along, and how much of the cluster that is. One that never ran holds and serves nothing. */
export async function deletingNode(subject: Subject): Promise<Finding> {
  const { input, entity } = subject;
  const [environmentId, clusterName] = [String(input['environmentId']), String(input['clusterName'])];
  const nodes = await nodesOf(subject);
  const isStarting = entity['status'] === 'PROVISIONING';
  const cluster = (await there(subject, 'GetKxCluster', { environmentId, clusterName })) ?? {};
  return {
    ...NOTHING,
    lost: [
      {
        kind: 'node',
        name: String(input['nodeId']),
        detail: isStarting ? 'not started yet' : holdsUnsaved(cluster) ? 'unsaved data in memory' : undefined,
      },
    ],
    interrupted: isStarting
      ? []
      : [{ ...clusterNamed(clusterName), detail: `1 of its ${count(nodes.length, 'node')}` }],
  };
}

const holdsUnsaved = ({ clusterType }: Members) => MEMORY[String(clusterType)] !== undefined;
