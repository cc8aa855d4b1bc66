import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase, type SqlStore, type SqlStoreOptions } from '../../src/sqlite/database.ts';
import type { Format } from '../../src/sqlite/file.ts';
import { deferred } from '../support/deferred.ts';
import { connection } from '../support/sqlite.ts';

const FORMAT: Format = { applicationId: 1, migrations: ['CREATE TABLE notes (text TEXT NOT NULL) STRICT'] };

interface Notes {
  add(text: string): Promise<void>;
  all(): Promise<string[]>;
}

const open = (path: string, options?: SqlStoreOptions): Promise<SqlStore<Notes>> =>
  openDatabase(
    path,
    FORMAT,
    (db): Notes => ({
      add: async (text) => void db.prepare('INSERT INTO notes VALUES (?)').run(text),
      all: async () =>
        (db.prepare('SELECT text FROM notes ORDER BY rowid').all() as { text: string }[]).map(({ text }) => text),
    }),
    options,
  );

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'finspace-sqlite-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe.each(['in a file', 'in memory'])('a store %s', (where) => {
  const opened = (options?: SqlStoreOptions) =>
    open(where === 'in memory' ? ':memory:' : join(folder, 'notes.db'), options);

  test('runs the writes of a batch one after the other', async () => {
    const store = await opened();
    const steps: string[] = [];
    const write = (name: string) =>
      store.write(async (notes) => {
        steps.push(`${name} begins`);
        await notes.add(name);
        await nextTurn();
        steps.push(`${name} ends with ${await notes.all()}`);
      });
    await Promise.all([write('a'), write('b'), write('c')]);
    expect(steps).toEqual([
      'a begins',
      'a ends with a',
      'b begins',
      'b ends with a,b',
      'c begins',
      'c ends with a,b,c',
    ]);
    await store.close();
  });

  test('rolls back only the failed write of a batch', async () => {
    const store = await opened();
    const write = (name: string) =>
      store.write(async (notes) => {
        await notes.add(name);
        await nextTurn();
        if (name === 'b') throw new Error('no b');
        return name;
      });
    const outcomes = await Promise.allSettled([write('a'), write('b'), write('c')]);
    expect(outcomes).toMatchObject([{ value: 'a' }, { reason: { message: 'no b' } }, { value: 'c' }]);
    expect(await store.read((notes) => notes.all())).toEqual(['a', 'c']);
    await store.close();
  });

  test('never shows uncommitted data to a read', async () => {
    const store = await opened();
    await store.write((notes) => notes.add('before'));
    const [begun, end] = [deferred(), deferred()];
    const batch = [
      store.write(async (notes) => {
        await notes.add('one');
        begun.resolve();
        await end.promise;
      }),
      store.write((notes) => notes.add('two')),
    ];
    await begun.promise;
    const meanwhile = store.read((notes) => notes.all());
    await nextTurn();
    end.resolve();
    await Promise.all(batch);
    const seen = await meanwhile;
    expect([['before'], ['before', 'one', 'two']]).toContainEqual(seen);
    expect(await store.read((notes) => notes.all())).toEqual(['before', 'one', 'two']);
    await store.close();
  });

  test('ends a write that exceeds the time limit, and continues with the others', async () => {
    const store = await opened({ limitMs: 20 });
    const late = deferred();
    let afterwards: Promise<unknown> | undefined;
    const stuck = store.write(async (notes) => {
      await notes.add('stuck');
      await late.promise;
      afterwards = (async () => notes.add('too late'))();
      await afterwards;
    });
    const next = store.write((notes) => notes.add('next'));
    await expect(stuck).rejects.toThrow('did not end within 20 ms');
    await next;
    await store.write((notes) => notes.add('later'));
    late.resolve();
    await late.promise;
    await expect(afterwards).rejects.toThrow(TypeError);
    expect(await store.read((notes) => notes.all())).toEqual(['next', 'later']);
    await store.close();
  });

  test('ends a read that exceeds the time limit', async () => {
    const store = await opened({ limitMs: 20 });
    const stuck = store.read(() => new Promise(() => {}));
    const next = store.read((notes) => notes.all());
    await expect(stuck).rejects.toThrow('did not end within 20 ms');
    expect(await next).toEqual([]);
    await store.close();
  });

  test('closes its view when the work is done', async () => {
    const store = await opened();
    const kept = await store.write((notes) => ({ notes }));
    expect(() => kept.notes.add('afterwards')).toThrow(TypeError);
    expect(await store.read((notes) => notes.all())).toEqual([]);
    await store.close();
  });
});

test('does not delay reads of a file for a batch of writes', async () => {
  const store = await open(join(folder, 'notes.db'));
  const [begun, end] = [deferred(), deferred()];
  const writing = store.write(async (notes) => {
    await notes.add('one');
    begun.resolve();
    await end.promise;
  });
  await begun.promise;
  expect(await store.read((notes) => notes.all())).toEqual([]);
  end.resolve();
  await writing;
  expect(await store.read((notes) => notes.all())).toEqual(['one']);
  await store.close();
});

test('a file that lacks a table is called damaged in one line, for reads and writes', async () => {
  const path = join(folder, 'notes.db');
  await (await open(path)).close();
  const db = connection(path);
  db.exec('DROP TABLE notes');
  db.close();
  const store = await open(path);
  const why = { name: 'StoreError', message: `${path}: is damaged (no such table: notes)` };
  await expect(store.read((notes) => notes.all())).rejects.toMatchObject(why);
  await expect(store.write((notes) => notes.add('one'))).rejects.toMatchObject(why);
  await store.close();
});
