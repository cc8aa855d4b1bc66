// Makes a fresh clone ready for the scripts: installs what is missing and, with --build, builds what is out of date.
// Plain JavaScript without dependencies, because it runs before there are any. All its output goes to stderr.
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (...parts) => join(root, ...parts);
/** When a file was last changed, in milliseconds; 0 if it is missing. */
const changedAt = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);
const newest = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((latest, entry) => Math.max(latest, changedAt(join(entry.parentPath ?? entry.path, entry.name))), 0);

const MANIFESTS = ['package.json', 'package-lock.json'];

function npm(...args) {
  const windows = process.platform === 'win32';
  const { status } = spawnSync(windows ? 'npm.cmd' : 'npm', args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: windows,
  });
  return status === 0;
}

/** Whether the packages in node_modules are those of the lockfile, by npm's own record of what it installed. */
function isInstalled() {
  const packages = (...parts) => JSON.parse(readFileSync(at(...parts), 'utf8')).packages;
  if (!existsSync(at('node_modules', '.package-lock.json'))) return false;
  const installed = packages('node_modules', '.package-lock.json');
  return Object.entries(packages('package-lock.json')).every(([path, { version, integrity, optional }]) => {
    const there = installed[path];
    if (path === '' || (there === undefined && optional)) return true;
    return there?.version === version && there?.integrity === integrity;
  });
}

// Left behind by an `npm pack` or `npm publish` that failed (scripts/packed-manifest.ts).
if (existsSync(at('.package.json'))) renameSync(at('.package.json'), at('package.json'));

if (!isInstalled()) {
  if (lstatSync(at('node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) {
    process.stderr.write(
      `finspace-mcp: node_modules is a link to ${readlinkSync(at('node_modules'))}, which lacks packages of package-lock.json. ` +
        'Nothing is installed through a link: remove it and run npm ci.\n',
    );
    process.exit(1);
  }
  process.stderr.write('finspace-mcp: installing what is missing (npm ci)\n');
  const options = ['--no-audit', '--no-fund', '--loglevel=error', '--no-update-notifier'];
  if (!npm('ci', ...options) && !npm('install', '--no-save', ...options)) process.exit(1);
}

if (process.argv.includes('--build')) {
  const sources = Math.max(newest(at('src')), newest(at('scripts')), ...MANIFESTS.map((name) => changedAt(at(name))));
  if (changedAt(at('dist', 'cli.js')) < sources) {
    process.stderr.write('finspace-mcp: building\n');
    if (!npm('run', '--silent', 'build')) process.exit(1);
  }
}
