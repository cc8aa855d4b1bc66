import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WORLD_FORMAT } from '../../src/local/schema.ts';
import { service } from '../../src/local/service.ts';
import { sqlTransaction } from '../../src/local/sql-transaction.ts';
import { openWorldStore } from '../../src/local/store.ts';
import type { Sql } from '../../src/sqlite/connection.ts';
import { openDatabase } from '../../src/sqlite/database.ts';
import { StoreError } from '../../src/sqlite/store-error.ts';
import { connection } from '../support/sqlite.ts';
import { KEY, openBuilder } from './environment-builder.ts';
import { contentOf, openWorld, requestFor, typeOf } from './world.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'finspace-store-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const refusalOf = (path: string) =>
  openWorldStore(path).then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a state file', () => {
  test('rejects calls after it is closed, without a crash', async () => {
    const store = await openWorldStore(join(folder, 'state.db'));
    await store.close();
    await store.close();
    await expect(store.read(() => 1)).rejects.toThrow('is closed');
    await expect(store.write(() => 1)).rejects.toThrow('is closed');
  });

  test('keeps the world across a restart, during which time passes', async () => {
    const path = join(folder, 'new', 'state.db');
    const first = await openWorld({ store: await openWorldStore(path) });
    const { environmentId, clusterInput } = await openBuilder(first);
    await first.call('CreateKxCluster', clusterInput('gp-one'));
    const stopped = first.now();
    await first.close();

    const second = await openWorld({ store: await openWorldStore(path), start: stopped + 60 * 60_000 });
    const cluster = await second.call('GetKxCluster', { environmentId, clusterName: 'gp-one' });
    expect(cluster.status).toBe('RUNNING');
    expect(Date.parse(cluster.lastModifiedTimestamp) - stopped).toBe(14 * 60_000 + 20_000);
    await second.close();
  });

  test('has our application id and uses write-ahead logging', async () => {
    const path = join(folder, 'state.db');
    const store = await openWorldStore(path);
    const header = readFileSync(path).subarray(0, 100);
    expect(header.readUInt32BE(68)).toBe(0x46534b58);
    expect(header.readUInt32BE(60)).toBe(WORLD_FORMAT.migrations.length);
    // The versions for reading and writing: 2 is write-ahead logging, which each later connection uses.
    expect([...header.subarray(18, 20)]).toEqual([2, 2]);
    await store.read((tx) => tx.worlds());
    expect(existsSync(`${path}-wal`)).toBe(true);
    await store.close();
  });

  const others: [string, (path: string) => void, RegExp][] = [
    ['is not a database', (path) => writeFileSync(path, 'name: value\n'.repeat(50)), /not a SQLite database/],
    ['is short and strange', (path) => writeFileSync(path, 'x'), /not a SQLite database/],
    ['belongs to another program', (path) => database(path, 'CREATE TABLE notes (text)'), /another program/],
    [
      'comes from a newer version',
      (path) =>
        database(path, 'PRAGMA application_id = 1179863896; PRAGMA user_version = 99; CREATE TABLE entities (x)'),
      /newer version.*format 99/,
    ],
    ['is a folder', (path) => mkdirSync(path), /not a file/],
  ];
  test.each(others)('that %s is rejected in one line and not changed', async (_, make, message) => {
    const path = join(folder, 'state.db');
    make(path);
    chmodSync(path, 0o755);
    const [before, { mode }] = [contents(path), statSync(path)];
    const error = await refusalOf(path);
    expect(error).toBeInstanceOf(StoreError);
    expect((error as Error).message).toMatch(message);
    expect(statSync(path).mode).toBe(mode);
    expect((error as Error).message).toContain(path);
    expect((error as Error).message).not.toContain('\n');
    expect(contents(path)).toEqual(before);
  });

  test('that is damaged is rejected and not changed', async () => {
    const path = join(folder, 'state.db');
    await (await openWorld({ store: await openWorldStore(path) })).close();
    const bytes = readFileSync(path);
    for (const damaged of [bytes.subarray(0, bytes.length - 8192), Buffer.from(bytes).fill(0x41, 4096, 12_000)]) {
      writeFileSync(path, damaged);
      const error = await refusalOf(path);
      expect(error).toBeInstanceOf(StoreError);
      expect((error as Error).message).toMatch(/damaged/);
      expect(contents(path)).toEqual(damaged);
    }
  });

  test('of an earlier version that is damaged is rejected and not migrated', async () => {
    const path = join(folder, 'state.db');
    const [first = ''] = WORLD_FORMAT.migrations;
    database(
      path,
      `${first};
       WITH RECURSIVE ids AS (SELECT 1 AS id UNION ALL SELECT id + 1 FROM ids WHERE id < 20)
       INSERT INTO worlds SELECT id, hex(zeroblob(2000)) FROM ids;
       PRAGMA application_id = 1179863896; PRAGMA user_version = 1`,
    );
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0x41, bytes.length - 4096));
    await expect(openWorldStore(path)).rejects.toThrow(/damaged/);
    expect(contents(path)).toEqual(bytes);
  });

  test.skipIf(process.platform === 'win32')('beside a journal is made private, too', async () => {
    const path = join(folder, 'state.db');
    await (await openWorldStore(path)).close();
    chmodSync(path, 0o644);
    writeFileSync(`${path}-journal`, '');
    await (await openWorldStore(path)).close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test.skipIf(process.getuid?.() === 0)('that is read-only, or in a read-only folder, is rejected', async () => {
    const path = join(folder, 'state.db');
    await (await openWorldStore(path)).close();
    chmodSync(path, 0o444);
    expect((await refusalOf(path)) as Error).toMatchObject({ name: 'StoreError' });
    chmodSync(folder, 0o555);
    expect((await refusalOf(join(folder, 'other.db'))) as Error).toMatchObject({ name: 'StoreError' });
    chmodSync(folder, 0o755);
  });

  test('in a folder that cannot be created is rejected', async () => {
    writeFileSync(join(folder, 'file'), '');
    expect(await refusalOf(join(folder, 'file', 'state.db'))).toBeInstanceOf(StoreError);
    const path = join(folder, 'file', 'inner', 'state.db');
    const message = `${path}: the folder cannot be created (ENOTDIR)`;
    expect(await refusalOf(path)).toMatchObject({ name: 'StoreError', message });
  });
});

