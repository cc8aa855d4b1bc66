import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sqlJournal } from '../../src/safety/journal.ts';
import { openState } from '../../src/safety/state.ts';
import { closeAll, product } from '../http/support.ts';
import { INTENT } from '../safety/support/intent.ts';
import { CLI } from '../support/hosts.ts';
import { SKIPPED } from './cluster.ts';
import { startStores, type TestStores } from './shared-store.ts';

describe.skipIf(SKIPPED !== '')(`a PostgreSQL ${SKIPPED}`, { timeout: 120_000 }, () => {
  let stores: TestStores;
  let folder: string;
  beforeAll(async () => {
    stores = await startStores();
  }, 120_000);
  afterAll(() => stores.stop(), 120_000);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'store-commands-'));
  });
  afterEach(async () => {
    await closeAll();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (...args: string[]) => {
    const { stdout, stderr, status } = spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' });
    return { stdout, stderr, status };
  };
  const refused = (stderr: string, status = 1) => ({ stdout: '', stderr: expect.stringContaining(stderr), status });
  const serve = (url: string, more: object = {}) =>
    product({
      ...{ store: url, sealKeys: stores.sealKeys, state: join(folder, 'world.db'), stateDir: join(folder, 'a') },
      ...more,
    });

  it('gets a store by init, once, and says what is in it', async () => {
    const url = await stores.cluster.create('first');
    expect(run('store', 'status', '--store', url)).toEqual(refused('is not initialized. Run finspace-mcp store init.'));
    await expect(serve(url)).rejects.toThrow('is not initialized');
    const [made, again] = [run('store', 'init', '--store', url), run('store', 'init', '--roles', '--store', url)];
    expect(made).toMatchObject({ stdout: expect.stringMatching(/^The store [0-9a-f-]{36} is ready\.\n$/), status: 0 });
    expect(again.stdout).toContain(made.stdout.trim());
    expect(again.stdout).toContain('GRANT finspace_mcp_server');
    await serve(url);
    const { stdout } = run('store', 'status', '--store', url);
    expect(stdout).toMatch(/^Store [0-9a-f-]{36}, version 1, in PostgreSQL /);
    for (const part of ['0 journal entries, 0 open plans', 'Replica ', 'Pinned by ', 'No standby is synchronous'])
      expect(stdout).toContain(part);
    expect(run('store', 'migrate', '--store', url).stdout).toBe('The store has version 1 already.\n');
  });

  it.each([
    [['store', 'init'], 'store: needs --store URL', 2],
    [['store', 'drop', '--store', 'postgres://h/d'], 'store: expects init, migrate', 2],
    [['store', 'init', '--store', 'mysql://h/d'], '--store: expects a URL such as postgres://', 2],
    [['store', 'status', '--roles', '--store', 'postgres://h/d'], '--roles: is for init and migrate', 2],
    [['store', 'status', '--store', 'postgres://u:secret@127.0.0.1:1/d'], 'does not answer (ECONNREFUSED)', 1],
    [['journal', 'verify', '--store', 'postgres://127.0.0.1:1/d'], 'does not answer (ECONNREFUSED)', 1],
  ])('refuses %j in one line', (args, message, status) => {
    const { stderr, ...result } = run(...args);
    expect(result).toEqual({ stdout: '', status });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('secret');
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('is refused when it is newer, older, foreign, read-only, unknown or without rights, and is not changed', async () => {
    const url = await stores.fresh();
    const database = /\/(store_\d+)\?/.exec(url)?.[1] as string;
    const owner = stores.cluster.url(database);
    const set = (text: string) => stores.cluster.query(database, text);
    await set('UPDATE finspace_mcp.store SET version = 99');
    expect(run('store', 'migrate', '--store', owner)).toEqual(refused('which is newer than this server'));
    await expect(serve(url)).rejects.toThrow('which is newer than this server (1): update finspace-mcp');
    await set('UPDATE finspace_mcp.store SET version = 0');
    await expect(serve(url)).rejects.toThrow('run finspace-mcp store migrate');
    await set('UPDATE finspace_mcp.store SET version = 1');
    expect(run('store', 'unpin', '--store', url)).toEqual(refused('does not give this user the rights'));
    expect(run('store', 'accept-restore', '--store', url)).toEqual(refused('does not give this user the rights'));
    await set(`ALTER DATABASE ${database} SET default_transaction_read_only = on`);
    await expect(serve(url)).rejects.toThrow('is read-only');
    const foreign = await stores.cluster.create('other');
    await stores.cluster.query('other', 'CREATE SCHEMA finspace_mcp');
    expect(run('store', 'init', '--store', foreign)).toEqual(refused('its schema finspace_mcp is not ours'));
    expect(run('store', 'status', '--store', stores.cluster.url('nowhere'))).toEqual(refused('has no such database'));
    expect(run('store', 'status', '--store', stores.cluster.url('postgres', 'nobody'))).toEqual(
      refused('does not accept this user or password'),
    );
  });

  it('whose settings let a crash lose commits is refused', async () => {
    const url = await stores.fresh();
    await stores.cluster.query('postgres', 'ALTER SYSTEM SET fsync = off');
    await stores.cluster.query('postgres', 'SELECT pg_reload_conf()');
    await expect.poll(() => serve(url).then(String, String), { timeout: 20_000 }).toContain('fsync=off');
    await stores.cluster.query('postgres', 'ALTER SYSTEM RESET fsync');
    await stores.cluster.query('postgres', 'SELECT pg_reload_conf()');
  });

  it('admits no replica with another world, other keys or other targets', async () => {
    const url = await stores.fresh();
    await serve(url);
    await serve(url, { stateDir: join(folder, 'b') });
    const other = { stateDir: join(folder, 'c') };
    await expect(serve(url, { ...other, state: join(folder, 'other.db') })).rejects.toThrow(
      /the backend or its world differs from the replica \S+:\d+\./,
    );
    const sealKeys = join(folder, 'keys');
    writeFileSync(sealKeys, `${'A'.repeat(43)}=\n`, { mode: 0o600 });
    await expect(serve(url, { ...other, sealKeys })).rejects.toThrow('--seal-keys: no key is the same');
    await expect(serve(await stores.fresh(), { state: ':memory:' })).rejects.toThrow('cannot share a world in memory');
    await expect(serve(await stores.fresh())).rejects.toThrow('this replica belongs to the store');
  });

  it('takes over a state directory, which no server can use without it afterwards', async () => {
    const url = await stores.fresh();
    const owner = stores.cluster.url(/\/(store_\d+)\?/.exec(url)?.[1] as string);
    const state = await openState(join(folder, 'state.db'));
    const journal = sqlJournal(async () => state, Date.now);
    await journal.finish(await journal.begin(INTENT), { result: 'succeeded' });
    expect(run('store', 'import', '--state-dir', folder, '--store', owner)).toMatchObject({
      stdout: expect.stringContaining('a journal of 2 entries, and 0 recovery kits'),
      status: 0,
    });
    await expect(journal.begin(INTENT)).rejects.toThrow();
    await state.close();
    expect(run('journal', 'verify', '--state-dir', folder)).toEqual(refused('belongs to the shared store'));
    await expect(product({ stateDir: folder, state: join(folder, 'world.db') })).rejects.toThrow('Add --store');
    const verified = run('journal', 'verify', '--store', url);
    expect(verified.stdout).toMatch(
      /^1 entry, all in order; the newest hash is \w+; 1 imported journal, all in order\n$/,
    );
    const shown = run('journal', 'show', '--store', url).stdout.trim().split('\n');
    expect(shown.map((line) => JSON.parse(line).kind)).toEqual(['intent', 'outcome', 'import']);
    await stores.cluster.query(
      /\/(store_\d+)\?/.exec(url)?.[1] as string,
      `UPDATE finspace_mcp.sealed_journals SET entry = replace(entry, 'ann', 'bob')`,
    );
    expect(run('journal', 'verify', '--store', url)).toEqual(refused('entry 1 of the imported journal'));
  });
});
