import { StoreError } from './store-error.ts';

const codeOf = (error: unknown) => String((error as { code?: unknown }).code ?? '');

/** Whether another process holds the file for now. */
export const isBusy = (error: unknown): boolean => /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error));

const WRONG: readonly [RegExp, string][] = [
  [/^SQLITE_(CORRUPT|NOTADB)/, 'is damaged'],
  [/^SQLITE_(READONLY|PERM|AUTH)/, 'cannot be written to'],
  [/^SQLITE_FULL/, 'the disk is full'],
  [/^SQLITE_(IOERR|CANTOPEN)/, 'cannot be read or written'],
];
/** What is wrong with the file, if this error says so. */
export const wrongWith = (error: unknown): string | undefined => WRONG.find(([code]) => code.test(codeOf(error)))?.[1];

/** The error as what is wrong with the file; anything else stays what it is. */
export function asStoreError(path: string, cause: unknown): unknown {
  const why = wrongWith(cause);
  return why === undefined ? cause : unusable(path, why, cause);
}

/** The error of a file that cannot be used; `why` is what callers may know. */
export function unusable(path: string, why: string, cause?: unknown): StoreError {
  const detail = cause === undefined ? '' : ` (${cause instanceof Error ? cause.message : String(cause)})`;
  return new StoreError(`${path}: ${why}${detail}`, { why, cause });
}
