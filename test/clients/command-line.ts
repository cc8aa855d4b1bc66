import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { expect, onTestFinished } from 'vitest';
import { SERVER } from '../../scripts/clients.ts';
import { ROOT } from '../../scripts/project.ts';
import { CLI } from '../support/hosts.ts';
import { packagesIn } from './packages.ts';
import type { ScriptedModel } from './scripted-model.ts';

const { installed, describeClient } = packagesIn('command-lines');
export const describeCommandLine = describeClient;

const PAGE = readFileSync(join(ROOT, 'docs/clients.md'), 'utf8');

const [, COMMANDS = ''] = /^## Command-line clients\n([\s\S]*?)^## /m.exec(PAGE) ?? [];

/** The line with which the documents add the built server to a client. */
export const documentedCommand = (client: string): string => documented(new RegExp(`^${client} mcp add .*$`, 'm'));

/** The line with which the documents ask a first question. */
export const documentedQuestion = (client: string): string =>
  documented(new RegExp(`^(?:\\w+=\\w+ )*${client} (?:-p|exec) .*$`, 'm'));

const documented = (line: RegExp) =>
  (line.exec(COMMANDS)?.[0] ?? expect.fail(`docs/clients.md has no line like ${line}`)).replace(
    '/path/to/finspace-mcp/dist/cli.js',
    CLI,
  );

/** The lines in the documents that begin like this, with `folder` for the place where the project will be published. */
export const documentedPlugin = (start: string, folder: string): readonly string[] =>
  [...PAGE.matchAll(new RegExp(`\`(${start} [^\`]*)\``, 'g'))].map(([, line = '']) =>
    line.replace(/(?:https:\/\/github\.com\/)?[\w-]+\/finspace-mcp$/, folder),
  );

/** The shell of a person who has installed the clients, with its own home folder, which is removed after the test. */
export function freshShell(model: ScriptedModel, variables: Readonly<Record<string, string>>) {
  const home = mkdtempSync(join(tmpdir(), 'finspace-mcp-home-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true, maxRetries: 9 }));
  for (const name of ['bin', 'tmp', 'project']) mkdirSync(join(home, name));
  writeFileSync(join(home, 'bin/npx'), NPX);
  chmodSync(join(home, 'bin/npx'), 0o755);
  const path = [join(home, 'bin'), installed('.bin'), dirname(process.execPath), '/usr/bin', '/bin'];
  const proxy = { HTTP_PROXY: model.url, HTTPS_PROXY: model.url, NO_PROXY: '127.0.0.1' };
  const env = { HOME: home, TMPDIR: join(home, 'tmp'), PATH: path.join(delimiter), ...proxy, ...variables };
  /** What a command line prints; it must succeed. */
  const run = async (line: string, more: Readonly<Record<string, string>> = {}) => {
    const child = spawn('bash', ['-c', line], {
      ...{ cwd: join(home, 'project'), env: { ...env, ...more }, detached: true },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    onTestFinished(() => endGroup(child.pid));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const [out, err] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
    const printed = `${out}${err}`;
    expect(await ended, `${line}\n${printed}`).toBe(0);
    return printed;
  };
  return { home, run };
}

/** Runs the built server in place of the package of this version, which nobody has published yet. */
const NPX = `#!/bin/sh
[ "$*" = "${SERVER.args.join(' ')}" ] && exec "${process.execPath}" "${CLI}"
echo "npx: $* is not here" >&2
exit 1
`;

/** Ends the processes that a command left running. */
function endGroup(group: number | undefined): void {
  try {
    process.kill(-(group ?? expect.fail('the command did not start')), 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
