import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { acceptRestore, initStore } from '../../src/store/postgres/administration.ts';
import { callTool, wordsIn } from '../http/people.ts';
import { closeAll, product } from '../http/support.ts';
import { KMS_KEY } from '../support/session-calls.ts';
import { SKIPPED } from './cluster.ts';
import { databaseIn, startStores, type TestStores } from './shared-store.ts';

describe.skipIf(SKIPPED !== '')(`a server whose store ${SKIPPED}`, { timeout: 120_000 }, () => {
  let stores: TestStores;
  let folder: string;
  beforeAll(async () => {
    stores = await startStores();
  }, 120_000);
  afterAll(() => stores.stop(), 120_000);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lost-store-'));
  });
  afterEach(async () => {
    await closeAll();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const serve = (store: string) =>
    product({ store, sealKeys: stores.sealKeys, state: join(folder, 'world.db'), stateDir: join(folder, 'a') });
  async function serveReady() {
    const url = await stores.fresh();
    const { url: server } = await serve(url);
    const made = await callTool(server, 'create_kx_environment', { name: 'trading', kmsKeyId: KMS_KEY });
    const { environmentId } = made.structuredContent as { environmentId: string };
    const create = async (databaseName: string) =>
      wordsIn(await callTool(server, 'create_kx_database', { environmentId, databaseName }));
    const readyz = async () => {
      const response = await fetch(new URL('/readyz', server));
      return `${response.status} ${(await response.text()).trim()}`;
    };
    const expectReady = () => expect.poll(readyz, { timeout: 30_000, interval: 100 }).toBe('200 ready');
    const expectNotReady = (why: string) =>
      expect.poll(readyz, { timeout: 30_000, interval: 100 }).toContain(`503 not ready: ${why}`);
    const list = () => callTool(server, 'list_kx_environments', {});
    await expectReady();
    return { url, database: databaseIn(url), create, list, expectReady, expectNotReady };
  }
  const exec = (text: string, database = 'postgres') => stores.cluster.query(database, text);

  it('is unreachable is not ready until it is back, and still reads', async () => {
    const { expectReady, expectNotReady, list, create } = await serveReady();
    for (const mode of ['fast', 'immediate'] as const) {
      await stores.cluster.stop(mode);
      await expectNotReady('the store does not answer (ENOENT)');
      expect((await list()).structuredContent).toHaveProperty('environments.0.name', 'trading');
      await stores.cluster.start();
      await expectReady();
      expect(await create(`after-${mode}`)).toContain('databaseArn');
    }
  });

  it('is wiped and created again changes nothing, and says so', async () => {
    const { url, database, create, expectNotReady } = await serveReady();
    await exec('DROP SCHEMA finspace_mcp CASCADE', database);
    await expectNotReady('the store is not initialized');
    expect(await create('second')).toContain('the store is not initialized');
    await initStore(stores.cluster.url(database), { createsRole: true });
    await expectNotReady('the store is not the one that this replica used');
    expect(await create('second')).toContain('The journal cannot be written');
    await closeAll();
    await expect(serve(url)).rejects.toThrow('this replica belongs to the store');
  });

  it('has lost its journal changes nothing, and says so', async () => {
    const { database, create, expectNotReady } = await serveReady();
    await exec('DELETE FROM finspace_mcp.journal', database);
    await expectNotReady('the store was restored from a backup');
    expect(await create('second')).toContain('The journal cannot be written');
  });

  it('is replaced by another one, and then put back, works only with its own', async () => {
    const { database, create, expectReady, expectNotReady } = await serveReady();
    const other = databaseIn(await stores.fresh());
    const rename = async (from: string, to: string) => {
      // No connection is made before the database has its new name.
      await exec(`ALTER DATABASE ${from} ALLOW_CONNECTIONS false`);
      await exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${from}'`);
      await exec(`ALTER DATABASE ${from} RENAME TO ${to}`);
      await exec(`ALTER DATABASE ${to} ALLOW_CONNECTIONS true`);
    };
    const swap = async () => {
      await rename(database, 'aside');
      await rename(other, database);
      await rename('aside', other);
    };
    await swap();
    await expectNotReady('the store is not the one that this replica used');
    expect(await create('second')).toContain('The journal cannot be written');
    await acceptRestore(stores.cluster.url(database));
    await expectNotReady('the store is not the one that this replica used');
    await swap();
    await expectReady();
    expect(await create('second')).toContain('databaseArn');
  });
});
