import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { CLI } from '../support/hosts.ts';

describe('the command line, with files and ports as they are', () => {
  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'finspace-mcp-line-')));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs the binary to its end, with nothing on its stdin. */
  const run = (...args: string[]) =>
    new Promise<{ code: number; out: string; said: string }>((resolve) => {
      const child = execFile(process.execPath, [CLI, ...args], (_, out, said) =>
        resolve({ code: child.exitCode ?? -1, out, said }),
      );
      child.stdin?.end();
    });

  it.each([
    [
      'a state database that is none',
      () => writeFileSync(join(folder, 'state.db'), 'this is no database at all'),
      'not a SQLite database',
    ],
    ['a state database that is a folder', () => mkdirSync(join(folder, 'state.db')), 'is not a file'],
  ])('ends at its start with one line that says why, for %s', async (_, spoil, words) => {
    spoil();
    const { code, said } = await run('--state-dir', folder);
    expect(said).toMatch(/^finspace-mcp: .*\n$/);
    expect(said).toContain(words);
    expect(code).toBe(1);
  });

  it('ends at its start with one line for a file in the place of the state directory', async () => {
    writeFileSync(join(folder, 'file'), '');
    const { code, said } = await run('--state-dir', join(folder, 'file'));
    expect(said).toMatch(/^finspace-mcp: .*is a file, not a folder\n$/);
    expect(code).toBe(1);
  });

  it.each(['local', 'http'])('%s says in one line that its port is taken', async (command) => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    const { code, said } = await run(command, '--port', String(port), '--state-dir', folder, '--log-level', 'warn');
    expect(said).toBe(
      `finspace-mcp: cannot listen on 127.0.0.1:${port}: the port is already in use; choose another with --port, or 0 for a free one\n`,
    );
    expect(code).toBe(1);
  });

  it('lists no worlds in a state file that nothing was put in', async () => {
    const state = ['--state', join(folder, 'bare.db')];
    expect((await run('world', 'import', '--world', join(folder, 'none.json'), ...state)).code).toBe(1);
    expect(await run('world', 'list', ...state)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^No worlds yet/),
    });
  });

  it('says what it did to a world', async () => {
    const state = join(folder, 'worlds.db');
    const file = join(folder, 'kept.json');
    const reset = await run('world', 'reset', '--world', 'empty', '--state', state);
    expect(reset).toMatchObject({ code: 0, out: 'The world in us-east-1 is now empty.\n' });
    writeFileSync(file, (await run('world', 'export', '--state', state)).out);
    const imported = await run('world', 'import', '--world', file, '--state', state, '--yes');
    expect(imported).toMatchObject({ code: 0, out: expect.stringContaining(`The world in us-east-1 is now ${file}.`) });
  });
});
