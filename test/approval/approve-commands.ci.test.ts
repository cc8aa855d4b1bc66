import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addApprover } from '../support/approver.ts';
import { CLI } from '../support/hosts.ts';
import { NO_PTY, openTerminal } from './pty.ts';
import { COMMON_CLOCK, ledgerIn, PASSPHRASE, stateDirectory } from './support.ts';

const piped = (dir: string, args: string[]) =>
  spawnSync(process.execPath, [CLI, 'approve', ...args, '--state-dir', dir], { encoding: 'utf8' });
const waitingIn = async (dir: string) => (await ledgerIn(dir, COMMON_CLOCK)).ask();
/** An `approve` command for a state directory that is not the default one. */
const commandIn = (dir: string, args: string) => `dist/cli.js" approve ${args} --state-dir "${dir}"`;

describe('finspace-mcp approve', { timeout: 60_000 }, () => {
  it('checks the private key before it asks for anything', async () => {
    const dir = stateDirectory();
    await addApprover(dir);
    const { code } = await waitingIn(dir);
    const file = join(dir, 'approver', 'private.json');
    writeFileSync(file, 'damaged');
    for (const args of [[], [code], ['--web']])
      expect(piped(dir, args)).toMatchObject({
        stderr:
          `finspace-mcp: The approver key cannot be used: ${file}: is damaged. Correct that, or put back the folder approver ` +
          'from a copy. If there is none, follow "A lost passphrase" in SECURITY.md.\n',
        status: 1,
      });
  });

  it('names the state directory in its commands if it is not the default one', () => {
    const dir = stateDirectory();
    expect(piped(dir, ['--distrust-forms']).stderr).toContain(commandIn(dir, '--init'));
    const store = 'postgres://finspace_app@127.0.0.1:9/finspace';
    expect(piped(dir, ['--store', store]).stderr).toContain(`${commandIn(dir, '--init')}), copy the folder`);
  });

  it.skipIf(NO_PTY !== undefined)('names the state directory after --init', async () => {
    const dir = stateDirectory();
    const terminal = openTerminal('approve', '--init', '--state-dir', dir);
    for (const prompt of ['New passphrase', 'The same passphrase again']) {
      await terminal.sees(prompt);
      terminal.types(PASSPHRASE);
    }
    expect(await terminal.exitCode()).toBe(0);
    expect(terminal.screen().replaceAll(/\s+/g, ' ')).toContain(commandIn(dir, '--trust-forms'));
  });

  it.skipIf(NO_PTY !== undefined)('names the state directory and the plan on the local page', async () => {
    const dir = stateDirectory();
    const { code } = await waitingIn(dir);
    const terminal = openTerminal('approve', '--web', code, '--state-dir', dir);
    await terminal.sees('Press Ctrl-C');
    const link = /http:\S+/.exec(terminal.screen())?.[0] as string;
    const cookie = (await fetch(link)).headers.get('set-cookie')?.split(';')[0] as string;
    const plan = new URL(`../${code}`, link);
    const textOf = async (path: string | URL, headers = {}) =>
      (await (await fetch(path, { headers })).text()).replaceAll('&#34;', '"');
    expect(await textOf(plan, { cookie })).toContain(`${commandIn(dir, '--init')}</code>`);
    for (const path of [link, plan]) expect(await textOf(path)).toContain(`${commandIn(dir, `--web ${code}`)}</p>`);
    terminal.end();
    await terminal.exitCode();
  });
});
