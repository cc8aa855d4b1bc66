import { type Config, isEphemeral } from '../config.ts';
import { prepareState } from '../local/state-file.ts';
import { STATE_FORMAT, stateFile } from '../safety/state-format.ts';
import { prepareFile } from '../sqlite/file.ts';
import type { Log } from './log.ts';

const worldOptions = () => import('./world-options.ts');

/**
 * Makes sure that only the owner can open the files of this server, before it serves a client. Rejects with `StoreError` when that
 * fails, and with `ConfigError` for an unusable `--world`.
 */
export async function prepareBackend(config: Config, log: Log): Promise<void> {
  const { backend: kind, state, stateDir, world, quotas, worldStore } = config;
  const hasWorldOptions = world !== undefined || quotas !== undefined;
  const warn = (line: string | undefined) => {
    if (line !== undefined) log.warn({}, line);
  };
  if (!isEphemeral(config)) warn(prepareFile(stateFile(stateDir), STATE_FORMAT));
  if (kind !== 'local') {
    if (hasWorldOptions) (await worldOptions()).warnUnused(config, log, {}, 'it is for the local backend');
    return;
  }
  if (worldStore === undefined) warn(prepareState(state));
  if (hasWorldOptions) await (await worldOptions()).checkWorldOptions(config, log);
}
