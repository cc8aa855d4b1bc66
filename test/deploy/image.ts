import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { ROOT } from '../../scripts/project.ts';
import { read } from '../docs/pages.ts';

interface Instruction {
  readonly keyword: string;
  readonly text: string;
}

/** The instructions of a Dockerfile, one list for each stage. */
export const stages = (dockerfile: string): Instruction[][] =>
  dockerfile
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll('\\\n', '')
    .split(/^(?=FROM )/m)
    .map((stage) =>
      Array.from(stage.matchAll(/^([A-Z]+) (.*)$/gm), ([, keyword = '', text = '']) => ({ keyword, text })),
    )
    .filter((stage) => stage.length > 0);

const [, BUILD = [], FINAL = []] = stages(read('Dockerfile'));

/** The argument of an instruction of the final stage; of the last one, if there are several. */
export const instruction = (keyword: string) => FINAL.findLast((each) => each.keyword === keyword)?.text ?? '';
/** A command in the form of a JSON array. */
export const words = (keyword: string): string[] => JSON.parse(instruction(keyword).replace(/^.*?CMD /, ''));
/** The variables of the image. */
export const variables = (): Record<string, string> =>
  Object.fromEntries(
    instruction('ENV')
      .split(' ')
      .map((pair) => pair.split('=', 2)),
  );

/** The Node.js release line of the image, if it is installed: `npm install --prefix test/package/nodes --no-save` installs it. */
const NODE = join(ROOT, 'test', 'package', 'nodes', 'node_modules', 'node-24', 'bin', 'node');
const node = existsSync(NODE) ? NODE : process.execPath;

/** Builds the image without Docker, from the files that the Dockerfile copies, in a folder: `/src` of the build stage, and `/app`. */
export function buildImage(folder: string): void {
  const source = join(folder, 'src');
  mkdirSync(source);
  // Not a link, which would give the bundler other paths. Hard links need no time and no space where the file system has them.
  copyTree(join(ROOT, 'node_modules'), join(source, 'node_modules'));
  for (const [from, to] of copies(BUILD)) copy(join(ROOT, from), join(source, to));
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: source, shell: process.platform === 'win32' });
  for (const [from, to] of copies(FINAL)) copy(join(folder, from), join(folder, to));
}

function copyTree(from: string, to: string): void {
  const cp = (how: string) => execFileSync('cp', [how, from, to], { stdio: 'ignore' });
  try {
    cp('-al');
  } catch {
    rmSync(to, { recursive: true, force: true });
    cp('-a');
  }
}

/** The sources and targets of what a stage copies. A target that ends with a slash is a folder. */
const copies = (stage: readonly Instruction[]): [string, string][] =>
  stage
    .filter(({ keyword }) => keyword === 'COPY')
    .flatMap(({ text }) => {
      const paths = text.split(' ').filter((word) => !word.startsWith('--'));
      const target = paths.pop() ?? '';
      return paths.map((from): [string, string] => [from, /\/$/.test(target) ? join(target, basename(from)) : target]);
    });

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true });
}

/** Runs the image that `buildImage` built in a folder, with its variables and a free port, until the end of the test. */
export function runImage(folder: string, args: readonly string[], more: Record<string, string> = {}) {
  const state = { FINSPACE_MCP_STATE_DIR: join(folder, 'state'), FINSPACE_MCP_PORT: '0' };
  const env = { PATH: process.env['PATH'] ?? '', ...variables(), ...state, ...more };
  const server = spawn(node, [join(folder, 'app', 'dist', 'cli.js'), ...args], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void server.kill('SIGKILL'));
  return server;
}

/** The port on which a server on 0.0.0.0 listens, from what it logs. */
export async function portOf(server: ChildProcess): Promise<number> {
  let said = '';
  server.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  const port = () => /http:\/\/0\.0\.0\.0:(\d+)/.exec(said)?.[1];
  while (port() === undefined) {
    await Promise.race([once(server.stderr as NodeJS.ReadableStream, 'data'), once(server, 'exit')]);
    if (server.exitCode !== null) expect.fail(said);
  }
  return Number(port());
}

/** Runs the health check of the image for a server on a port. Resolves with the exit code. */
export function checkHealth(port: number): Promise<number | null> {
  const [, ...args] = words('HEALTHCHECK');
  const env = { PATH: process.env['PATH'] ?? '', FINSPACE_MCP_PORT: String(port) };
  return new Promise((resolve) => spawn(node, args, { env }).once('exit', resolve));
}
