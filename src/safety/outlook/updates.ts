import { environmentsNow } from '../../inventory/fleet.ts';
import { eachAtOnce, mountsOf, there } from '../blast/estate.ts';
import { taken } from '../problem-text.ts';
import { mountStands } from './clusters.ts';
import type { Ground } from './ground.ts';
import { blocked, type Remark, together } from './outlook.ts';

/** Whether a cluster mounts the databases that are to be changed, and what they are to be changed to is there. */
export async function remountsStand(ground: Ground): Promise<Remark> {
  const { environmentId, input } = ground;
  const cluster = await there(ground, 'GetKxCluster', { environmentId, clusterName: String(input['clusterName']) });
  if (cluster === undefined) return {};
  const present = new Set(mountsOf(cluster).map(({ databaseName }) => databaseName));
  const strangers = mountsOf(input).filter(({ databaseName }) => !present.has(databaseName));
  const first = 'The cluster does not mount it, and databases cannot be added: create another cluster.';
  const stand = await eachAtOnce(mountsOf(input), (mount) =>
    mountStands(ground, mount, cluster['availabilityZoneId'], false),
  );
  return together([
    blocked(
      ...strangers.map(({ databaseName }) => ({ item: { kind: 'database', name: String(databaseName) }, first })),
    ),
    ...stand,
  ]);
}

/** Whether an environment can be changed, and no other has the name that it is to have. */
export async function renamingStands(ground: Ground): Promise<Remark> {
  const { environmentId, input } = ground;
  const others = input['name'] === undefined ? [] : await environmentsNow(ground.call, ground.options);
  const namesakes = others.filter((other) => other.name === input['name'] && other.environmentId !== environmentId);
  return blocked(
    ...namesakes.map(({ name, status }) => taken({ kind: 'kdb environment', name: String(name), detail: status })),
  );
}
