import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { approverOf } from '../../src/local/identity.ts';
import { openWorldStore } from '../../src/local/store.ts';
import { approverKey, keyFingerprint, openApprover } from '../../src/safety/approver.ts';
import { storeFormTrust } from '../../src/safety/approver-keys.ts';
import { sqlJournal } from '../../src/safety/journal.ts';
import { CLI, FRESH_WORLD, HOSTS, type Session } from '../support/hosts.ts';
import { did, failedTo } from '../support/session-calls.ts';
import { COMMON_CLOCK, ledgerIn, PASSPHRASE, stateDirectory } from './support.ts';

/** A state directory as version 0.1.0 left it: a key, a world with one database, a plan that expired, and a journal. */
function fromBefore(): string {
  const dir = stateDirectory();
  const kept = (name: string) => readFileSync(new URL(`../data/state-0.1.0/${name}`, import.meta.url));
  mkdirSync(join(dir, 'approver'), { mode: 0o700 });
  for (const name of ['public.pem', 'private.json'])
    writeFileSync(join(dir, 'approver', name), kept(name), { mode: 0o600 });
  for (const name of ['world.db', 'state.db'])
    writeFileSync(join(dir, name), gunzipSync(kept(`${name}.gz`)), { mode: 0o600 });
  return dir;
}

const ARGS = ['--world', 'empty', ...FRESH_WORLD.slice(2)];

/** What a server logs up to the line about the key that approvals need, and in the same turn of the event loop. */
async function startLog(dir: string): Promise<{ level: number; msg: string }[]> {
  const server = spawn(process.execPath, [CLI, '--state-dir', dir, '--world', 'empty'], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  onTestFinished(() => void server.kill('SIGKILL'));
  const lines: { level: number; msg: string }[] = [];
  for await (const line of createInterface({ input: server.stderr })) {
    lines.push(JSON.parse(line));
    if (lines.some(({ msg }) => msg.startsWith('approvals need'))) server.stdin.end();
  }
  return lines;
}

describe('a state directory of version 0.1.0', { timeout: 60_000 }, () => {
  const opened = async (dir: string): Promise<{ session: Session; target: Record<string, string> }> => {
    const session = await (HOSTS[0] as (typeof HOSTS)[number]).connect([...ARGS, '--state-dir', dir], () => ({
      action: 'accept',
      content: { name: 'trades' },
    }));
    onTestFinished(() => session.close());
    const { environments } = await did(session, 'list_kx_environments');
    const [{ environmentId }] = environments as [{ environmentId: string }];
    return { session, target: { environmentId, databaseName: 'trades' } };
  };

  it('opens unchanged: its world, key, journal and passphrase stay valid', async () => {
    const dir = fromBefore();
    const { session, target } = await opened(dir);
    expect(await did(session, 'get_kx_database', target)).toMatchObject({ databaseName: 'trades' });
    expect(await failedTo(session, 'delete_kx_database', target)).toContain('waits under the code');

    const { ledger, state } = await ledgerIn(dir, COMMON_CLOCK);
    const [asked, ...others] = await ledger.list();
    expect(others).toEqual([]);
    const pending = asked as NonNullable<typeof asked>;
    const approver = await openApprover(dir, PASSPHRASE);
    const approval = approver.sign(pending, { channel: 'terminal', approver: 'ann', at: Date.now() });
    expect(await ledger.approve(pending.nonce, approval)).toBe(true);
    await did(session, 'delete_kx_database', target);

    const journal = sqlJournal(async () => state, Date.now);
    expect((await journal.entries()).map((entry) => ('operation' in entry ? entry.operation : entry.kind))).toEqual([
      ...['CreateKxEnvironment', 'outcome', 'CreateKxDatabase', 'outcome'],
      ...['DeleteKxDatabase', 'outcome'],
    ]);
    expect(await journal.verify()).toMatchObject({ entries: 6 });
    await session.close();
    const world = await openWorldStore(join(dir, 'world.db'));
    const key = (await approverKey(dir)) as NonNullable<Awaited<ReturnType<typeof approverKey>>>;
    expect(await approverOf(world)).toBe(keyFingerprint(key));
    await world.close();
  });

  it('logs once, at the first start, that forms no longer count and how to trust them', async () => {
    const dir = fromBefore();
    const [first, second] = [await startLog(dir), await startLog(dir)];
    const warnings = (lines: typeof first) => lines.filter(({ msg }) => msg.includes('approve --trust-forms'));
    expect(warnings(first)).toHaveLength(1);
    expect(warnings(second)).toEqual([]);
    for (const lines of [first, second])
      expect(lines.some(({ msg }) => msg === 'approvals need the passphrase of this key; forms do not count')).toBe(
        true,
      );
  });

  it('accepts forms after its owner trusts them with the passphrase', async () => {
    const dir = fromBefore();
    await storeFormTrust(dir, (await openApprover(dir, PASSPHRASE)).trustInForms);
    const { session, target } = await opened(dir);
    await did(session, 'delete_kx_database', target);
    const lines = await startLog(dir);
    expect(lines.some(({ msg }) => msg === 'approvals need the passphrase of this key; forms count too')).toBe(true);
    expect(lines.some(({ msg }) => msg.includes('--trust-forms'))).toBe(false);
  });
});
