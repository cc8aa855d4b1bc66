import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { initStore } from '../../src/store/postgres/administration.ts';
import { openPostgres } from '../../src/store/postgres/index.ts';
import { bearer, callTool, tokens, wordsIn } from '../http/people.ts';
import { closeAll, product } from '../http/support.ts';
import { KMS_KEY } from '../support/session-calls.ts';
import { give, SKIPPED, startCluster } from './cluster.ts';
import { sealKeysIn } from './shared-store.ts';
import { NO_SMALL_DISK, type SmallDisk, smallDisk } from './small-disk.ts';

const WHY = SKIPPED || NO_SMALL_DISK;

describe.skipIf(WHY !== '')(`a server whose PostgreSQL has a full disk ${WHY}`, { timeout: 180_000 }, () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'full-disk-'));
  });
  afterEach(async () => {
    await closeAll();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  function mounted(megabytes: number): SmallDisk {
    const own = smallDisk(megabytes) as SmallDisk;
    onTestFinished(() => own.remove());
    return own;
  }

  /** A server on a store, with one database of the local service, `db-0`. */
  async function served(url: string) {
    const held = tokens({ agent: ['finspace:destroy'] });
    const server = await product({
      ...{ store: url, sealKeys: sealKeysIn(folder), authTokens: held.file, rateWrite: 1_000_000 },
      ...{ state: join(folder, 'world.db'), stateDir: join(folder, 'a') },
    });
    const call = (tool: string, args: object) => callTool(server.url, tool, args, { headers: bearer(held.agent) });
    const made = await call('create_kx_environment', { name: 'trading', kmsKeyId: KMS_KEY });
    const { environmentId } = made.structuredContent as { environmentId: string };
    const create = (databaseName: string) => call('create_kx_database', { environmentId, databaseName });
    await create('db-0');
    const names = async () => {
      const { structuredContent } = await call('list_kx_databases', { environmentId, maxResults: 100 });
      const databases = structuredContent?.['kxDatabases'] as { databaseName: string }[];
      return databases.map((one) => one.databaseName);
    };
    return {
      ...{ create, names },
      remove: (databaseName: string) => call('delete_kx_database', { environmentId, databaseName }),
      readyz: async () => (await fetch(new URL('/readyz', server.url))).text(),
    };
  }

  /** Creates databases until a reply says that one is refused. Requests without a reply stay pending: they, or their outcomes, wait for the store. */
  async function createUntilRefused({ create }: Awaited<ReturnType<typeof served>>) {
    const pending = new Map<string, ReturnType<typeof create>>();
    for (let at = 1; at < 500; at += 1) {
      const creation = create(`db-${at}`);
      pending.set(`db-${at}`, creation);
      const reply = await Promise.race([creation, delay(2_000)]);
      if (reply?.isError === true) return { refusal: wordsIn(reply), pending };
    }
    throw new Error('no creation was refused');
  }

  /** A full disk refuses changes with a cause, none of those happens then or later, and after `recover` the server works. */
  async function refusesUntil(recover: () => Promise<void>, url: string, fill: () => Promise<void>, cause: string) {
    const at = await served(url);
    await fill();
    const { refusal, pending } = await createUntilRefused(at);
    expect(refusal).toContain(`The journal cannot be written (${cause}`);
    expect(refusal).toContain('Nothing was changed.');
    const deletion = await at.remove('db-0');
    expect(deletion.isError).toBe(true);
    expect(wordsIn(deletion).toLowerCase()).toContain(`${cause}`);
    expect(wordsIn(deletion)).toContain('Nothing was changed.');
    const during = await at.names();
    await recover();
    await expect.poll(at.readyz, { timeout: 30_000 }).toBe('ready\n');
    const made = ['db-0'];
    for (const [name, creation] of pending) if ((await creation).isError !== true) made.push(name);
    expect((await at.names()).toSorted()).toEqual(made.toSorted());
    expect(made).toEqual(expect.arrayContaining(during));
    expect((await at.create('after')).isError).not.toBe(true);
    expect(wordsIn(await at.remove('db-0'))).toContain('under the code');
    const own = await openPostgres(url, { stateDir: join(folder, 'person'), serves: false, onerror: () => {} });
    expect(await own.journal.verify()).not.toHaveProperty('brokenAt');
    expect(await own.journal.unfinished()).toEqual([]);
    await own.close();
  }

  it('refuses changes, makes none of them, and works again once there is space: disk of the tables', async () => {
    const cluster = await startCluster();
    onTestFinished(() => cluster.remove());
    const disk = mounted(32);
    const tables = join(disk.folder, 'tables');
    mkdirSync(tables);
    give(tables);
    await cluster.query('postgres', `CREATE TABLESPACE small LOCATION '${tables}'`);
    await cluster.query('postgres', 'CREATE DATABASE small TABLESPACE small');
    await initStore(cluster.url('small'), { createsRole: true });
    await refusesUntil(
      async () => disk.free(),
      cluster.url('small'),
      async () => disk.fill(),
      'the store has no disk space left',
    );
  });

  it('refuses changes, makes none of them, and works again once PostgreSQL runs again: disk of the log', async () => {
    const disk = mounted(80);
    const cluster = await startCluster(disk.folder, '--wal-segsize=1');
    onTestFinished(() => cluster.remove());
    await initStore(await cluster.create('store'), { createsRole: true });
    // When its log is full, PostgreSQL stops.
    const fillLog = "SELECT pg_logical_emit_message(true, 'filler', repeat('x', 1000000))";
    const fill = async () => {
      disk.fill();
      const written = () => cluster.query('postgres', fillLog).then(() => 'written', String);
      await expect.poll(written, { timeout: 60_000, interval: 1 }).not.toBe('written');
    };
    const recover = async () => {
      disk.free();
      // It may have restarted by itself.
      await cluster.start().catch(() => {});
    };
    await refusesUntil(recover, cluster.url('store'), fill, 'the store does not answer');
  });
});
