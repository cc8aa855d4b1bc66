import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Makes text that travels through a client tamper-evident. */
export interface Seal {
  seal(nonce: string): string;
  /** What was sealed. Throws when it is not ours or was changed. */
  unseal(text: string): string;
}

/**
 * Seals with the first key and accepts any of them, so that keys can be rotated. Without keys, one that lives and dies with this
 * process: nothing sealed outlives a restart.
 */
export function sealWith(keys: readonly Buffer[] = [randomBytes(32)]): Seal {
  const mac = (key: Buffer, payload: string) =>
    createHmac('sha256', key).update(`finspace-mcp question ${payload}`).digest();
  return {
    seal: (nonce) => `${nonce}.${mac(keys[0] as Buffer, nonce).toString('base64url')}`,
    unseal: (text) => {
      const [nonce = '', tag = ''] = text.split('.');
      const given = Buffer.from(tag, 'base64url');
      const ours = keys.some((key) => given.length === 32 && timingSafeEqual(given, mac(key, nonce)));
      if (!ours) throw new Error('the state is not ours');
      return nonce;
    },
  };
}
