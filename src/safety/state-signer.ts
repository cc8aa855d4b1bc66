import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Makes text that travels through a client tamper-evident. */
export interface StateSigner {
  /** Takes text without dots. */
  sign(text: string): string;
  /**
   * The text that was signed. Throws `ForeignSignatureError` if the signature names the key of another server, and an Error for anything
   * else that this server did not sign.
   */
  verify(text: string): string;
}

/** The signers of one server, by purpose, which is one line: a signature for one purpose is invalid for another. */
export type StateSigners = (purpose: string) => StateSigner;

/**
 * Signs with the first key and accepts all of them, so that keys can be rotated. Without keys, it generates one for this process:
 * nothing signed survives a restart. A signature contains the name of its key, so that one of another replica is recognized.
 */
export function stateSigners(keys: readonly Buffer[] = [randomBytes(32)]): StateSigners {
  const names = keys.map(keyName);
  return (purpose) => {
    const mac = (key: Buffer, text: string) =>
      createHmac('sha256', key).update(`finspace-mcp ${purpose}\n${text}`).digest();
    return {
      sign: (text) => `${text}.${mac(keys[0] as Buffer, text).toString('base64url')}.${names[0]}`,
      verify: (signed) => {
        const [text = '', tag = '', name = ''] = signed.split('.');
        const given = Buffer.from(tag, 'base64url');
        if (keys.some((key) => given.length === 32 && timingSafeEqual(given, mac(key, text)))) return text;
        if (NAME.test(name) && !names.includes(name))
          throw new ForeignSignatureError('the state was not sealed with a key of this server');
        throw new Error('the state was not sealed with a key of this server');
      },
    };
  };
}

const NAME = /^[\w-]{8}$/;

/** A name that reveals nothing about the key. */
export const keyName = (key: Buffer): string =>
  createHash('sha256').update('finspace-mcp key name ').update(key).digest('base64url').slice(0, 8);

/** The signature names a key that this server does not have, such as that of another replica, or one before a restart. */
export class ForeignSignatureError extends Error {
  override readonly name = 'ForeignSignatureError';
}

/** Stands for a nonce with the signature of another server. */
export const FOREIGN_STATE = 'foreign';
