import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { commandAnywhere, ownCommand } from '../../src/own-command.ts';
import { sqlJournal } from '../../src/safety/journal.ts';
import { openState } from '../../src/safety/state.ts';
import { closeAll, product } from '../http/support.ts';
import { INTENT } from '../safety/support/intent.ts';
import { CLI } from '../support/hosts.ts';
import { SKIPPED, startCluster } from './cluster.ts';
import { databaseIn, startStores, type TestStores } from './shared-store.ts';

const run = (...args: string[]) => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' });
  return { stdout, stderr, status };
};

it.each([
  [['store', 'init'], 'store: needs --store URL', 2],
  [['store', 'drop', '--store', 'postgres://h/d'], 'store: expects init, migrate', 2],
  [['store', 'init', '--store', 'mysql://h/d'], '--store: expects a URL such as postgres://', 2],
  [['store', 'status', '--roles', '--store', 'postgres://h/d'], '--roles: is for init and migrate', 2],
  [['store', 'status', '--store', 'postgres://u:12?secret@127.0.0.1/d'], '--store: has @ after the host', 2],
  [['store', 'status', '--store', 'postgres://u:secret%@127.0.0.1/d'], '--store: has % that begins no', 2],
  [['store', 'status', '--store', 'postgres://u:secret@127.0.0.1:1/d'], 'does not answer (ECONNREFUSED)', 1],
  [['journal', 'verify', '--store', 'postgres://127.0.0.1:1/d'], '(ECONNREFUSED). Check the database of', 1],
])('the command %j is rejected in one line', (args, message, status) => {
  const { stderr, ...result } = run(...args);
  expect(result).toEqual({ stdout: '', status });
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('secret');
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

describe.skipIf(SKIPPED !== '')(`a PostgreSQL database ${SKIPPED}`, { timeout: 120_000 }, () => {
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

  const refused = (stderr: string, status = 1) => ({ stdout: '', stderr: expect.stringContaining(stderr), status });
  const serve = (url: string, more: object = {}) =>
    product({
      ...{ store: url, sealKeys: stores.sealKeys, state: join(folder, 'world.db'), stateDir: join(folder, 'a') },
      ...more,
    });

  it('gets a store by init, once, and reports its contents', async () => {
    const url = await stores.cluster.create('first');
    const missing = refused(`is not initialized. Run ${commandAnywhere('store init')}.`);
    for (const act of ['status', 'migrate']) expect(run('store', act, '--store', url)).toEqual(missing);
    await expect(serve(url)).rejects.toThrow('is not initialized');
    const [made, again] = [run('store', 'init', '--store', url), run('store', 'init', '--roles', '--store', url)];
    expect(made).toMatchObject({ stdout: expect.stringMatching(/^The store [0-9a-f-]{36} is ready\.\n$/), status: 0 });
    expect(again.stdout).toContain(made.stdout.trim());
    expect(again.stdout).toContain('GRANT finspace_mcp_server');
    await serve(url);
    const { stdout } = run('store', 'status', '--store', url);
    expect(stdout).toMatch(/^Store [0-9a-f-]{36}, version 3, in PostgreSQL /);
    for (const part of ['0 journal entries, 0 open plans', 'Replica ', 'Pinned by ', 'No standby is synchronous'])
      expect(stdout).toContain(part);
    expect(run('store', 'migrate', '--store', url).stdout).toBe('The store already has version 3.\n');
  });

  it('gets the tables of worlds and tasks by migrate, before which no server starts', async () => {
    const url = await stores.cluster.create('earlier');
    run('store', 'init', '--store', url);
    const tables = ['entities', 'links', 'tokens', 'clock', 'worlds', 'identity', 'writes', 'tasks'];
    const functions = ['begin', 'renew', 'end', 'cancel'].map((verb) => `FUNCTION finspace_mcp.${verb}_task`);
    const drop = [...tables.map((table) => `TABLE finspace_mcp.${table} CASCADE`), ...functions]
      .map((object) => `DROP ${object}`)
      .join('; ');
    await stores.cluster.query('earlier', `${drop}; UPDATE finspace_mcp.store SET version = 1`);
    await expect(serve(url)).rejects.toThrow(
      `The store has version 1, and this server needs 3: run ${ownCommand()} store migrate.`,
    );
    expect(run('store', 'init', '--roles', '--store', url).stderr).toContain(
      `run node ${JSON.stringify(realpathSync(CLI))} store migrate`,
    );
    const migrated = run('store', 'migrate', '--roles', '--store', url);
    expect(migrated.stdout).toMatch(/^Migrated the store from version 1 to 3\.\n/);
    await serve(url);
    expect(run('world', 'list', '--store', url)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^No worlds/),
    });
  });

  it('is rejected if it is newer, older, foreign, read-only, unknown or without privileges, and is not changed', async () => {
    const url = await stores.fresh();
    const database = databaseIn(url);
    const owner = stores.cluster.url(database);
    const set = (text: string) => stores.cluster.query(database, text);
    await set('UPDATE finspace_mcp.store SET version = 99');
    expect(run('store', 'migrate', '--store', owner)).toEqual(refused('which is newer than this server'));
    expect(await stores.cluster.query(database, 'SELECT version FROM finspace_mcp.store')).toEqual([{ version: 99 }]);
    await expect(serve(url)).rejects.toThrow('which is newer than this server (3): update finspace-mcp');
    await set('UPDATE finspace_mcp.store SET version = 0');
    await expect(serve(url)).rejects.toThrow(`run ${ownCommand()} store migrate`);
    await set('UPDATE finspace_mcp.store SET version = 3');
    expect(run('store', 'unpin', '--store', url)).toEqual(refused('does not give this user the rights'));
    expect(run('store', 'accept-restore', '--store', url)).toEqual(refused('does not give this user the rights'));
    await set(`ALTER DATABASE ${database} SET default_transaction_read_only = on`);
    await expect(serve(url)).rejects.toThrow('is read-only');
    const foreign = await stores.cluster.create('other');
    await stores.cluster.query('other', 'CREATE SCHEMA finspace_mcp');
    expect(run('store', 'init', '--store', foreign)).toEqual(refused('its schema finspace_mcp is not ours'));
    const added = "SELECT FROM pg_class WHERE relnamespace = 'finspace_mcp'::regnamespace";
    expect(await stores.cluster.query('other', added)).toEqual([]);
    expect(run('store', 'status', '--store', stores.cluster.url('nowhere'))).toEqual(
      refused('names a database that does not exist'),
    );
    expect(run('store', 'status', '--store', stores.cluster.url('postgres', 'nobody'))).toEqual(
      refused('does not accept this user or password'),
    );
  });

  it('is rejected if its settings let a crash lose commits', async () => {
    const url = await stores.fresh();
    await stores.cluster.query('postgres', 'ALTER SYSTEM SET fsync = off');
    await stores.cluster.query('postgres', 'SELECT pg_reload_conf()');
    await expect.poll(() => serve(url).then(String, String), { timeout: 20_000 }).toContain('fsync=off');
    await stores.cluster.query('postgres', 'ALTER SYSTEM RESET fsync');
    await stores.cluster.query('postgres', 'SELECT pg_reload_conf()');
  });

  it('accepts no replica with another world, a world in memory, other keys or a state directory of another store', async () => {
    const url = await stores.fresh();
    await serve(url);
    await serve(url, { stateDir: join(folder, 'b') });
    const other = { stateDir: join(folder, 'c') };
    await expect(serve(url, { ...other, state: join(folder, 'other.db') })).rejects.toThrow(
      /the backend or its world differs from that of the replica \S+:\d+\./,
    );
    const sealKeys = join(folder, 'keys');
    writeFileSync(sealKeys, `${'A'.repeat(43)}=\n`, { mode: 0o600 });
    await expect(serve(url, { ...other, sealKeys })).rejects.toThrow(
      'no key of --seal-keys matches those of the replica',
    );
    await expect(serve(await stores.fresh(), { state: ':memory:' })).rejects.toThrow('cannot share a world in memory');
    await expect(serve(await stores.fresh())).rejects.toThrow('this replica belongs to the store');
  });

  it('imports a state directory, which no server can use without it afterwards', async () => {
    const url = await stores.fresh();
    const owner = stores.cluster.url(databaseIn(url));
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
      databaseIn(url),
      `UPDATE finspace_mcp.sealed_journals SET entry = replace(entry, 'ann', 'bob')`,
    );
    expect(run('journal', 'verify', '--store', url)).toEqual(refused('entry 1 of the imported journal'));
  });

  const stateWithJournal = async () => {
    const state = await openState(join(folder, 'state.db'));
    const journal = sqlJournal(async () => state, Date.now);
    await journal.begin(INTENT);
    return { journal, close: () => state.close() };
  };

  it('leaves a state directory open when an import fails, unless an earlier import closed it', async () => {
    const name = databaseIn(await stores.fresh());
    const set = (text: string) => stores.cluster.query(name, text);
    const importing = () => run('store', 'import', '--state-dir', folder, '--store', stores.cluster.url(name));
    const PIN = "INSERT INTO finspace_mcp.pins VALUES ('approver', 'another', 'another:1', 0)";
    const { journal, close } = await stateWithJournal();
    await set(PIN);
    expect(importing()).toEqual(
      refused('the approver key (none here, another there) differs from that of the replica another:1'),
    );
    await journal.begin(INTENT);
    await set('DELETE FROM finspace_mcp.pins');
    expect(importing()).toMatchObject({ status: 0 });
    await set(`DELETE FROM finspace_mcp.pins; ${PIN}`);
    expect(importing()).toEqual(
      refused('the approver key (none here, another there) differs from that of the replica another:1'),
    );
    await expect(journal.begin(INTENT)).rejects.toThrow();
    await close();
  });

  it('names a recovery kit that cannot be read, and imports nothing', async () => {
    const url = stores.cluster.url(databaseIn(await stores.fresh()));
    const { journal, close } = await stateWithJournal();
    const kit = join(folder, 'recovery', 'desk', 'kit.json');
    mkdirSync(kit, { recursive: true });
    expect(run('store', 'import', '--state-dir', folder, '--store', url)).toEqual(
      refused(`${kit}: cannot be read (EISDIR)`),
    );
    await journal.begin(INTENT);
    await close();
    expect(await stores.cluster.query(databaseIn(url), 'SELECT FROM finspace_mcp.sealed_journals')).toEqual([]);
  });

  it('keeps a state directory closed, and no position, when the commit of an import fails', async () => {
    const name = databaseIn(await stores.fresh());
    const set = (text: string) => stores.cluster.query(name, text);
    const importing = () => run('store', 'import', '--state-dir', folder, '--store', stores.cluster.url(name));
    const { journal, close } = await stateWithJournal();
    await set(`CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION USING MESSAGE = ''no''; END';
      CREATE CONSTRAINT TRIGGER failing AFTER INSERT ON finspace_mcp.journal DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION public.fail()`);
    expect(importing()).toEqual(refused('Whether the change was made is unknown'));
    expect(existsSync(join(folder, 'store-position.json'))).toBe(false);
    await expect(journal.begin(INTENT)).rejects.toThrow();
    await set('DROP TRIGGER failing ON finspace_mcp.journal');
    expect(importing()).toMatchObject({ stdout: expect.stringContaining('a journal of 1 entry'), status: 0 });
    expect(existsSync(join(folder, 'store-position.json'))).toBe(true);
    await close();
  });

  it('records in its journal that a person replaced a world', async () => {
    const url = await stores.fresh();
    const args = ['--state-dir', folder, '--state', join(folder, 'world.db')];
    await serve(url, { stateDir: folder });
    await closeAll();
    expect(run('world', 'reset', '--yes', '--store', url, ...args)).toMatchObject({ status: 0 });
    const shown = run('journal', 'show', '--store', url).stdout.trim().split('\n');
    expect(shown.map((line) => JSON.parse(line))).toMatchObject([{ kind: 'world', act: 'reset' }, { kind: 'outcome' }]);
    expect(existsSync(join(folder, 'state.db'))).toBe(false);
    expect(run('world', 'reset', '--yes', ...args)).toEqual(refused('belongs to the shared store'));
  });

  it('accepts no target with a world in memory, and no replica with another file of targets', async () => {
    const targets = join(folder, 'targets.json');
    const [file, memory] = [{ state: join(folder, 'world.db') }, { state: ':memory:' }];
    writeFileSync(targets, JSON.stringify({ targets: { file, memory } }));
    const url = await stores.fresh();
    await expect(serve(url, { targets })).rejects.toThrow('cannot share a world in memory (named target memory)');
    writeFileSync(targets, JSON.stringify({ targets: { file } }));
    await serve(url, { targets });
    writeFileSync(targets, JSON.stringify({ targets: { file } }, null, 2));
    const other = serve(url, { targets, stateDir: join(folder, 'b') });
    await expect(other).rejects.toThrow('the file of --targets differs from that of the replica');
  });

  it('accepts no server whose approver key is damaged', async () => {
    const url = await stores.fresh();
    mkdirSync(join(folder, 'a', 'approver'), { recursive: true });
    for (const dir of [join(folder, 'a'), join(folder, 'a', 'approver')]) chmodSync(dir, 0o700);
    writeFileSync(join(folder, 'a', 'approver', 'public.pem'), 'damaged', { mode: 0o600 });
    await expect(serve(url)).rejects.toThrow('damaged');
    const args = ['--store', url, '--state-dir', join(folder, 'a'), '--state', join(folder, 'world.db')];
    expect(run('stdio', ...args)).toEqual(refused('damaged'));
    const pins = await stores.cluster.query(databaseIn(url), "SELECT FROM finspace_mcp.pins WHERE name = 'approver'");
    expect(pins).toEqual([]);
  });

  it('gives the replicas of the Compose file only the privileges of servers', async () => {
    const cluster = await startCluster();
    onTestFinished(() => cluster.remove());
    const args = [
      '-v',
      'ON_ERROR_STOP=1',
      '-h',
      cluster.folder,
      '-U',
      'postgres',
      '-f',
      'deploy/store-role.sql',
      'postgres',
    ];
    const env = { ...process.env, FINSPACE_STORE_PASSWORD: "it's" };
    expect(spawnSync('psql', args, { encoding: 'utf8', env })).toMatchObject({ status: 0, stderr: '' });
    const owner = await cluster.create('finspace');
    expect(run('store', 'init', '--roles', '--store', owner)).toMatchObject({ status: 0 });
    const app = cluster.url('finspace', 'finspace_app');
    expect(run('store', 'unpin', '--store', app)).toEqual(refused('does not give this user the rights'));
    await serve(app);
  });
});
