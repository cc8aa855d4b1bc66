import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { foldLine } from '../../src/commands/fold.ts';
import { approverKey, isApprovedBy } from '../../src/safety/approver.ts';
import { addApprover } from '../support/approver.ts';
import { CLI } from '../support/hosts.ts';
import { NO_PTY, type Seat, sitDown } from './pty.ts';
import { COMMON_CLOCK, ledgerIn, PASSPHRASE, SHOWN, stateDirectory } from './support.ts';

const piped = (dir: string, args: string[], input = '') =>
  spawnSync(process.execPath, [CLI, 'approve', ...args, '--state-dir', dir], { input, encoding: 'utf8' });

const waitingIn = async (dir: string) => {
  const kept = await ledgerIn(dir, COMMON_CLOCK);
  return { ...kept, pending: await kept.ask() };
};

describe('a line that is too long for a terminal', () => {
  it('hangs under its beginning, broken between words', () => {
    expect(foldLine('  region: "us-east-1", backend: "local service"', 30)).toEqual([
      '  region: "us-east-1",',
      '      backend: "local service"',
    ]);
    expect(foldLine(`  DELETE "${'x'.repeat(50)}"`, 30)).toEqual([
      '  DELETE',
      `      "${'x'.repeat(23)}`,
      `      ${'x'.repeat(24)}`,
      `      ${'x'.repeat(3)}"`,
    ]);
  });

  it('stays whole where the width is unknown or no width at all', () => {
    const line = '- cluster "a" '.repeat(20);
    for (const columns of [undefined, 0, 10, 1_000]) expect(foldLine(line, columns)).toEqual([line]);
    expect(foldLine('', 80)).toEqual(['']);
    expect(
      foldLine(`${' '.repeat(40)}${'x'.repeat(20)}`, 24)
        .join('')
        .replaceAll(' ', ''),
    ).toBe('x'.repeat(20));
  });
});

describe('finspace-mcp approve without a terminal', () => {
  it('says that nothing waits', () => {
    const { stdout, status } = piped(stateDirectory(), []);
    expect({ stdout, status }).toEqual({ stdout: 'Nothing waits for approval.\n', status: 0 });
  });

  it('shows what waits and approves nothing, whatever is piped into it', async () => {
    const dir = stateDirectory();
    const { ledger, pending } = await waitingIn(dir);
    for (const args of [[], [pending.code], ['--web'], ['--web', pending.code]]) {
      const { stderr, status } = piped(dir, args, `${pending.code}\n${PASSPHRASE}\ntrades\n`);
      expect(stderr).toMatch(
        /^finspace-mcp: .* needs a person at a terminal, but stdin or stdout is not a terminal\.\n$/,
      );
      expect(status).toBe(1);
    }
    expect(piped(dir, []).stdout.split('\n')).toEqual([
      `${pending.code}  DELETE database trades in kdb-prod (m5cn)`,
      '       environment: "kdb-prod", account: "111122223333", region: "us-east-1", backend: "local (embedded FinSpace-compatible service)"',
      '       requested just now by a client on this computer, open for another 14 min',
      '',
    ]);
    expect(await ledger.approvedFor(pending.callDigest)).toBeUndefined();
  });

  it('sets up no passphrase', () => {
    const dir = stateDirectory();
    const { stderr, status } = piped(dir, ['--init'], `${PASSPHRASE}\n${PASSPHRASE}\n`);
    expect([stderr, status]).toEqual([
      'finspace-mcp: Setting up a passphrase needs a person at a terminal, but stdin or stdout is not a terminal.\n',
      1,
    ]);
    expect(existsSync(join(dir, 'approver'))).toBe(false);
  });

  it('declines, which needs nobody in particular', async () => {
    const dir = stateDirectory();
    const { ledger, pending } = await waitingIn(dir);
    expect(piped(dir, ['--decline', pending.code.toLowerCase()])).toMatchObject({
      stdout: `Declined ${pending.code}. Nothing runs.\n`,
      status: 0,
    });
    expect(await ledger.list()).toEqual([]);
    expect(piped(dir, ['--decline', pending.code])).toMatchObject({
      stderr: `finspace-mcp: plan "${pending.code}" is not open (no plan is open). It was declined or closed.\n`,
      status: 1,
    });
  });

  it.each([[['--decline']], [['--init', '--web']], [['--yes']], [['ABCDE', 'FGHIJ']]])(
    'exits with 2 and one line for %j',
    (args) => {
      const { stderr, status } = piped(stateDirectory(), args);
      expect(status).toBe(2);
      expect(stderr).toMatch(/^finspace-mcp: .*\n$/);
    },
  );
});

