import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  type KeyObject,
  randomBytes,
  type ScryptOptions,
  scrypt,
} from 'node:crypto';
import { promisify } from 'node:util';
import { ApproverError } from './approver-error.ts';

/** A private key encrypted with a passphrase, as stored; every member is base64url. */
export interface SealedKey {
  readonly salt: string;
  readonly iv: string;
  readonly tag: string;
  readonly sealed: string;
}

/** 128 MiB and about half a second per guess. Never read from the file, so that nobody can lower the costs there. */
const COST: ScryptOptions = { N: 2 ** 17, r: 8, p: 1, maxmem: 192 * 1024 * 1024 };
const CIPHER = 'aes-256-gcm';
const TAG_BYTES = 16;

/** Encrypts a private key, together with its public key. */
export async function sealKey(key: KeyObject, passphrase: string, publicPem: string): Promise<SealedKey> {
  const [salt, iv] = [randomBytes(16), randomBytes(12)];
  const cipher = createCipheriv(CIPHER, await deriveKey(passphrase, salt), iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(publicPem));
  const sealed = Buffer.concat([cipher.update(key.export({ type: 'pkcs8', format: 'der' })), cipher.final()]);
  const text = (bytes: Buffer) => bytes.toString('base64url');
  return { salt: text(salt), iv: text(iv), tag: text(cipher.getAuthTag()), sealed: text(sealed) };
}

/** Decrypts it. Throws ApproverError when the passphrase is wrong, or any part or the public key was changed. */
export async function unsealKey(key: SealedKey, passphrase: string, publicPem: string): Promise<KeyObject> {
  const [salt, iv, tag, sealed] = [key.salt, key.iv, key.tag, key.sealed].map((text) => Buffer.from(text, 'base64url'));
  const secret = await deriveKey(passphrase, salt as Buffer);
  try {
    const decipher = createDecipheriv(CIPHER, secret, iv as Buffer, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(publicPem));
    decipher.setAuthTag(tag as Buffer);
    const der = Buffer.concat([decipher.update(sealed as Buffer), decipher.final()]);
    return createPrivateKey({ key: der, type: 'pkcs8', format: 'der' });
  } catch {
    throw new ApproverError('Wrong passphrase (or the key files were changed).', {
      wrongPassphrase: true,
    });
  }
}

const derive = promisify(
  scrypt as (secret: string, salt: Buffer, length: number, options: ScryptOptions, done: Done) => void,
);
type Done = (error: Error | null, key: Buffer) => void;

/** Keyboards and systems compose accents differently; NFKC normalizes the passphrase. */
const deriveKey = (passphrase: string, salt: Buffer) => derive(passphrase.normalize('NFKC'), salt, 32, COST);
