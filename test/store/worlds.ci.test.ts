import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { WorldStore } from '../../src/local/store.ts';
import { StoreError } from '../../src/sqlite/store-error.ts';
import { initStore } from '../../src/store/postgres/administration.ts';
import { openWorlds } from '../../src/store/postgres/world/store.ts';
import { KEY, openBuilder, ROLE } from '../local/environment-builder.ts';
import { onTestClock } from '../local/test-clock.ts';
import { contentOf, openWorld, requestFor, typeOf, type WorldOptions } from '../local/world.ts';
import { type Cluster, SKIPPED, startCluster } from './cluster.ts';
import { itKeepsTheWorldsContract } from './contracts/worlds.ts';
import { startCutter } from './cut-connection.ts';

const EMPTY = `DELETE FROM finspace_mcp.entities; DELETE FROM finspace_mcp.links; DELETE FROM finspace_mcp.tokens;
  DELETE FROM finspace_mcp.worlds; DELETE FROM finspace_mcp.writes; UPDATE finspace_mcp.clock SET ahead = 0;
  UPDATE finspace_mcp.identity SET id = md5(random()::text), file = '', approver = NULL`;

const WORLD = 'arn:aws:finspace:us-east-1:111122223333';

describe.skipIf(SKIPPED !== '')(`worlds in a PostgreSQL server of their own ${SKIPPED}`, { timeout: 60_000 }, () => {
  let cluster: Cluster;
  let url: string;
  beforeAll(async () => {
    cluster = await startCluster();
    await initStore(await cluster.create('store'), { createsRole: true });
    await cluster.query('postgres', 'CREATE ROLE server LOGIN IN ROLE finspace_mcp_server');
    url = cluster.url('store', 'server');
  }, 120_000);
  afterAll(() => cluster.remove(), 120_000);
  const query = <T extends object>(text: string, values?: unknown[]) => cluster.query<T>('store', text, values);
  beforeEach(() => query(EMPTY));

  /** One of several servers, with the rights of a server. */
  async function replica(address = url): Promise<WorldStore> {
    const store = await openWorlds(address);
    onTestFinished(() => store.close());
    return store;
  }
  const worldOn = async (store: WorldStore, options: WorldOptions = {}) =>
    openWorld({ lifecycle: 'instant', ...options, store: onTestClock(store) });
  const replicas = (count: number, options: WorldOptions = {}) =>
    Promise.all(Array.from({ length: count }, async () => worldOn(await replica(), options)));

  itKeepsTheWorldsContract('PostgreSQL', async () => {
    const [store, other] = [await openWorlds(url), await openWorlds(url)];
    return {
      store,
      another: async () => other,
      close: async () => {
        for (const one of [store, other]) await one.close();
      },
    };
  });

  /** Sends requests at once, and counts their outcomes. */
  async function outcomesOf(requests: readonly Promise<{ type: string }>[]): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { type } of await Promise.all(requests)) counts[type || 'ok'] = (counts[type || 'ok'] ?? 0) + 1;
    return counts;
  }

  describe('requests to several servers at once', () => {
    it('never exceed a quota of an environment', async () => {
      const worlds = await replicas(3, { quotas: 'published' });
      const [first] = worlds as [(typeof worlds)[0]];
      const { environmentId } = await openBuilder(first);
      const volume = (index: number) => ({
        environmentId,
        volumeName: `vol-${index}`,
        volumeType: 'NAS_1',
        azMode: 'SINGLE',
        availabilityZoneIds: ['use1-az1'],
        nas1Configuration: { type: 'SSD_250', size: 1200 },
      });
      const requests = Array.from({ length: 24 }, (_, index) =>
        (worlds[index % 3] as typeof first).refusal('CreateKxVolume', volume(index)),
      );
      expect(await outcomesOf(requests)).toEqual({ ok: 5, LimitExceededException: 19 });
      expect((await first.call('ListKxVolumes', { environmentId })).kxVolumeSummaries).toHaveLength(5);
    });

    it('never exceed the quota of environments, also in a region that has no world yet', async () => {
      const worlds = await replicas(3, { quotas: 'published' });
      await query('DELETE FROM finspace_mcp.worlds');
      const requests = Array.from({ length: 12 }, (_, index) =>
        (worlds[index % 3] as (typeof worlds)[0]).refusal('CreateKxEnvironment', {
          name: `kdb-${index}`,
          kmsKeyId: KEY,
        }),
      );
      expect(await outcomesOf(requests)).toEqual({ ok: 1, ServiceQuotaExceededException: 11 });
    });

    it('never give two environments the same name', async () => {
      const worlds = await replicas(3);
      const ids: string[] = [];
      for (const name of ['kdb-a', 'kdb-b', 'kdb-c'])
        ids.push(
          (await (worlds[0] as (typeof worlds)[0]).call('CreateKxEnvironment', { name, kmsKeyId: KEY })).environmentId,
        );
      const renames = ids.map((environmentId, index) =>
        (worlds[index] as (typeof worlds)[0]).refusal('UpdateKxEnvironment', { environmentId, name: 'kdb-same' }),
      );
      expect(await outcomesOf(renames)).toEqual({ ok: 1, ConflictException: 2 });
    });

    it('with one client token take effect once, and all get the first reply', async () => {
      const worlds = await replicas(3);
      const [first] = worlds as [(typeof worlds)[0]];
      const { environmentId } = await first.call('CreateKxEnvironment', { name: 'kdb-a', kmsKeyId: KEY });
      const input = { environmentId, databaseName: 'trades', clientToken: 'once' };
      const replies = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          (worlds[index % 3] as (typeof worlds)[0]).call('CreateKxDatabase', input),
        ),
      );
      expect(new Set(replies.map((reply) => JSON.stringify(reply))).size).toBe(1);
    });

    it('with one client token in two environments take effect in one of them', async () => {
      const worlds = await replicas(2);
      const [one, two] = worlds as [(typeof worlds)[0], (typeof worlds)[0]];
      const [first, second] = [
        (await one.call('CreateKxEnvironment', { name: 'kdb-a', kmsKeyId: KEY })).environmentId,
        (await one.call('CreateKxEnvironment', { name: 'kdb-b', kmsKeyId: KEY })).environmentId,
      ];
      for (let round = 0; round < 10; round += 1) {
        const input = { databaseName: `db-${round}`, clientToken: `token-${round}` };
        const outcomes = await outcomesOf([
          one.refusal('CreateKxDatabase', { environmentId: first, ...input }),
          two.refusal('CreateKxDatabase', { environmentId: second, ...input }),
        ]);
        expect(outcomes).toEqual({ ok: 1, ConflictException: 1 });
      }
    });

    it('run side by side in different environments, and one after the other in the same', async () => {
      const [world] = await replicas(1);
      const { call } = world as NonNullable<typeof world>;
      const { environmentId: first } = await call('CreateKxEnvironment', { name: 'kdb-a', kmsKeyId: KEY });
      const { environmentId: second } = await call('CreateKxEnvironment', { name: 'kdb-b', kmsKeyId: KEY });
      const user = (environmentId: string) => call('CreateKxUser', { environmentId, userName: 'ann', iamRole: ROLE });
      const other = await replica();
      let waiting: Promise<unknown> = Promise.resolve();
      await other.write(
        async () => {
          waiting = user(first).then(() => 'later');
          await user(second);
          expect(await Promise.race([waiting, 'still waiting'])).toBe('still waiting');
          expect(await call('ListKxUsers', { environmentId: first })).toEqual({ users: [] });
        },
        { arn: `${WORLD}:kxEnvironment/${first}/kxUser/bob` },
      );
      expect(await waiting).toBe('later');
    });
  });

  it('tell the time by the clock of the database', async () => {
    const [behind, database] = [Date.now() - 3_600_000, await replica()];
    const world = await openWorld({ lifecycle: 'realistic', start: behind, store: database });
    const { environmentId } = await world.call('CreateKxEnvironment', { name: 'kdb-a', kmsKeyId: KEY });
    const { creationTimestamp } = await world.call('GetKxEnvironment', { environmentId });
    expect(Math.abs(Date.parse(creationTimestamp) - Date.now())).toBeLessThan(60_000);
  });

  describe('150 reads at once', () => {
    const userOf = (index: number) => `user_${index % 5}`;
    async function twoEnvironments() {
      const world = await worldOn(await replica());
      const environments = [(await openBuilder(world)).environmentId];
      environments.push((await world.call('CreateKxEnvironment', { name: 'kdb-b', kmsKeyId: KEY })).environmentId);
      for (const environmentId of environments)
        for (const userName of ['user_0', 'user_1', 'user_2'])
          await world.call('CreateKxUser', { environmentId, userName, iamRole: ROLE });
      const read = (index: number) =>
        world.serve(
          requestFor('GetKxUser', { environmentId: environments[index % 2] as string, userName: userOf(index) }),
        );
      const readAll = () => Promise.all(Array.from({ length: 150 }, (_, index) => read(index)));
      return { environments, readAll };
    }

    it('each get their own answer', async () => {
      const { environments, readAll } = await twoEnvironments();
      for (const [index, reply] of (await readAll()).entries()) {
        expect(typeOf(reply)).toBe(index % 5 < 3 ? '' : 'ResourceNotFoundException');
        const { environmentId, userName } = contentOf(reply);
        if (index % 5 < 3) expect([environmentId, userName]).toEqual([environments[index % 2], userOf(index)]);
      }
    });

    it('fail only if the entity that they request cannot be read', async () => {
      const { readAll } = await twoEnvironments();
      await query(`ALTER TABLE finspace_mcp.entities ENABLE ROW LEVEL SECURITY;
        CREATE POLICY readable ON finspace_mcp.entities USING (name <> 'user_1' OR 1 / length(replace(name, 'user_1', '')) > 0)`);
      onTestFinished(() =>
        query(`DROP POLICY readable ON finspace_mcp.entities;
          ALTER TABLE finspace_mcp.entities DISABLE ROW LEVEL SECURITY`).then(() => {}),
      );
      const expected = ['', 'InternalServerException', '', 'ResourceNotFoundException', 'ResourceNotFoundException'];
      expect((await readAll()).map(typeOf)).toEqual(Array.from({ length: 150 }, (_, index) => expected[index % 5]));
    });
  });

  describe('a commit whose connection is cut', () => {
    it.each(['before', 'after'] as const)(
      '%s PostgreSQL executes it takes effect once, and the request succeeds',
      async (when) => {
        const cutter = await startCutter(cluster.folder);
        onTestFinished(() => cutter.close());
        const address = `postgres://server@/store?host=${encodeURIComponent(cutter.folder)}`;
        const world = await worldOn(await replica(address));
        const { environmentId } = await openBuilder(world);
        for (let index = 0; index < 5; index += 1) {
          cutter.cut('COMMIT', when);
          await world.call('CreateKxUser', { environmentId, userName: `user_${index}`, iamRole: ROLE });
          expect(cutter.cuts()).toBe(index + 1);
        }
        expect((await world.call('ListKxUsers', { environmentId })).users).toHaveLength(5);
      },
    );

    it('is reported as possibly made if its outcome cannot be looked up', async () => {
      const cutter = await startCutter(cluster.folder);
      onTestFinished(() => cutter.close());
      const store = await replica(`postgres://server@/store?host=${encodeURIComponent(cutter.folder)}`);
      cutter.cut('COMMIT', 'after');
      const writing = store.write((tx) => tx.putSettings(WORLD, { quotas: 'raised' })).catch((error: unknown) => error);
      await expect.poll(cutter.cuts, { interval: 1 }).toBe(1);
      await cutter.close();
      const error = (await writing) as StoreError;
      expect(error).toBeInstanceOf(StoreError);
      expect(error.why).toMatch(/Whether the change was made is unknown\.$/);
      expect(await (await replica()).read((tx) => tx.settings(WORLD))).toEqual({ quotas: 'raised' });
    });
  });
});
