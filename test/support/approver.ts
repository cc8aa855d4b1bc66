import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initApprover } from '../../src/safety/approver.ts';
import { readKeys, type StoredKeys, storeKeys } from '../../src/safety/approver-keys.ts';

/** Opens every key of `addApprover`. */
export const PASSPHRASE = 'correct horse battery';

const made = new Map<boolean, Promise<StoredKeys>>();

/**
 * Sets up a key in a state directory, as `finspace-mcp approve --init` does. All directories of a process with the same
 * `trustForms` get the same key, because its encryption takes half a second.
 */
export async function addApprover(dir: string, { trustForms = false } = {}): Promise<void> {
  const keys = made.get(trustForms) ?? make(trustForms);
  made.set(trustForms, keys);
  await storeKeys(dir, await keys);
}

async function make(trustForms: boolean): Promise<StoredKeys> {
  const dir = mkdtempSync(join(tmpdir(), 'finspace-mcp-approver-'));
  try {
    await initApprover(dir, PASSPHRASE, { trustForms });
    return await readKeys(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
