import { existsSync } from 'node:fs';
import { type Config, ConfigError } from '../config.ts';
import { DEFAULT_ACCOUNT } from '../local/caller.ts';
import { openStore } from '../local/store.ts';
import { hasWorld, type SeedOptions, seeded } from '../local/worlds/index.ts';
import { StoreError } from '../sqlite/store-error.ts';
import type { Log } from './log.ts';

/** Throws ConfigError for a `--world` that cannot be used, and logs one that is not used, because there is a world already. */
export async function checkGivenWorld(
  { world, state, lifecycle, region = 'us-east-1' }: Config,
  log: Pick<Log, 'warn'>,
): Promise<void> {
  if (world === undefined) return;
  const options = { now: Date.now, region, account: DEFAULT_ACCOUNT, lifecycle };
  if (await hasWorldIn(state, options)) {
    log.warn({ world, state }, `--world is not used: this state file already has a world in ${region}`);
    return;
  }
  try {
    seeded(world, options);
  } catch (error) {
    throw error instanceof StoreError ? new ConfigError(`--world: ${error.message}`) : error;
  }
}

async function hasWorldIn(state: string, options: SeedOptions): Promise<boolean> {
  if (state === ':memory:' || !existsSync(state)) return false;
  const store = await openStore(state);
  try {
    return await hasWorld(store, options);
  } finally {
    await store.close();
  }
}
