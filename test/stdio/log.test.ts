import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { stderrLog } from '../../src/commands/log.ts';
import { NO_PTY, openTerminal } from '../approval/pty.ts';
import { CLI } from '../support/hosts.ts';

describe('the log of a server', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-log-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const ARGS = ['http', '--port', '0', '--state', ':memory:'];
  /** The first lines that `finspace-mcp http` logs without a terminal. */
  const logged = (...args: string[]) =>
    new Promise<string>((resolve, reject) => {
      const server = spawn(process.execPath, [CLI, ...ARGS, '--state-dir', folder, ...args]);
      onTestFinished(() => void server.kill('SIGTERM'));
      let said = '';
      server.stderr.on('data', (chunk) => {
        said += chunk;
        if (/serving MCP.*\n/.test(said)) resolve(said);
      });
      server.once('close', () => reject(new Error(said)));
    });
  const TEXT = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ INFO {2}serving MCP over HTTP url=http:\/\/127\.0\.0\.1:\d+\/mcp\n/m;

  it.runIf(NO_PTY === undefined)('consists of readable lines on a terminal', async () => {
    const terminal = openTerminal(...ARGS, '--state-dir', folder);
    await terminal.sees('/mcp\n');
    expect(terminal.screen()).toMatch(TEXT);
  });

  it('consists of JSON otherwise', async () => {
    const [line = ''] = (await logged()).split('\n');
    expect(JSON.parse(line)).toMatchObject({ msg: 'serving MCP over HTTP', url: expect.any(String) });
  });

  it('has the format that --log-format requests', async () => {
    expect(await logged('--log-format', 'text')).toMatch(TEXT);
  });

  it('names the path of named targets, because there is no other', async () => {
    const targets = join(folder, 'targets.json');
    writeFileSync(targets, JSON.stringify({ targets: { lab: {} } }));
    const [line = ''] = (await logged('--targets', targets)).split('\n');
    expect(JSON.parse(line).url).toMatch(/:\d+\/t\/<target>\/mcp$/);
  });

  it('keeps each entry on one line as text, whatever its values are, and omits undefined values', () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    onTestFinished(() => write.mockRestore());
    const log = stderrLog({ logLevel: 'warn', logFormat: 'text' });
    log.info({}, 'not shown');
    log.error({ cause: 'a\n2026-03-17 INFO forged \u001b[2J', user: undefined, n: 5, list: ['x'] }, 'failed\nagain');
    expect(write.mock.calls.map(([line]) => String(line).slice(21))).toEqual([
      'ERROR failed\\u{a}again cause="a\\n2026-03-17 INFO forged \\u001b[2J" n=5 list=["x"]\n',
    ]);
  });
});
