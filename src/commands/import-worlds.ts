import { existsSync } from 'node:fs';
import { openWorldStore } from '../local/store.ts';
import { copyWorlds } from '../local/worlds/copy.ts';
import { ownCommand, shellWord } from '../own-command.ts';
import { openWorlds } from '../store/postgres/world/store.ts';
import { whileOpen } from '../while-open.ts';

const notImported = (path: string, region: string) =>
  `The world in ${region} of ${path} was not imported, because the store has a changed world in this region. To replace that, run ` +
  `${ownCommand()} world export --state ${shellWord(path)} --region ${region} > world.json and then ` +
  `${ownCommand()} world import --world world.json --yes --store URL.`;

/** Copies the worlds of a file to the store of a URL. Returns lines for people. Rejects with `StoreError`. */
export async function importWorlds(path: string, url: string): Promise<string[]> {
  if (!existsSync(path)) return [];
  const copied = await whileOpen(await openWorldStore(path), async (from) =>
    whileOpen(await openWorlds(url), (to) => copyWorlds(from, to, path)),
  );
  return copied.map(({ region, isCopied }) =>
    isCopied ? `Imported the world in ${region} of ${path}.` : notImported(path, region),
  );
}
