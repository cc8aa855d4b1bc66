import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import type { Config } from '../config.ts';
import { ConfigError } from '../config.ts';
import { DEFAULT_ACCOUNT } from '../local/caller.ts';
import { worldOf } from '../local/context.ts';
import type { Store } from '../local/store.ts';
import { isWorldChanged } from '../local/worlds/worlds.ts';
import type { WorldReplacement } from '../safety/journal.ts';
import { backUp } from '../sqlite/backup.ts';
import { openForPerson } from './open-store.ts';
import { requireOwnWorld } from './world-owner.ts';

type Replacement = Pick<WorldReplacement, 'act' | 'region' | 'source'>;

/**
 * Replaces a world: first records it in the journal and keeps the old file if changes would be lost. Returns the path of the kept
 * file. Throws ConfigError if changes would be lost and `sure` is false, and ApproverError if the world belongs to another key.
 */
export async function replaceWorld(
  store: Store,
  config: Pick<Config, 'state' | 'stateDir' | 'store'>,
  { act, region, source }: Replacement,
  sure: boolean,
  replace: (keep: () => Promise<void>) => Promise<boolean>,
): Promise<string | undefined> {
  const { state, stateDir } = config;
  await requireOwnWorld(store, stateDir);
  const isChanged = await isWorldChanged(store, worldOf(DEFAULT_ACCOUNT, region));
  if (isChanged && !sure) throw new ConfigError(NOT_SURE);
  const [file, backup] = [resolve(state), `${resolve(state)}.before-${stamp(new Date())}`];
  const kept = await openForPerson(config);
  try {
    const { journal } = kept;
    const call = randomUUID();
    const { username: user } = userInfo();
    await journal.record({
      kind: 'world',
      call,
      act,
      file,
      region,
      source,
      backup: isChanged ? backup : undefined,
      user,
    });
    let isKept = false;
    const keep = async () => {
      await backUp(file, backup);
      isKept = true;
    };
    try {
      if (!(await replace(keep))) throw new ConfigError(NOT_SURE);
    } catch (error) {
      if (isKept) rmSync(backup, { force: true });
      await journal.finish(call, { result: 'failed' });
      throw error;
    }
    await journal.finish(call, { result: 'succeeded' });
    return isKept ? backup : undefined;
  } finally {
    await kept.close();
  }
}

const NOT_SURE = '--yes: required, because the world that would be replaced has been changed since it was created';

/** `20261128T222152123Z`, which is valid in file names on every platform. */
const stamp = (at: Date) => at.toISOString().replaceAll(/[-:.]/g, '');
