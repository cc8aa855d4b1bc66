import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const PREPARE = fileURLToPath(new URL('../../scripts/prepare.mjs', import.meta.url));
const LOCKED = {
  '': { name: 'clone' },
  'node_modules/tool': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/elsewhere': { version: '2.0.0', integrity: 'sha512-b', optional: true },
};
const INSTALLED = { 'node_modules/tool': LOCKED['node_modules/tool'] };

describe.skipIf(process.platform === 'win32')('scripts/prepare.mjs', () => {
  let folder: string;
  const clone = (...parts: string[]) => join(folder, 'clone', ...parts);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-prepare-'));
    for (const name of ['bin', 'shared']) mkdirSync(join(folder, name));
    mkdirSync(clone('scripts'), { recursive: true });
    copyFileSync(PREPARE, clone('scripts', 'prepare.mjs'));
    writeFileSync(clone('package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages: LOCKED }));
    writeFileSync(join(folder, 'bin', 'npm'), `#!/bin/sh\necho "$@" >> '${join(folder, 'calls')}'\n`);
    chmodSync(join(folder, 'bin', 'npm'), 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** What npm would record of an installation, from a time long before the clone was made. */
  const install = (modules: string, packages: object) => {
    mkdirSync(modules, { recursive: true });
    writeFileSync(join(modules, '.package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages }));
    utimesSync(join(modules, '.package-lock.json'), 0, 0);
  };
  const prepare = () => {
    const env = { PATH: `${join(folder, 'bin')}:${process.env['PATH']}` };
    const { status, stderr } = spawnSync(process.execPath, [clone('scripts', 'prepare.mjs')], {
      env,
      encoding: 'utf8',
    });
    const calls = join(folder, 'calls');
    return { status, stderr, npm: existsSync(calls) ? readFileSync(calls, 'utf8') : '' };
  };

  it('installs in a fresh clone', () => {
    expect(prepare()).toMatchObject({ status: 0, npm: expect.stringMatching(/^ci /) });
  });

  it('installs nothing if the packages match the lockfile, even if the record of the installation is older', () => {
    install(clone('node_modules'), INSTALLED);
    expect(prepare()).toEqual({ status: 0, stderr: '', npm: '' });
  });

  it('installs nothing if more packages than those are installed', () => {
    install(clone('node_modules'), { ...INSTALLED, 'node_modules/own': { version: '1.0.0' } });
    expect(prepare()).toEqual({ status: 0, stderr: '', npm: '' });
  });

  it.each([
    ['is missing', {}],
    ['has another version', { 'node_modules/tool': { version: '1.0.1', integrity: 'sha512-a' } }],
    ['has another content', { 'node_modules/tool': { version: '1.0.0', integrity: 'sha512-c' } }],
  ])('installs if a package %s, even if the record of the installation is newer than the lockfile', (_, packages) => {
    install(clone('node_modules'), packages);
    utimesSync(clone('package-lock.json'), 0, 0);
    expect(prepare()).toMatchObject({ status: 0, npm: expect.stringMatching(/^ci /) });
  });

  it('uses linked packages that match the lockfile', () => {
    install(join(folder, 'shared', 'node_modules'), INSTALLED);
    symlinkSync(join(folder, 'shared', 'node_modules'), clone('node_modules'));
    expect(prepare()).toEqual({ status: 0, stderr: '', npm: '' });
  });

  it.each([
    ['with other packages', {}],
    ['to a missing folder', undefined],
  ])('never installs through a link %s, and says what to do', (_, packages) => {
    const shared = join(folder, 'shared', 'node_modules');
    if (packages !== undefined) install(shared, packages);
    symlinkSync(shared, clone('node_modules'));
    const { status, stderr, npm } = prepare();
    expect({ status, npm }).toEqual({ status: 1, npm: '' });
    expect(stderr).toMatch(
      /^finspace-mcp: node_modules is a link to \S+shared\/node_modules, .*remove it and run npm ci\.\n$/,
    );
  });
});
