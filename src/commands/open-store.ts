import type { Config } from '../config.ts';
import { refuseSharedStateDir } from '../store/position-file.ts';
import { stateDirStore } from '../store/state-dir.ts';
import type { SharedStore, Store, StoreOptions } from '../store/store.ts';
import type { Log } from './log.ts';

/** The store that a server shares with others; undefined without --store. Rejects with StoreError. */
export async function openSharedStore({ store, stateDir }: Config, log: Log): Promise<SharedStore | undefined> {
  if (store === undefined) return undefined;
  const onerror = (error: Error) => log.warn({ error: error.message }, 'store');
  return openStore(store, { stateDir, serves: true, onerror });
}

/** What a command of a person uses: the store of --store, or else the state directory. */
export async function openForPerson({ store, stateDir }: Pick<Config, 'store' | 'stateDir'>): Promise<Store> {
  if (store !== undefined) return openStore(store, { stateDir, serves: false, onerror: () => {} });
  refuseSharedStateDir(stateDir);
  return stateDirStore({ stateDir, isEphemeral: false, now: Date.now, onerror: () => {} });
}

async function openStore(url: string, options: StoreOptions): Promise<SharedStore> {
  const { openPostgres } = await import('../store/postgres/index.ts');
  return openPostgres(url, options);
}
