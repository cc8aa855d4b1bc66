import { prepareFile } from '../sqlite/file.ts';
import { WORLD_FORMAT } from './schema.ts';

/** Makes sure that `path` can hold the local worlds, before anything heavy is loaded. Throws `StoreError` when it cannot. */
export function prepareState(path: string): void {
  if (path !== ':memory:') prepareFile(path, WORLD_FORMAT);
}
