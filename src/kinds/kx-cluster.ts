import { rulesOfShownType } from '../operations/cluster-types.ts';
import { MOUNTS, nodeCountOf } from '../operations/conditions/clusters.ts';
import { quoteUntrusted } from '../untrusted.ts';
import { counted } from './amounts.ts';
import { openEnvironment } from './environment-rules.ts';
import { memoryFits } from './kx-cluster-memory.ts';
import { databasesAfterUpdate, mountQuotas, mountsReady, volumesReady, withSegments } from './kx-cluster-mounts.ts';
import { type Cluster, clusterReferences, mountedDatabases } from './kx-cluster-references.ts';
import {
  hasStarted,
  holdsUnsaved,
  restartImpact,
  runningIn,
  serviceNotes,
  UNSAVED,
  unsavedData,
} from './kx-cluster-restarts.ts';
import type { Impact, KindDefinition, Loss, Note, Problem, RequestedChange, RuleResult, Use } from './model.ts';
import {
  azModeQuota,
  CACHE_STORAGE,
  CLUSTERS,
  cacheSize,
  NODES_PER_CLUSTER,
  nodeQuota,
  SAVEDOWN_STORAGE,
  savedownSize,
} from './quotas.ts';
import { checkReady, conditions, exists, freeName, inZones, missing, pathItem, targetReady } from './rules.ts';
import { fillMounts, ignoredInNewMounts } from './service-defaults.ts';

type Create = RequestedChange<'kx-cluster', 'CreateKxCluster'>;
type DatabasesUpdate = RequestedChange<'kx-cluster', 'UpdateKxClusterDatabases'>;
type CodeUpdate = RequestedChange<'kx-cluster', 'UpdateKxClusterCodeConfiguration'>;
type DeleteNode = RequestedChange<'kx-cluster', 'DeleteKxClusterNode'>;

async function hostReady({ input, key, read }: Create): Promise<RuleResult> {
  const { scalingGroupName } = input.scalingGroupConfiguration ?? {};
  if (scalingGroupName === undefined) return undefined;
  const group = { environmentId: key.environmentId, scalingGroupName };
  const { availabilityZoneId: zone } = input;
  return (await checkReady(read, 'kx-scaling-group', group, { zone })).problems;
}

async function clusterQuotas({ input, key, read }: Create): Promise<Use[]> {
  const { nodeType, nodeCount = 0 } = input.capacityConfiguration ?? {};
  const cluster = { ...input, databases: await withSegments(read, key, input.databases) };
  return [
    { quota: NODES_PER_CLUSTER, more: nodeCountOf(input) },
    { quota: CLUSTERS, more: 1 },
    ...(nodeType === undefined
      ? []
      : [
          { quota: azModeQuota(input.azMode), more: 1 },
          { quota: nodeQuota(nodeType), more: nodeCount },
        ]),
    { quota: CACHE_STORAGE, more: cacheSize(input) },
    { quota: SAVEDOWN_STORAGE, more: savedownSize(input) },
    ...(await mountQuotas(read, key, cluster)),
  ];
}

/** What the type of the cluster does not allow; an unknown type does not block the call. */
const typeProblem = (
  { key, target }: Pick<DatabasesUpdate, 'key' | 'target'>,
  allows: 'updatesDatabases' | 'updatesCodeInPlace',
  message: (type: string) => string,
  advice: string,
): Problem | undefined => {
  const { clusterType: type } = target ?? {};
  const rules = rulesOfShownType(type);
  return type === undefined || rules === undefined || rules[allows]
    ? undefined
    : { error: 'Validation', message: message(type), item: pathItem('kx-cluster', key, type), advice };
};

const databasesByType = (requested: Pick<DatabasesUpdate, 'key' | 'target'>) =>
  typeProblem(
    requested,
    'updatesDatabases',
    (type) => `The databases of a cluster of type ${type} cannot be updated`,
    'Databases of this type of cluster cannot be changed: create another cluster.',
  );

