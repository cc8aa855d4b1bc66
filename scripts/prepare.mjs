// Brings a fresh clone to where the scripts can run: installs what is missing and, with --build, builds what is out of date.
// Plain JavaScript without dependencies, because it runs before there are any. Everything it says goes to stderr.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (...parts) => join(root, ...parts);
const changed = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);
const newest = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((latest, entry) => Math.max(latest, changed(join(entry.parentPath ?? entry.path, entry.name))), 0);

function npm(...args) {
  const windows = process.platform === 'win32';
  const { status } = spawnSync(windows ? 'npm.cmd' : 'npm', args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: windows,
  });
  return status === 0;
}

if (changed(at('node_modules', '.package-lock.json')) < changed(at('package-lock.json'))) {
  process.stderr.write('finspace-mcp: installing what is missing (npm ci)\n');
  const options = ['--no-audit', '--no-fund', '--loglevel=error', '--no-update-notifier'];
  if (!npm('ci', ...options) && !npm('install', '--no-save', ...options)) process.exit(1);
}

if (process.argv.includes('--build')) {
  const sources = Math.max(newest(at('src')), changed(at('package.json')), changed(at('scripts', 'build.ts')));
  if (changed(at('dist', 'cli.js')) < sources) {
    process.stderr.write('finspace-mcp: building\n');
    if (!npm('run', '--silent', 'build')) process.exit(1);
  }
}
