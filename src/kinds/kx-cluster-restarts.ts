import { type ClusterTypeRules, rulesOfShownType } from '../operations/cluster-types.ts';
import { quoteUntrusted } from '../untrusted.ts';
import { counted } from './amounts.ts';
import { type Cluster, mountedDatabases } from './kx-cluster-references.ts';
import type { Impact, Loss, Note } from './model.ts';
import type { Reader } from './reader.ts';
import { pathItem } from './rules.ts';
import type { Keys, Views } from './views.ts';

type Key = Keys['kx-cluster'];
type Strategy = 'NO_RESTART' | 'ROLLING' | 'FORCE' | undefined;

/** Whether a restart loses data that is only in memory: possibly, for a type that is not documented; no, if no type is shown. */
const memoryLoss = ({ clusterType }: Cluster): ClusterTypeRules['memoryLoss'] =>
  clusterType === undefined ? undefined : (rulesOfShownType(clusterType) ?? { memoryLoss: 'possible' }).memoryLoss;
const NO_RESTART_NOTE = 'No node restarts: running nodes keep what q loaded until it loads the new version.';
const MAY_LOSE_NOTE = 'Data that is only in the memory of its nodes is lost; whether there is any cannot be read.';

/** Whether the nodes of a cluster may hold data that is nowhere else. */
export const holdsUnsaved = (cluster: Cluster): boolean => memoryLoss(cluster) !== undefined;

type Node = Pick<Views['kx-node'], 'status'>;
/** Whether a node may hold data, or serve it. */
export const hasStarted = ({ status }: Node): boolean => status !== 'PROVISIONING';

export const UNSAVED = 'unsaved data in memory';

/** What is only in the memory of nodes and is lost with them. */
export function unsavedData(nodes: readonly Node[]): Loss[] {
  const { length } = nodes.filter(hasStarted);
  return length === 0 ? [] : [{ kind: 'memory', name: UNSAVED, detail: counted('node', length) }];
}

/** A new configuration restarts the nodes, in the way that the deployment strategy says. */
export async function restartImpact(
  read: Reader,
  key: Key,
  cluster: Cluster,
  strategy: Strategy = 'ROLLING',
): Promise<Impact> {
  if (strategy === 'NO_RESTART') return { notes: [{ says: NO_RESTART_NOTE }] };
  const nodes = await read.listed('kx-node', key);
  const memory = memoryLoss(cluster);
  const isTogether = strategy === 'FORCE';
  return {
    ...(memory === 'certain' ? { risk: 'destroy', lost: unsavedData(nodes) } : {}),
    interrupted: [pathItem('kx-cluster', key, restartText(nodes.length, isTogether))],
    notes: [
      ...(memory === 'possible' ? [{ says: MAY_LOSE_NOTE }] : []),
      ...(await serviceNotes(read, key, cluster, { nodes, keepRunning: isTogether ? 0 : runningIn(nodes) - 1 })),
    ],
    seen: nodes.map(({ nodeId }) => nodeId),
  };
}

export const runningIn = (nodes: readonly Node[]): number => nodes.filter(({ status }) => status === 'RUNNING').length;

/** What serves while some nodes of a cluster do not run: its other nodes, other clusters, or nothing. */
export async function serviceNotes(
  read: Reader,
  key: Key,
  cluster: Cluster,
  { nodes, keepRunning }: { readonly nodes: readonly Node[]; readonly keepRunning: number },
): Promise<Note[]> {
  if (keepRunning > 0) return [{ says: 'Its other nodes keep serving.' }];
  const running = runningIn(nodes);
  return [
    ...(running <= 1 && nodes.length > 1 ? [{ says: fewRunning(running, nodes.length) }] : []),
    ...(await servedBy(read, key, cluster)),
  ];
}

function restartText(nodes: number, isTogether: boolean): string {
  if (nodes <= 1) return 'its only node restarts';
  return isTogether ? `all ${nodes} nodes stop at once` : `its ${nodes} nodes restart one after another`;
}

const fewRunning = (running: number, nodes: number) =>
  `Only ${running} of its ${nodes} nodes ${running === 1 ? 'is' : 'are'} running.`;

/** Whether a cluster serves what is in a database; an RDB only saves down to it. */
const servesDatabases = ({ clusterType }: Pick<Cluster, 'clusterType'>) =>
  rulesOfShownType(clusterType)?.databases === 'read';
const MAX_NAMED = 5;

/** Which clusters serve the databases of a cluster while none of its nodes does. */
async function servedBy(read: Reader, key: Key, cluster: Cluster): Promise<Note[]> {
  const databases = mountedDatabases(cluster);
  if (databases.length === 0 || !servesDatabases(cluster))
    return [{ says: 'The cluster does not answer until its nodes run again.' }];
  const { environmentId } = key;
  const running = (await read.listed('kx-cluster', { environmentId })).filter(
    (other) => other.status === 'RUNNING' && other.clusterName !== key.clusterName && servesDatabases(other),
  );
  const others = await Promise.all(
    running.map(({ clusterName = '' }) => read.get('kx-cluster', { environmentId, clusterName })),
  );
  return databases.map((database) => {
    const serving = others.filter((other) => other !== undefined && mountedDatabases(other).includes(database));
    if (serving.length === 0) {
      const says = `No other cluster serves ${quoteUntrusted(database)} until its nodes run again.`;
      return { says, needs: 'GetKxCluster' };
    }
    const names = serving.slice(0, MAX_NAMED).map((other) => quoteUntrusted(String(other?.clusterName)));
    const more = serving.length > MAX_NAMED ? ` and ${serving.length - MAX_NAMED} more` : '';
    return { says: `Still serving ${quoteUntrusted(database)}: ${names.join(', ')}${more}.`, needs: 'ListKxClusters' };
  });
}
