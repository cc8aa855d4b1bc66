import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { backend } from '../../src/commands/backend.ts';
import { configure, type SettingName } from '../../src/config.ts';
import { openApprover } from '../../src/safety/approver.ts';
import { addApprover } from '../support/approver.ts';
import { FRESH_WORLD, HOSTS, type Person, type Session } from '../support/hosts.ts';
import { createEnvironment, did, failedTo } from '../support/session-calls.ts';
import { COMMON_CLOCK, ledgerIn, PASSPHRASE, stateDirectory } from './support.ts';

const [host] = HOSTS as unknown as [(typeof HOSTS)[number]];
const SETTINGS = ['--world', 'empty', ...FRESH_WORLD.slice(2)];

async function connect(dir: string, name: string, person?: Person): Promise<Session> {
  const session = await host.connect([...SETTINGS, '--state-dir', dir, '--state', join(dir, name)], person);
  onTestFinished(() => session.close());
  return session;
}

/** A world with one database and a copy of its file, with one state directory that has a key. */
async function twins() {
  const dir = stateDirectory();
  await addApprover(dir);
  const session = await connect(dir, 'world.db');
  const { environmentId } = await createEnvironment(session);
  const target = { environmentId, databaseName: 'trades' };
  await did(session, 'create_kx_database', target);
  await session.close();
  for (const part of ['', '-wal', '-shm'])
    if (existsSync(join(dir, `world.db${part}`))) cpSync(join(dir, `world.db${part}`), join(dir, `copy.db${part}`));
  const { ledger } = await ledgerIn(dir, COMMON_CLOCK);
  const approver = await openApprover(dir, PASSPHRASE);
  /** Lets a person approve the only plan that waits. */
  const approve = async () => {
    const [asked] = await ledger.list();
    const pending = asked as NonNullable<typeof asked>;
    const approval = approver.sign(pending, { channel: 'terminal', approver: 'ann', at: Date.now() });
    expect(await ledger.approve(pending.nonce, approval)).toBe(true);
    return pending;
  };
  return { dir, target, approve };
}

describe('an approval', { timeout: 60_000 }, () => {
  it('for a copy of a world runs on the copy only', async () => {
    const { dir, target, approve } = await twins();
    const copy = await connect(dir, 'copy.db');
    expect(await failedTo(copy, 'delete_kx_database', target)).toContain('waits under the code');
    await approve();
    const original = await connect(dir, 'world.db');
    expect(await failedTo(original, 'delete_kx_database', target)).toContain('waits under the code');
    expect(await did(original, 'get_kx_database', target)).toMatchObject({ databaseName: 'trades' });
    await did(copy, 'delete_kx_database', target);
  });

  it('survives a restart of the server', async () => {
    const { dir, target, approve } = await twins();
    const before = await connect(dir, 'world.db');
    await failedTo(before, 'delete_kx_database', target);
    await before.close();
    await approve();
    const again = await connect(dir, 'world.db');
    await did(again, 'delete_kx_database', target);
  });

  it('names the world file in its instructions, if it is not the default one', async () => {
    const { dir, target, approve } = await twins();
    await failedTo(await connect(dir, 'copy.db'), 'delete_kx_database', target);
    const { shown } = await approve();
    expect(shown.text).toMatch(/\bworld: "[^"]+copy\.db"/);
  });
});

describe('the location in a plan', () => {
  const placeFor = (settings: Partial<Record<SettingName, unknown>>) => {
    const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
    return backend(configure(settings, process.env), log, { approver: async () => undefined }).backendLocation;
  };

  it.each<[string, Partial<Record<SettingName, unknown>>, string | undefined]>([
    ['the default world', {}, undefined],
    ['a world in memory', { state: ':memory:' }, undefined],
    ['an endpoint', { backend: 'aws', endpoint: 'https://finspace.example', region: 'us-east-1' }, undefined],
    ['a world of another state directory', { stateDir: '/srv/x' }, '/srv/x/world.db'],
    ['another file', { state: '/srv/copy.db' }, '/srv/copy.db'],
    ['a file in a deep folder', { state: `/${'x'.repeat(99)}/copy.db` }, `...${'x'.repeat(64)}/copy.db`],
  ])('of %s names the file correctly', (_, settings, file) => {
    expect(placeFor(settings).world).toBe(file);
  });
});
