import { realpathSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';

/**
 * The command that runs this program in a terminal: by name where a permanent installation is on the path, otherwise with Node
 * and its file.
 */
export function ownCommand({ argv, env } = { argv: process.argv, env: process.env }): string {
  const scriptPath = argv[1] ?? '';
  const folder = dirname(scriptPath);
  const isInstalled =
    basename(scriptPath) === 'finspace-mcp' &&
    (env['PATH'] ?? '').split(delimiter).includes(folder) &&
    !folder.endsWith(join('node_modules', '.bin'));
  return isInstalled ? 'finspace-mcp' : `node ${shellWord(realPath(scriptPath))}`;
}

/** A command of this program for people on any machine: without the paths of this one, which other callers must not see. */
export const commandAnywhere = (args: string) => `finspace-mcp ${args} (in a clone: node dist/cli.js ${args})`;

/** A path quoted for a shell. In a POSIX shell, no character in it then has a special meaning; on Windows, `%` and `$` may. */
export function shellWord(path: string): string {
  const isPlain = process.platform === 'win32' || !/[$`\\"!]/.test(path);
  return isPlain ? `"${path}"` : `'${path.replaceAll("'", `'\\''`)}'`;
}

/** The real path of a file; the path itself if the file was moved since the start, for example by an update. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
