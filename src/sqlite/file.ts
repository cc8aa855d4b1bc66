import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  rmdirSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { refuseSharedFolder, removeAccessOfOthers } from './privacy.ts';
import { StoreError } from './store-error.ts';

/** The identification and migrations of a kind of database file. */
export interface Format {
  /** `PRAGMA application_id`: identifies the kind of file. */
  readonly applicationId: number;
  /** The migrations from version n to n + 1, by n. The version of a file is its `PRAGMA user_version`. */
  readonly migrations: readonly string[];
}

/**
 * Makes sure that `path` can hold a database of this format and that only its owner can access it, without changing its contents.
 * Returns a log line if it removed permissions of other users. Throws `StoreError` when the file cannot be used.
 */
export function prepareFile(path: string, format: Format): string | undefined {
  const folder = dirname(path);
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    const what = existsSync(folder) ? 'written to' : 'created';
    throw new StoreError(`${path}: the folder cannot be ${what} (${codeOf(cause)})`, { cause });
  }
  if (!statSync(folder).isDirectory()) throw new StoreError(`${folder}: is a file, not a folder`);
  refuseSharedFolder(folder);
  if (!existsSync(path)) return undefined;
  requireWritable(path);
  // A file that another process is creating has a journal beside it; SQLite waits for it, so it must not be checked here.
  if (!existsSync(`${path}-journal`)) checkHeader(path, format);
  return removeAccessOfOthers(path);
}

/**
 * Whether a folder exists; false if it can be created. Throws `StoreError` if it cannot be created or cannot hold databases. Leaves
 * nothing behind.
 */
export function usableFolderExists(folder: string): boolean {
  const nearest = nearestExisting(folder);
  if (!statSync(nearest).isDirectory()) throw new StoreError(`${nearest}: is a file, not a folder`);
  const isPresent = nearest === folder;
  try {
    if (isPresent) accessSync(folder, constants.W_OK | constants.X_OK);
    // Permissions do not suffice: /proc and some network file systems have them, and create no folder.
    else rmdirSync(mkdtempSync(join(nearest, '.finspace-mcp-')));
  } catch (cause) {
    const what = isPresent ? 'written to' : 'created';
    throw new StoreError(`${folder}: the folder cannot be ${what} (${codeOf(cause)})`, { cause });
  }
  if (isPresent) refuseSharedFolder(folder);
  return isPresent;
}

const nearestExisting = (path: string): string =>
  existsSync(path) || dirname(path) === path ? path : nearestExisting(dirname(path));

/** Whether a file exists. Throws `StoreError` if it cannot be used as it is. Changes nothing. */
export function usableFileExists(path: string, format: Format): boolean {
  if (!existsSync(path)) return false;
  requireWritable(path);
  checkHeader(path, format);
  return true;
}

function requireWritable(path: string): void {
  if (!statSync(path).isFile()) throw new StoreError(`${path}: is not a file`);
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (cause) {
    throw new StoreError(`${path}: the file is read-only or belongs to another user (${codeOf(cause)})`, { cause });
  }
}

/** One level at a time: a recursive `mkdirSync` never returns on a file system that answers ENOENT, such as /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
}

/** Rejects a database of another program, or of a newer version. */
export function checkFormat(path: string, format: Format, applicationId: number, version: number): void {
  if (applicationId !== format.applicationId) throw new StoreError(`${path}: is a database of another program`);
  const knownVersion = format.migrations.length;
  if (version > knownVersion) {
    throw new StoreError(
      `${path}: was written by a newer version of finspace-mcp (format ${version}; this one supports formats up to ${knownVersion})`,
    );
  }
}

const MAGIC = 'SQLite format 3\0';

function checkHeader(path: string, format: Format): void {
  const bytes = header(path);
  if (bytes.length === 0) return;
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC || bytes.length < 100) {
    throw new StoreError(`${path}: is not a database of finspace-mcp (not a SQLite database)`);
  }
  checkFormat(path, format, bytes.readUInt32BE(68), bytes.readUInt32BE(60));
}

function header(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(100);
    return bytes.subarray(0, readSync(file, bytes, 0, 100, 0));
  } finally {
    closeSync(file);
  }
}

const codeOf = (cause: unknown) => (cause as NodeJS.ErrnoException).code ?? String(cause);
