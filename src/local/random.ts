import { createHash, randomFillSync } from 'node:crypto';

/** A source of `size` random bytes. */
export type Random = (size: number) => Uint8Array;

/** Draws from a buffer: a system call for sixteen bytes costs as much as one for thousands. */
export const systemRandom: Random = (size) => {
  if (size > RESERVE.length) return randomFillSync(new Uint8Array(size));
  if (used + size > RESERVE.length) {
    randomFillSync(RESERVE);
    used = 0;
  }
  used += size;
  return RESERVE.slice(used - size, used);
};

const RESERVE = new Uint8Array(4096);
let used = RESERVE.length;

/** A source whose bytes follow from the seed, for worlds with predictable ids. */
export function seededRandom(seed: string): Random {
  let draws = 0;
  return (size) => {
    const blocks: Buffer[] = [];
    for (let length = 0; length < size; length += 32) blocks.push(hash(`${seed}/${draws++}`));
    return Buffer.concat(blocks).subarray(0, size);
  };
}

/** An integer from `min` to `max`, derived from the text. */
export function numberFrom(text: string, min: number, max: number): number {
  return min + (hash(text).readUInt32BE(0) % (max - min + 1));
}

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

export const sha256Hex = (text: string): string => hash(text).toString('hex');

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const BASE62 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

const charactersFrom = (alphabet: string, random: Random) =>
  Array.from(random(22), (byte) => alphabet[byte % alphabet.length]).join('');

/** In the form of environment ids: 22 characters of a-z and 2-7. */
export const environmentId = (random: Random): string => charactersFrom(BASE32, random);

/** In the form of ids of changesets and dataview versions: 22 letters and digits. */
export const shortId = (random: Random): string => charactersFrom(BASE62, random);

/** Twelve digits, as in account ids. */
export const accountId = (random: Random): string => Array.from(random(12), (byte) => byte % 10).join('');

export function uuid(random: Random): string {
  const bytes = Buffer.from(random(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const digits = bytes.toString('hex');
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;
}
