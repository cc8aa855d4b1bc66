import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { foldLine } from '../../src/commands/fold.ts';
import { approverKey, isApprovedBy } from '../../src/safety/approver.ts';
import { addApprover } from '../support/approver.ts';
import { CLI } from '../support/hosts.ts';
import { NO_PTY, openTerminal, type TerminalSession } from './pty.ts';
import { COMMON_CLOCK, ledgerIn, PASSPHRASE, SHOWN, stateDirectory } from './support.ts';

const piped = (dir: string, args: string[], input = '') =>
  spawnSync(process.execPath, [CLI, 'approve', ...args, '--state-dir', dir], { input, encoding: 'utf8' });

const waitingIn = async (dir: string) => {
  const kept = await ledgerIn(dir, COMMON_CLOCK);
  return { ...kept, pending: await kept.ask() };
};

describe('a line that is too long for a terminal', () => {
  it('wraps between words with a hanging indent', () => {
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

  it('stays whole if the width is unknown, too small or large enough', () => {
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
  it('reports that no plan is open', () => {
    const { stdout, status } = piped(stateDirectory(), []);
    expect({ stdout, status }).toEqual({ stdout: 'Nothing waits for approval.\n', status: 0 });
  });

  it('lists open plans and approves nothing, whatever is piped into it', async () => {
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
      '       requested just now by a client on this computer, open for another 15 min',
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

  it('declines without identifying a person', async () => {
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
    const terminal = openTerminal('approve', '--init', '--state-dir', dir);
    await terminal.sees('New passphrase');
    terminal.types(PASSPHRASE);
    await terminal.sees('The same passphrase again');
    terminal.types(PASSPHRASE);
    await terminal.sees('Set up. The key is SHA256:');
    await terminal.sees('Forms in MCP clients do not count');
    expect(await terminal.exitCode()).toBe(0);
    expect(terminal.screen()).not.toContain(PASSPHRASE);
    expect(await approverKey(dir)).toBeDefined();

    const again = openTerminal('approve', '--init', '--state-dir', dir);
    await again.sees('A passphrase is already set up');
    await again.sees(
      'To replace it, even without knowing it, follow "A lost passphrase" in SECURITY.md: remove that folder',
    );
    expect(await again.exitCode()).toBe(1);
  });

  it('rejects two different passphrases', async () => {
    const dir = stateDirectory();
    const terminal = openTerminal('approve', '--init', '--state-dir', dir);
    await terminal.sees('New passphrase');
    terminal.types(PASSPHRASE);
    await terminal.sees('The same passphrase again');
    terminal.types(`${PASSPHRASE}!`);
    await terminal.sees('The two do not match');
    expect(await terminal.exitCode()).toBe(1);
    expect(await approverKey(dir)).toBeUndefined();
  });

  it('rejects a short passphrase at once', async () => {
    const dir = stateDirectory();
    const terminal = openTerminal('approve', '--init', '--state-dir', dir);
    await terminal.sees('New passphrase');
    terminal.types('short');
    await terminal.sees('at least 10 characters');
    expect(await terminal.exitCode()).toBe(1);
    expect(terminal.screen()).not.toContain('again');
    expect(await approverKey(dir)).toBeUndefined();
  });

  it('approves the plan that a person chose, read and named, with the passphrase', async () => {
    const dir = stateDirectory();
    await addApprover(dir);
    const { ledger, ask, pending } = await waitingIn(dir);
    await ask({ name: 'scratch' });
    const terminal = openTerminal('approve', '--state-dir', dir);
    await terminal.sees('DELETE database');
    await terminal.sees('Code of the plan to show: ');
    terminal.types('XXXXX');
    await terminal.sees('"XXXXX" is not open (open plans: ');
    await terminal.sees('Code of the plan to show: ');
    terminal.types(` ${pending.code.toLowerCase()} `);
    for (const line of SHOWN.text.split('\n')) await terminal.sees(line);
    await terminal.sees('Type trades to approve: ');
    terminal.types('trade');
    await terminal.sees('That does not match exactly.');
    await terminal.sees('Type trades to approve: ');
    terminal.types('trades');
    await terminal.sees('Your passphrase (it is not shown): ');
    terminal.types('not the passphrase');
    await terminal.sees('Wrong passphrase.');
    await terminal.sees('Your passphrase (it is not shown): ');
    terminal.types(PASSPHRASE);
    await terminal.sees('Approved.');
    expect(await terminal.exitCode()).toBe(0);
    expect(terminal.screen()).not.toContain(PASSPHRASE);
    const found = await ledger.approvedFor(pending.callDigest);
    expect(isApprovedBy(pending, found?.approval as never, (await approverKey(dir)) as never)).toBe(true);
    expect(found?.approval).toMatchObject({ channel: 'terminal' });
    expect(await ledger.list()).toHaveLength(1);
  });

  it('states that an approval without a passphrase proves little', async () => {
    const dir = stateDirectory();
    const { ledger, pending } = await waitingIn(dir);
    const terminal = openTerminal('approve', pending.code, '--state-dir', dir);
    await terminal.sees('to approve: ');
    terminal.types('trades');
    await terminal.sees('an approval here is weak proof');
    await terminal.sees('Approved.');
    expect((await ledger.approvedFor(pending.callDigest))?.approval.signature).toBeUndefined();
  });

  it.each([
    ['with a passphrase, which it does not ask for', true],
    ['without a passphrase', false],
  ])('closes the plan after three wrong names, %s', async (_, hasPassphrase) => {
    const dir = stateDirectory();
    if (hasPassphrase) await addApprover(dir);
    const { ledger, pending } = await waitingIn(dir);
    const terminal = openTerminal('approve', pending.code, '--state-dir', dir);
    for (const typed of ['trade', 'TRADES', 'trades ']) {
      expect(await ledger.list()).toHaveLength(1);
      await terminal.sees('to approve: ');
      terminal.types(typed);
    }
    await terminal.sees('The plan is closed and nothing runs');
    expect(terminal.screen()).not.toContain('Your passphrase (it is not shown): ');
    expect(await terminal.exitCode()).toBe(1);
    expect(await ledger.list()).toEqual([]);
    expect(await ledger.approvedFor(pending.callDigest)).toBeUndefined();
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
    ['Enter alone', '\r'],
  ])('changes nothing on %s', async (_, key) => {
    const dir = stateDirectory();
    const { ledger, pending } = await waitingIn(dir);
    const terminal = openTerminal('approve', pending.code, '--state-dir', dir);
    await terminal.sees('to approve: ');
    terminal.presses(key);
    await terminal.sees('Nothing was approved.');
    expect(await terminal.exitCode()).toBe(1);
    expect(await ledger.list()).toHaveLength(1);
  });

  it('locks after five wrong passphrases, in a new terminal too', async () => {
    const dir = stateDirectory();
    await addApprover(dir);
    const { pending } = await waitingIn(dir);
    const named = async (terminal: TerminalSession) => {
      await terminal.sees('to approve: ');
      terminal.types('trades');
    };
    const first = openTerminal('approve', pending.code, '--state-dir', dir);
    await named(first);
    for (let tries = 0; tries < 3; tries += 1) {
      await first.sees('Your passphrase (it is not shown): ');
      first.types(`guess ${tries}`);
    }
    await first.sees('If you forgot the passphrase, approve --init explains how to replace it.');
    expect(await first.exitCode()).toBe(1);
    const second = openTerminal('approve', pending.code, '--state-dir', dir);
    await named(second);
    for (let tries = 0; tries < 2; tries += 1) {
      await second.sees('Your passphrase (it is not shown): ');
      second.types(`guess ${tries}`);
    }
    await second.sees('Your passphrase (it is not shown): ');
    second.types(PASSPHRASE);
    await second.sees('Too many wrong passphrases');
    expect(await second.exitCode()).toBe(1);
  });

  it('shows long plans by kind and in pages, without control characters', async () => {
    const dir = stateDirectory();
    const { ask } = await ledgerIn(dir, COMMON_CLOCK);
    const files = Array.from({ length: 150 }, (_, at) => ({ kind: 'file', name: `f${at}\u001b[2J\u202e` }));
    const lost = [...files, { kind: 'user', name: 'ann' }];
    const { code } = await ask({ lost, text: 'DELETE database "x"\n\u001b[2Jgone', name: 'x' });
    const terminal = openTerminal('approve', code, '--state-dir', dir);
    await terminal.sees('\\u{1b}[2Jgone');
    await terminal.sees('Lost for good: 150 files, 1 to 100');
    await terminal.sees('- file "f99\\u{1b}[2J\\u{202e}"');
    await terminal.sees('Enter shows more: ');
    terminal.presses('\r');
    await terminal.sees('Lost for good: 150 files, 101 to 150');
    await terminal.sees('Enter shows more: ');
    terminal.presses('\r');
    await terminal.sees('Lost for good: 1 user');
    await terminal.sees('to approve: ');
    terminal.presses('\u0003');
    await terminal.exitCode();
    expect(terminal.screen()).not.toContain('\u001b[2J');
  });

  it('names the newer plan that replaced the requested one', async () => {
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