const mustBeRunning = targetReady('kx-cluster');
/** What the type and the status of a cluster must allow so that its databases can be changed. */
export const databasesUpdatable = [databasesByType, mustBeRunning];

const codeByType = (requested: CodeUpdate): RuleResult =>
  requested.input.deploymentConfiguration?.deploymentStrategy === 'NO_RESTART'
    ? typeProblem(
        requested,
        'updatesCodeInPlace',
        (type) => `NO_RESTART cannot be used for the code of a cluster of type ${type}`,
        'NO_RESTART does not suit this type of cluster: use ROLLING or FORCE.',
      )
    : undefined;

/** The databases of a cluster are chosen when it is created. */
function databasesMounted({ input, target }: DatabasesUpdate): RuleResult {
  const present = mountedDatabases(target);
  return input.databases
    .filter(({ databaseName }) => !present.includes(databaseName))
    .map(
      ({ databaseName }): Problem => ({
        error: 'Validation',
        message: `Database ${databaseName} is not mounted; the databases of a cluster are chosen when it is created`,
        item: { kind: 'database', name: databaseName },
        advice: 'The cluster does not mount it, and databases cannot be added: create another cluster.',
      }),
    );
}

/** The quotas of the mounts that a cluster does not have yet. */
async function remountQuotas({ input, key, target, read }: DatabasesUpdate): Promise<Use[]> {
  const databases = databasesAfterUpdate(target?.databases ?? [], await withSegments(read, key, input.databases));
  const [present, wanted] = await Promise.all([
    mountQuotas(read, key, target ?? {}),
    mountQuotas(read, key, { ...target, databases }),
  ]);
  return wanted.filter(({ quota }) => !present.some((each) => each.quota.what === quota.what));
}

/** An update restarts the nodes as its deployment strategy says. */
const codeUpdateImpact = ({ input, key, target, read }: CodeUpdate & { readonly target: Cluster }) =>
  restartImpact(read, key, target, input.deploymentConfiguration?.deploymentStrategy);

/** An update of the databases restarts the nodes in the same way. A database that is no longer mounted cannot be mounted again. */
async function databasesUpdateImpact({
  input,
  key,
  target,
  read,
}: DatabasesUpdate & { readonly target: Cluster }): Promise<Impact> {
  const { databases = [] } = target;
  const kept = databasesAfterUpdate(databases, input.databases).map(({ databaseName }) => databaseName);
  const isKept = ({ databaseName }: (typeof databases)[number]) => kept.includes(databaseName);
  const cluster = { ...target, databases: databases.filter(isKept) };
  const { notes = [], ...impact } = await restartImpact(
    read,
    key,
    cluster,
    input.deploymentConfiguration?.deploymentStrategy,
  );
  return { ...impact, notes: [...databases.filter((entry) => !isKept(entry)).map(unmountNote), ...notes] };
}

const unmountNote = ({ databaseName }: { readonly databaseName?: string | undefined }): Note => ({
  says: `The cluster cannot mount database ${quoteUntrusted(String(databaseName))} again: its databases are chosen when it is created.`,
});

/** What is lost with a cluster: its nodes or what they hold in memory, its cache and dedicated savedown storage. */
async function clusterDeletionImpact({
  key,
  target,
  read,
}: RequestedChange<'kx-cluster', 'DeleteKxCluster'> & { target: Cluster }) {
  const nodes = await read.listed('kx-node', key);
  const { cacheStorageConfigurations: caches = [] } = target;
  const unsaved = holdsUnsaved(target) ? unsavedData(nodes) : [];
  const lostNodes: Loss[] = nodes.length === 0 ? [] : [{ kind: 'nodes', name: counted('node', nodes.length) }];
  const lost: Loss[] = [
    ...(unsaved.length > 0 ? unsaved : lostNodes),
    ...caches.map(({ type, size }): Loss => ({ kind: 'cache', name: String(type), detail: `${size} GB` })),
    ...savedownLoss(target),
  ];
  return { lost, seen: nodes.map(({ nodeId }) => nodeId) };
}

