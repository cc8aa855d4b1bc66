import type { Mutation } from './mutation.ts';
import { changeableEnv, existing, mount, nameIsFree, readyVolume, requireGroupForViews, unless } from './rules.ts';
import {
  clustersOnVolume,
  type Env,
  release,
  releaseAll,
  type State,
  usingClusters,
  viewsOn,
  volumesOfCluster,
} from './state.ts';
import { enter } from './time.ts';

// biome-ignore lint/suspicious/noExplicitAny: requests as they are sent, and replies for the ids in them
type Any = any;
/** What an operation does to the model; throws a `Rejection`. Ids are the service's, from its reply. */
type Effect = (state: State, input: Any, reply: Any) => void;

const SECOND = 1_000;
const CODE_TAKES: Record<string, number> = { NO_RESTART: 90 * SECOND, ROLLING: 900 * SECOND, FORCE: 700 * SECOND };

function roll(env: Env, clusterName: string, strategy: string, lasts: number | undefined, now: number): void {
  const cluster = existing(env.clusters, clusterName);
  enter('cluster', cluster, 'UPDATING', now, lasts);
  if (strategy === 'NO_RESTART') return;
  for (const node of cluster.nodes) {
    node.restarting = true;
    if (strategy === 'FORCE') Object.assign(node, { status: 'PROVISIONING', due: null });
  }
}

