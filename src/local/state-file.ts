import { prepareFile } from '../sqlite/file.ts';
import { WORLD_FORMAT } from './schema.ts';

/** Makes sure that `path` can hold the local worlds, before anything heavy is loaded. Returns a line to show when it took rights of other users away. Throws `StoreError` when it cannot. */
export function prepareState(path: string): string | undefined {
  return path === ':memory:' ? undefined : prepareFile(path, WORLD_FORMAT);
}
