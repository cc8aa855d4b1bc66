import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { approverOf } from '../../src/local/identity.ts';
import { openWorldStore } from '../../src/local/store.ts';
import { approverKey, initApprover, keyFingerprint, openApprover, trustsForms } from '../../src/safety/approver.ts';
import { readFormTrust, storeFormTrust } from '../../src/safety/approver-keys.ts';
import { addApprover } from '../support/approver.ts';
import { CLI } from '../support/hosts.ts';
import { NO_PTY, openTerminal } from './pty.ts';
import { PASSPHRASE, stateDirectory } from './support.ts';

const keyIn = async (dir: string) => (await approverKey(dir)) as NonNullable<Awaited<ReturnType<typeof approverKey>>>;
const isTrusting = async (dir: string) => trustsForms(dir, await keyIn(dir));
const pinnedIn = async (path: string) => {
  const store = await openWorldStore(path);
  const pinned = await approverOf(store);
  await store.close();
  return pinned;
};
const piped = (dir: string, ...args: string[]) =>
  spawnSync(process.execPath, [CLI, ...args, '--state-dir', dir], { encoding: 'utf8' });

describe('the signed statement that forms are trusted', { timeout: 60_000 }, () => {
  it('can be made by the key holder only, and does not change the key', async () => {
    const dir = stateDirectory();
    await initApprover(dir, PASSPHRASE);
    expect(await isTrusting(dir)).toBe(false);
    const { trustInForms } = await openApprover(dir, PASSPHRASE);
    await storeFormTrust(dir, trustInForms);
    expect(await isTrusting(dir)).toBe(true);
    expect((await openApprover(dir, PASSPHRASE)).trustInForms).toBe(trustInForms);
    await storeFormTrust(dir, undefined);
    expect(await isTrusting(dir)).toBe(false);
    await openApprover(dir, PASSPHRASE);
  });

  it('is made with the key, and does not count for another key', async () => {
    const [dir, other] = [stateDirectory(), stateDirectory()];
    await initApprover(dir, PASSPHRASE, { trustForms: true });
    await addApprover(other);
    expect(await isTrusting(dir)).toBe(true);
    await storeFormTrust(other, await readFormTrust(dir));
    expect(await isTrusting(other)).toBe(false);
  });

  it.each<[string, (file: string) => void]>([
    ['is missing', (file) => rmSync(file)],
    ['is damaged', (file) => writeFileSync(file, readFileSync(file).subarray(0, 20))],
    ['contains null', (file) => writeFileSync(file, 'null')],
    ['has something else in its place', (file) => writeFileSync(file, '{"forms":true}')],
  ])('does not count if the private key file %s', async (_, damage) => {
    const dir = stateDirectory();
    await addApprover(dir, { trustForms: true });
    damage(join(dir, 'approver', 'private.json'));
    expect(await isTrusting(dir)).toBe(false);
  });
});

describe.skipIf(NO_PTY !== undefined)(`finspace-mcp approve --trust-forms ${NO_PTY ?? ''}`, { timeout: 60_000 }, () => {
  it('requires the passphrase, explains its effect, and can be revoked', async () => {
    const dir = stateDirectory();
    await addApprover(dir);
    const guess = openTerminal('approve', '--trust-forms', '--state-dir', dir);
    for (const word of ['no', 'nor this', 'nor that']) {
      await guess.sees('Your passphrase (it is not shown): ');
      guess.types(word);
    }
    expect(await guess.exitCode()).toBe(1);
    expect(await isTrusting(dir)).toBe(false);

    const terminal = openTerminal('approve', '--trust-forms', '--state-dir', dir);
    await terminal.sees('will count without the passphrase');
    await terminal.sees('an agent that fills in forms approves its own calls');
    await terminal.sees('Your passphrase (it is not shown): ');
    terminal.types(PASSPHRASE);
    await terminal.sees('Allowed. Restart the servers');
    expect(await terminal.exitCode()).toBe(0);
    expect(await isTrusting(dir)).toBe(true);

    expect(piped(dir, 'approve', '--distrust-forms')).toMatchObject({
      stdout: 'Forms no longer count. Restart the servers that use this state directory.\n',
      status: 0,
    });
    expect(await isTrusting(dir)).toBe(false);
  });

  it('combines with --init, and otherwise requires a key and a person', async () => {
    const dir = stateDirectory();
    expect(piped(dir, 'approve', '--trust-forms')).toMatchObject({
      stderr: expect.stringContaining('needs a person at a terminal'),
      status: 1,
    });
    const without = openTerminal('approve', '--trust-forms', '--state-dir', dir);
    await without.sees('Forms count here: no passphrase was set up.');
    expect(await without.exitCode()).toBe(1);

    const terminal = openTerminal('approve', '--init', '--trust-forms', '--state-dir', dir);
    await terminal.sees('New passphrase');
    terminal.types(PASSPHRASE);
    await terminal.sees('The same passphrase again');
    terminal.types(PASSPHRASE);
    await terminal.sees('count without the passphrase.');
    expect(await terminal.exitCode()).toBe(0);
    expect(await isTrusting(dir)).toBe(true);
  });

  it('--init pins the key to the existing world; after a lost passphrase, a new key needs an export of that world', async () => {
    const dir = stateDirectory();
    const world = join(dir, 'world.db');
    expect(piped(dir, 'world', 'reset', '--world', 'demo').status).toBe(0);
    const init = async (said: string) => {
      const terminal = openTerminal('approve', '--init', '--state-dir', dir);
      if (said === 'Set up.') {
        await terminal.sees('New passphrase');
        terminal.types(PASSPHRASE);
        await terminal.sees('The same passphrase again');
        terminal.types(PASSPHRASE);
      }
      await terminal.sees(said);
      await terminal.exitCode();
    };
    await init('Set up.');
    const lost = keyFingerprint(await keyIn(dir));
    expect(await pinnedIn(world)).toBe(lost);

    // The steps of SECURITY.md for a forgotten passphrase, to which the refusal of a second key refers.
    await init('follow "A lost passphrase" in SECURITY.md');
    expect(readFileSync(new URL('../../SECURITY.md', import.meta.url), 'utf8')).toContain('**A lost passphrase**');
    rmSync(join(dir, 'approver'), { recursive: true });
    await init(`is pinned to the key ${lost}`);
    const exported = piped(dir, 'world', 'export').stdout;
    const file = join(dir, 'mine.json');
    writeFileSync(file, exported);
    for (const part of ['', '-wal', '-shm'])
      if (existsSync(`${world}${part}`)) renameSync(`${world}${part}`, `${world}.old${part}`);
    await init('Set up.');
    expect(piped(dir, 'world', 'import', '--world', file).status).toBe(0);
    expect(piped(dir, 'world', 'export').stdout).toBe(exported);
    const fresh = keyFingerprint(await keyIn(dir));
    expect(fresh).not.toBe(lost);
    expect(await pinnedIn(world)).toBe(fresh);
  });
});
