import { generateKeyPairSync } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownCommand } from '../../src/own-command.ts';
import {
  type Approver,
  approverKey,
  initApprover,
  isApprovedBy,
  keyFingerprint,
  openApprover,
} from '../../src/safety/approver.ts';
import { ApproverError } from '../../src/safety/approver-keys.ts';
import type { Approval, PendingApproval } from '../../src/safety/ledger.ts';
import { ledgerIn, PASSPHRASE, SHOWN, stateDirectory } from './support.ts';

/** Created once, because creating and opening a key takes half a second by design. */
const made = mkdtempSync(join(tmpdir(), 'finspace-mcp-approval-'));
let approver: Approver;
beforeAll(async () => {
  await initApprover(made, PASSPHRASE);
  approver = await openApprover(made, PASSPHRASE);
});
afterAll(() => rmSync(made, { recursive: true, force: true }));

const copy = () => {
  const dir = stateDirectory();
  cpSync(made, dir, { recursive: true });
  return { dir, file: (name: string) => join(dir, 'approver', name) };
};
const pinned = async () => (await approverKey(made)) as NonNullable<Awaited<ReturnType<typeof approverKey>>>;
const ed25519Pem = () => generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();

describe('the key of the approver', { timeout: 60_000 }, () => {
  it('is created once, readable by this user only, without plain-text secrets', async () => {
    const dir = join(stateDirectory(), 'not', 'there', 'yet');
    expect(await approverKey(dir)).toBeUndefined();
    const key = await initApprover(dir, PASSPHRASE);
    expect(keyFingerprint((await approverKey(dir)) as never)).toBe(keyFingerprint(key));
    expect(keyFingerprint(key)).toMatch(/^SHA256:[\w-]{43}$/);
    const folder = join(dir, 'approver');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(dir)).toEqual(['approver']);
    expect(readdirSync(folder).sort()).toEqual(['private.json', 'public.pem']);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    const kept = readFileSync(join(folder, 'private.json'), 'utf8');
    expect(kept).not.toContain('PRIVATE KEY');
    expect(kept).not.toContain(PASSPHRASE);
    // The DER header of an Ed25519 private key, in base64.
    expect(kept).not.toContain('MC4CAQAwBQYDK2Vw');
    await expect(initApprover(dir, 'another passphrase')).rejects.toThrow('A passphrase is already set up');
    expect(readFileSync(join(folder, 'private.json'), 'utf8')).toBe(kept);
  });

  it('is created by exactly one of two concurrent attempts', async () => {
    const dir = stateDirectory();
    const tried = await Promise.allSettled([initApprover(dir, PASSPHRASE), initApprover(dir, PASSPHRASE)]);
    expect(tried.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(readdirSync(dir)).toEqual(['approver']);
    await openApprover(dir, PASSPHRASE);
  });

  it('requires a passphrase of minimum length, counted in characters', async () => {
    const dir = stateDirectory();
    await expect(initApprover(dir, '123456789')).rejects.toThrow('at least 10 characters');
    await expect(initApprover(dir, '🔑🔑🔑🔑🔑')).rejects.toThrow(ApproverError);
    expect(readdirSync(dir)).toEqual([]);
  });

  it('is not created where nothing can be written', async () => {
    const file = join(stateDirectory(), 'file');
    writeFileSync(file, '');
    await expect(initApprover(file, PASSPHRASE)).rejects.toThrow('is a file, not a folder');
    expect(await approverKey(file)).toBeUndefined();
  });

  it('opens with the passphrase in any Unicode composition, and with no other passphrase', async () => {
    const dir = stateDirectory();
    await initApprover(dir, 'schlüssel für uns');
    await openApprover(dir, 'schlüssel für uns'.normalize('NFD'));
    for (const wrong of ['schlüssel für un', 'Schlüssel für uns', '']) {
      await expect(openApprover(dir, wrong)).rejects.toMatchObject({ name: 'ApproverError', isWrongPassphrase: true });
    }
  });

  it('does not open if none was set up', async () => {
    await expect(openApprover(stateDirectory(), PASSPHRASE)).rejects.toThrow(`${ownCommand()} approve --init`);
  });

  it.each(['salt', 'iv', 'tag', 'sealed'])('does not open after its %s was changed', async (member) => {
    const { dir, file } = copy();
    const kept = JSON.parse(readFileSync(file('private.json'), 'utf8'));
    const bytes = Buffer.from(kept[member], 'base64url');
    bytes[3] = (bytes[3] as number) ^ 1;
    writeFileSync(file('private.json'), JSON.stringify({ ...kept, [member]: bytes.toString('base64url') }));
    await expect(openApprover(dir, PASSPHRASE)).rejects.toMatchObject({ isWrongPassphrase: true });
  });

  it('does not open next to another public key', async () => {
    const { dir, file } = copy();
    writeFileSync(file('public.pem'), ed25519Pem());
    await expect(openApprover(dir, PASSPHRASE)).rejects.toMatchObject({ isWrongPassphrase: true });
  });

  it.each<[string, string, string]>([
    ['private.json', 'not JSON', 'is damaged'],
    ['private.json', '{"salt":"x"}', 'is damaged'],
    ['private.json', 'null', 'is damaged'],
  ])('is reported as unusable if %s contains %s', async (name, content, said) => {
    const { dir, file } = copy();
    writeFileSync(file(name), content);
    await expect(openApprover(dir, PASSPHRASE)).rejects.toThrow(said);
  });

  it.each<[string, (at: ReturnType<typeof copy>) => void]>([
    ['is not a key', ({ file }) => writeFileSync(file('public.pem'), 'nothing')],
    [
      'is of another kind',
      ({ file }) =>
        writeFileSync(
          file('public.pem'),
          generateKeyPairSync('x25519').publicKey.export({ type: 'spki', format: 'pem' }),
        ),
    ],
    ['is gone', ({ file }) => rmSync(file('public.pem'))],
    ['can be written by others', ({ file }) => chmodSync(file('public.pem'), 0o622)],
    ['lies in a folder of others', ({ dir }) => chmodSync(join(dir, 'approver'), 0o777)],
  ])('is never treated as missing when it %s', async (_, damage) => {
    const at = copy();
    damage(at);
    await expect(approverKey(at.dir)).rejects.toBeInstanceOf(ApproverError);
  });

  it('does not open when other users can read the private key file', async () => {
    const { dir, file } = copy();
    chmodSync(file('private.json'), 0o644);
    await expect(openApprover(dir, PASSPHRASE)).rejects.toThrow('chmod go-rwx');
    rmSync(file('private.json'));
    await expect(openApprover(dir, PASSPHRASE)).rejects.toThrow('cannot be read');
  });

  it('is not created over an existing folder of that name', async () => {
    const dir = stateDirectory();
    mkdirSync(join(dir, 'approver', 'x'), { recursive: true });
    await expect(initApprover(dir, PASSPHRASE)).rejects.toThrow('A passphrase is already set up');
  });
});

