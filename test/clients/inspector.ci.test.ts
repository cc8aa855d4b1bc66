import { join } from 'node:path';
import { expect, it } from 'vitest';
import { approvesAt, NO_PTY, openTerminal } from '../approval/pty.ts';
import { PASSPHRASE, stateDirectory } from '../approval/support.ts';
import { addApprover } from '../support/approver.ts';
import { CLI } from '../support/hosts.ts';
import { inspector } from './inspector.ts';
import { describeClient } from './installed.ts';
import { codeIn, expectWholeSession } from './third-party.ts';

describeClient('the command line of MCP Inspector', { timeout: 480_000 }, () => {
  const opened = (era: string) => {
    const dir = stateDirectory();
    const args = [CLI, '--state-dir', dir, '--lifecycle', 'instant', '--log-level', 'warn'];
    const server = { command: process.execPath, args };
    return { dir, client: inspector({ server, home: join(dir, 'home'), args: ['--protocol-era', era] }) };
  };

  it.skipIf(NO_PTY !== undefined).each(['legacy', 'modern'])(
    'runs a delete that a person approved in a terminal, in the %s era',
    async (era) => {
      const { dir, client } = opened(era);
      await addApprover(dir);
      await expectWholeSession(client, async (refusal) => {
        const person = openTerminal('approve', codeIn(refusal), '--state-dir', dir);
        await approvesAt(person, 'hdb-uat', PASSPHRASE);
        expect(await person.exitCode()).toBe(0);
      });
    },
  );

  it('reports no schema that other clients could not use', async () => {
    const { code, out } = await opened('auto').client.run('--method', 'tools/list', '--strict');
    expect(code).toBe(0);
    expect(Object.keys(JSON.parse(out))).toEqual(['result']);
  });
});
