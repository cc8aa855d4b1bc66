import { existsSync } from 'node:fs';
import type { Config } from '../config.ts';
import type { WorldStore } from '../local/store.ts';
import { storeTarget } from '../store/postgres/target.ts';
import { whileOpen } from '../while-open.ts';

export type WorldLocation = Pick<Config, 'state' | 'worldStore'>;

/** Opens the worlds in the store of --store; undefined if a file has them. Rejects with `StoreError`. */
export async function openSharedWorlds({
  worldStore,
}: Pick<WorldLocation, 'worldStore'>): Promise<WorldStore | undefined> {
  if (worldStore === undefined) return undefined;
  const { openWorlds } = await import('../store/postgres/world/store.ts');
  return openWorlds(worldStore);
}

/** Opens the worlds, wherever they are. Rejects with `StoreError`. */
export async function openLocalWorlds(location: WorldLocation): Promise<WorldStore> {
  const shared = await openSharedWorlds(location);
  if (shared !== undefined) return shared;
  const { openWorldStore } = await import('../local/store.ts');
  return openWorldStore(location.state);
}

/** Whether there may be worlds, so that opening them creates no file. */
export const mayHaveWorlds = ({ state, worldStore }: WorldLocation): boolean =>
  worldStore !== undefined || (state !== ':memory:' && existsSync(state));

/** Runs work on the worlds; undefined if there are none. */
export async function withWorlds<T>(
  location: WorldLocation,
  work: (store: WorldStore) => Promise<T>,
): Promise<T | undefined> {
  return mayHaveWorlds(location) ? whileOpen(await openLocalWorlds(location), work) : undefined;
}

/** Where the worlds are, for people. */
export const worldLocationText = ({ state, worldStore }: WorldLocation): string =>
  worldStore === undefined ? state : `the store ${storeTarget(worldStore).name}`;
