import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { journalTable } from '../../src/commands/journal-table.ts';
import { worldOf } from '../../src/local/context.ts';
import { DEFAULT_ACCOUNT } from '../../src/local/defaults.ts';
import { pinApprover } from '../../src/local/identity.ts';
import { openWorldStore } from '../../src/local/store.ts';
import { exportWorld } from '../../src/local/worlds/administration.ts';
import { seed } from '../../src/local/worlds/seed.ts';
import { sqlJournal } from '../../src/safety/journal.ts';
import { openState } from '../../src/safety/state.ts';
import { engine } from '../../src/sqlite/engine.ts';
import { CLI } from '../support/hosts.ts';
import { KEY } from './environment-builder.ts';
import { openWorld, SEED_OPTIONS } from './world.ts';

const WORLD = worldOf(DEFAULT_ACCOUNT, 'us-east-1');

/** A state directory whose world contains an environment that a request created. */
async function changed() {
  const dir = mkdtempSync(join(tmpdir(), 'finspace-world-command-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const path = join(dir, 'world.db');
  const store = await openWorldStore(path);
  await seed(store, 'empty', { ...SEED_OPTIONS, lifecycle: 'instant' });
  const world = await openWorld({ store });
  await world.call('CreateKxEnvironment', { name: 'kdb-mine', kmsKeyId: KEY });
  const before = await exportWorld(store, WORLD);
  await store.close();
  const command = (...args: string[]) => {
    const { stdout, stderr, status } = spawnSync(process.execPath, [CLI, 'world', ...args, '--state-dir', dir], {
      encoding: 'utf8',
    });
    return { stdout, stderr, status };
  };
  const journal = async () => {
    const state = await openState(join(dir, 'state.db'));
    const entries = await sqlJournal(async () => state, Date.now).entries();
    await state.close();
    return entries;
  };
  return { dir, path, before, command, journal };
}

const worldIn = async (path: string) => {
  const store = await openWorldStore(path);
  const file = await exportWorld(store, WORLD);
  await store.close();
  return file;
};
const backups = (dir: string) => readdirSync(dir).filter((name) => /^world\.db\.before-\d{8}T\d{9}Z$/.test(name));

/** Damages a page of a file that is too large for the complete check at every start. */
async function damageUnchecked(path: string) {
  const db = (await engine()).connect(path, 0);
  db.exec('CREATE TABLE ballast AS SELECT zeroblob(33 * 1024 * 1024) AS bytes');
  const { rootpage } = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'ballast'").get() as {
    rootpage: number;
  };
  const { page_size } = db.prepare('PRAGMA page_size').get() as { page_size: number };
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(page_size, 0xff), 0, page_size, (rootpage - 1) * page_size);
  closeSync(file);
}

