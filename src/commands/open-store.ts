import { type Config, ConfigError } from '../config.ts';
import { localStore } from '../store/local.ts';
import { requireLocal } from '../store/position-file.ts';
import type { SharedStore, Store, StoreOptions } from '../store/store.ts';
import type { Log } from './log.ts';
import { isEphemeral } from './out-of-band.ts';

/**
 * The store that a server shares with others; undefined without --store. `served` are the configurations of its endpoints. Rejects with
 * StoreError or ConfigError.
 */
export async function openSharedStore(
  config: Config,
  served: readonly Config[],
  log: Log,
): Promise<SharedStore | undefined> {
  const { store, stateDir } = config;
  if (store === undefined) return undefined;
  const ephemeral = served.find(isEphemeral);
  if (ephemeral !== undefined)
    throw new ConfigError(
      `--store: replicas cannot share a world in memory${ephemeral.target === undefined ? '' : ` (named target ${ephemeral.target})`}; name its file with --state, or another backend`,
    );
  const onerror = (error: Error) => log.warn({ error: error.message }, 'store');
  return openStore(store, { stateDir, serves: true, onerror });
}

/** What a command of a person reads: the store of --store, or else the state directory. */
export async function openForPerson({ store, stateDir }: Pick<Config, 'store' | 'stateDir'>): Promise<Store> {
  if (store !== undefined) return openStore(store, { stateDir, serves: false, onerror: () => {} });
  requireLocal(stateDir);
  return localStore({ stateDir, isEphemeral: false, now: Date.now, onerror: () => {} });
}

async function openStore(url: string, options: StoreOptions): Promise<SharedStore> {
  const { openPostgres } = await import('../store/postgres/index.ts');
  return openPostgres(url, options);
}
