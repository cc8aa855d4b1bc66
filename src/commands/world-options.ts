import { type Config, ConfigError } from '../config.ts';
import { DEFAULT_ACCOUNT, DEFAULT_REGION } from '../local/defaults.ts';
import { hasWorld, worldSeeder } from '../local/worlds/seed.ts';
import { StoreError } from '../sqlite/store-error.ts';
import type { Log } from './log.ts';
import { withWorlds, worldLocationText } from './open-worlds.ts';

/** Throws ConfigError for an unusable `--world`, and logs settings of a new world that have no effect because a world exists. */
export async function checkWorldOptions(config: Config, log: Pick<Log, 'warn'>): Promise<void> {
  const { world, quotas, lifecycle, region = DEFAULT_REGION } = config;
  if (world === undefined && quotas === undefined) return;
  const options = { now: Date.now, region, account: DEFAULT_ACCOUNT, lifecycle };
  if (await withWorlds(config, (store) => hasWorld(store, options))) {
    const what = config.worldStore === undefined ? 'world database' : 'store';
    warnUnused(config, log, { state: worldLocationText(config) }, `this ${what} already has a world in ${region}`);
    return;
  }
  if (world === undefined) return;
  try {
    worldSeeder(world, options);
  } catch (error) {
    throw error instanceof StoreError ? new ConfigError(`--world: ${error.message}`) : error;
  }
}

/** Logs settings of a new world that are not used, with the reason. */
export function warnUnused(config: Config, log: Pick<Log, 'warn'>, more: object, reason: string): void {
  for (const name of ['world', 'quotas'] as const) {
    if (config[name] !== undefined) log.warn({ [name]: config[name], ...more }, `--${name} is not used: ${reason}`);
  }
}
