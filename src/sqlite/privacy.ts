import { chmodSync, closeSync, existsSync, openSync, statSync } from 'node:fs';
import { StoreError } from './store-error.ts';

const WRITABLE_BY_OTHERS = 0o022;
const STICKY = 0o1000;
const OPEN_TO_OTHERS = 0o077;
const OWNER_ONLY = 0o600;

/** Windows has no such modes; there, the user's profile keeps other users out. */
const HAS_MODES = process.platform !== 'win32';

/** Throws `StoreError` for a folder in which other users could replace files. */
export function refuseSharedFolder(folder: string): void {
  const { mode } = statSync(folder);
  if (!HAS_MODES || (mode & WRITABLE_BY_OTHERS) === 0 || (mode & STICKY) !== 0) return;
  throw new StoreError(
    `${folder}: other users can change files in it (mode ${octal(mode)}). Run chmod go-w ${quotedWord(folder)}, or name a folder in it, which this server creates for you alone`,
  );
}

/** Removes other users' permissions from a database and the files beside it. Returns a log line if there were any. */
export function removeAccessOfOthers(path: string): string | undefined {
  const files = filesOpenToOthers(path);
  const [first] = files;
  if (first === undefined) return undefined;
  const mode = octal(statSync(first).mode);
  try {
    for (const file of files) chmodSync(file, OWNER_ONLY);
  } catch (cause) {
    throw new StoreError(`${first}: other users can access it (mode ${mode}), and only its owner can change that`, {
      cause,
    });
  }
  return `${first}: other users could access it (mode ${mode}); now only you can (mode ${octal(OWNER_ONLY)})`;
}

/** The files of a database that other users can access. */
export const filesOpenToOthers = (path: string): string[] =>
  ['', '-wal', '-shm', '-journal']
    .map((suffix) => `${path}${suffix}`)
    .filter((file) => HAS_MODES && existsSync(file) && (statSync(file).mode & OPEN_TO_OTHERS) !== 0);

/** Creates a missing file that only its owner can read. SQLite gives the files beside it the same mode. */
export function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, 'wx', OWNER_ONLY));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

const octal = (mode: number) => (mode & 0o7777).toString(8).padStart(4, '0');
const quotedWord = (path: string) => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`);