describe('finspace-mcp world', () => {
  test.each(['list', 'reset'])('refuses to %s a world in memory, of which nothing would be left', async (act) => {
    const { command, journal } = await changed();
    const { stderr, status } = command(act, '--state', ':memory:');
    expect([status, stderr]).toEqual([2, expect.stringContaining('--state: :memory: holds no world')]);
    expect(await journal()).toEqual([]);
  });

  test('gives a new world the quotas that --quotas names, instead of its own', async () => {
    const { dir, command } = await changed();
    const limits = () => JSON.parse(command('export').stdout).settings.quotas;
    expect(command('reset', '--world', 'empty', '--quotas', 'raised', '--yes').status).toBe(0);
    expect(limits()).toBe('raised');
    writeFileSync(join(dir, 'one.json'), command('export').stdout);
    expect(command('reset', '--world', 'demo', '--quotas', 'published').status).toBe(0);
    expect(limits()).toBe('published');
    expect(command('import', '--world', join(dir, 'one.json'), '--quotas', 'published').status).toBe(0);
    expect(limits()).toBe('published');
    expect(command('import', '--world', join(dir, 'one.json')).status).toBe(0);
    expect(limits()).toBe('raised');
    expect(command('reset', '--quotas', 'none')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--quotas'),
    });
  });

  test('reset --yes keeps a copy of the file, says where, and writes to the journal before and after', async () => {
    const { dir, path, before, command, journal } = await changed();
    expect(command('reset', '--world', 'empty')).toMatchObject({ status: 2, stderr: expect.stringContaining('--yes') });
    expect(backups(dir)).toEqual([]);
    const { stdout, status } = command('reset', '--world', 'empty', '--yes');
    const [backup] = backups(dir) as [string];
    expect([stdout, status]).toEqual([
      `The world in us-east-1 is now empty. The previous world is in ${join(dir, backup)}\n`,
      0,
    ]);
    expect(await worldIn(path)).toMatchObject({ entities: [] });
    expect(await worldIn(join(dir, backup))).toEqual(before);
    if (process.platform !== 'win32') expect(statSync(join(dir, backup)).mode & 0o777).toBe(0o600);
    const entries = await journal();
    expect(entries).toMatchObject([
      {
        ...{ kind: 'world', act: 'reset', file: path, region: 'us-east-1', source: 'empty' },
        ...{ backup: join(dir, backup), user: userInfo().username },
      },
      { kind: 'outcome', result: 'succeeded' },
    ]);
    expect(journalTable(entries)[1]).toMatch(
      / world reset +.*world\.db \/ us-east-1 \/ empty +succeeded; previous world: /,
    );
  });

  test('names the world, not its backup, if the world is damaged', async () => {
    const { dir, path, command } = await changed();
    await damageUnchecked(path);
    const { stderr, status } = command('reset', '--world', 'empty', '--yes');
    expect([status, stderr]).toEqual([1, expect.stringContaining(`${path}: is damaged (`)]);
    expect(stderr).not.toContain('.before-');
    expect(backups(dir)).toEqual([]);
  });

  test('import --yes does the same, but keeps no copy of an unmodified world', async () => {
    const { dir, path, before, command, journal } = await changed();
    const file = join(dir, 'empty.json');
    writeFileSync(file, JSON.stringify({ ...before, entities: [] }));
    expect(command('import', '--world', file, '--yes')).toMatchObject({ status: 0 });
    const kept = backups(dir);
    expect(kept).toHaveLength(1);
    expect(await worldIn(join(dir, kept[0] as string))).toEqual(before);
    expect(command('reset', '--world', 'demo', '--yes').stdout).toBe('The world in us-east-1 is now demo.\n');
    expect(backups(dir)).toEqual(kept);
    expect((await worldIn(path))?.entities.length).toBeGreaterThan(10);
    const entries = await journal();
    expect(entries.map(({ kind }) => kind)).toEqual(['world', 'outcome', 'world', 'outcome']);
    expect(journalTable(entries)[2]).toContain('the previous world had no changes to keep');
    const narrow = journalTable(entries, 80).join('\n');
    expect(narrow).toMatch(/; previous\s+world:/);
    expect(narrow).not.toContain('approved');
  });

  test('import of an inconsistent file changes nothing, and the journal records the failure', async () => {
    const { dir, path, before, command, journal } = await changed();
    const file = join(dir, 'twice.json');
    const [entity] = before?.entities ?? [];
    writeFileSync(file, JSON.stringify({ ...before, entities: [entity, entity] }));
    expect(command('import', '--world', file, '--yes').status).toBe(1);
    expect(await worldIn(path)).toEqual(before);
    expect(backups(dir)).toEqual([]);
    const entries = await journal();
    expect(entries).toMatchObject([{ kind: 'world', act: 'import' }, { result: 'failed' }]);
    expect(journalTable(entries)[1]).toMatch(/the world was not replaced$/);
  });

  test('replaces no world that belongs to a key which the state directory lacks', async () => {
    const { dir, path, before, command } = await changed();
    const store = await openWorldStore(path);
    await pinApprover(store, 'SHA256:of-somebody');
    await store.close();
    const { stderr, status } = command('reset', '--yes');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^finspace-mcp: This world is pinned to the approver key SHA256:of-somebody\. .*\n$/);
    expect(await worldIn(path)).toEqual(before);
    expect(backups(dir)).toEqual([]);
  });
});