describe.skipIf(NO_PTY !== undefined)(`finspace-mcp approve at a terminal ${NO_PTY ?? ''}`, { timeout: 60_000 }, () => {
  it('sets up a passphrase that it asks for twice and never shows', async () => {
    const dir = stateDirectory();
    const seat = sitDown('approve', '--init', '--state-dir', dir);
    await seat.sees('New passphrase');
    seat.types(PASSPHRASE);
    await seat.sees('The same passphrase again');
    seat.types(PASSPHRASE);
    await seat.sees('Set up. The key is SHA256:');
    await seat.sees('Forms in MCP clients do not count');
    expect(await seat.left()).toBe(0);
    expect(seat.screen()).not.toContain(PASSPHRASE);
    expect(await approverKey(dir)).toBeDefined();

    const again = sitDown('approve', '--init', '--state-dir', dir);
    await again.sees('A passphrase is already set up');
    await again.sees('To replace it, even without knowing it, remove that folder');
    expect(await again.left()).toBe(1);
  });

  it('refuses to set up a key from two passphrases that differ', async () => {
    const dir = stateDirectory();
    const seat = sitDown('approve', '--init', '--state-dir', dir);
    await seat.sees('New passphrase');
    seat.types(PASSPHRASE);
    await seat.sees('The same passphrase again');
    seat.types(`${PASSPHRASE}!`);
    await seat.sees('The two do not match');
    expect(await seat.left()).toBe(1);
    expect(await approverKey(dir)).toBeUndefined();
  });

  it('refuses a short passphrase at once', async () => {
    const dir = stateDirectory();
    const seat = sitDown('approve', '--init', '--state-dir', dir);
    await seat.sees('New passphrase');
    seat.types('short');
    await seat.sees('at least 10 characters');
    expect(await seat.left()).toBe(1);
    expect(seat.screen()).not.toContain('again');
    expect(await approverKey(dir)).toBeUndefined();
  });

  it('approves what a person chose, read, and named, with the passphrase', async () => {
    const dir = stateDirectory();
    await addApprover(dir);
    const { ledger, ask, pending } = await waitingIn(dir);
    await ask({ name: 'scratch' });
    const seat = sitDown('approve', '--state-dir', dir);
    await seat.sees('DELETE database');
    await seat.sees('Code of the plan to show: ');
    seat.types('XXXXX');
    await seat.sees('"XXXXX" is not open (open plans: ');
    await seat.sees('Code of the plan to show: ');
    seat.types(` ${pending.code.toLowerCase()} `);
    for (const line of SHOWN.text.split('\n')) await seat.sees(line);
    await seat.sees('Type trades to approve: ');
    seat.types('trade');
    await seat.sees('That does not match exactly.');
    await seat.sees('Type trades to approve: ');
    seat.types('trades');
    await seat.sees('Your passphrase (it is not shown): ');
    seat.types('not the passphrase');
    await seat.sees('Wrong passphrase.');
    await seat.sees('Your passphrase (it is not shown): ');
    seat.types(PASSPHRASE);
    await seat.sees('Approved.');
    expect(await seat.left()).toBe(0);
    expect(seat.screen()).not.toContain(PASSPHRASE);
    const found = await ledger.approvedFor(pending.callDigest);
    expect(isApprovedBy(pending, found?.approval as never, (await approverKey(dir)) as never)).toBe(true);
    expect(found?.approval).toMatchObject({ channel: 'terminal' });
    expect(await ledger.list()).toHaveLength(1);
  });

  it('says plainly how little an approval without a passphrase proves', async () => {
    const dir = stateDirectory();
    const { ledger, pending } = await waitingIn(dir);
    const seat = sitDown('approve', pending.code, '--state-dir', dir);
    await seat.sees('to approve: ');
    seat.types('trades');
    await seat.sees('this is weak proof');
    await seat.sees('Approved.');
    expect((await ledger.approvedFor(pending.callDigest))?.approval.signature).toBeUndefined();
  });

  it.each([
    ['with a passphrase, which it does not ask for', true],
    ['without a passphrase', false],
  ])('closes the plan when another name is typed three times, %s', async (_, hasPassphrase) => {
    const dir = stateDirectory();
    if (hasPassphrase) await addApprover(dir);
    const { ledger, pending } = await waitingIn(dir);
    const seat = sitDown('approve', pending.code, '--state-dir', dir);
    for (const typed of ['trade', 'TRADES', 'trades ']) {
      expect(await ledger.list()).toHaveLength(1);
      await seat.sees('to approve: ');
      seat.types(typed);
    }
    await seat.sees('The plan is closed and nothing runs');
    expect(seat.screen()).not.toContain('Your passphrase (it is not shown): ');
    expect(await seat.left()).toBe(1);
    expect(await ledger.list()).toEqual([]);
    expect(await ledger.approvedFor(pending.callDigest)).toBeUndefined();
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
    ['Enter alone', '\r'],
  ])('leaves everything as it is on %s', async (_, key) => {
    const dir = stateDirectory();
    const { ledger, pending } = await waitingIn(dir);
    const seat = sitDown('approve', pending.code, '--state-dir', dir);
    await seat.sees('to approve: ');
    seat.presses(key);
    await seat.sees('Nothing was approved.');
    expect(await seat.left()).toBe(1);
    expect(await ledger.list()).toHaveLength(1);
  });

  it('takes no passphrase after five wrong ones, in a new terminal neither', async () => {
    const dir = stateDirectory();
    await addApprover(dir);
    const { pending } = await waitingIn(dir);
    const named = async (seat: Seat) => {
      await seat.sees('to approve: ');
      seat.types('trades');
    };
    const first = sitDown('approve', pending.code, '--state-dir', dir);
    await named(first);
    for (let tries = 0; tries < 3; tries += 1) {
      await first.sees('Your passphrase (it is not shown): ');
      first.types(`guess ${tries}`);
    }
    await first.sees('If you forgot the passphrase, the same command with --init explains how to replace it.');
    expect(await first.left()).toBe(1);
    const second = sitDown('approve', pending.code, '--state-dir', dir);
    await named(second);
    for (let tries = 0; tries < 2; tries += 1) {
      await second.sees('Your passphrase (it is not shown): ');
      second.types(`guess ${tries}`);
    }
    await second.sees('Your passphrase (it is not shown): ');
    second.types(PASSPHRASE);
    await second.sees('Too many wrong passphrases');
    expect(await second.left()).toBe(1);
  });

  it('shows what does not fit into the text by kind and page by page, and no control characters', async () => {
    const dir = stateDirectory();
    const { ask } = await ledgerIn(dir, COMMON_CLOCK);
    const files = Array.from({ length: 150 }, (_, at) => ({ kind: 'file', name: `f${at}\u001b[2J\u202e` }));
    const lost = [...files, { kind: 'user', name: 'ann' }];
    const { code } = await ask({ lost, text: 'DELETE database "x"\n\u001b[2Jgone', name: 'x' });
    const seat = sitDown('approve', code, '--state-dir', dir);
    await seat.sees('\\u{1b}[2Jgone');
    await seat.sees('Lost for good: 150 files, 1 to 100');
    await seat.sees('- file "f99\\u{1b}[2J\\u{202e}"');
    await seat.sees('Enter shows more: ');
    seat.presses('\r');
    await seat.sees('Lost for good: 150 files, 101 to 150');
    await seat.sees('Enter shows more: ');
    seat.presses('\r');
    await seat.sees('Lost for good: 1 user');
    await seat.sees('to approve: ');
    seat.presses('\u0003');
    await seat.left();
    expect(seat.screen()).not.toContain('\u001b[2J');
  });

  it('says which newer plan replaced the one that is asked for', async () => {
    const dir = stateDirectory();
    const { ledger, pending } = await waitingIn(dir);
    const { nonce: _, ...same } = pending;
    const { pending: newer } = await ledger.open({ ...same, callDigest: 'of what it is now' });
    const { stderr, status } = piped(dir, [pending.code]);
    expect(stderr).toContain(`"${pending.code}" is not open (open plans: ${newer.code}).`);
    expect(stderr).toContain(`The newer plan ${newer.code} replaced it`);
    expect(status).toBe(1);
  });
});
