import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { CLI, HOSTS } from '../support/hosts.ts';
import { createEnvironment, did, failedTo, KMS_KEY } from '../support/session-calls.ts';

it('the command in the error of a quota replaces an empty world with an empty one that has no limits', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-quota-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const place = ['--state', join(folder, 'world.db'), '--state-dir', folder];
  const connect = async (...args: string[]) => {
    const session = await HOSTS[0]?.connect([...place, '--lifecycle', 'instant', '--log-level', 'warn', ...args]);
    if (session === undefined) throw new Error('no host');
    onTestFinished(() => session.close());
    return session;
  };
  const limited = await connect('--world', 'empty');
  await createEnvironment(limited);
  const text = await failedTo(limited, 'create_kx_environment', { name: 'second', kmsKeyId: KMS_KEY });
  await limited.close();
  const [, command = ''] = /finspace-mcp (world reset(?: [\w-]+)+)/.exec(text) ?? [];
  const { status, stdout } = spawnSync(process.execPath, [CLI, ...command.split(' '), ...place, '--yes'], {
    encoding: 'utf8',
  });
  expect({ command, status, stdout }).toMatchObject({
    command: 'world reset --world empty --quotas raised',
    status: 0,
    stdout: expect.stringContaining('is now empty'),
  });
  const unlimited = await connect();
  expect(await did(unlimited, 'list_kx_environments')).toMatchObject({ environments: [] });
  for (const name of ['first', 'second']) await createEnvironment(unlimited, name);
});
