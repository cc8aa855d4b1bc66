import { existsSync } from 'node:fs';
import { openStore } from '../local/store.ts';
import { copyWorlds } from '../local/worlds/copy.ts';
import { openWorlds } from '../store/postgres/world/store.ts';

/** Copies the worlds of a file to the store of a URL. Returns lines for people. Rejects with `StoreError`. */
export async function importWorlds(path: string, url: string): Promise<string[]> {
  if (!existsSync(path)) return [];
  const from = await openStore(path);
  try {
    const to = await openWorlds(url);
    try {
      return (await copyWorlds(from, to, path)).map(({ region, isCopied }) =>
        isCopied
          ? `Imported the world in ${region} of ${path}.`
          : `The world in ${region} of ${path} was not imported, because the store has a world there that was changed. To replace that one, export this one (world export --state ${path}) and run world import --yes --store.`,
      );
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}
