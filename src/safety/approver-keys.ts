import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  type KeyObject,
  randomBytes,
  randomUUID,
  type ScryptOptions,
  scrypt,
} from 'node:crypto';
import { mkdtemp, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ErrorForPeople } from '../error-for-people.ts';
import { ownCommand, shellWord } from '../own-command.ts';
import { prepareFile } from '../sqlite/file.ts';
import { STATE_FORMAT, stateFile } from './state-format.ts';

/** What the two files of the approver's key hold. */
export interface StoredKeys {
  readonly publicPem: string;
  readonly sealedKey: SealedKey;
  /** The owner's signed statement that forms count without the passphrase; absent if they do not. */
  readonly forms?: string | undefined;
}

const PUBLIC = 'public.pem';
const PRIVATE = 'private.json';

/** The folder of the approver's key in a state directory. */
export const approverFolder = (dir: string) => join(dir, 'approver');

/** The file of the public key in a state directory. */
export const publicKeyFile = (dir: string) => join(approverFolder(dir), PUBLIC);

/**
 * Stores both files or none, and never replaces one. Throws ApproverError when files exist already or cannot be stored, and StoreError for
 * an unusable state directory.
 */
export async function storeKeys(dir: string, { publicPem, ...secret }: StoredKeys): Promise<void> {
  prepareFile(stateFile(dir), STATE_FORMAT);
  try {
    const draft = await mkdtemp(join(dir, '.approver-'));
    try {
      await writePrivate(join(draft, PUBLIC), publicPem);
      await writePrivate(join(draft, PRIVATE), privateText(secret));
      await rename(draft, approverFolder(dir));
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  } catch (cause) {
    await refuseSecondKey(dir);
    throw new ApproverError(`${dir}: cannot store a key here (${(cause as NodeJS.ErrnoException).code})`, { cause });
  }
}

/** Stores the statement that forms count with the key, or removes it. Throws ApproverError without a key. */
export async function storeFormTrust(dir: string, forms: string | undefined): Promise<void> {
  const { sealedKey } = await readKeys(dir);
  const draft = join(approverFolder(dir), `.${PRIVATE}-${randomUUID()}`);
  await writePrivate(draft, privateText({ sealedKey, forms }));
  await rename(draft, join(approverFolder(dir), PRIVATE));
}

const privateText = ({ sealedKey, forms }: Omit<StoredKeys, 'publicPem'>) =>
  `${JSON.stringify({ ...sealedKey, forms })}\n`;

/** Throws ApproverError if a key is set up. */
export async function refuseSecondKey(dir: string): Promise<void> {
  if (!(await exists(approverFolder(dir)))) return;
  const how =
    'To replace it, even without knowing it, follow "A lost passphrase" in SECURITY.md: remove that folder, move each local world that is pinned to its key into a new file or store, and run this again.';
  throw new ApproverError(`A passphrase is already set up (${approverFolder(dir)}). ${how}`);
}

/** What helps if the files of the key cannot be used. */
export const DAMAGED_KEY_ADVICE =
  'Correct that, or put back the folder approver from a copy. If there is none, follow "A lost passphrase" in SECURITY.md.';

/** Rejects with what helps if reading the files of the key rejects. */
export const withKeyAdvice = <T>(reading: Promise<T>): Promise<T> =>
  reading.catch((cause: Error) => {
    throw new ApproverError(`The approver key cannot be used: ${cause.message}. ${DAMAGED_KEY_ADVICE}`, { cause });
  });

/** Both files. Throws ApproverError when they are missing, or not as `storeKeys` leaves them. */
export async function readKeys(dir: string): Promise<StoredKeys> {
  const publicPem = await readPublicKey(dir);
  if (publicPem === undefined)
    throw new ApproverError(
      `No passphrase is set up. To set one up: ${ownCommand()} approve --init --state-dir ${shellWord(dir)}`,
    );
  try {
    const { salt, iv, tag, sealed, forms } = await readPrivateKey(dir);
    if ([salt, iv, tag, sealed].every((text) => typeof text === 'string'))
      return { publicPem, sealedKey: { salt, iv, tag, sealed }, forms };
  } catch (cause) {
    if (cause instanceof ApproverError) throw cause;
  }
  throw new ApproverError(`${join(approverFolder(dir), PRIVATE)}: is damaged`);
}

/** The signed statement that forms count; undefined when it cannot be read. Its signature is not checked here. */
export async function readFormTrust(dir: string): Promise<string | undefined> {
  const forms: unknown = await readPrivateKey(dir)
    .then((kept) => kept.forms)
    .catch(() => undefined);
  return typeof forms === 'string' ? forms : undefined;
}

async function readPrivateKey(dir: string): Promise<SealedKey & Pick<StoredKeys, 'forms'>> {
  return JSON.parse(await readPrivate(join(approverFolder(dir), PRIVATE)));
}

/** The public key; undefined if its folder does not exist. */
export async function readPublicKey(dir: string): Promise<string | undefined> {
  if (!(await exists(approverFolder(dir)))) return undefined;
  await requirePrivate(approverFolder(dir));
  return readPrivate(publicKeyFile(dir));
}

async function readPrivate(path: string): Promise<string> {
  await requirePrivate(path);
  return readFile(path, 'utf8');
}

const PERMISSIONS_OF_OTHERS = 0o077;

/** Windows has no such permissions; there, the user's profile keeps other users out. */
async function requirePrivate(path: string): Promise<void> {
  const { mode } = await stat(path).catch((cause: unknown) => {
    throw new ApproverError(`${path}: cannot be read`, { cause });
  });
  if (process.platform !== 'win32' && (mode & PERMISSIONS_OF_OTHERS) !== 0)
    throw new ApproverError(`${path}: other users can access it; remove their permissions (chmod go-rwx)`);
}

async function writePrivate(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** False only if the file is certainly missing; a file that cannot be examined counts as present. */
const exists = (path: string) =>
  stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR',
  );

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

/** Encrypts a private key, bound to its public key. */
export async function sealKey(key: KeyObject, passphrase: string, publicPem: string): Promise<SealedKey> {
  const [salt, iv] = [randomBytes(16), randomBytes(12)];
  const cipher = createCipheriv(CIPHER, await deriveKey(passphrase, salt), iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(publicPem));
  const sealed = Buffer.concat([cipher.update(key.export({ type: 'pkcs8', format: 'der' })), cipher.final()]);
  const text = (bytes: Buffer) => bytes.toString('base64url');
  return { salt: text(salt), iv: text(iv), tag: text(cipher.getAuthTag()), sealed: text(sealed) };
}

/** Decrypts a private key. Throws ApproverError when the passphrase is wrong, or any part or the public key was changed. */
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
      isWrongPassphrase: true,
    });
  }
}

const derive = promisify(
  scrypt as (secret: string, salt: Buffer, length: number, options: ScryptOptions, done: Done) => void,
);
type Done = (error: Error | null, key: Buffer) => void;

/** Keyboards and systems compose accents differently; NFKC normalizes the passphrase. */
const deriveKey = (passphrase: string, salt: Buffer) => derive(passphrase.normalize('NFKC'), salt, 32, COST);

/** Why a person cannot approve here; the message is one line for people. */
export class ApproverError extends ErrorForPeople {
  override readonly name = 'ApproverError';
  /** Whether another passphrase might work. */
  readonly isWrongPassphrase: boolean;

  constructor(
    message: string,
    { isWrongPassphrase = false, ...options }: ErrorOptions & { isWrongPassphrase?: boolean } = {},
  ) {
    super(message, options);
    this.isWrongPassphrase = isWrongPassphrase;
  }
}
