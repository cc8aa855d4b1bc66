import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import type { WorldStore } from './store.ts';

/**
 * The id of a state file. It survives restarts and renames. A copy gets a new id when it is first opened, because its inode
 * differs; a backup that is written over the file itself does not. A store without a file (`:memory:`) has the id that it was
 * created with.
 */
export async function identify(store: WorldStore, path: string): Promise<string> {
  const file = path === ':memory:' ? '' : fileOf(path);
  const present = await store.read((tx) => tx.identity());
  if (present.file === file) return present.id;
  return store.write(async (tx) => {
    const latest = await tx.identity();
    const id = latest.file === file ? latest.id : randomUUID();
    await tx.putIdentity({ ...latest, id, file });
    return id;
  });
}

/** The fingerprint of the key that approvals for this state file need; null if no key is pinned. */
export const approverOf = (store: WorldStore): Promise<string | null> =>
  store.read(async (tx) => (await tx.identity()).approver);

/** Pins a key to a state file. Only the first key is stored; resolves with the pinned one. */
export async function pinApprover(store: WorldStore, fingerprint: string): Promise<string> {
  const pinned = await approverOf(store);
  if (pinned !== null) return pinned;
  return store.write(async (tx) => {
    const latest = await tx.identity();
    const approver = latest.approver ?? fingerprint;
    await tx.putIdentity({ ...latest, approver });
    return approver;
  });
}

function fileOf(path: string): string {
  const { dev, ino } = statSync(path, { bigint: true });
  return `${dev}:${ino}`;
}
