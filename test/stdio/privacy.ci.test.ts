import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CLI } from '../support/hosts.ts';

const modeOf = (path: string) => (statSync(path).mode & 0o7777).toString(8);

function directory(mode = 0o700): string {
  const dir = mkdtempSync(join(tmpdir(), 'finspace-mcp-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  chmodSync(dir, mode);
  return dir;
}

/** Serves one delete that nobody approves, so that the ledger, the journal and the world are written, and then ends. */
function run(stateDir: string, ...args: string[]) {
  const messages = [
    {
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
    },
    { method: 'notifications/initialized' },
    { id: 2, method: 'tools/call', params: { name: 'list_kx_environments', arguments: {} } },
    {
      id: 3,
      method: 'tools/call',
      params: {
        name: 'create_kx_environment',
        arguments: {
          name: 'new',
          kmsKeyId: 'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555',
        },
      },
    },
  ];
  const input = messages.map((message) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`).join('');
  return spawnSync(process.execPath, ['--no-warnings', CLI, '--state-dir', stateDir, ...args], {
    encoding: 'utf8',
    input,
  });
}

describe.skipIf(process.platform === 'win32')('the state directory', () => {
  it('is created for its owner only, with any umask', () => {
    const stateDir = join(directory(), 'deep', 'state');
    const before = process.umask(0);
    try {
      expect(run(stateDir).status).toBe(0);
    } finally {
      process.umask(before);
    }
    expect(modeOf(stateDir)).toBe('700');
    for (const file of ['state.db', 'world.db']) expect(modeOf(join(stateDir, file)), file).toBe('600');
  });

  it.each([
    ['everybody', 0o777],
    ['its group', 0o770],
  ])('is not used where %s can write, and the refusal says what to run', (_, mode) => {
    const dir = directory(mode);
    const { stdout, stderr, status } = run(dir);
    expect([stdout, status]).toEqual(['', 1]);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toContain(`Run chmod go-w ${dir}`);
    expect(existsSync(join(dir, 'state.db'))).toBe(false);
    const made = join(dir, 'own');
    expect(run(made).status).toBe(0);
    expect(modeOf(made)).toBe('700');
  });

  it('may be in a directory where only owners can remove their files, such as /tmp', () => {
    const shared = directory(0o1777);
    const world = join(shared, 'world.db');
    expect(run(directory(), '--state', world).status).toBe(0);
    expect(modeOf(world)).toBe('600');
  });

  it('is closed to other users who could read it, which is logged once', () => {
    const dir = directory(0o755);
    expect(run(dir).status).toBe(0);
    for (const file of ['state.db', 'world.db']) chmodSync(join(dir, file), 0o644);
    const { stderr, status } = run(dir);
    expect(status).toBe(0);
    for (const file of ['state.db', 'world.db']) {
      expect(stderr).toContain(
        `${join(dir, file)}: other users could access it (mode 0644); now only you can (mode 0600)`,
      );
      expect(modeOf(join(dir, file))).toBe('600');
    }
    expect(run(dir).stderr).not.toContain('other users');
  });
});
