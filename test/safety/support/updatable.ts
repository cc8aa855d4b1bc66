import { type Embedded, type Members, openEmbedded, spyOn } from './backend.ts';
import { type EnvironmentBuilder, openBuilder } from './call-environment-builder.ts';
import { type Guard, openGuard } from './guard.ts';

export const CODE = { s3Bucket: 'some-code', s3Key: 'app.zip' };
export const SAVEDOWN = { savedownStorageConfiguration: { type: 'SDS01' as const, size: 100 } };

/** A database with a changeset, a user, and a running cluster of each of three types, behind a guard. */
export interface Updatable {
  readonly backend: Embedded;
  readonly builder: EnvironmentBuilder;
  readonly environmentId: string;
  readonly guard: Guard;
  /** The calls that change something, in order. */
  readonly reached: readonly unknown[];
  /** Calls a tool in the environment. */
  readonly attempt: (tool: string, args: Members) => ReturnType<Guard['attempt']>;
  /** What plan_change says about that call. Rejects when the preview is refused. */
  readonly plan: (tool: string, args: Members) => Promise<Members>;
  readonly close: () => Promise<void>;
}

export async function openUpdatable(): Promise<Updatable> {
  const backend = await openEmbedded();
  const builder = await openBuilder(backend.call);
  const { environmentId } = builder;
  await builder.database('trades');
  await builder.changeset('trades');
  await builder.user('ann');
  await builder.cluster('memory', { clusterType: 'RDB', code: CODE, ...SAVEDOWN });
  await builder.cluster('science', { code: CODE });
  await builder.cluster('history', { clusterType: 'HDB', code: CODE, databases: [{ databaseName: 'trades' }] });
  const { call, reached } = spyOn(backend.call);
  const guard = await openGuard({ call, clock: backend.clock });
  const attempt = (tool: string, args: Members) => guard.attempt({ tool, arguments: { environmentId, ...args } });
  return {
    backend,
    builder,
    environmentId,
    guard,
    reached,
    attempt,
    plan: async (tool, args) => {
      const outcome = await guard.attempt({
        tool: 'plan_change',
        arguments: { tool, arguments: { environmentId, ...args } },
      });
      if (outcome.kind !== 'done') throw new Error(`${outcome.kind}: ${'text' in outcome ? outcome.text : ''}`);
      return outcome.content;
    },
    close: async () => {
      await guard.close();
      await backend.close();
    },
  };
}

/** The same with a fourth cluster, `cached`, which caches a part of the database. */
export async function openCached(cache: { dbPaths: string[]; dataviewName?: string }): Promise<Updatable> {
  const world = await openUpdatable();
  await world.builder.cluster('cached', {
    clusterType: 'HDB',
    cacheStorageConfigurations: [{ type: 'CACHE_1000', size: 1200 }],
    databases: [{ databaseName: 'trades', cacheConfigurations: [{ cacheType: 'CACHE_1000', ...cache }] }],
  });
  return world;
}
