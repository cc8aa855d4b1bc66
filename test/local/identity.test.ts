import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { approverOf, identify, pinApprover } from '../../src/local/identity.ts';
import { WORLD_FORMAT } from '../../src/local/schema.ts';
import { openWorldStore } from '../../src/local/store.ts';
import { connection } from '../support/sqlite.ts';

function newFolder(): string {
  const made = mkdtempSync(join(tmpdir(), 'finspace-identity-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

/** Applies an operation to a database file and to the other files of SQLite for it. */
function onDatabaseFiles(act: (from: string, to: string) => void, from: string, to: string): void {
  for (const part of ['', '-wal', '-shm']) {
    rmSync(`${to}${part}`, { force: true });
    if (existsSync(`${from}${part}`)) act(`${from}${part}`, `${to}${part}`);
  }
}

/** The id that a process gets if it opens the file now. */
async function idOf(path: string): Promise<string> {
  const store = await openWorldStore(path);
  try {
    return await identify(store, path);
  } finally {
    await store.close();
  }
}

describe('the id of a state file', () => {
  test('stays the same across restarts, a rename and another path to the same folder', async () => {
    const dir = newFolder();
    const id = await idOf(join(dir, 'world.db'));
    expect(id).toMatch(/^[0-9a-f-]{32,36}$/);
    expect(await idOf(join(dir, 'world.db'))).toBe(id);
    onDatabaseFiles(renameSync, join(dir, 'world.db'), join(dir, 'renamed.db'));
    expect(await idOf(join(dir, 'renamed.db'))).toBe(id);
    renameSync(dir, `${dir}-moved`);
    expect(await idOf(join(`${dir}-moved`, 'renamed.db'))).toBe(id);
    renameSync(`${dir}-moved`, dir);
  });

  test('changes for a copy, while the original keeps its id', async () => {
    const [original, copy] = ['world.db', 'copy.db'].map((name) => join(newFolder(), name)) as [string, string];
    const id = await idOf(original);
    onDatabaseFiles(cpSync, original, copy);
    const copied = await idOf(copy);
    expect(copied).not.toBe(id);
    expect(await idOf(original)).toBe(id);
    expect(await idOf(copy)).toBe(copied);
  });

  test('changes for a file that is restored from a backup', async () => {
    const dir = newFolder();
    const [path, backup] = [join(dir, 'world.db'), join(dir, 'backup.db')];
    const id = await idOf(path);
    onDatabaseFiles(cpSync, path, backup);
    onDatabaseFiles(renameSync, backup, path);
    expect(await idOf(path)).not.toBe(id);
  });

  test('is the same for concurrent processes that open one file, and different for each file', async () => {
    const path = join(newFolder(), 'world.db');
    const ids = await Promise.all(Array.from({ length: 8 }, () => idOf(path)));
    expect(new Set(ids).size).toBe(1);
    expect(await idOf(join(newFolder(), 'world.db'))).not.toBe(ids[0]);
    expect(await idOf(':memory:')).not.toBe(await idOf(':memory:'));
  });

  test('is added to a file of an earlier version', async () => {
    const path = join(newFolder(), 'world.db');
    const db = connection(path);
    const earlier = WORLD_FORMAT.migrations.slice(0, 5);
    for (const migration of earlier) db.exec(migration);
    db.exec(`PRAGMA application_id = ${WORLD_FORMAT.applicationId}; PRAGMA user_version = ${earlier.length}`);
    db.close();
    const id = await idOf(path);
    expect(id).not.toBe('');
    expect(await idOf(path)).toBe(id);
  });
});

describe('the key that is pinned to a state file', () => {
  test('is always the first one', async () => {
    const store = await openWorldStore(':memory:');
    expect(await approverOf(store)).toBeNull();
    expect(await Promise.all(['SHA256:a', 'SHA256:b'].map((key) => pinApprover(store, key)))).toEqual([
      'SHA256:a',
      'SHA256:a',
    ]);
    expect(await pinApprover(store, 'SHA256:c')).toBe('SHA256:a');
    expect(await approverOf(store)).toBe('SHA256:a');
    await store.close();
  });

  test('is part of a copy, which has its own id', async () => {
    const dir = newFolder();
    const [path, copy] = [join(dir, 'world.db'), join(dir, 'copy.db')];
    const store = await openWorldStore(path);
    await pinApprover(store, 'SHA256:a');
    await store.close();
    onDatabaseFiles(cpSync, path, copy);
    const copied = await openWorldStore(copy);
    await identify(copied, copy);
    expect(await approverOf(copied)).toBe('SHA256:a');
    await copied.close();
  });
});
