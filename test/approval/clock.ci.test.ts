import { spawnSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sqlJournal } from '../../src/safety/journal.ts';
import { openPostgres } from '../../src/store/postgres/index.ts';
import { SKIPPED } from '../store/cluster.ts';
import { startStores } from '../store/shared-store.ts';
import { addApprover } from '../support/approver.ts';
import { CLI } from '../support/hosts.ts';
import { NO_PTY, openTerminal } from './pty.ts';
import { ledgerIn, OPEN_MS, PASSPHRASE, SHOWN, stateDirectory } from './support.ts';

const piped = (dir: string, args: string[], input = '') =>
  spawnSync(process.execPath, [CLI, 'approve', ...args, '--state-dir', dir], { input, encoding: 'utf8' });

/** A state directory that recorded a time far in the future, with a plan that was opened before. */
const aheadIn = async (dir: string) => {
  const clock = { now: Date.now() };
  const kept = await ledgerIn(dir, clock);
  await kept.ask();
  clock.now += 400 * 24 * 3_600_000;
  await kept.ask({ name: 'scratch' });
  clock.now = Date.now();
  const refused = expect.stringContaining('approve --reset-clock');
  await expect(kept.ask()).rejects.toMatchObject({ message: refused });
  return { ...kept, journal: sqlJournal(async () => kept.state, kept.now) };
};

describe.skipIf(NO_PTY !== undefined)(`finspace-mcp approve --reset-clock ${NO_PTY ?? ''}`, { timeout: 60_000 }, () => {
  const today = () => new Date().toISOString().slice(0, 10);
  const accepts = async (terminal: ReturnType<typeof openTerminal>) => {
    await terminal.sees('Your passphrase (it is not shown): ');
    terminal.types(PASSPHRASE);
    await terminal.sees('to accept this clock: ');
    terminal.types(today());
    await terminal.sees('Reset. Agents must request approval again.');
    expect(await terminal.exitCode()).toBe(0);
  };

  it('asks for the passphrase and the date, voids open plans, and records the reset in the journal', async () => {
    const dir = stateDirectory();
    await addApprover(dir);
    const { ask, ledger, journal, clock } = await aheadIn(dir);
    const terminal = openTerminal('approve', '--reset-clock', '--state-dir', dir);
    await terminal.sees(`This machine says ${today()}T`);
    await terminal.sees('This voids all open plans');
    await accepts(terminal);
    expect(await ledger.list()).toEqual([]);
    expect(await journal.entries()).toMatchObject([{ kind: 'clock-reset', approver: userInfo().username }]);
    clock.now = Date.now();
    await ask();
    expect(await ledger.list()).toHaveLength(1);
  });

  const passphrase: [string, string] = ['Your passphrase (it is not shown): ', PASSPHRASE];
  const guess: [string, string] = ['Your passphrase (it is not shown): ', 'some other words'];
  it.each<[string, [string, string][], string]>([
    ['another date', [passphrase, ['accept this clock: ', '2001-01-01']], 'That is not the date of this clock.'],
    ['no date', [passphrase, ['accept this clock: ', '']], 'That is not the date of this clock.'],
    ['wrong passphrases', [guess, guess, guess], 'Nothing was approved.'],
  ])('resets nothing for %s', async (_, typed, said) => {
    const dir = stateDirectory();
    await addApprover(dir);
    const { ask, journal } = await aheadIn(dir);
    const terminal = openTerminal('approve', '--reset-clock', '--state-dir', dir);
    for (const [prompt, line] of typed) {
      await terminal.sees(prompt);
      terminal.types(line);
    }
    await terminal.sees(said);
    expect(await terminal.exitCode()).toBe(1);
    await expect(ask()).rejects.toThrow('no approval can be trusted');
    expect(await journal.entries()).toEqual([]);
  });

  it('requires the passphrase, and changes nothing if the clock is correct', async () => {
    const dir = stateDirectory();
    const { ask } = await aheadIn(dir);
    const terminal = openTerminal('approve', '--reset-clock', '--state-dir', dir);
    await terminal.sees('needs a passphrase, and none was set up');
    expect(await terminal.exitCode()).toBe(1);
    await expect(ask()).rejects.toThrow('no approval can be trusted');
    expect(piped(stateDirectory(), ['--reset-clock'])).toMatchObject({
      stdout: expect.stringContaining('nothing to reset'),
      status: 0,
    });
  });

  it.skipIf(SKIPPED !== '')('with --store, resets the clock that all replicas share', async () => {
    const stores = await startStores();
    onTestFinished(() => stores.stop());
    const url = await stores.fresh();
    const dir = stateDirectory();
    await addApprover(dir);
    const shared = await openPostgres(url, { stateDir: dir, serves: false, onerror: () => {} });
    onTestFinished(() => shared.close());
    const ledger = shared.ledger(OPEN_MS);
    const ask = () =>
      ledger.open({
        callDigest: 'b',
        subjectDigest: 'b',
        client: 'c',
        principal: 'local',
        stateDigest: 'f',
        shown: SHOWN,
      });
    await ask();
    const where = ['--reset-clock', '--store', url];
    expect(piped(dir, where).stdout).toContain('nothing to reset');
    const ahead = 'UPDATE finspace_mcp.approvals SET changed = changed + 400 * 24 * 3600000::bigint';
    await stores.cluster.query('store_1', ahead);
    await expect(ask()).rejects.toThrow('approve --reset-clock --store URL');

    const terminal = openTerminal('approve', ...where, '--state-dir', dir);
    await terminal.sees(`The database of the store says ${today()}T`);
    await accepts(terminal);
    expect(await ledger.list()).toEqual([]);
    await ask();
    expect(await ledger.list()).toHaveLength(1);
    expect(await shared.journal.entries()).toMatchObject([{ kind: 'clock-reset', approver: userInfo().username }]);
  });

  it('requires a terminal', async () => {
    const dir = stateDirectory();
    await addApprover(dir);
    const { ask } = await aheadIn(dir);
    expect(piped(dir, ['--reset-clock'], `${PASSPHRASE}\n${today()}\n`)).toMatchObject({
      stderr: expect.stringContaining('needs a person at a terminal'),
      status: 1,
    });
    await expect(ask()).rejects.toThrow('no approval can be trusted');
  });
});
