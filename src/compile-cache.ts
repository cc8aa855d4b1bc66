import { existsSync, lstatSync, mkdirSync, statSync } from 'node:fs';
import nodeModule from 'node:module';
import { join } from 'node:path';
import { userFolder } from './user-folder.ts';

/** Lets Node keep compiled code in a folder of this user (Node 22 and newer), so that later starts are faster. */
export function cacheCompiledCode(env: NodeJS.ProcessEnv, enable = ENABLE): void {
  if (enable === undefined || env['NODE_COMPILE_CACHE'] !== undefined) return;
  const cacheFolder = userFolder('cache', env);
  const programFolder = join(cacheFolder, 'finspace-mcp');
  const folder = join(programFolder, 'compiled');
  try {
    // Without `recursive`, which never returns on Node 20 where a file system does not allow new folders, such as /proc.
    for (const path of [cacheFolder, programFolder, folder]) if (!existsSync(path)) mkdirSync(path, { mode: 0o700 });
    if (isProtected(cacheFolder) && isPrivate(programFolder) && isPrivate(folder)) enable(folder);
  } catch {
    // Without the cache, the code is compiled at each start.
  }
}

const { enableCompileCache: ENABLE } = nodeModule as { enableCompileCache?: (folder: string) => unknown };

/** Whether others cannot rename or replace what is in this folder. */
function isProtected(folder: string): boolean {
  if (process.platform === 'win32') return true;
  const { uid, mode } = statSync(folder);
  const sticky = (mode & 0o1000) !== 0;
  return (uid === process.getuid?.() || uid === 0) && (sticky || (mode & 0o022) === 0);
}

/** Node executes the contents of the cache, so no other user may have write access. */
function isPrivate(folder: string): boolean {
  if (process.platform === 'win32') return true;
  const { uid, mode } = lstatSync(folder);
  return uid === process.getuid?.() && (mode & 0o077) === 0 && (mode & 0o170000) === 0o040000;
}
