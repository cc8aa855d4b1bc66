import { createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { ApproverError } from './approver-error.ts';
import { formsIn, keysIn, publicKeyIn, refuseSecondKey, storeKeys } from './approver-files.ts';
import { sealKey, unsealKey } from './approver-seal.ts';
import { digest } from './digest.ts';
import type { Approval, Question } from './ledger.ts';

/** A person who typed the passphrase. */
export interface Approver {
  /** Consent to exactly this question, given in this way; returns the approval with its signature. */
  sign(question: Question, approval: Omit<Approval, 'signature'>): Approval;
  /** The signed statement that forms count without the passphrase; only the holder of a key has one to give. */
  readonly trustInForms?: string;
}

const SHORTEST_PASSPHRASE = 10;

/** Throws ApproverError for a passphrase that is too short. */
export function checkPassphrase(passphrase: string): void {
  if ([...passphrase].length < SHORTEST_PASSPHRASE)
    throw new ApproverError(`A passphrase has at least ${SHORTEST_PASSPHRASE} characters.`);
}

/**
 * Makes the approver's key pair in the state directory: the private key under the passphrase, the public key plain, and, if the owner
 * says so, that forms count without the passphrase. Throws ApproverError when the passphrase is too short or there is a key already.
 */
export async function initApprover(dir: string, passphrase: string, { trustForms = false } = {}): Promise<KeyObject> {
  checkPassphrase(passphrase);
  await refuseSecondKey(dir);
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const forms = trustForms ? signed(formsStatement(publicKey), privateKey) : undefined;
  await storeKeys(dir, { publicPem: pem, sealed: await sealKey(privateKey, passphrase, pem), forms });
  return publicKey;
}

/** Opens the private key. Throws ApproverError for a wrong passphrase, after the same work as for the right one. */
export async function openApprover(dir: string, passphrase: string): Promise<Approver> {
  const { publicPem, sealed } = await keysIn(dir);
  const privateKey = await unsealKey(sealed, passphrase, publicPem);
  return {
    sign: (question, { channel, approver, at }) => {
      const approval = { channel, approver, at };
      return { ...approval, signature: signed(statement(question, approval), privateKey) };
    },
    trustInForms: signed(formsStatement(parsed(publicPem)), privateKey),
  };
}

const signed = (what: Buffer, key: KeyObject) => sign(null, what, key).toString('base64url');

/**
 * The public key that approvals have to be signed for; undefined where no person ever set one up. Throws ApproverError when
 * there is one that cannot be trusted, so that damage is never taken for absence.
 */
export async function approverKey(dir: string): Promise<KeyObject | undefined> {
  const pem = await publicKeyIn(dir);
  return pem === undefined ? undefined : parsed(pem);
}

/** Whether the owner of `key` said that forms count without the passphrase. Nobody else can say so. */
export async function trustsForms(dir: string, key: KeyObject): Promise<boolean> {
  const forms = await formsIn(dir);
  return forms !== undefined && verify(null, formsStatement(key), key, Buffer.from(forms, 'base64url'));
}

const formsStatement = (key: KeyObject) =>
  Buffer.from(digest({ is: 'finspace-mcp trust in forms 1', key: keyFingerprint(key) }), 'hex');

/** Whether the holder of `key` consented to exactly this question, so that a row that somebody else wrote does not count. */
export function isApprovedBy(question: Question, approval: Approval, key: KeyObject): boolean {
  const { signature } = approval;
  if (typeof signature !== 'string') return false;
  return verify(null, statement(question, approval), key, Buffer.from(signature, 'base64url'));
}

/** What people compare to see that two places mean the same key: `SHA256:` and 43 characters, as `ssh-keygen` prints them. */
export function keyFingerprint(key: KeyObject): string {
  const der = key.export({ type: 'spki', format: 'der' });
  return `SHA256:${Buffer.from(digest(der.toString('base64url')), 'hex').toString('base64url')}`;
}

function parsed(pem: string): KeyObject {
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {}
  throw new ApproverError('The public key of the approver is damaged.');
}

/** What is signed. Every member that the person saw or that says what the approval is good for. */
export function statement(question: Question, { channel, approver, at }: Approval): Buffer {
  const { nonce, code, binding, principal, fingerprint, opened, expires, shown } = question;
  const asked = { nonce, code, binding, principal, fingerprint, opened, expires, shown };
  return Buffer.from(digest({ is: 'finspace-mcp approval 1', asked, channel, approver, at }), 'hex');
}
