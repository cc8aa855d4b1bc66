import { createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { digest } from '../digest.ts';
import {
  ApproverError,
  publicKeyFile,
  readFormTrust,
  readKeys,
  readPublicKey,
  refuseSecondKey,
  sealKey,
  storeKeys,
  unsealKey,
} from './approver-keys.ts';
import type { Approval, PendingApproval } from './ledger.ts';

/** Signs the approvals of one person. */
export interface Approver {
  /** Returns the consent to exactly this pending approval, through this channel, with a signature if there is a key. */
  sign(pending: PendingApproval, approval: Omit<Approval, 'signature'>): Approval;
  /** The signed statement that forms count without the passphrase; only the holder of a key can give it. */
  readonly trustInForms?: string;
}

const MIN_PASSPHRASE_LENGTH = 10;

/** Throws ApproverError for a passphrase that is too short. */
export function checkPassphrase(passphrase: string): void {
  if ([...passphrase].length < MIN_PASSPHRASE_LENGTH)
    throw new ApproverError(`A passphrase has at least ${MIN_PASSPHRASE_LENGTH} characters.`);
}

/**
 * Creates the approver's key pair in the state directory: the private key encrypted with the passphrase, the public key and, if
 * requested, the statement that forms count without the passphrase. Throws ApproverError when the passphrase is too short or a
 * key exists.
 */
export async function initApprover(dir: string, passphrase: string, { trustForms = false } = {}): Promise<KeyObject> {
  checkPassphrase(passphrase);
  await refuseSecondKey(dir);
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const forms = trustForms ? signatureOf(formsStatement(publicKey), privateKey) : undefined;
  await storeKeys(dir, { publicPem: pem, sealedKey: await sealKey(privateKey, passphrase, pem), forms });
  return publicKey;
}

/**
 * Decrypts the private key. Throws ApproverError for a wrong passphrase, after the same amount of work as for the correct one.
 */
export async function openApprover(dir: string, passphrase: string): Promise<Approver> {
  const { publicPem, sealedKey } = await readKeys(dir);
  const privateKey = await unsealKey(sealedKey, passphrase, publicPem);
  return {
    sign: (pending, { channel, approver, at }) => {
      const approval = { channel, approver, at };
      return { ...approval, signature: signatureOf(signedPayload(pending, approval), privateKey) };
    },
    trustInForms: signatureOf(formsStatement(parsePublicKey(dir, publicPem)), privateKey),
  };
}

const signatureOf = (what: Buffer, key: KeyObject) => sign(null, what, key).toString('base64url');

/**
 * The public key with which approvals must be signed; undefined if none is set up. Throws ApproverError when the key cannot
 * be trusted, so that damage never counts as absence.
 */
export async function approverKey(dir: string): Promise<KeyObject | undefined> {
  const pem = await readPublicKey(dir);
  return pem === undefined ? undefined : parsePublicKey(dir, pem);
}

/** Whether the owner of `key` declared that forms count without the passphrase. No one else can. */
export async function trustsForms(dir: string, key: KeyObject): Promise<boolean> {
  const forms = await readFormTrust(dir);
  return forms !== undefined && verify(null, formsStatement(key), key, Buffer.from(forms, 'base64url'));
}

const formsStatement = (key: KeyObject) =>
  Buffer.from(digest({ is: 'finspace-mcp trust in forms 1', key: keyFingerprint(key) }), 'hex');

/** Whether the holder of `key` consented to exactly this pending approval, so that a row that someone else wrote does not count. */
export function isApprovedBy(pending: PendingApproval, approval: Approval, key: KeyObject): boolean {
  const { signature } = approval;
  if (typeof signature !== 'string') return false;
  return verify(null, signedPayload(pending, approval), key, Buffer.from(signature, 'base64url'));
}

/** The fingerprint by which people compare keys: `SHA256:` and 43 characters of base64url. */
export function keyFingerprint(key: KeyObject): string {
  const der = key.export({ type: 'spki', format: 'der' });
  return `SHA256:${Buffer.from(digest(der.toString('base64url')), 'hex').toString('base64url')}`;
}

function parsePublicKey(dir: string, pem: string): KeyObject {
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {}
  throw new ApproverError(`${publicKeyFile(dir)}: is damaged`);
}

/** The signed data: everything that the person saw, and everything that limits the approval. */
export function signedPayload(pending: PendingApproval, { channel, approver, at }: Approval): Buffer {
  const { nonce, code, callDigest: binding, principal, stateDigest: fingerprint, opened, expires, shown } = pending;
  // The names of the members are part of what is signed.
  const asked = { nonce, code, binding, principal, fingerprint, opened, expires, shown };
  return Buffer.from(digest({ is: 'finspace-mcp approval 1', asked, channel, approver, at }), 'hex');
}