export const EFFECTS: Readonly<Record<Mutation, Effect>> = {
  CreateKxEnvironment(state, { name }, { environmentId }) {
    unless(nameIsFree(state, name), 'Conflict');
    const env: Env = {
      ...{ users: new Map(), databases: new Map(), groups: new Map(), volumes: new Map(), clusters: new Map() },
      id: environmentId,
      name,
      status: '',
      due: null,
      tgwStatus: 'NONE',
      dnsStatus: 'NONE',
    };
    enter('env', env, 'CREATE_REQUESTED', state.now);
    state.envs.set(environmentId, env);
  },
  UpdateKxEnvironment(state, { environmentId, name }) {
    const env = changeableEnv(state, environmentId);
    unless(name === env.name || nameIsFree(state, name), 'Conflict');
    env.name = name;
  },
  UpdateKxEnvironmentNetwork(state, { environmentId, transitGatewayConfiguration: gateway }) {
    const env = changeableEnv(state, environmentId);
    if (gateway === undefined) env.dnsStatus = 'UPDATE_REQUESTED';
    else {
      unless(env.tgw === undefined || env.tgw === gateway.transitGatewayID, 'Conflict');
      env.tgw = gateway.transitGatewayID;
      env.tgwStatus = 'UPDATE_REQUESTED';
    }
    enter('env', env, 'UPDATE_NETWORK_REQUESTED', state.now);
  },
  DeleteKxEnvironment(state, { environmentId }) {
    const env = existing(state.envs, environmentId);
    unless(env.status !== 'DELETED', 'Validation');
    unless(env.status === 'CREATED', 'Conflict');
    unless(usingClusters(env).length === 0, 'Validation');
    enter('env', env, 'DELETE_REQUESTED', state.now);
  },

  CreateKxUser(state, { environmentId, userName, iamRole }) {
    const { users } = changeableEnv(state, environmentId);
    unless(!users.has(userName), 'ResourceAlreadyExists');
    users.set(userName, iamRole);
    state.tags.delete(`${environmentId}/kxUser/${userName}`);
  },
  UpdateKxUser(state, { environmentId, userName, iamRole }) {
    const { users } = changeableEnv(state, environmentId);
    existing(users, userName);
    users.set(userName, iamRole);
  },
  DeleteKxUser(state, { environmentId, userName }) {
    const { users } = changeableEnv(state, environmentId);
    existing(users, userName);
    users.delete(userName);
  },

  CreateKxDatabase(state, { environmentId, databaseName }) {
    const { databases } = changeableEnv(state, environmentId);
    unless(!databases.has(databaseName), 'ResourceAlreadyExists');
    databases.set(databaseName, { changesets: [], done: 0, views: new Map() });
  },
  UpdateKxDatabase(state, { environmentId, databaseName }) {
    existing(changeableEnv(state, environmentId).databases, databaseName);
  },
  DeleteKxDatabase(state, { environmentId, databaseName }) {
    const env = changeableEnv(state, environmentId);
    const { views } = existing(env.databases, databaseName);
    const mounted = usingClusters(env).some(([, { mounts }]) =>
      mounts.some(({ database }) => database === databaseName),
    );
    unless(!mounted && views.size === 0, 'Conflict');
    env.databases.delete(databaseName);
  },
  CreateKxChangeset(state, { environmentId, databaseName }, { changesetId }) {
    const { changesets } = existing(changeableEnv(state, environmentId).databases, databaseName);
    const changeset = { id: changesetId, status: '', due: null, sequence: changesets.length + 1 };
    enter('changeset', changeset, 'PENDING', state.now);
    changesets.unshift(changeset);
  },

  CreateKxDataview(
    state,
    { environmentId, databaseName, dataviewName, autoUpdate, readWrite, segmentConfigurations = [] },
  ) {
    unless(!(autoUpdate && readWrite), 'Validation');
    unless(!readWrite || segmentConfigurations.length === 1, 'Validation');
    const env = changeableEnv(state, environmentId);
    const db = existing(env.databases, databaseName);
    unless(!db.views.has(dataviewName), 'ResourceAlreadyExists');
    const volumes = segmentConfigurations.map(({ volumeName }: Any) => volumeName);
    for (const volume of volumes) {
      readyVolume(env, volume);
      unless(!readWrite || viewsOn(env, volume).length === 0, 'Validation');
    }
    const versions = [{ changeset: db.last?.id, volumes, active: false }];
    const view = { status: '', due: null, auto: autoUpdate === true, writable: readWrite === true, versions };
    enter('view', view, 'CREATING', state.now);
    db.views.set(dataviewName, view);
  },
  UpdateKxDataview(state, { environmentId, databaseName, dataviewName, segmentConfigurations }) {
    const env = changeableEnv(state, environmentId);
    const db = existing(env.databases, databaseName);
    const view = existing(db.views, dataviewName);
    unless(!view.writable, 'Validation');
    unless(view.status === 'ACTIVE', 'Conflict');
    const volumes = segmentConfigurations?.map(({ volumeName }: Any) => volumeName) ?? view.versions[0]?.volumes;
    for (const volume of segmentConfigurations === undefined ? [] : volumes) readyVolume(env, volume);
    view.versions.unshift({ changeset: db.last?.id, volumes, active: false });
    enter('view', view, 'UPDATING', state.now);
  },
  DeleteKxDataview(state, { environmentId, databaseName, dataviewName }) {
    const env = changeableEnv(state, environmentId);
    const view = existing(existing(env.databases, databaseName).views, dataviewName);
    const isMounted = usingClusters(env).some(([, { mounts }]) =>
      mounts.some((it) => it.database === databaseName && it.view === dataviewName),
    );
    unless(!isMounted && view.status === 'ACTIVE', 'Conflict');
    enter('view', view, 'DELETING', state.now);
  },

  CreateKxVolume(state, { environmentId, volumeName, nas1Configuration: { size } }) {
    const { volumes } = changeableEnv(state, environmentId);
    unless(!volumes.has(volumeName), 'ResourceAlreadyExists');
    const volume = { status: '', due: null, size };
    enter('volume', volume, 'CREATING', state.now);
    volumes.set(volumeName, volume);
  },
  UpdateKxVolume(state, { environmentId, volumeName, nas1Configuration: { size } }) {
    const volume = existing(changeableEnv(state, environmentId).volumes, volumeName);
    unless(size >= volume.size, 'Validation');
    unless(volume.status === 'ACTIVE', 'Conflict');
    if (size > volume.size) enter('volume', volume, 'UPDATING', state.now);
    volume.size = size;
  },
  DeleteKxVolume(state, { environmentId, volumeName }) {
    const env = changeableEnv(state, environmentId);
    const volume = existing(env.volumes, volumeName);
    const isUsed = clustersOnVolume(env, volumeName).length > 0 || viewsOn(env, volumeName).length > 0;
    unless(!isUsed && volume.status === 'ACTIVE', 'Conflict');
    enter('volume', volume, 'DELETING', state.now);
  },

  CreateKxScalingGroup(state, { environmentId, scalingGroupName }) {
    const { groups } = changeableEnv(state, environmentId);
    unless(!groups.has(scalingGroupName), 'Conflict');
    const group = { status: '', due: null };
    enter('group', group, 'CREATING', state.now);
    groups.set(scalingGroupName, group);
  },
  DeleteKxScalingGroup(state, { environmentId, scalingGroupName }) {
    const env = changeableEnv(state, environmentId);
    const group = existing(env.groups, scalingGroupName);
    unless(!usingClusters(env).some(([, cluster]) => cluster.group === scalingGroupName), 'Conflict');
    unless(group.status === 'ACTIVE', 'Conflict');
    enter('group', group, 'DELETING', state.now);
  },

  CreateKxCluster(state, input) {
    const { environmentId, clusterName, clusterType, databases = [], scalingGroupConfiguration: on } = input;
    const { nodeCount } = on ?? input.capacityConfiguration;
    unless(nodeCount === 1 || clusterType === 'HDB', 'Validation');
    requireGroupForViews(on?.scalingGroupName, databases);
    const env = changeableEnv(state, environmentId);
    unless(!env.clusters.has(clusterName), 'Conflict');
    const group = on?.scalingGroupName;
    if (group !== undefined) unless(existing(env.groups, group).status === 'ACTIVE', 'Conflict');
    const type = clusterType;
    const mounts = databases.map((it: Any) => mount(env, it.databaseName, it.dataviewName));
    const log = input.tickerplantLogConfiguration?.tickerplantLogVolumes[0];
    const cluster = {
      status: '',
      due: null,
      type,
      group,
      memory: on?.memoryReservation ?? 0,
      nodeCount,
      log,
      mounts,
      nodes: [],
    };
    for (const volume of volumesOfCluster(cluster)) readyVolume(env, volume);
    enter('cluster', cluster, 'PENDING', state.now);
    env.clusters.set(clusterName, cluster);
  },
  UpdateKxClusterCodeConfiguration(state, { environmentId, clusterName, deploymentConfiguration }) {
    const env = changeableEnv(state, environmentId);
    const { type, status } = existing(env.clusters, clusterName);
    const { deploymentStrategy } = deploymentConfiguration;
    unless(deploymentStrategy !== 'NO_RESTART' || type === 'GP', 'Validation');
    unless(status === 'RUNNING', 'Conflict');
    roll(env, clusterName, deploymentStrategy, CODE_TAKES[deploymentStrategy], state.now);
  },
  UpdateKxClusterDatabases(state, { environmentId, clusterName, databases, deploymentConfiguration }) {
    const env = changeableEnv(state, environmentId);
    const cluster = existing(env.clusters, clusterName);
    unless(cluster.type !== 'TICKERPLANT', 'Validation');
    const [{ databaseName, dataviewName }] = databases;
    unless(
      cluster.mounts.some(({ database }) => database === databaseName),
      'Validation',
    );
    requireGroupForViews(cluster.group, databases);
    unless(cluster.status === 'RUNNING', 'Conflict');
    const mounted = mount(env, databaseName, dataviewName);
    cluster.mounts = cluster.mounts.map((it) => (it.database === databaseName ? mounted : it));
    releaseAll(env);
    const { deploymentStrategy } = deploymentConfiguration;
    roll(
      env,
      clusterName,
      deploymentStrategy,
      deploymentStrategy === 'NO_RESTART' ? 75 * SECOND : undefined,
      state.now,
    );
  },
  DeleteKxClusterNode(state, { environmentId, clusterName, nodeId }) {
    const cluster = existing(changeableEnv(state, environmentId).clusters, clusterName);
    const node = cluster.nodes.find(({ status }) => status === 'RUNNING');
    unless(nodeId !== 'none' && node !== undefined, 'ResourceNotFound');
    cluster.nodes.splice(cluster.nodes.indexOf(node), 1);
    if (cluster.status === 'DELETING') return;
    const replacement = { status: '', due: null, restarting: false };
    enter('node', replacement, 'PROVISIONING', state.now);
    cluster.nodes.push(replacement);
  },
  DeleteKxCluster(state, { environmentId, clusterName }) {
    const env = changeableEnv(state, environmentId);
    const cluster = existing(env.clusters, clusterName);
    unless(cluster.status !== 'DELETING', 'Conflict');
    enter('cluster', cluster, 'DELETING', state.now);
    for (const { views } of env.databases.values()) for (const view of views.values()) release(env, view);
  },

  TagResource(state, { resourceArn, tags }) {
    const user = taggedUser(state, resourceArn);
    state.tags.set(user, new Set([...(state.tags.get(user) ?? []), ...Object.keys(tags)]));
  },
  UntagResource(state, { resourceArn, tagKeys }) {
    const user = taggedUser(state, resourceArn);
    for (const key of tagKeys) state.tags.get(user)?.delete(key);
  },

  CreateEnvironment(state, _, { environmentId }) {
    const browser = { id: environmentId, status: '', due: null };
    enter('browser', browser, 'CREATE_REQUESTED', state.now);
    state.browsers.set(environmentId, browser);
  },
  UpdateEnvironment(state, { environmentId }) {
    unless(existing(state.browsers, environmentId).status === 'CREATED', 'Validation');
  },
  DeleteEnvironment(state, { environmentId }) {
    const browser = existing(state.browsers, environmentId);
    unless(browser.status === 'CREATED', 'Validation');
    enter('browser', browser, 'DELETE_REQUESTED', state.now);
  },
};

/** The user with an ARN; only users are tagged in the histories. */
function taggedUser(state: State, arn: string): string {
  const [, id = '', name = ''] = /:kxEnvironment\/([^/]+)\/kxUser\/(.+)$/.exec(arn) ?? [];
  unless(state.envs.get(id)?.users.has(name) === true, 'ResourceNotFound');
  return `${id}/kxUser/${name}`;
}
