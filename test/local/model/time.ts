import { type Cluster, type Db, type Env, release, type State, type Timed, usingClusters, type View } from './state.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOST_MIB = 16 * 1024;

/** How long each status lasts; repeated here, so that a mistake in the service's table is noticed. */
const LASTS: Record<string, Record<string, number>> = {
  env: {
    CREATE_REQUESTED: 10 * SECOND,
    CREATING: 315 * SECOND,
    UPDATE_NETWORK_REQUESTED: 30 * SECOND,
    UPDATING_NETWORK: 10 * MINUTE,
    DELETE_REQUESTED: 10 * SECOND,
    DELETING: 20 * MINUTE,
  },
  cluster: { PENDING: 20 * SECOND, CREATING: 14 * MINUTE, UPDATING: 3 * MINUTE, DELETING: 5 * MINUTE },
  node: { PROVISIONING: 5 * MINUTE },
  changeset: { PENDING: 5 * SECOND, IN_PROGRESS: 30 * SECOND },
  view: { CREATING: 5 * MINUTE, UPDATING: 5.5 * MINUTE, DELETING: 4 * MINUTE },
  group: { CREATING: 5.5 * MINUTE, DELETING: 5 * SECOND },
  volume: { CREATING: 9 * MINUTE, UPDATING: 6 * MINUTE, DELETING: 5 * SECOND },
  browser: { CREATE_REQUESTED: 10 * SECOND, CREATING: 55 * MINUTE, DELETE_REQUESTED: 20 * MINUTE },
};

export function enter(kind: string, thing: Timed, status: string, now: number, lasts = LASTS[kind]?.[status]): void {
  thing.status = status;
  thing.due = lasts === undefined ? null : now + lasts;
}

interface Due {
  readonly at: number;
  /** Statuses that end in the same millisecond end in this order. */
  readonly order: string;
  readonly run: (at: number) => void;
}

/** Lets time pass, from the end of one status to the next. */
export function applyDue(state: State): void {
  for (;;) {
    const [first] = dues(state)
      .filter(({ at }) => at <= state.now)
      .sort((a, b) => a.at - b.at || (a.order < b.order ? -1 : 1));
    if (first === undefined) return;
    first.run(first.at);
  }
}

function dues({ envs, browsers }: State): Due[] {
  const found: Due[] = [];
  const add = (thing: Timed, order: string, run: (at: number) => void) => {
    if (thing.due !== null) found.push({ at: thing.due, order, run });
  };
  for (const [id, browser] of browsers) add(browser, `environment ${id}`, (at) => stepBrowser(browsers, id, at));
  for (const [id, env] of envs) {
    const room = `kxEnvironment/${id}`;
    add(env, `kxEnvironment ${id}`, (at) => stepEnv(env, at));
    for (const [name, cluster] of env.clusters) {
      add(cluster, `${room}/kxCluster ${name}`, (at) => stepCluster(env, name, cluster, at));
      for (const node of cluster.nodes) {
        add(node, `${room}/kxCluster/${name}/kxNode`, () => enter('node', node, 'RUNNING', 0));
      }
    }
    for (const [name, group] of env.groups) {
      add(group, `${room}/kxScalingGroup ${name}`, (at) => stepThing('group', env.groups, name, at));
    }
    for (const [name, volume] of env.volumes) {
      add(volume, `${room}/kxVolume ${name}`, (at) => stepThing('volume', env.volumes, name, at));
    }
    for (const [name, db] of env.databases) {
      for (const changeset of db.changesets) {
        add(changeset, `${room}/kxDatabase/${name}/kxChangeset ${changeset.id}`, (at) =>
          stepChangeset(db, changeset, at),
        );
      }
      for (const [viewName, view] of db.views) {
        add(view, `${room}/kxDatabase/${name}/kxDataview ${viewName}`, (at) => stepView(env, db, viewName, at));
      }
    }
  }
  return found;
}

