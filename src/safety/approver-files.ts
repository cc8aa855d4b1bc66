import { randomUUID } from 'node:crypto';
import { mkdtemp, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareFile } from '../sqlite/file.ts';
import { ApproverError } from './approver-error.ts';
import type { SealedKey } from './approver-seal.ts';
import { STATE_FORMAT } from './state-format.ts';

/** The two files of the approver. */
export interface StoredKeys {
  readonly publicPem: string;
  readonly sealed: SealedKey;
  /** The owner's signed statement that forms count without the passphrase; absent if they do not. */
  readonly forms?: string | undefined;
}

const PUBLIC = 'public.pem';
const PRIVATE = 'private.json';

/** The folder of the approver's key in a state directory. */
export const approverFolder = (dir: string) => join(dir, 'approver');

/** Stores both files or none, and never replaces one. Throws ApproverError when files exist already or cannot be stored. */
export async function storeKeys(dir: string, { publicPem, ...secret }: StoredKeys): Promise<void> {
  prepareFile(join(dir, 'state.db'), STATE_FORMAT);
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
export async function storeForms(dir: string, forms: string | undefined): Promise<void> {
  const { sealed } = await readKeys(dir);
  const draft = join(approverFolder(dir), `.${PRIVATE}-${randomUUID()}`);
  await writePrivate(draft, privateText({ sealed, forms }));
  await rename(draft, join(approverFolder(dir), PRIVATE));
}

const privateText = ({ sealed, forms }: Omit<StoredKeys, 'publicPem'>) => `${JSON.stringify({ ...sealed, forms })}\n`;

/** Throws ApproverError if a key is set up. */
export async function refuseSecondKey(dir: string): Promise<void> {
  if (!(await exists(approverFolder(dir)))) return;
  const how =
    'To replace it, even without knowing it, remove that folder, run this again, and restart every server that uses it.';
  throw new ApproverError(`A passphrase is already set up (${approverFolder(dir)}). ${how}`);
}

/** Both files. Throws ApproverError when they are missing, or not as `storeKeys` leaves them. */
export async function readKeys(dir: string): Promise<StoredKeys> {
  const publicPem = await readPublicKey(dir);
  if (publicPem === undefined)
    throw new ApproverError('No passphrase is set up. To set one up: finspace-mcp approve --init');
  try {
    const { salt, iv, tag, sealed, forms } = await readPrivateKey(dir);
    if ([salt, iv, tag, sealed].every((text) => typeof text === 'string'))
      return { publicPem, sealed: { salt, iv, tag, sealed }, forms };
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
  return JSON.parse(await readOwned(join(approverFolder(dir), PRIVATE)));
}

/** The public key; undefined if its folder does not exist. */
export async function readPublicKey(dir: string): Promise<string | undefined> {
  if (!(await exists(approverFolder(dir)))) return undefined;
  await requirePrivate(approverFolder(dir));
  return readOwned(join(approverFolder(dir), PUBLIC));
}

async function readOwned(path: string): Promise<string> {
  await requirePrivate(path);
  return readFile(path, 'utf8');
}

const OTHERS = 0o077;

/** Windows has no such permissions; there, the user's profile keeps other users out. */
async function requirePrivate(path: string): Promise<void> {
  const { mode } = await stat(path).catch((cause: unknown) => {
    throw new ApproverError(`${path}: cannot be read`, { cause });
  });
  if (process.platform !== 'win32' && (mode & OTHERS) !== 0)
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
