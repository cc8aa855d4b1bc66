import { realpathSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';

/** How a person runs this program in a terminal: by its name where that is on the path for good, else by Node and its file. */
export function ownCommand({ argv, env } = { argv: process.argv, env: process.env }): string {
  const started = argv[1] ?? '';
  const folder = dirname(started);
  const isInstalled =
    basename(started) === 'finspace-mcp' &&
    (env['PATH'] ?? '').split(delimiter).includes(folder) &&
    !folder.endsWith(join('node_modules', '.bin'));
  return isInstalled ? 'finspace-mcp' : `node ${shellWord(realPath(started))}`;
}

/** A path for people to paste into a shell, which takes nothing in it for more than text. */
export function shellWord(path: string): string {
  const isPlain = process.platform === 'win32' || !/[$`\\"!]/.test(path);
  return isPlain ? `"${path}"` : `'${path.replaceAll("'", `'\\''`)}'`;
}

/** The file that a path leads to; the path itself when that was moved since the start, as by an update. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