const database = (path: string, sql: string) => {
  const db = connection(path);
  db.exec(sql);
  db.close();
};
const contents = (path: string) => (statSync(path).isFile() ? readFileSync(path) : undefined);

describe('a full disk', () => {
  test('is reported in one line, damages nothing, and ends once there is space', async () => {
    const path = join(folder, 'state.db');
    const connections: Sql[] = [];
    // At a size limit, SQLite behaves as on a full disk.
    const limit = (pages: number) => {
      for (const db of connections) db.prepare(`PRAGMA max_page_count = ${pages}`).get();
    };
    const store = await openDatabase(path, WORLD_FORMAT, (db) => {
      connections.push(db);
      return sqlTransaction(db);
    });
    const errors: unknown[] = [];
    await store.write((tx) => tx.putSettings('arn:aws:finspace:us-east-1:111122223333', { quotas: 'raised' }));
    const serve = service(store, { lifecycle: 'realistic', onError: (error) => errors.push(error) });
    const create = (name: string) =>
      serve(requestFor('CreateEnvironment', { name, kmsKeyId: KEY, description: 'x'.repeat(1000) }));
    limit(1);
    let made = 0;
    let last = await create('first');
    for (; last.status === 200 && made < 200; made++) last = await create(`more-${made}`);
    expect(last.status).toBe(500);
    expect(typeOf(last)).toBe('InternalServerException');
    expect(contentOf(last)).toEqual({ message: 'The service cannot use its storage (the disk is full).' });
    expect(errors).toMatchObject([{ name: 'StoreError', message: expect.stringMatching(/^[^\n]*state\.db: [^\n]*$/) }]);
    const listed = async () => {
      const response = await serve(requestFor('ListEnvironments', {}));
      return contentOf(response).environments.length;
    };
    expect(await listed()).toBe(made);
    limit(10_000);
    expect((await create('now-it-fits')).status).toBe(200);
    expect(await listed()).toBe(made + 1);
    await store.close();
    await (await openWorldStore(path)).close();
  });
});

describe('several writers', () => {
  test('in one process all get their turn on one file', async () => {
    const path = join(folder, 'state.db');
    const [one, two] = await Promise.all([openWorldStore(path), openWorldStore(path)]);
    const first = await openWorld({ store: one, lifecycle: 'instant' });
    const second = await openWorld({ store: two, lifecycle: 'instant' });
    const { environmentId } = await openBuilder(first);
    const create = (world: typeof first, prefix: string, index: number) =>
      world.call('CreateKxDatabase', {
        environmentId,
        databaseName: `${prefix}-${index}`,
        clientToken: `${prefix}${index}`,
      });
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => [create(first, 'first', index), create(second, 'second', index)]).flat(),
    );
    const { kxDatabases } = await second.call('ListKxDatabases', { environmentId });
    expect(kxDatabases).toHaveLength(100);
    await Promise.all([first.close(), second.close()]);
  });

  test('in one process share a commit, and one that throws does not affect the others', async () => {
    const path = join(folder, 'state.db');
    const store = await openWorldStore(path);
    const arn = (index: number) => `arn:aws:finspace:us-east-1:${String(index).padStart(12, '0')}`;
    await store.write((tx) => tx.putSettings(arn(0), { quotas: 'raised' }));
    const other = connection(path);
    const size = () => statSync(`${path}-wal`).size;
    const before = size();
    const seen = other.prepare('SELECT count(*) AS n FROM worlds');
    const writes = Array.from({ length: 40 }, async (_, index) => {
      await store.write(async (tx) => {
        await tx.putSettings(arn(index + 1), { quotas: 'raised' });
        if (index % 4 === 0) throw new Error(`no ${index}`);
      });
      return (seen.get() as { n: number }).n;
    });
    const outcomes = await Promise.allSettled(writes);
    for (const [index, outcome] of outcomes.entries()) {
      if (index % 4 === 0) expect(outcome).toMatchObject({ status: 'rejected', reason: { message: `no ${index}` } });
      // When one caller has its answer, others can already see its write, and those that shared the commit.
      else expect(outcome).toEqual({ status: 'fulfilled', value: 31 });
    }
    // 30 separate commits would have written at least 30 pages.
    expect(size() - before).toBeLessThan(10 * 4120);
    other.close();
    await store.close();
  });

  test('wait for another that locks the file without blocking reads', async () => {
    const path = join(folder, 'state.db');
    const world = await openWorld({ store: await openWorldStore(path), lifecycle: 'instant' });
    const other = connection(path);
    other.exec('BEGIN IMMEDIATE');
    const waiting = world.call('CreateKxEnvironment', { name: 'kdb-test', kmsKeyId: KEY });
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 5);
    await new Promise((resolve) => setTimeout(resolve, 300));
    clearInterval(ticking);
    expect(ticks).toBeGreaterThan(10);
    other.exec('COMMIT');
    other.close();
    expect((await waiting).status).toBe('CREATE_REQUESTED');
    await world.close();
  });
});
