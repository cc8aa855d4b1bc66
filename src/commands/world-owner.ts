import { approverOf, pinApprover } from '../local/identity.ts';
import type { WorldStore } from '../local/store.ts';
import { ownCommand } from '../own-command.ts';
import { approverKey, keyFingerprint } from '../safety/approver.ts';
import { ApproverError } from '../safety/approver-keys.ts';
import { type WorldLocation, withWorlds, worldLocationText } from './open-worlds.ts';

/** Throws ApproverError if the worlds are pinned to a key, because no other key can approve in them. */
export async function refusePinnedWorld(location: WorldLocation): Promise<void> {
  const pinned = await withWorlds(location, approverOf);
  if (pinned === undefined || pinned === null) return;
  throw new ApproverError(
    `The world in ${worldLocationText(location)} is pinned to the key ${pinned}, and no other key can approve in it. ` +
      `Put back the folder approver that holds this key. If its passphrase is lost: export the world, ${moveAdvice(location)}, and import the world.`,
  );
}

/** How to continue with worlds to which no key is pinned. */
const moveAdvice = ({ worldStore }: WorldLocation) =>
  worldStore === undefined
    ? 'move its file away, run this again'
    : `create a store in another database (${ownCommand()} store init), run this again with that --store`;

/** Pins a key to existing worlds; servers pin the key to worlds that they create. */
export async function pinWorlds(location: WorldLocation, fingerprint: string): Promise<void> {
  await withWorlds(location, (store) => pinApprover(store, fingerprint));
}

/** Pins the key of a state directory to a world. Throws ApproverError if the world belongs to another key. */
export async function requireOwnWorld(store: WorldStore, stateDir: string): Promise<void> {
  const key = await approverKey(stateDir);
  const fingerprint = key && keyFingerprint(key);
  const pinned = fingerprint === undefined ? await approverOf(store) : await pinApprover(store, fingerprint);
  if (pinned === null || pinned === fingerprint) return;
  throw new ApproverError(
    `This world is pinned to the approver key ${pinned}. It can be replaced only with the state directory that holds this key (--state-dir), whose journal records the change.`,
  );
}
