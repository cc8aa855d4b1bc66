import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerEventBus } from '@modelcontextprotocol/server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { commandAnywhere } from '../../src/own-command.ts';
import { LedgerError } from '../../src/safety/ledger.ts';
import { type Database, openDatabase } from '../../src/store/postgres/database.ts';
import { eventFeed } from '../../src/store/postgres/events.ts';
import { openPostgres } from '../../src/store/postgres/index.ts';
import { storeTarget } from '../../src/store/postgres/target.ts';
import { closeAll, product } from '../http/support.ts';
import { SKIPPED } from './cluster.ts';
import { databaseIn, startStores, type TestStores } from './shared-store.ts';

const LISTENING = `FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'finspace-mcp'
  AND (query LIKE 'LISTEN%' OR query LIKE '%unnest($1::text[])%')`;

describe.skipIf(SKIPPED !== '')(`a store in PostgreSQL ${SKIPPED}`, { timeout: 120_000 }, () => {
  let stores: TestStores;
  let folder: string;
  let url: string;
  let database: string;
  beforeAll(async () => {
    stores = await startStores();
  }, 120_000);
  afterAll(() => stores.stop(), 120_000);
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'store-failures-'));
    url = await stores.fresh();
    database = databaseIn(url);
  });
  afterEach(async () => {
    await closeAll();
    rmSync(folder, { recursive: true, force: true });
  });

  const query = <T extends object>(text: string) => stores.cluster.query<T>(database, text);
  async function opened(replica = 'a') {
    const store = await openPostgres(url, { stateDir: join(folder, replica), serves: true, onerror: () => {} });
    onTestFinished(() => store.close());
    return store;
  }
  async function openedDatabase(): Promise<Database> {
    const db = await openDatabase(storeTarget(url));
    onTestFinished(() => db.close());
    return db;
  }
  const changed = (uri: string) => ({ kind: 'resource_updated', uri }) as const;
  function heardFrom(bus: ServerEventBus): string[] {
    const uris: string[] = [];
    bus.subscribe((event) => void uris.push('uri' in event ? event.uri : event.kind));
    return uris;
  }

  describe('events', () => {
    it('cannot be forged, and servers cannot be stopped, by a role that may only connect', async () => {
      const bus = (await opened()).events('/mcp');
      const heard = heardFrom(bus);
      bus.publish(changed('finspace://1'));
      await expect.poll(() => heard, { timeout: 10_000 }).toHaveLength(1);
      await query('DROP ROLE IF EXISTS stranger; CREATE ROLE stranger');
      const forged = { id: 'x', scope: '/mcp', event: JSON.stringify(changed('finspace://forged')) };
      for (const payload of ['', 'no JSON', 'null', JSON.stringify(forged), '0b5a27e6-0000-4000-8000-000000000000'])
        await query(`SET ROLE stranger; NOTIFY finspace_mcp_events, '${payload}'`);
      bus.publish(changed('finspace://2'));
      await expect.poll(() => heard, { timeout: 10_000 }).toEqual(['finspace://1', 'finspace://2']);
    });

    it('reach the other subscribers although one subscriber throws at each event', async () => {
      const errors: Error[] = [];
      const feed = eventFeed(await openedDatabase(), (error) => void errors.push(error));
      onTestFinished(() => feed.close());
      const bus = feed.events('/mcp');
      bus.subscribe(() => {
        throw new Error('a broken subscriber');
      });
      const heard = heardFrom(bus);
      for (const uri of ['finspace://1', 'finspace://2']) bus.publish(changed(uri));
      await expect.poll(() => heard, { timeout: 10_000 }).toEqual(['finspace://1', 'finspace://2']);
      expect(errors.map(({ message }) => message)).toEqual(['a broken subscriber', 'a broken subscriber']);
    });

    it('that are too long for a notification are delivered in order', async () => {
      const bus = (await opened()).events('/mcp');
      const heard = heardFrom(bus);
      const long = `finspace://${'é'.repeat(20_000)}`;
      for (const uri of [long, 'finspace://short']) bus.publish(changed(uri));
      await expect.poll(() => heard, { timeout: 10_000 }).toEqual([long, 'finspace://short']);
    });

    it('use one connection however often reads fail, and none after close', async () => {
      const db = await openedDatabase();
      const errors: Error[] = [];
      const unreadable: Database = { ...db, run: () => Promise.reject(new Error('cannot be read')) };
      const feed = eventFeed(unreadable, (error) => void errors.push(error));
      feed.events('/mcp');
      await expect.poll(() => errors.length, { timeout: 20_000 }).toBeGreaterThan(3);
      expect((await query(`SELECT ${LISTENING}`)).length).toBeLessThanOrEqual(1);
      await feed.close();
      await expect.poll(() => query(`SELECT ${LISTENING}`), { timeout: 10_000 }).toEqual([]);
    });

    it('are delivered although their connection stays open and silent', async () => {
      const bus = (await opened()).events('/mcp');
      const heard = heardFrom(bus);
      bus.publish(changed('finspace://1'));
      await expect.poll(() => heard, { timeout: 10_000 }).toHaveLength(1);
      const [row] = await query<{ pid: number }>(`SELECT pid ${LISTENING}`);
      const pid = row?.pid as number;
      process.kill(pid, 'SIGSTOP');
      onTestFinished(() => void process.kill(pid, 'SIGCONT'));
      bus.publish(changed('finspace://2'));
      await expect.poll(() => heard, { timeout: 30_000 }).toHaveLength(2);
    });
  });

  it('is waited for during a restart, even after a statement that failed at once', async () => {
    const db = await openedDatabase();
    await db.run('SELECT 1');
    await stores.cluster.stop();
    await expect(db.run('SELECT 1', [], 0)).rejects.toThrow('does not answer');
    const waiting = db.run('SELECT 1 AS one').catch(String);
    await stores.cluster.start();
    expect(await waiting).toEqual([{ one: 1 }]);
  });

  it('is not waited for again while it is unavailable', async () => {
    const db = await openedDatabase();
    await stores.cluster.stop();
    onTestFinished(() => stores.cluster.start());
    await expect(db.run('SELECT 1')).rejects.toThrow('does not answer');
    const begun = performance.now();
    await expect(db.run('SELECT 1')).rejects.toThrow('does not answer');
    expect(performance.now() - begun).toBeLessThan(2_000);
  });

  it('hides its host, database and user from readiness probes', async () => {
    await query('DROP ROLE IF EXISTS secret_user; CREATE ROLE secret_user LOGIN IN ROLE finspace_mcp_server');
    const server = await product({
      store: stores.cluster.url(database, 'secret_user'),
      ...{ sealKeys: stores.sealKeys, state: join(folder, 'world.db'), stateDir: join(folder, 'a') },
    });
    await query('ALTER ROLE secret_user NOLOGIN');
    await query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'secret_user'");
    const ready = async () => (await fetch(new URL('/readyz', server.url))).text();
    await expect
      .poll(ready, { timeout: 20_000, interval: 500 })
      .toBe('not ready: the store does not accept this user or password\n');
  });

  it('explains why an approval cannot be trusted, without its location', async () => {
    const ledger = (await opened()).ledger(900_000);
    await query('ALTER TABLE finspace_mcp.approvals RENAME TO gone');
    const error = await ledger.list().catch((refusal: unknown) => refusal);
    expect(error).toBeInstanceOf(LedgerError);
    expect((error as Error).message).toBe(
      `The store is not initialized. Run ${commandAnywhere('store init')}. Until this is corrected, no approval can be trusted.`,
    );
  });

  it('drops replicas that were not seen for a day', async () => {
    await opened();
    await query(`INSERT INTO finspace_mcp.replicas VALUES
      ('crashed', 'crashed:1', '0', 0, finspace_mcp.now_ms() - 90000000),
      ('resting', 'resting:1', '0', 0, finspace_mcp.now_ms() - 80000000)`);
    await opened('b');
    const names = (await query<{ name: string }>('SELECT name FROM finspace_mcp.replicas')).map(({ name }) => name);
    expect(names).toHaveLength(3);
    expect(names).toContain('resting:1');
    expect(names).not.toContain('crashed:1');
  });
});
