import { worldOfArn } from '../arns.ts';
import { worldTime } from '../clock.ts';
import { approverOf, pinApprover } from '../identity.ts';
import type { WorldStore } from '../store.ts';
import { worldSubject } from './seed.ts';
import { loadWorldFile, worldFileOf } from './world-file-conversion.ts';

/** What became of a world that was to be copied. */
export interface CopyResult {
  readonly region: string;
  /** False if the target store has a changed world in this region, which stays as it is. */
  readonly isCopied: boolean;
}

/**
 * Copies the worlds of one store to another, except over changed ones. If any is copied, the target's clock moves at least as far
 * ahead as the source's, and the pinned key is pinned there, too, unless another one is. Replies to client tokens are not copied.
 * `sourceName` names the source store in the error for an inconsistent world.
 */
export async function copyWorlds(
  sourceStore: WorldStore,
  targetStore: WorldStore,
  sourceName: string,
): Promise<CopyResult[]> {
  const worlds = (await sourceStore.read((tx) => tx.worlds())).map(worldOfArn);
  const results: CopyResult[] = [];
  for (const world of worlds) {
    const { file, settings } = await sourceStore.read(async (tx) => ({
      file: await worldFileOf(tx, world),
      settings: await tx.settings(world.arn),
    }));
    const isCopied = await targetStore.write(async (tx) => {
      if ((await tx.settings(world.arn))?.touched === true) return false;
      await loadWorldFile(tx, file, sourceName, worldTime(await tx.time(), Date.now));
      if (settings !== undefined) await tx.putSettings(world.arn, settings);
      return true;
    }, worldSubject(world));
    results.push({ region: world.region, isCopied });
  }
  if (results.some(({ isCopied }) => isCopied)) await copyClockAndKey(sourceStore, targetStore);
  return results;
}

async function copyClockAndKey(sourceStore: WorldStore, targetStore: WorldStore): Promise<void> {
  const { aheadMs } = await sourceStore.read((tx) => tx.time());
  await targetStore.write(async (tx) => {
    const behindMs = aheadMs - (await tx.time()).aheadMs;
    if (behindMs > 0) await tx.advance(behindMs);
  });
  const approver = await approverOf(sourceStore);
  if (approver !== null) await pinApprover(targetStore, approver);
}
