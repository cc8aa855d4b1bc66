import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { httpFindings } from '../../src/commands/doctor-http.ts';
import type { DoctorFinding } from '../../src/commands/finding.ts';
import { configure } from '../../src/config.ts';
import { positionFile } from '../../src/store/position-file.ts';
import { addApprover } from '../support/approver.ts';
import { run } from './run-binary.ts';

describe('settings with which no server starts', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-refused-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const file = (name: string, content: object) => {
    writeFileSync(join(folder, name), JSON.stringify(content));
    return join(folder, name);
  };
  const STORE = 'postgres://finspace_app@127.0.0.1:9/finspace';

  it.each<[what: string, words: string, args: () => string[] | Promise<string[]>]>([
    ['a denied tool that does not exist', '--deny: there is no tool "nope"', () => ['--deny', 'nope']],
    ['faults that cannot be read', 'no.json', () => ['--faults', join(folder, 'no.json')]],
    ['a world that cannot be read', '--world: ', () => ['--world', join(folder, 'no.json')]],
    [
      'a store with a world in memory',
      '--store: replicas cannot share a world in memory',
      () => ['--store', STORE, '--state', ':memory:'],
    ],
    [
      'a state directory that belongs to a store',
      'this state directory belongs to the shared store',
      () => {
        writeFileSync(positionFile(folder), JSON.stringify({ store: 'desk', position: '1' }));
        return [];
      },
    ],
    [
      'an approver key that nobody asks for',
      '--approve: none is not allowed with a state directory that has an approver key',
      async () => {
        await addApprover(folder);
        return ['--approve', 'none'];
      },
    ],
  ])('are reported by doctor, which changes nothing: %s', async (_, words, args) => {
    const all = ['--state-dir', folder, ...(await args())];
    const before = readdirSync(folder);
    const report = JSON.parse((await run('doctor', '--json', ...all)).out) as { ok: boolean; checks: DoctorFinding[] };
    const found = report.checks.find(({ check }) => check === 'settings');
    expect(found).toMatchObject({ status: 'failed', detail: expect.stringContaining(words) });
    expect(report.ok).toBe(false);
    expect(readdirSync(folder)).toEqual(before);
    const { code, said } = await run(...all);
    expect(said).toBe(`finspace-mcp: ${found?.detail}\n`);
    expect(code).toBeGreaterThan(0);
  });

  it('are reported of the target that has them', async () => {
    const targets = file('targets.json', { targets: { desk: {}, spare: { deny: ['nope'] } } });
    const { out } = await run('doctor', '--state-dir', folder, '--targets', targets);
    expect(out).toContain('failed   spare: settings: --deny: there is no tool "nope"');
    expect(out).not.toContain('desk: settings');
    const ofDesk = await run('doctor', '--state-dir', folder, '--targets', targets, '--target', 'desk');
    expect(ofDesk).toMatchObject({ code: 0, said: '' });
  });

  it.each([
    [['--target', 'desk'], '--target: needs --targets'],
    [['--targets', 'TARGETS', '--target', 'nope'], '--target: no nope; available: desk'],
  ])('that select no target end doctor as they end the server: %j', async (args, words) => {
    const targets = file('targets.json', { targets: { desk: {} } });
    const all = ['--state-dir', folder, ...args.map((arg) => (arg === 'TARGETS' ? targets : arg))];
    const expected = { code: 2, said: `finspace-mcp: ${words}\n` };
    expect(await run(...all)).toMatchObject(expected);
    expect(await run('doctor', ...all)).toMatchObject(expected);
  });

  it.each([
    [['--state', '~/world.db'], '--state: expects a path without ~, which only shells replace'],
    [
      ['--environments', 'kdb-prod'],
      '--environments: expects ids of environments, not names; list_kx_environments shows them',
    ],
  ])('say what to write instead: %j', async (args, words) => {
    expect(await run('--state-dir', folder, ...args)).toMatchObject({ code: 2, said: `finspace-mcp: ${words}\n` });
  });

  it('end tools, too, if a denied tool does not exist', async () => {
    const said = 'finspace-mcp: --deny: there is no tool "delete_kx_clusters"; did you mean delete_kx_cluster?\n';
    expect(await run('tools', '--deny', 'delete_kx_clusters')).toEqual({ code: 2, out: '', said });
  });

  it('are reported by doctor if only an HTTP server has them', async () => {
    const config = configure({ stateDir: folder, store: STORE, authTokens: join(folder, 'tokens.json') }, {});
    const found = (await httpFindings(config)).find(({ check }) => check === 'seal keys');
    expect(found).toMatchObject({ status: 'failed', detail: '--store: needs --seal-keys' });
  });
});
