import { homedir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';

type UserFolder = { readonly variable?: string; readonly inHome: readonly string[] };
type FoldersByPlatform = { readonly darwin: UserFolder; readonly win32: UserFolder; readonly other: UserFolder };

const LOCAL_DATA: UserFolder = { variable: 'LOCALAPPDATA', inHome: ['AppData', 'Local'] };
const FOLDERS = {
  state: {
    darwin: { inHome: ['Library', 'Application Support'] },
    win32: LOCAL_DATA,
    other: { variable: 'XDG_STATE_HOME', inHome: ['.local', 'state'] },
  },
  cache: {
    darwin: { inHome: ['Library', 'Caches'] },
    win32: LOCAL_DATA,
    other: { variable: 'XDG_CACHE_HOME', inHome: ['.cache'] },
  },
} satisfies Record<string, FoldersByPlatform>;

/** The folder in which programs of this user keep their state or cache, by the conventions of the platform. */
export function userFolder(kind: keyof typeof FOLDERS, env: NodeJS.ProcessEnv): string {
  const folders: FoldersByPlatform = FOLDERS[kind];
  const { platform } = process;
  const { variable = '', inHome } = platform === 'darwin' || platform === 'win32' ? folders[platform] : folders.other;
  const given = env[variable] ?? '';
  // The convention is to ignore a relative path: it would name another folder in each working directory.
  return isAbsolute(given) ? given : join(homedir(), ...inHome);
}

/**
 * Sets HOME, which the AWS SDK and Node read, unless it is an absolute path: to the home directory that the system lists or, for a user
 * id that the system does not list, as in containers, to `/`. Windows does not use HOME.
 */
export function ensureHome(env: NodeJS.ProcessEnv): void {
  if (process.platform !== 'win32' && !isAbsolute(env['HOME'] ?? '')) env['HOME'] = listedHome();
}

function listedHome(): string {
  try {
    return userInfo().homedir;
  } catch {
    return '/';
  }
}