describe('an approval', { timeout: 60_000 }, () => {
  const pending: PendingApproval = {
    nonce: 'n',
    code: 'K7M2Q',
    callDigest: 'b',
    principal: 'local',
    stateDigest: 'f',
    subjectDigest: 'a',
    client: 'c',
    opened: 1_000,
    expires: 2_000,
    shown: SHOWN,
  };
  const given = { channel: 'terminal', approver: 'ada', at: 1_500 };

  it('counts when the key holder signed exactly this pending approval', async () => {
    expect(isApprovedBy(pending, approver.sign(pending, given), await pinned())).toBe(true);
  });

  it('counts after it was stored in the database and read back', async () => {
    const { ledger, ask } = await ledgerIn(stateDirectory());
    const asked = await ask();
    await ledger.approve(asked.nonce, approver.sign(asked, { ...given, at: Date.now() }));
    const found = await ledger.approvedFor(asked.callDigest);
    expect(isApprovedBy(found?.pending as PendingApproval, found?.approval as Approval, await pinned())).toBe(true);
  });

  it.each<[string, Partial<PendingApproval>]>([
    ['nonce', { nonce: 'm' }],
    ['code', { code: 'K7M2R' }],
    ['call', { callDigest: 'c' }],
    ['principal', { principal: 'eve' }],
    ['state', { stateDigest: 'g' }],
    ['time', { opened: 1_001 }],
    ['expiry', { expires: 99_000 }],
    ['name to type', { shown: { ...SHOWN, name: 'quotes' } }],
    ['operation', { shown: { ...SHOWN, operation: 'DeleteKxEnvironment' } }],
    ['text', { shown: { ...SHOWN, text: SHOWN.text.replace('trades', 'quotes') } }],
    ['list of what is lost', { shown: { ...SHOWN, lost: [] } }],
    ['list of what is interrupted', { shown: { ...SHOWN, interrupted: [] } }],
  ])('does not count for a pending approval with another %s', async (_, change) => {
    expect(isApprovedBy({ ...pending, ...change }, approver.sign(pending, given), await pinned())).toBe(false);
  });

  it.each<Partial<Approval>>([{ channel: 'page' }, { approver: 'eve' }, { at: 1_501 }])(
    'does not count when its row was changed: %j',
    async (change) => {
      expect(isApprovedBy(pending, { ...approver.sign(pending, given), ...change }, await pinned())).toBe(false);
    },
  );

  it.each([undefined, '', 'AAAA', 'A'.repeat(86), 7, null, {}])(
    'does not count with the signature %j',
    async (signature) => {
      expect(isApprovedBy(pending, { ...given, signature } as Approval, await pinned())).toBe(false);
    },
  );

  it('does not count for a key that was installed after the server pinned the first', async () => {
    const key = await pinned();
    const { dir } = copy();
    rmSync(join(dir, 'approver'), { recursive: true });
    await initApprover(dir, 'passphrase of eve');
    const eve = await openApprover(dir, 'passphrase of eve');
    expect(isApprovedBy(pending, eve.sign(pending, given), key)).toBe(false);
  });

  it('does not count if the stored row showed the person another plan', async () => {
    const forged = { ...pending, shown: { ...SHOWN, name: 'scratch', text: 'DELETE database "scratch"' } };
    const fooled = approver.sign(forged, given);
    expect(isApprovedBy({ ...forged, shown: pending.shown }, fooled, await pinned())).toBe(false);
  });

  it('does not count when the row was written without the passphrase', async () => {
    const { state, ledger, ask } = await ledgerIn(stateDirectory());
    const [wanted, other] = [await ask(), await ask({ name: 'scratch' })];
    const stolen = approver.sign(other, given);
    for (const forged of [given, { ...given, signature: 'x' }, stolen]) {
      await state.write((db) =>
        db
          .prepare("UPDATE questions SET state = 'approved', approval = ? WHERE nonce = ?")
          .run(JSON.stringify(forged), wanted.nonce),
      );
      const found = await ledger.approvedFor(wanted.callDigest);
      expect(isApprovedBy(found?.pending as PendingApproval, found?.approval as Approval, await pinned())).toBe(false);
    }
  });
});
