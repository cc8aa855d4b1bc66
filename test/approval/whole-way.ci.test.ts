import { describe, expect, it, onTestFinished } from 'vitest';
import { addApprover } from '../support/approver.ts';
import { CLI, FRESH_WORLD, HOSTS } from '../support/hosts.ts';
import { createEnvironment, did, failedTo } from '../support/session-calls.ts';
import { approvesAt, NO_PTY, openTerminal } from './pty.ts';
import { PASSPHRASE, stateDirectory } from './support.ts';

const DURABLE = ['--world', 'empty', ...FRESH_WORLD.slice(2)];

describe.each(HOSTS)('a client without forms, $name', ({ connect }) => {
  const opened = async () => {
    const dir = stateDirectory();
    await addApprover(dir);
    const session = await connect([...DURABLE, '--state-dir', dir]);
    onTestFinished(() => session.close());
    const { environmentId } = await createEnvironment(session);
    const target = { environmentId, databaseName: 'trades' };
    await did(session, 'create_kx_database', target);
    return { dir, session, target };
  };
  const codeIn = (text: string) => /code ([A-Z0-9]{5})/.exec(text)?.[1] as string;

  it('receives instructions for the person, but nothing that lets it approve', async () => {
    const { dir, session, target } = await opened();
    const text = await failedTo(session, 'delete_kx_database', target);
    const id = target.environmentId.slice(0, 4);
    expect(text.split('\n')).toEqual([
      'delete_kx_database did not run. Nothing was changed.',
      expect.stringMatching(/shows no forms.*The plan waits under the code [A-Z0-9]{5}\.$/),
      'The plan:',
      `DELETE database trades in trading (${id})`,
      'Permanent loss: data trades (0 B in 0 files, 0 changesets).',
      'Type trades to approve.',
      expect.stringMatching(/^environment: "trading", account: "\d{12}", region: "us-east-1", backend: "local /),
      'This cannot be undone.',
      'Lost for good:',
      '- data "trades" ("0 B in 0 files, 0 changesets").',
      `environmentId: "${target.environmentId}".`,
      expect.stringMatching(/^createdTimestamp: /),
      'End of the plan.',
      expect.stringMatching(/: node ".+cli\.js" approve [A-Z0-9]{5} --state-dir ".+" ; or in a browser: .+ --web/),
      expect.stringContaining('You cannot approve it yourself'),
    ]);
    // A nonce is 22 characters; names of tools and commands are words.
    expect(
      text
        .replaceAll(dir, '')
        .replaceAll(CLI, '')
        .replaceAll(target.environmentId, '')
        .match(/https?:|[A-Za-z0-9-]{22,}/g),
    ).toBeNull();
    expect(codeIn(await failedTo(session, 'delete_kx_database', target))).toBe(codeIn(text));
  });

  it('reads in the refusal that one plan can delete many entities', async () => {
    const session = await connect(FRESH_WORLD);
    onTestFinished(() => session.close());
    const { environments } = (await did(session, 'list_kx_environments')) as { environments: Record<string, string>[] };
    const environmentId = environments.find(({ name }) => name === 'kdb-prod')?.['environmentId'];
    const text = await failedTo(session, 'delete_kx_environment', { environmentId });
    expect(text).toContain('1. cluster "');
    expect(text.split('\n').at(-1)).toContain('tear_down_kx_environment');
  });

  it.skipIf(NO_PTY !== undefined)(
    `has its call run once after approval in a terminal, and needs a new approval the next time ${NO_PTY ?? ''}`,
    { timeout: 60_000 },
    async () => {
      const { dir, session, target } = await opened();
      const code = codeIn(await failedTo(session, 'delete_kx_database', target));
      const person = openTerminal('approve', code, '--state-dir', dir);
      await person.sees('DELETE database trades in trading (');
      await person.sees('environment: "trading"');
      await approvesAt(person, 'trades', PASSPHRASE);
      expect(await person.exitCode()).toBe(0);

      await did(session, 'delete_kx_database', target);
      expect(await failedTo(session, 'delete_kx_database', target)).toContain('ResourceNotFoundException');
      await did(session, 'create_kx_database', target);
      const next = codeIn(await failedTo(session, 'delete_kx_database', target));
      expect(next).toMatch(/^[A-Z0-9]{5}$/);
      expect(next).not.toBe(code);
      expect(await did(session, 'get_kx_database', target)).toMatchObject({ databaseName: 'trades' });
    },
  );
});
