import { listPages } from '../src/inventory/pages.ts';
import type { Call, Input, OperationName, Output } from '../src/operations/index.ts';

type Item<T> = NonNullable<T> extends readonly (infer E)[] ? E : never;

interface Kinds {
  environments: Output<'GetKxEnvironment'>;
  clusters: Output<'GetKxCluster'>;
  nodes: Item<Output<'ListKxClusterNodes'>['nodes']>;
  databases: Output<'GetKxDatabase'>;
  changesets: Output<'GetKxChangeset'>;
  dataviews: Output<'GetKxDataview'>;
  groups: Output<'GetKxScalingGroup'>;
  volumes: Output<'GetKxVolume'>;
  users: Item<Output<'ListKxUsers'>['users']>;
  browsers: Item<Output<'ListEnvironments'>['environments']>;
}

/** An entity as the API shows it, and where it is. */
export type Entity<K extends keyof Kinds> = Kinds[K] & {
  readonly environmentId: string;
  /** The name of its environment. */
  readonly environment: string;
  readonly name: string;
  /** Its place in the environment, such as `kxCluster/hdb-1`; empty for the environment itself. */
  readonly path: string;
  readonly tags: Readonly<Record<string, string>>;
};

/** A whole world as the operations show it at one moment. */
export type Snapshot = { readonly now: number } & { readonly [K in keyof Kinds]: readonly Entity<K>[] };

export async function readSnapshot(call: Call, now: number): Promise<Snapshot> {
  const environments = await itemsIn(call)('ListKxEnvironments', {});
  const parts = await Promise.all(environments.map((item) => readEnvironment(call, String(item['environmentId']))));
  const all = <K extends keyof Part>(kind: K) => parts.flatMap((part) => part[kind] as Part[K][number][]) as Part[K];
  return {
    now,
    environments: all('environments'),
    clusters: all('clusters'),
    nodes: all('nodes'),
    databases: all('databases'),
    changesets: all('changesets'),
    dataviews: all('dataviews'),
    groups: all('groups'),
    volumes: all('volumes'),
    users: all('users'),
    browsers: await readBrowsers(call),
  };
}

type Part = Omit<Snapshot, 'now' | 'browsers'>;

async function readEnvironment(call: Call, environmentId: string): Promise<Part> {
  const at = { environmentId };
  const environment = await call('GetKxEnvironment', at);
  const { name = '', environmentArn = '', status = '' } = environment;
  const exists = !['DELETED', 'FAILED_CREATION'].includes(status);
  const items: Items = async (list, input) => (exists ? itemsIn(call)(list, input) : []);
  const names: Names = async (list, input, member) => (await items(list, input)).map((item) => String(item[member]));
  const placed: Placed = async (path, members, hasTags = true) => {
    const resourceArn = path === '' ? environmentArn : `${environmentArn}/${path}`;
    const { tags = {} } = exists && hasTags ? await call('ListTagsForResource', { resourceArn }) : {};
    return { ...members, environmentId, environment: name, name: path.split('/').at(-1) || name, path, tags };
  };
  return {
    environments: [await placed('', environment)],
    ...(await readClusters({ call, at, items, names, placed })),
    ...(await readDatabases({ call, at, items, names, placed })),
    groups: await each(names('ListKxScalingGroups', at, 'scalingGroupName'), async (scalingGroupName) =>
      placed(`kxScalingGroup/${scalingGroupName}`, await call('GetKxScalingGroup', { ...at, scalingGroupName })),
    ),
    volumes: await each(names('ListKxVolumes', at, 'volumeName'), async (volumeName) =>
      placed(`kxVolume/${volumeName}`, await call('GetKxVolume', { ...at, volumeName })),
    ),
    users: (await Promise.all(
      (await items('ListKxUsers', at)).map((user) => placed(`kxUser/${user['userName']}`, user)),
    )) as never,
  };
}

interface Reading {
  readonly call: Call;
  readonly at: { readonly environmentId: string };
  readonly items: Items;
  readonly names: Names;
  readonly placed: Placed;
}
type Placed = <T extends object>(path: string, members: T, hasTags?: boolean) => Promise<T & Entity<'environments'>>;

async function readClusters({ call, at, items, names, placed }: Reading): Promise<Pick<Part, 'clusters' | 'nodes'>> {
  const clusterNames = await names('ListKxClusters', at, 'clusterName');
  const nodes = clusterNames.map(async (clusterName) => {
    const found = await items('ListKxClusterNodes', { ...at, clusterName });
    return Promise.all(found.map((node) => placed(`kxNode/${clusterName}/${node['nodeId']}`, node, false)));
  });
  return {
    clusters: await each(clusterNames, async (clusterName) =>
      placed(`kxCluster/${clusterName}`, await call('GetKxCluster', { ...at, clusterName })),
    ),
    nodes: (await Promise.all(nodes)).flat() as never,
  };
}

async function readDatabases({
  call,
  at,
  names,
  placed,
}: Reading): Promise<Pick<Part, 'databases' | 'changesets' | 'dataviews'>> {
  const found = await names('ListKxDatabases', at, 'databaseName');
  const within = found.map(async (databaseName) => {
    const place = { ...at, databaseName };
    return {
      changesets: await each(names('ListKxChangesets', place, 'changesetId'), async (changesetId) => {
        const changeset = await call('GetKxChangeset', { ...place, changesetId });
        return placed(`kxChangeset/${databaseName}/${changesetId}`, changeset, false);
      }),
      dataviews: await each(names('ListKxDataviews', place, 'dataviewName'), async (dataviewName) => {
        const dataview = await call('GetKxDataview', { ...place, dataviewName });
        return placed(`kxDatabase/${databaseName}/kxDataview/${dataviewName}`, dataview);
      }),
    };
  });
  const parts = await Promise.all(within);
  return {
    databases: await each(found, async (databaseName) =>
      placed(`kxDatabase/${databaseName}`, await call('GetKxDatabase', { ...at, databaseName })),
    ),
    changesets: parts.flatMap(({ changesets }) => changesets),
    dataviews: parts.flatMap(({ dataviews }) => dataviews),
  };
}

async function readBrowsers(call: Call): Promise<Snapshot['browsers']> {
  const browsers = await itemsIn(call)('ListEnvironments', {});
  return browsers.map((browser) => ({ ...browser, environment: 'browser', path: browser['environmentId'] })) as never;
}

type Items = <N extends OperationName>(list: N, input: Input<N>) => Promise<Readonly<Record<string, unknown>>[]>;
type Names = <N extends OperationName>(list: N, input: Input<N>, member: string) => Promise<string[]>;

/** Reads all pages of a list. */
const itemsIn =
  (call: Call): Items =>
  async (list, input) =>
    (await listPages(call, list, input, Number.POSITIVE_INFINITY)).items;

const each = async <T>(names: readonly string[] | Promise<readonly string[]>, read: (name: string) => Promise<T>) =>
  Promise.all((await names).map(read));
