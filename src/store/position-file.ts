import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from '../sqlite/store-error.ts';

/** The file in which a replica keeps its position in a store. */
export const positionFile = (stateDir: string): string => join(stateDir, 'store-position.json');

/** Throws `StoreError` if a state directory belongs to a shared store, and must not be used without it. */
export function refuseSharedStateDir(stateDir: string): void {
  const path = positionFile(stateDir);
  const store = readPositionFile(path)?.store;
  if (store !== undefined)
    throw new StoreError(
      `${path}: this state directory belongs to the shared store ${store}. Add --store, or remove the file to leave that store.`,
    );
}

/** The store and the position that a file keeps; undefined if there is none. Throws `StoreError` if it is damaged or cannot be read. */
export function readPositionFile(path: string): { readonly store: string; readonly position: string } | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    if (['ENOENT', 'ENOTDIR'].includes(code)) return undefined;
    throw new StoreError(`${path}: cannot be read (${code})`, { cause });
  }
  try {
    const { store, position } = JSON.parse(text) as Record<string, unknown>;
    if (typeof store === 'string' && typeof position === 'string') return { store, position };
  } catch {
    // Handled like a file with other content.
  }
  throw new StoreError(
    `${path}: is damaged. Restore it, or remove it after you have made sure that the store was not restored.`,
  );
}
