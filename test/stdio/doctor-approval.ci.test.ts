import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DoctorFinding } from '../../src/commands/finding.ts';
import { pinApprover } from '../../src/local/identity.ts';
import { openWorldStore } from '../../src/local/store.ts';
import { approverKey, keyFingerprint } from '../../src/safety/approver.ts';
import { addApprover } from '../support/approver.ts';
import { CLI } from '../support/hosts.ts';

const PRIVATE_KEY_PROBLEMS: [string, RegExp, (path: string) => void][] = [
  ['is missing', /cannot be read/, (path) => rmSync(path)],
  ['is damaged', /is damaged/, (path) => writeFileSync(path, '{"salt":')],
  ['is readable by others', /other users can access it; .*chmod go-rwx/, (path) => chmodSync(path, 0o644)],
];

describe('finspace-mcp doctor, about approval', { timeout: 60_000 }, () => {
  let state: string;
  beforeEach(() => {
    state = mkdtempSync(join(tmpdir(), 'finspace-mcp-doctor-'));
  });
  afterEach(() => rmSync(state, { recursive: true, force: true }));

  const run = (...args: string[]) =>
    spawnSync(process.execPath, [CLI, ...args, '--state-dir', state], { encoding: 'utf8' });
  const approval = (...args: string[]) => {
    const { checks } = JSON.parse(run('doctor', '--json', ...args).stdout) as { checks: DoctorFinding[] };
    return checks.find(({ check }) => check === 'approval');
  };
  const fingerprint = async () => keyFingerprint((await approverKey(state)) as never);
  const privateKey = () => join(state, 'approver', 'private.json');
  const snapshot = () =>
    readdirSync(state, { recursive: true, encoding: 'utf8' }).map((name) => {
      const { mtimeMs } = statSync(join(state, name));
      return { name, mtimeMs, content: name.endsWith('.db') ? readFileSync(join(state, name), 'base64') : '' };
    });

  it('reports that the key to which the world is pinned is missing, and changes nothing', async () => {
    await addApprover(state);
    run('world', 'reset', '--yes');
    expect(approval()).toMatchObject({ status: 'ok' });
    const pinned = await fingerprint();
    rmSync(join(state, 'approver'), { recursive: true });
    const before = snapshot();
    expect(approval()).toEqual({
      check: 'approval',
      status: 'failed',
      detail:
        `The world in ${join(state, 'world.db')} is pinned to the approver key ${pinned}, but there is no approver key here. ` +
        'No call that needs approval can run.',
      advice: expect.stringMatching(
        /put a copy of the folder approver that holds this key into .*"A lost passphrase" in SECURITY\.md\.$/,
      ),
    });
    expect(snapshot()).toEqual(before);
  });

  it('reports a target whose world is pinned to another key', async () => {
    run('world', 'reset', '--yes');
    const store = await openWorldStore(join(state, 'world.db'));
    await pinApprover(store, 'SHA256:other');
    await store.close();
    await addApprover(state);
    const targets = join(state, 'targets.json');
    writeFileSync(targets, JSON.stringify({ targets: { desk: {}, other: { state: join(state, 'other.db') } } }));
    expect(approval('--targets', targets)).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining(`SHA256:other, but the key here is ${await fingerprint()}.`),
    });
  });

  it('reports for which targets approvals in a terminal count without a key', () => {
    const targets = join(state, 'targets.json');
    const reported = (rows: object, ...args: string[]) => {
      writeFileSync(targets, JSON.stringify({ targets: rows }));
      return approval('--targets', targets, ...args)?.detail;
    };
    const cloud = { backend: 'aws', endpoint: 'http://127.0.0.1:9', region: 'us-east-1' };
    const forms = 'There is no approver key. Forms in MCP clients count; approvals in a terminal';
    expect(reported({ cloud })).toBe(`${forms} do not.`);
    expect(reported({ cloud }, '--state', ':memory:')).toBe(`${forms} do not.`);
    expect(reported({ cloud, desk: {} })).toBe(`${forms} count only for local targets.`);
    expect(reported({ desk: { state: ':memory:' } })).toContain('The world in memory needs no passphrase.');
  });

  it.skipIf(process.platform === 'win32').each(PRIVATE_KEY_PROBLEMS)(
    'reports that the private key %s',
    async (_, problem, damage) => {
      await addApprover(state);
      damage(privateKey());
      expect(approval()).toEqual({
        check: 'approval',
        status: 'failed',
        detail: expect.stringMatching(problem),
        advice: expect.stringContaining('put back the folder approver'),
      });
    },
  );

  it('reports that the public key is damaged', async () => {
    await addApprover(state);
    writeFileSync(join(state, 'approver', 'public.pem'), 'damaged');
    expect(run('doctor').stdout).toContain('public.pem: is damaged. Correct that, or put back the folder approver');
  });

  it('reports an approver folder without keys', async () => {
    mkdirSync(join(state, 'approver'), { mode: 0o700 });
    expect(approval()).toMatchObject({ status: 'failed', detail: expect.stringContaining('cannot be read') });
  });
});
