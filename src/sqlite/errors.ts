import { StoreError } from './store-error.ts';

/** libsql names codes; node:sqlite has their numbers, with details in the upper bits. */
function codeOf(error: unknown): string {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  return typeof errcode === 'number' ? `SQLITE_${NAMES[errcode & 0xff]}` : String(code ?? '');
}

const NAMES: Readonly<Record<number, string>> = {
  3: 'PERM',
  5: 'BUSY',
  6: 'LOCKED',
  8: 'READONLY',
  10: 'IOERR',
  11: 'CORRUPT',
  13: 'FULL',
  14: 'CANTOPEN',
  23: 'AUTH',
  26: 'NOTADB',
};

/** Whether another process is locking the file. */
export const isBusy = (error: unknown): boolean => /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error));

const DAMAGED = 'is damaged';
const PROBLEMS: readonly [RegExp, string][] = [
  [/^SQLITE_(CORRUPT|NOTADB)/, DAMAGED],
  [/^SQLITE_(READONLY|PERM|AUTH)/, 'cannot be written to'],
  [/^SQLITE_FULL/, 'the disk is full'],
  [/^SQLITE_(IOERR|CANTOPEN)/, 'cannot be read or written'],
];
/** The problem with the file, if the error describes one. */
export const problemOf = (error: unknown): string | undefined =>
  INCOMPLETE.test((error as Error).message) ? DAMAGED : PROBLEMS.find(([code]) => code.test(codeOf(error)))?.[1];
/** The file has the marks of its format, but lacks a part of it. */
const INCOMPLETE = /^no such (?:table|column): /;

export const isDamaged = (error: unknown): boolean => problemOf(error) === DAMAGED;

/** The error, translated to a problem with the file; other errors stay unchanged. */
export function asStoreError(path: string, cause: unknown): unknown {
  const why = problemOf(cause);
  return why === undefined ? cause : unusable(path, why, cause);
}

/** The error for an unusable file; `why` is the part that callers may see. */
export function unusable(path: string, why: string, cause?: unknown): StoreError {
  const detail = cause === undefined ? '' : ` (${cause instanceof Error ? cause.message : String(cause)})`;
  return new StoreError(`${path}: ${why}${detail}`, { why, cause });
}