function stepBrowser(browsers: State['browsers'], id: string, at: number): void {
  const browser = browsers.get(id) as Timed;
  if (browser.status === 'DELETE_REQUESTED') browsers.delete(id);
  else enter('browser', browser, browser.status === 'CREATING' ? 'CREATED' : 'CREATING', at);
}

function stepThing(kind: string, things: Map<string, Timed>, name: string, at: number): void {
  const thing = things.get(name) as Timed;
  if (thing.status === 'DELETING') things.delete(name);
  else enter(kind, thing, 'ACTIVE', at);
}

const NEXT_ENV: Record<string, string> = {
  CREATE_REQUESTED: 'CREATING',
  CREATING: 'CREATED',
  UPDATE_NETWORK_REQUESTED: 'UPDATING_NETWORK',
  UPDATING_NETWORK: 'CREATED',
  DELETE_REQUESTED: 'DELETING',
  DELETING: 'DELETED',
};

function stepEnv(env: Env, at: number): void {
  const steps = { UPDATE_REQUESTED: 'UPDATING', UPDATING: 'SUCCESSFULLY_UPDATED' } as Record<string, string>;
  if (env.status.includes('NETWORK')) {
    env.tgwStatus = steps[env.tgwStatus] ?? env.tgwStatus;
    env.dnsStatus = steps[env.dnsStatus] ?? env.dnsStatus;
  }
  if (env.status === 'DELETING') {
    for (const things of [env.users, env.databases, env.groups, env.volumes, env.clusters]) things.clear();
  }
  enter('env', env, NEXT_ENV[env.status] ?? '', at);
}

function stepCluster(env: Env, name: string, cluster: Cluster, at: number): void {
  if (cluster.status === 'DELETING') {
    env.clusters.delete(name);
    return;
  }
  if (cluster.status === 'PENDING') {
    cluster.nodes = Array.from({ length: cluster.nodeCount }, () => ({
      status: 'PROVISIONING',
      due: null,
      restarting: false,
    }));
    enter('cluster', cluster, 'CREATING', at);
    return;
  }
  if (cluster.status === 'CREATING' && cluster.group !== undefined) {
    const reserved = usingClusters(env)
      .filter(([, { group, status }]) => group === cluster.group && (status === 'RUNNING' || status === 'UPDATING'))
      .reduce((sum, [, { memory, nodeCount }]) => sum + memory * nodeCount, 0);
    if (reserved + cluster.memory * cluster.nodeCount > HOST_MIB) {
      cluster.nodes = [];
      enter('cluster', cluster, 'CREATE_FAILED', at);
      return;
    }
  }
  for (const node of cluster.nodes) {
    if (cluster.status === 'CREATING' || node.restarting) enter('node', node, 'RUNNING', at);
    node.restarting = false;
  }
  enter('cluster', cluster, 'RUNNING', at);
}

function stepChangeset(db: Db, changeset: Db['changesets'][number], at: number): void {
  enter('changeset', changeset, changeset.status === 'PENDING' ? 'IN_PROGRESS' : 'COMPLETED', at);
  if (changeset.status !== 'COMPLETED') return;
  db.done += 1;
  if (db.last !== undefined && db.last.sequence > changeset.sequence) return;
  db.last = changeset;
  for (const view of db.views.values()) if (view.auto && view.status === 'ACTIVE') follow(view, changeset.id, at);
}

function follow(view: View, changeset: string, at: number): void {
  view.versions.unshift({ changeset, volumes: view.versions[0]?.volumes ?? [], active: false });
  enter('view', view, 'UPDATING', at);
}

function stepView(env: Env, db: Db, name: string, at: number): void {
  const view = db.views.get(name) as View;
  if (view.status === 'DELETING') {
    db.views.delete(name);
    return;
  }
  const [newest] = view.versions;
  if (newest !== undefined) newest.active = true;
  release(env, view);
  enter('view', view, 'ACTIVE', at);
  if (view.auto && db.last !== undefined && newest?.changeset !== db.last.id) follow(view, db.last.id, at);
}
