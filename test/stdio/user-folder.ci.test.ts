import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startLocal } from '../../src/api.ts';
import { CLI } from '../support/hosts.ts';

const PATH = process.env['PATH'];

describe.runIf(process.platform === 'linux')('the default state directory', () => {
  const shown = (env: Record<string, string>) => {
    const { stdout } = spawnSync(process.execPath, [CLI, 'journal', '--help'], { encoding: 'utf8', env });
    return /\(default (.*)\)/.exec(stdout)?.[1];
  };

  it('is where XDG_STATE_HOME says', () => {
    expect(shown({ HOME: '/home/ann', XDG_STATE_HOME: '/var/state' })).toBe('/var/state/finspace-mcp');
  });

  it.each(['', 'state'])('does not depend on the working directory with XDG_STATE_HOME="%s"', (given) => {
    expect(shown({ HOME: '/home/ann', XDG_STATE_HOME: given })).toBe('/home/ann/.local/state/finspace-mcp');
  });

  it.each(['', 'ann'])('does not depend on the working directory with HOME="%s"', (HOME) => {
    expect(shown({ HOME })).toBe(shown({}));
    expect(shown({ HOME })).toMatch(/^\/.*\/finspace-mcp$/);
  });
});

/** No system lists this user id. */
const UNLISTED = 987_654_321;
const canBeUnlisted = process.getuid?.() === 0;

describe.runIf(canBeUnlisted)('a user id that the system does not list, as in containers', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-unlisted-'));
    chmodSync(folder, 0o777);
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8', uid: UNLISTED, env: { PATH } });

  it.each([['approve'], ['doctor'], ['world', 'reset', '--yes']])('can run %s', (...args) => {
    const { status, stderr } = run(...args, '--state-dir', join(folder, 'state'));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('can call an endpoint', async () => {
    const { url, region, close } = await startLocal({ world: 'empty' });
    onTestFinished(close);
    const args = ['doctor', '--backend', 'aws', '--endpoint', url, '--region', region, '--state-dir', folder];
    const env = { PATH, AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' };
    const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...args], { uid: UNLISTED, env }).catch(
      (failure) => failure,
    );
    expect(stdout).toContain(`ok       backend: ${url} answers`);
  });

  it('is recorded in the journal by its number', () => {
    const { stdout } = run('journal', 'show', '--state-dir', join(folder, 'state'));
    expect(stdout).toContain(`"user":"uid ${UNLISTED}"`);
  });

  it('gets one line about the state directory if it names none', () => {
    expect(run('stdio')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^finspace-mcp: \/.*: the folder cannot be created \(EACCES\)\n$/),
    });
  });
});
