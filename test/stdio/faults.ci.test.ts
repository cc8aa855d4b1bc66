import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLI, FRESH_WORLD, HOSTS, type Session } from '../support/hosts.ts';
import { createEnvironment, did, failedTo } from '../support/session-calls.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'finspace-faults-'));
  path = join(folder, 'faults.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('faults of the embedded service', () => {
  let session: Session | undefined;
  afterEach(() => session?.close());
  const started = async (rules: object[]) => {
    writeFileSync(path, JSON.stringify({ rules }));
    session = await HOSTS[0]?.connect([...FRESH_WORLD, '--world', 'empty', '--faults', path]);
    return session as Session;
  };
  const iamRole = 'arn:aws:iam::111122223333:role/quant';

  it('reach the client of a stdio server as errors of the operation', async () => {
    const client = await started([
      { operation: 'ListKxClusters', every: 2, error: 'AccessDenied', message: 'Not you' },
    ]);
    const { environmentId } = await createEnvironment(client);
    expect(await did(client, 'list_kx_clusters', { environmentId })).toMatchObject({ kxClusterSummaries: [] });
    const text = await failedTo(client, 'list_kx_clusters', { environmentId });
    expect(text).toContain('list_kx_clusters failed with AccessDeniedException (HTTP 403)');
    expect(text).toContain('Not you');
    expect(await did(client, 'list_kx_clusters', { environmentId })).toMatchObject({ complete: true });
  });

  it('break connections: a lost reply is fetched again once, with the same token', async () => {
    const client = await started([{ operation: 'CreateKxUser', every: 2, reset: 'after' }]);
    const { environmentId } = await createEnvironment(client);
    await did(client, 'create_kx_user', { environmentId, userName: 'ann', iamRole });
    await did(client, 'create_kx_user', { environmentId, userName: 'bob', iamRole });
    const { users } = await did(client, 'list_kx_users', { environmentId });
    expect(users).toMatchObject([{ userName: 'ann' }, { userName: 'bob' }]);
  });

  it('truncate replies, and make a started change fail in time', async () => {
    const client = await started([
      { operation: 'GetKxUser', truncate: 9 },
      { operation: 'CreateKxScalingGroup', failure: { reason: 'No host to be had' } },
    ]);
    const { environmentId } = await createEnvironment(client);
    await did(client, 'create_kx_user', { environmentId, userName: 'ann', iamRole });
    expect(await failedTo(client, 'get_kx_user', { environmentId, userName: 'ann' })).toMatch(
      /get_kx_user failed with Unreachable/,
    );
    const scalingGroupName = 'sg-one';
    const place = { hostType: 'kx.sg.large', availabilityZoneId: 'use1-az1' };
    await did(client, 'create_kx_scaling_group', { environmentId, scalingGroupName, ...place });
    expect(await did(client, 'get_kx_scaling_group', { environmentId, scalingGroupName })).toMatchObject({
      status: 'CREATE_FAILED',
      statusReason: 'No host to be had',
    });
  });
});

describe('an invalid file of faults ends a server at start-up', () => {
  const files: [what: string, content: string | undefined, message: RegExp, commands?: string[]][] = [
    ['does not exist', undefined, /cannot be read/, ['stdio', 'http', 'local']],
    ['is not JSON', '{"rules": [', /is not JSON/],
    ['names no operation', '{"rules":[{"operation":"ListClusters","error":"Throttling"}]}', /rules\.0\.operation/],
    ['has a rule without a fault', '{"rules":[{"operation":"*"}]}', /rules\.0: needs at least one of/],
  ];
  it.each(files)('that %s, with one line', (_, content, message, commands = ['stdio']) => {
    if (content !== undefined) writeFileSync(path, content);
    for (const command of commands) {
      const args = [
        CLI,
        command,
        '--state',
        ':memory:',
        '--faults',
        path,
        ...(command === 'stdio' ? [] : ['--port', '0']),
      ];
      const { status, stderr, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 });
      expect({ command, status, stdout }).toEqual({ command, status: 1, stdout: '' });
      expect(stderr).toMatch(/^finspace-mcp: [^\n]+\n$/);
      expect(stderr).toContain(path);
      expect(stderr).toMatch(message);
    }
  });

  it('that is given for another backend, with one line', () => {
    const args = [CLI, '--backend', 'aws', '--faults', path];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 2, stderr: 'finspace-mcp: --faults: needs --backend local\n' });
  });
});
