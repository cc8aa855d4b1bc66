import type { OperationName } from '../../../src/operations/index.ts';
import { contentOf, requestFor, type TestWorld } from '../world.ts';
import { clustersOnVersion, clustersOnVolume, type Env, type State, usingClusters } from './state.ts';

// biome-ignore lint/suspicious/noExplicitAny: replies are looked at member by member
type Any = any;
const sorted = <T>(things: Iterable<[string, T]>): [string, T][] => [...things].sort(([a], [b]) => (a < b ? -1 : 1));
const table = <T, V>(things: Map<string, T>, look: (thing: T, name: string) => V) =>
  Object.fromEntries(sorted(things).map(([name, thing]) => [name, look(thing, name)]));

/** Everything in the model that a client of the API can see. */
export function modelView(state: State): object {
  return {
    browsers: table(state.browsers, ({ status }) => status),
    envs: table(state.envs, (env, id) => ({
      head: [env.name, env.status, env.tgwStatus, env.dnsStatus],
      users: table(env.users, (role, name) => [role, [...(state.tags.get(`${id}/kxUser/${name}`) ?? [])].sort()]),
      groups: table(env.groups, (group, name) => [
        group.status,
        usingClusters(env)
          .filter(([, it]) => it.group === name)
          .map(([it]) => it),
      ]),
      volumes: table(env.volumes, ({ status, size }, name) => [status, size, clustersOnVolume(env, name)]),
      databases: table(env.databases, (db) => databaseView(env, db)),
      clusters: table(env.clusters, ({ status, mounts, nodes }) => [
        status,
        mounts.map(({ database, view, changeset }) => [database, view ?? null, changeset ?? null]),
        nodes.map((node) => node.status).sort(),
      ]),
    })),
  };
}

const databaseView = (env: Env, db: Env['databases'] extends Map<string, infer D> ? D : never) => ({
  head: [db.last?.id ?? null, db.done],
  changesets: db.changesets.map(({ id, status }) => [id, status]),
  views: table(db.views, (view) => [
    view.status,
    view.versions[0]?.changeset ?? null,
    view.versions
      .filter(({ active }) => active)
      .map((version) => [version.changeset ?? null, clustersOnVersion(env, version)]),
  ]),
});

/** The same, as the service returns it. */
export async function serviceView({ serve }: TestWorld): Promise<object> {
  const call = async (name: OperationName, input: object): Promise<Any> =>
    contentOf(await serve(requestFor(name, input)));
  const by = async (list: Any[], key: string, look: (thing: Any) => Promise<unknown> | unknown) =>
    Object.fromEntries(
      sorted(await Promise.all(list.map(async (it) => [it[key], await look(it)] as [string, unknown]))),
    );
  const { environments } = await call('ListKxEnvironments', {});
  return {
    browsers: await by((await call('ListEnvironments', {})).environments, 'environmentId', ({ status }) => status),
    envs: await by(environments, 'environmentId', async ({ environmentId, ...env }) => {
      const at = { environmentId };
      return {
        head: [env.name, env.status, env.tgwStatus, env.dnsStatus],
        users: await by((await call('ListKxUsers', at)).users, 'userName', async ({ iamRole, userArn }) => [
          iamRole,
          Object.keys((await call('ListTagsForResource', { resourceArn: userArn })).tags).sort(),
        ]),
        groups: await by((await call('ListKxScalingGroups', at)).scalingGroups, 'scalingGroupName', (it) => [
          it.status,
          it.clusters,
        ]),
        volumes: await by((await call('ListKxVolumes', at)).kxVolumeSummaries, 'volumeName', async ({ volumeName }) => {
          const volume = await call('GetKxVolume', { ...at, volumeName });
          const clusters = volume.attachedClusters.map(({ clusterName }: Any) => clusterName);
          return [volume.status, volume.nas1Configuration.size, clusters];
        }),
        databases: await by((await call('ListKxDatabases', at)).kxDatabases, 'databaseName', async (it) => {
          const named = { ...at, databaseName: it.databaseName };
          const database = await call('GetKxDatabase', named);
          const { kxChangesets } = await call('ListKxChangesets', named);
          const { kxDataviews } = await call('ListKxDataviews', named);
          return {
            head: [database.lastCompletedChangesetId ?? null, database.numChangesets],
            changesets: kxChangesets.map(({ changesetId, status }: Any) => [changesetId, status]),
            views: await by(kxDataviews, 'dataviewName', ({ status, changesetId, activeVersions }) => [
              status,
              changesetId ?? null,
              activeVersions.map((version: Any) => [version.changesetId ?? null, version.attachedClusters]),
            ]),
          };
        }),
        clusters: await by((await call('ListKxClusters', at)).kxClusterSummaries, 'clusterName', async (it) => {
          const named = { ...at, clusterName: it.clusterName };
          const { status, databases = [] } = await call('GetKxCluster', named);
          const { nodes } = await call('ListKxClusterNodes', named);
          return [
            status,
            databases.map(({ databaseName, changesetId, dataviewConfiguration: view }: Any) => [
              databaseName,
              view?.dataviewName ?? null,
              changesetId ?? view?.changesetId ?? null,
            ]),
            nodes.map((node: Any) => node.status).sort(),
          ];
        }),
      };
    }),
  };
}
