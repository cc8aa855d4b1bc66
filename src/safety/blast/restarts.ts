import { walk } from '../../inventory/pages.ts';
import { count } from '../../kinds/amounts.ts';
import { CLUSTER_TYPES } from '../../operations/cluster-types.ts';
import { quoted } from '../untrusted.ts';
import { clusterNamed, eachAtOnce, listedClusters, mountsOf } from './estate.ts';
import { type Blocker, type Finding, type Item, type Members, NOTHING, type Note, type Subject } from './finding.ts';

const MOST_NODES = 1_000;

/** A new configuration restarts the nodes, in the way that the deployment strategy says. */
export async function reconfiguringCluster(subject: Subject): Promise<Finding> {
  const { input, entity } = subject;
  const { deploymentStrategy = 'ROLLING' } = (input['deploymentConfiguration'] as Members | undefined) ?? {};
  const blockers = fixedByType(subject, deploymentStrategy);
  if (deploymentStrategy === 'NO_RESTART')
    return { ...NOTHING, blockers, unchecked: UNCHECKED, notes: [{ says: 'No node restarts.' }] };
  const nodes = await nodesOf(subject);
  const memory = MEMORY[String(entity['clusterType'])];
  const cluster: Item = {
    ...clusterNamed(String(input['clusterName'])),
    detail: howMany(nodes.length, deploymentStrategy === 'FORCE'),
  };
  const serving = nodes.filter(({ status }) => status === 'RUNNING');
  const isDown = serving.length <= 1 || deploymentStrategy === 'FORCE';
  return {
    ...NOTHING,
    ...(memory === 'lost'
      ? {
          risk: 'destroy',
          lost: [unsavedData(nodes.length)],
        }
      : {}),
    interrupted: [cluster],
    blockers,
    unchecked: UNCHECKED,
    notes: [
      ...(memory === 'possible' ? [{ says: MAY_LOSE }] : []),
      ...(isDown ? await servedBy(subject) : [{ says: 'Its other nodes keep serving.' }]),
    ],
    seen: nodes.map(({ nodeId }) => nodeId),
  };
}

/** What is only in the memory of nodes and goes with them. */
export const unsavedData = (nodes: number): Item => ({
  kind: 'memory',
  name: 'unsaved data in memory',
  detail: count(nodes, 'node'),
});

/** What the type of the cluster does not allow, so that the service refuses the call. */
function fixedByType({ input, entity }: Subject, strategy: unknown): Blocker[] {
  const rules = Object.entries(CLUSTER_TYPES).find(([type]) => type === entity['clusterType'])?.[1];
  const item = { ...clusterNamed(String(input['clusterName'])), detail: String(entity['clusterType']) };
  if (input['databases'] !== undefined && rules?.updatesDatabases === false)
    return [{ item, first: 'Databases of this type of cluster cannot be changed: create another cluster.' }];
  if (input['code'] !== undefined && strategy === 'NO_RESTART' && rules?.updatesCodeInPlace === false)
    return [{ item, first: 'Code of this type of cluster needs a restart: use ROLLING or FORCE.' }];
  return [];
}

const UNCHECKED = ['whether the code, changesets and dataviews exist and suit this type of cluster'];

/** What a restart does to data that is only in memory, by type of cluster. */
export const MEMORY: Record<string, 'lost' | 'possible' | undefined> = {
  RDB: 'lost',
  GP: 'possible',
  TICKERPLANT: 'possible',
};
const MAY_LOSE = 'Data that is only in the memory of its nodes may be lost.';

/** All nodes of the cluster that a call names. */
export async function nodesOf({ call, input, options }: Pick<Subject, 'call' | 'input' | 'options'>) {
  const cluster = { environmentId: String(input['environmentId']), clusterName: String(input['clusterName']) };
  return (await walk(call, 'ListKxClusterNodes', cluster, MOST_NODES, options)).items;
}

function howMany(nodes: number, together: boolean): string {
  if (nodes <= 1) return 'its only node restarts';
  return together ? `all ${nodes} nodes stop at once` : `its ${nodes} nodes restart one after another`;
}

/** Who serves the databases of a cluster while none of its nodes does. */
async function servedBy({ call, input, entity, options }: Subject): Promise<Note[]> {
  const databases = mountsOf(entity).map(({ databaseName }) => String(databaseName));
  if (databases.length === 0 || !SERVING.has(String(entity['clusterType'])))
    return [{ says: 'It does not answer until its nodes run again.' }];
  const environmentId = String(input['environmentId']);
  const listed = await listedClusters({ call, environmentId, options });
  const running = listed.filter(
    ({ clusterName, clusterType, status }) =>
      status === 'RUNNING' && clusterName !== input['clusterName'] && SERVING.has(String(clusterType)),
  );
  const others = await eachAtOnce(running, async ({ clusterName }) => {
    const cluster = await call('GetKxCluster', { environmentId, clusterName: String(clusterName) }, options);
    return cluster as Members;
  });
  return databases.map((database) => {
    const serving = others.filter((other) => mountsOf(other).some(({ databaseName }) => databaseName === database));
    if (serving.length === 0) return { says: `No other cluster serves ${quoted(database)} until its nodes run again.` };
    const names = serving.slice(0, MOST_NAMED).map(({ clusterName }) => quoted(String(clusterName)));
    const more = serving.length > MOST_NAMED ? ` and ${serving.length - MOST_NAMED} more` : '';
    return { says: `Still serving ${quoted(database)}: ${names.join(', ')}${more}.`, needs: 'ListKxClusters' };
  });
}

/** The types of cluster that serve what is in a database; an RDB only saves down to it. */
const SERVING: ReadonlySet<string> = new Set(['HDB', 'GP']);
const MOST_NAMED = 5;
