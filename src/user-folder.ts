import { homedir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';

type Place = { readonly variable?: string; readonly inHome: readonly string[] };
type Places = { readonly darwin: Place; readonly win32: Place; readonly other: Place };

const LOCAL_DATA: Place = { variable: 'LOCALAPPDATA', inHome: ['AppData', 'Local'] };
const PLACES = {
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
} satisfies Record<string, Places>;

/** The folder in which programs of this user keep their state or cache, by the conventions of the platform. */
export function userFolder(kind: keyof typeof PLACES, env: NodeJS.ProcessEnv): string {
  const places: Places = PLACES[kind];
  const { platform } = process;
  const { variable = '', inHome } = platform === 'darwin' || platform === 'win32' ? places[platform] : places.other;
  const given = env[variable] ?? '';
  // The convention is to ignore a relative path: it would name another folder in each working directory.
  return isAbsolute(given) ? given : join(homeDirectory(), ...inHome);
}

/** The home directory of this user; `/`, as in containers, for a user id that the system does not list. */
export const homeDirectory = (): string => absolute(() => homedir()) ?? absolute(() => userInfo().homedir) ?? '/';

/** What a function of Node finds: it throws if there is nothing, and returns what HOME holds, even if that is no absolute path. */
function absolute(find: () => string): string | undefined {
  try {
    const path = find();
    return isAbsolute(path) ? path : undefined;
  } catch {
    return undefined;
  }
}
