import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ownCommand, shellWord } from '../../src/own-command.ts';
import { CLI } from '../support/hosts.ts';
import { run } from './run-binary.ts';

describe('the command line', () => {
  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'finspace-mcp-line-')));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    [['--approve', 'nosuch'], '--approve: expects none, or some of reveal, create, update, disrupt, destroy, network'],
    [['http', '--port', 'abc'], '--port: expects a number, not "abc"'],
    [['http', '--port', '70000'], '--port: has to be at most 65535'],
    [['--read-only=maybe'], '--read-only: expects true or false, not "maybe"'],
    [['--lifecycle', 'fastt'], '--lifecycle: expects one of realistic, fast, instant; did you mean fast?'],
    [['--toolsets', 'kx-clusters'], '--toolsets: expects one of environment, kx-environment, kx-cluster,'],
    [['--toolsets', 'kx-clusters'], 'did you mean kx-cluster?'],
    [['--call-timeout', '0'], '--call-timeout: has to be at least 1'],
  ])('rejects %j in plain words', async (args, words) => {
    const { code, said } = await run(...args);
    expect(said).toMatch(/^finspace-mcp: .*\n$/);
    expect(said).toContain(words);
    expect(code).toBe(2);
  });

  it('shows the values and the defaults of settings in its help, which help shows, too', async () => {
    const { out } = await run('--help');
    expect(out).toContain('(one of realistic, fast, instant; default fast)');
    expect(out).toContain('default 30000');
    expect((await run('help')).out).toBe(out);
    const local = await run('help', 'local');
    expect(local.out).toBe((await run('local', '--help')).out);
    expect(local.out).toContain('Usage: finspace-mcp local [options]');
    expect(local.out).not.toContain('Commands');
  });

  it.each([
    [
      'a file that is not a state database',
      () => writeFileSync(join(folder, 'state.db'), 'this is no database at all'),
      'not a SQLite database',
    ],
    ['a state database that is a folder', () => mkdirSync(join(folder, 'state.db')), 'is not a file'],
  ])('exits at start-up with one line that gives the reason, for %s', async (_, spoil, words) => {
    spoil();
    const { code, said } = await run('--state-dir', folder);
    expect(said).toMatch(/^finspace-mcp: .*\n$/);
    expect(said).toContain(words);
    expect(code).toBe(1);
  });

  it('exits at start-up with one line for a file in place of the state directory', async () => {
    writeFileSync(join(folder, 'file'), '');
    const { code, said } = await run('--state-dir', join(folder, 'file'));
    expect(said).toMatch(/^finspace-mcp: .*is a file, not a folder\n$/);
    expect(code).toBe(1);
  });

  it('shows control characters from a file in its error, so that they cannot control the terminal', async () => {
    const targets = join(folder, 'targets.json');
    writeFileSync(targets, JSON.stringify({ targets: { 'a\u001b]0;x\u0007\nfinspace-mcp: all is well': {} } }));
    const { said } = await run('http', '--targets', targets);
    expect(said).toMatch(/^finspace-mcp: [ -~]*\n$/);
    expect(said).toContain('a\\u{1b}]0;x\\u{7}\\u{a}finspace-mcp');
  });

  it.each(['local', 'http'])('%s reports in one line that its port is in use', async (command) => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    const { code, said } = await run(command, '--port', String(port), '--state-dir', folder, '--log-level', 'warn');
    expect(said).toBe(
      `finspace-mcp: cannot listen on 127.0.0.1:${port}: the port is already in use; choose another port, or 0 for a free one\n`,
    );
    expect(code).toBe(1);
  });

  it('lists the tools that a client would see under --environments, without those that create environments', async () => {
    const [all, within] = [await run('tools'), await run('tools', '--environments', 'abc')];
    expect(all.out).toMatch(/^create_kx_environment /m);
    expect(within.out).not.toMatch(/^create_(kx_)?environment /m);
    expect(within.out).toMatch(/^create_kx_database /m);
  });

  it('lists no worlds before the first request', async () => {
    const { code, out } = await run('world', 'list', '--state-dir', folder);
    expect(out).toMatch(/^No worlds yet: the first request to a server creates one in /);
    expect(code).toBe(0);
  });

  it('lists no worlds in an empty state file', async () => {
    const state = ['--state', join(folder, 'bare.db')];
    expect((await run('world', 'import', '--world', join(folder, 'none.json'), ...state)).code).toBe(1);
    expect(await run('world', 'list', ...state)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^No worlds yet/),
    });
  });

  it('reports its changes to a world', async () => {
    const state = join(folder, 'worlds.db');
    const file = join(folder, 'kept.json');
    const reset = await run('world', 'reset', '--world', 'empty', '--state', state);
    expect(reset).toMatchObject({ code: 0, out: 'The world in us-east-1 is now empty.\n' });
    writeFileSync(file, (await run('world', 'export', '--state', state)).out);
    const imported = await run('world', 'import', '--world', file, '--state', state, '--yes');
    expect(imported).toMatchObject({ code: 0, out: expect.stringContaining(`The world in us-east-1 is now ${file}.`) });
  });

  it.skipIf(process.platform === 'win32')('quotes paths for the shell', () => {
    for (const path of ['/a b/c', '/$(touch x)/`id`', '/it\'s "$HOME"', '/a\\b', '/wow!'])
      expect(execFileSync('sh', ['-c', `printf %s ${shellWord(path)}`], { encoding: 'utf8' })).toBe(path);
  });

  it('suggests the plain command name only if it is permanently on the path', () => {
    const link = (at: string) => {
      mkdirSync(join(folder, at), { recursive: true });
      symlinkSync(CLI, join(folder, at, 'finspace-mcp'));
      return { argv: ['node', join(folder, at, 'finspace-mcp')], env: { PATH: `/usr/bin:${join(folder, at)}` } };
    };
    expect(ownCommand(link('bin'))).toBe('finspace-mcp');
    const whole = `node ${JSON.stringify(realpathSync(CLI))}`;
    expect(ownCommand({ ...link('elsewhere'), env: { PATH: '/usr/bin' } })).toBe(whole);
    expect(ownCommand(link('_npx/1/node_modules/.bin'))).toBe(whole);
    expect(ownCommand({ argv: ['node', CLI], env: {} })).toBe(whole);
    const moved = join(folder, 'moved.js');
    expect(ownCommand({ argv: ['node', moved], env: {} })).toBe(`node ${JSON.stringify(moved)}`);
  });
});