/** The savedown storage of dedicated nodes, which is lost with them. On a scaling group, it is a volume, which stays. */
function savedownLoss({ savedownStorageConfiguration: savedown }: Cluster): Loss[] {
  if (savedown?.size === undefined) return [];
  const detail = `${savedown.size} GiB, with any data that is not loaded yet`;
  return [{ kind: 'savedown storage', name: String(savedown.type), detail }];
}

async function nodeExists({ input, key, target, read }: DeleteNode): Promise<RuleResult> {
  if (target === undefined || (await read.get('kx-node', { ...key, nodeId: input.nodeId })) !== undefined)
    return undefined;
  const message = `Node ${input.nodeId} not found in cluster ${key.clusterName}`;
  return { ...missing('kx-node', input), message };
}

/** What is lost and interrupted with one node. A node that has not started holds and serves nothing. */
async function nodeDeletionImpact({
  input,
  key,
  target,
  read,
}: DeleteNode & { readonly target: Cluster }): Promise<Impact> {
  const nodes = await read.listed('kx-node', key);
  const node = nodes.find(({ nodeId }) => nodeId === input.nodeId);
  if (node !== undefined && !hasStarted(node)) return { notes: [{ says: NOT_STARTED }] };
  const held = holdsUnsaved(target) ? UNSAVED : undefined;
  const others = nodes.filter(({ nodeId }) => nodeId !== input.nodeId);
  return {
    lost: [{ kind: 'node', name: input.nodeId, detail: held }, ...savedownLoss(target)],
    interrupted: [pathItem('kx-cluster', key, `1 of its ${counted('node', nodes.length)}`)],
    notes: await serviceNotes(read, key, target, { nodes, keepRunning: runningIn(others) }),
  };
}

const NOT_STARTED = 'The node has not started yet, so it holds no data, and serves nothing.';

export const kxCluster: KindDefinition<'kx-cluster'> = {
  references: clusterReferences,
  changes: {
    CreateKxCluster: {
      rules: [
        openEnvironment,
        freeName('kx-cluster', 'NameTaken', (name) => `Cluster already exists with alias: ${name}`),
        inZones(({ input }) => [input.availabilityZoneId]),
        hostReady,
        ({ input, key, read }) => mountsReady(read, key, input.availabilityZoneId, input.databases),
        ({ input, key, read }) => volumesReady(read, key, input),
      ],
      quotas: clusterQuotas,
      unworkable: [memoryFits],
      unchecked: ['the network, the code, and whether it starts'],
      fillDefaults: ignoredInNewMounts,
    },
    UpdateKxClusterDatabases: {
      rules: [
        openEnvironment,
        exists('kx-cluster'),
        databasesByType,
        databasesMounted,
        conditions(MOUNTS, ({ input, target }) => target && { ...target, databases: input.databases }),
        mustBeRunning,
        ({ input, key, target, read }) =>
          mountsReady(
            read,
            key,
            target?.availabilityZoneId,
            input.databases.filter(({ databaseName }) => mountedDatabases(target).includes(databaseName)),
          ),
      ],
      quotas: remountQuotas,
      impact: databasesUpdateImpact,
      fillDefaults: fillMounts,
    },
    UpdateKxClusterCodeConfiguration: {
      rules: [openEnvironment, exists('kx-cluster'), codeByType, mustBeRunning],
      unchecked: ['whether the code exists and suits this type of cluster'],
      impact: codeUpdateImpact,
      verb: 'RESTART',
    },
    DeleteKxCluster: {
      rules: [
        openEnvironment,
        exists('kx-cluster'),
        targetReady(
          'kx-cluster',
          ['PENDING', 'CREATING', 'UPDATING', 'CREATE_FAILED', 'DELETE_FAILED'],
          (name, status) => `Cluster ${name} is already ${status}`,
        ),
      ],
      impact: clusterDeletionImpact,
    },
    DeleteKxClusterNode: {
      rules: [openEnvironment, exists('kx-cluster'), nodeExists],
      impact: nodeDeletionImpact,
    },
  },
};
