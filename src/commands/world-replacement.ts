import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Config, ConfigError } from '../config.ts';
import { worldOf } from '../local/context.ts';
import { DEFAULT_ACCOUNT } from '../local/defaults.ts';
import type { WorldStore } from '../local/store.ts';
import { exportWorld, isWorldChanged } from '../local/worlds/administration.ts';
import type { WorldReplacement } from '../safety/journal.ts';
import { backUp } from '../sqlite/backup.ts';
import { userName } from '../user-name.ts';
import { whileOpen } from '../while-open.ts';
import { openForPerson } from './open-store.ts';
import { worldLocationText } from './open-worlds.ts';
import { requireOwnWorld } from './world-owner.ts';

type Replacement = Pick<WorldReplacement, 'act' | 'region' | 'source'> & { readonly discardChanges: boolean };

/**
 * Replaces a world: first records it in the journal and keeps the old world in a file if changes would be lost. Returns the path of that
 * file. Throws ConfigError if changes would be lost and `discardChanges` is false, and ApproverError if the world belongs to another key.
 * `replace` calls `backUpWorld` before it discards changes, and resolves with false if it may not discard them.
 */
export async function replaceWorld(
  store: WorldStore,
  config: Pick<Config, 'state' | 'stateDir' | 'store' | 'worldStore'>,
  { act, region, source, discardChanges }: Replacement,
  replace: (backUpWorld: () => Promise<void>) => Promise<boolean>,
): Promise<string | undefined> {
  await requireOwnWorld(store, config.stateDir);
  const isChanged = await isWorldChanged(store, worldOf(DEFAULT_ACCOUNT, region));
  if (isChanged && !discardChanges) throw new ConfigError(YES_REQUIRED);
  const { file, backup, backUpTo } = backupOf(store, config, region);
  return whileOpen(await openForPerson(config), async ({ journal }) => {
    const call = randomUUID();
    const replacement = { act, file, region, source, backup: isChanged ? backup : undefined };
    await journal.record({ kind: 'world', call, ...replacement, user: userName() });
    let isBackedUp = false;
    const backUpWorld = async () => {
      await backUpTo(backup);
      isBackedUp = true;
    };
    try {
      if (!(await replace(backUpWorld))) throw new ConfigError(YES_REQUIRED);
    } catch (error) {
      if (isBackedUp) rmSync(backup, { force: true });
      await journal.finish(call, { result: 'failed' });
      throw error;
    }
    await journal.finish(call, { result: 'succeeded' });
    return isBackedUp ? backup : undefined;
  });
}

/** Where the worlds are, and how the one in a region is kept: a file is copied, and a world in a store becomes a world file. */
function backupOf(store: WorldStore, config: Pick<Config, 'state' | 'stateDir' | 'worldStore'>, region: string) {
  const { state, stateDir, worldStore } = config;
  const suffix = `before-${stamp(new Date())}`;
  if (worldStore === undefined) {
    const file = resolve(state);
    return { file, backup: `${file}.${suffix}`, backUpTo: (path: string) => backUp(file, path) };
  }
  const backUpTo = async (path: string) => {
    const world = await exportWorld(store, worldOf(DEFAULT_ACCOUNT, region));
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    writeFileSync(path, JSON.stringify(world, null, 2), { mode: 0o600 });
  };
  return {
    file: worldLocationText(config),
    backup: join(resolve(stateDir), `world-${region}.${suffix}.json`),
    backUpTo,
  };
}

const YES_REQUIRED = '--yes: required, because the world that would be replaced has been changed since it was created';

/** `20261128T222152123Z`, which is valid in file names on every platform. */
const stamp = (at: Date) => at.toISOString().replaceAll(/[-:.]/g, '');
