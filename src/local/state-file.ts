import { prepareFile } from '../sqlite/file.ts';
import { WORLD_FORMAT } from './schema.ts';

/**
 * Makes sure that `path` can hold the local worlds, before expensive modules are loaded. Returns a log line if it removed
 * permissions of other users. Throws `StoreError` when the file cannot be used.
 */
export function prepareState(path: string): string | undefined {
  return path === ':memory:' ? undefined : prepareFile(path, WORLD_FORMAT);
}
