import { readFileSync, statSync } from 'node:fs';

const SHAPE = /^[A-Za-z0-9+/_-]{43,}={0,2}$/;

/**
 * The permissions of all users but the owner and the group. The group may read the file, because secrets are mounted that way for
 * processes that are not root. Windows has no such permissions.
 */
const OTHERS = 0o007;

/**
 * The keys of a file, one per line in base64, 32 bytes or more: the first one seals, all are accepted. To rotate, put a new key
 * first, restart every replica, and remove the old key later. Throws `SealKeyError`, one line for people.
 */
export function sealKeys(path: string): Buffer[] {
  let text: string;
  let mode: number;
  try {
    ({ mode } = statSync(path));
    text = readFileSync(path, 'utf8');
  } catch {
    throw new SealKeyError(`${path} cannot be read`);
  }
  if (process.platform !== 'win32' && (mode & OTHERS) !== 0)
    throw new SealKeyError(`${path}: every user of this machine can access it; remove their permissions (chmod o-rwx)`);
  const lines = text.split('\n').map((line) => line.trim());
  const keys = lines.filter((line) => line !== '');
  if (keys.length === 0 || !keys.every((key) => SHAPE.test(key)))
    throw new SealKeyError(`${path}: expects keys of 32 bytes or more in base64, one per line`);
  return keys.map((key) => Buffer.from(key, 'base64'));
}

export class SealKeyError extends Error {
  override readonly name = 'SealKeyError';
}
