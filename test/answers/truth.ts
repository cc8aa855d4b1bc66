import type { Call, Output } from '../../src/operations/index.ts';
import type { Question } from './demo-questions.ts';

type Element<T> = NonNullable<T> extends readonly (infer E)[] ? E : never;
interface In {
  /** The name of its environment. */
  readonly environment: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** A world as the single operations show it. Answers are compared with it, so it is read without the tools that answer. */
export interface Truth {
  readonly environments: readonly (Output<'GetKxEnvironment'> & In & { name: string })[];
  readonly clusters: readonly (Output<'GetKxCluster'> & In & { name: string })[];
  readonly groups: readonly (Output<'GetKxScalingGroup'> & In & { name: string })[];
  readonly volumes: readonly (Output<'GetKxVolume'> & In & { name: string })[];
  readonly databases: readonly (Output<'GetKxDatabase'> & In & { name: string })[];
  readonly dataviews: readonly (Output<'GetKxDataview'> & In & { name: string })[];
  readonly changesets: readonly (Output<'GetKxChangeset'> & { environment: string; name: string })[];
  readonly users: readonly (Element<Output<'ListKxUsers'>['users']> & In & { name: string })[];
}

/** Facts that follow from a world. */
export type Facts = (truth: Truth) => readonly (string | RegExp)[];

/** A question whose right answer is computed from the world. */
export interface Asked extends Omit<Question, 'facts'> {
  readonly facts: Facts;
}

/** Reads all of a world, item by item. */
export async function truthOf(call: Call): Promise<Truth> {
  const listed = await environmentsListed(call);
  const parts = await Promise.all(listed.map(async ({ environmentId = '' }) => environmentTruth(call, environmentId)));
  const all = <K extends keyof Truth>(kind: K) => parts.flatMap((part) => part[kind] as Truth[K][number][]);
  return {
    environments: all('environments'),
    clusters: all('clusters'),
    groups: all('groups'),
    volumes: all('volumes'),
    databases: all('databases'),
    dataviews: all('dataviews'),
    changesets: all('changesets'),
    users: all('users'),
  };
}

async function environmentsListed(call: Call) {
  const all: NonNullable<Output<'ListKxEnvironments'>['environments']> = [];
  let nextToken: string | undefined;
  do {
    const page = await call('ListKxEnvironments', nextToken === undefined ? {} : { nextToken });
    all.push(...(page.environments ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return all;
}

async function environmentTruth(call: Call, environmentId: string): Promise<Truth> {
  const at = { environmentId };
  const environment = await call('GetKxEnvironment', at);
  const { name: place = '', environmentArn = '' } = environment;
  const withNameAndTags = async <T extends object>(path: string, name: string, item: T) => {
    const { tags = {} } = await call('ListTagsForResource', { resourceArn: `${environmentArn}${path}` });
    return { ...item, name, environment: place, tags };
  };
  const [clusters, groups, volumes, databases, users] = await Promise.all([
    call('ListKxClusters', at),
    call('ListKxScalingGroups', at),
    call('ListKxVolumes', at),
    call('ListKxDatabases', at),
    call('ListKxUsers', at),
  ]);
  const inside = await Promise.all(
    (databases.kxDatabases ?? []).map(async ({ databaseName = '' }) => {
      const { kxDataviews = [] } = await call('ListKxDataviews', { ...at, databaseName });
      const { kxChangesets = [] } = await call('ListKxChangesets', { ...at, databaseName });
      return {
        database: await withNameAndTags(
          `/kxDatabase/${databaseName}`,
          databaseName,
          await call('GetKxDatabase', { ...at, databaseName }),
        ),
        dataviews: await Promise.all(
          kxDataviews.map(async ({ dataviewName = '' }) =>
            withNameAndTags(
              `/kxDatabase/${databaseName}/kxDataview/${dataviewName}`,
              dataviewName,
              await call('GetKxDataview', { ...at, databaseName, dataviewName }),
            ),
          ),
        ),
        changesets: await Promise.all(
          kxChangesets.map(async ({ changesetId = '' }) => ({
            ...(await call('GetKxChangeset', { ...at, databaseName, changesetId })),
            name: changesetId,
            environment: place,
          })),
        ),
      };
    }),
  );
  return {
    environments: [await withNameAndTags('', place, environment)],
    clusters: await Promise.all(
      (clusters.kxClusterSummaries ?? []).map(async ({ clusterName = '' }) =>
        withNameAndTags(`/kxCluster/${clusterName}`, clusterName, await call('GetKxCluster', { ...at, clusterName })),
      ),
    ),
    groups: await Promise.all(
      (groups.scalingGroups ?? []).map(async ({ scalingGroupName = '' }) =>
        withNameAndTags(
          `/kxScalingGroup/${scalingGroupName}`,
          scalingGroupName,
          await call('GetKxScalingGroup', { ...at, scalingGroupName }),
        ),
      ),
    ),
    volumes: await Promise.all(
      (volumes.kxVolumeSummaries ?? []).map(async ({ volumeName = '' }) =>
        withNameAndTags(`/kxVolume/${volumeName}`, volumeName, await call('GetKxVolume', { ...at, volumeName })),
      ),
    ),
    databases: inside.map(({ database }) => database),
    dataviews: inside.flatMap(({ dataviews }) => dataviews),
    changesets: inside.flatMap(({ changesets }) => changesets),
    users: await Promise.all(
      (users.users ?? []).map(async (user) => withNameAndTags(`/kxUser/${user.userName}`, user.userName ?? '', user)),
    ),
  };
}

/** Expects that exactly these were found. */
export const exactly = (found: readonly { readonly name: string }[]): string[] => [
  `"found":${found.length},`,
  ...found.map(({ name }) => `"name":"${name}"`),
];

/** Expects that the groups have these sizes. */
export function counted<T>(all: readonly T[], of: (each: T) => string | number | undefined): string[] {
  const counts = new Map<string, number>();
  for (const each of all) counts.set(String(of(each) ?? '(none)'), (counts.get(String(of(each) ?? '(none)')) ?? 0) + 1);
  return [...counts].map(([value, count]) => `"value":${JSON.stringify(value)},"count":${count}`);
}

/** The entity with a name. Throws if the world has none. */
export function one<T extends { readonly name: string }>(all: readonly T[], name: string): T {
  const found = all.find((each) => each.name === name);
  if (found === undefined) throw new Error(`There is no ${name}`);
  return found;
}
