import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cacheCompiledCode } from '../../src/compile-cache.ts';

const unix = test.runIf(process.platform === 'linux');
let home: string;
let compiled: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'finspace-mcp-cache-'));
  compiled = join(home, 'finspace-mcp', 'compiled');
});
afterEach(() => rmSync(home, { recursive: true }));

/** The folders in which Node is asked to keep compiled code. */
function enabled(env: NodeJS.ProcessEnv = { XDG_CACHE_HOME: home }): string[] {
  const folders: string[] = [];
  cacheCompiledCode(env, (folder) => folders.push(folder));
  return folders;
}

unix('Compiled code is kept in a new folder that only its user can open', () => {
  expect(enabled()).toEqual([compiled]);
  expect(statSync(compiled).mode & 0o777).toBe(0o700);
});

unix('A folder that others can write to is not used', () => {
  mkdirSync(compiled, { recursive: true });
  chmodSync(compiled, 0o770);
  expect(enabled()).toEqual([]);
});

unix('A folder in a folder that others can write to is not used', () => {
  for (const open of [home, join(home, 'finspace-mcp')]) {
    expect(enabled()).toEqual([compiled]);
    chmodSync(open, 0o777);
    expect(enabled()).toEqual([]);
    chmodSync(open, 0o700);
  }
});

unix('A folder of a temporary directory, in which users cannot replace the files of others, is used', () => {
  chmodSync(home, 0o1777);
  expect(enabled()).toEqual([compiled]);
});

unix('A link in place of the folder is not followed', () => {
  const elsewhere = join(home, 'elsewhere');
  mkdirSync(elsewhere, { mode: 0o700 });
  mkdirSync(join(home, 'finspace-mcp'), { mode: 0o700 });
  symlinkSync(elsewhere, compiled);
  expect(enabled()).toEqual([]);
});

unix('A cache directory that is a file, or cannot be made, is no error', () => {
  const file = join(home, 'file');
  writeFileSync(file, '');
  expect(enabled({ XDG_CACHE_HOME: file })).toEqual([]);
  mkdirSync(join(home, 'finspace-mcp'));
  writeFileSync(compiled, '');
  expect(enabled()).toEqual([]);
  expect(enabled({ XDG_CACHE_HOME: '/proc/none' })).toEqual([]);
});

unix('A folder that NODE_COMPILE_CACHE names is left to Node', () => {
  expect(enabled({ XDG_CACHE_HOME: home, NODE_COMPILE_CACHE: join(home, 'own') })).toEqual([]);
  expect(existsSync(compiled)).toBe(false);
});

test('a Node without a compile cache runs without one', () => {
  expect(() => cacheCompiledCode({ XDG_CACHE_HOME: home }, undefined)).not.toThrow();
});
