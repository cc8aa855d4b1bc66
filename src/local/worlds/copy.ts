import { worldOfArn } from '../arns.ts';
import { worldTime } from '../clock.ts';
import { approverOf, pinApprover } from '../identity.ts';
import type { Store } from '../store.ts';
import { wholeWorld } from './seed.ts';
import { loadWorldFile, worldFileOf } from './world-file-conversion.ts';

/** What became of a world that was to be copied. */
export interface CopyResult {
  readonly region: string;
  /** False if the other store has a world there that was changed, which stays as it is. */
  readonly isCopied: boolean;
}

/**
 * Copies all worlds of one store to another, with their clock and the key that is pinned to them. Replies to client tokens are not copied.
 * `source` names the first store in the error for an inconsistent world.
 */
export async function copyWorlds(from: Store, to: Store, source: string): Promise<CopyResult[]> {
  const worlds = (await from.read((tx) => tx.worlds())).map(worldOfArn);
  const results: CopyResult[] = [];
  for (const world of worlds) {
    const { file, settings } = await from.read(async (tx) => ({
      file: await worldFileOf(tx, world),
      settings: await tx.settings(world.arn),
    }));
    const isCopied = await to.write(async (tx) => {
      if ((await tx.settings(world.arn))?.touched === true) return false;
      await loadWorldFile(tx, file, source, worldTime(await tx.time(), Date.now));
      if (settings !== undefined) await tx.putSettings(world.arn, settings);
      return true;
    }, wholeWorld(world));
    results.push({ region: world.region, isCopied });
  }
  if (results.some(({ isCopied }) => isCopied)) await copyClockAndKey(from, to);
  return results;
}

async function copyClockAndKey(from: Store, to: Store): Promise<void> {
  const { ahead } = await from.read((tx) => tx.time());
  await to.write(async (tx) => {
    const behind = ahead - (await tx.time()).ahead;
    if (behind > 0) await tx.advance(behind);
  });
  const approver = await approverOf(from);
  if (approver !== null) await pinApprover(to, approver);
}
