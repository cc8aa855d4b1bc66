import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, expect, it } from 'vitest';

/**
 * Every block of shell lines in our documents says in a comment before it whether it is run here: `<!-- runs: TEXT -->`, where
 * each line has to succeed and what it prints to contain the text, or `<!-- not run: REASON -->`.
 */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGES = ['README.md', 'SECURITY.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)].filter(
  (name) => name.endsWith('.md'),
);
const BLOCK = /(?:<!-- (runs|not run|runs elsewhere): (.+) -->\n)?^```(?:bash|sh|shell)\n([\s\S]*?)^```/gm;

const blocks = PAGES.flatMap((page) =>
  [...readFileSync(join(ROOT, page), 'utf8').matchAll(BLOCK)].map(([, kind, text = '', lines = '']) => ({
    page,
    kind,
    text,
    lines: lines
      .replaceAll(/\\\n\s*/g, '')
      .split('\n')
      .filter((line) => line.trim() !== ''),
  })),
);
const running = blocks.filter(({ kind }) => kind === 'runs');

/** Ports in the documents, each to be replaced by one that is free here. */
const PORTS = ['4566', '8080'];
const IS_SERVER = /(?:cli\.js|finspace-mcp) (?:http|local)\b/;
const has = (program: string) => {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`]);
    return true;
  } catch {
    return false;
  }
};

const started: ChildProcess[] = [];
let home = '';
afterEach(async () => {
  await Promise.all(
    started.splice(0).map((server) => {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      process.kill(-(server.pid as number), 'SIGTERM');
      return ended;
    }),
  );
  rmSync(home, { recursive: true, force: true });
});

it('says of every block whether it is run', () => {
  expect(blocks.filter(({ kind }) => kind === undefined)).toEqual([]);
  expect(running.length).toBeGreaterThan(2);
});

it.each(running)('$page: $lines.0', { timeout: 60_000 }, async ({ lines, text }) => {
  home = mkdtempSync(join(tmpdir(), 'finspace-mcp-docs-'));
  mkdirSync(join(home, 'bin'));
  symlinkSync(join(ROOT, 'dist', 'cli.js'), join(home, 'bin', 'finspace-mcp'));
  const env = { PATH: `${join(home, 'bin')}:${process.env['PATH']}`, HOME: home, LANG: 'C.UTF-8' };
  const free = new Map(await Promise.all(PORTS.map(async (port) => [port, await freePort()] as const)));
  for (const line of lines) {
    const here = line
      .replaceAll('0.0.0.0', '127.0.0.1')
      .replaceAll(/\b(?:4566|8080)\b/g, (port) => free.get(port) ?? port);
    if (IS_SERVER.test(here)) await serve(here, env);
    else if (/\baws finspace\b/.test(here) && !has('aws'))
      console.warn(`SKIPPED, because there is no AWS CLI: ${line}`);
    else {
      const { stdout } = await promisify(execFile)('bash', ['--norc', '-ec', here], { cwd: ROOT, env });
      expect(stdout, line).toContain(text);
    }
  }
});

/** Starts a server and waits until it says where it listens. */
async function serve(line: string, env: NodeJS.ProcessEnv): Promise<void> {
  const server = spawn('bash', ['--norc', '-c', `exec ${line}`], {
    cwd: ROOT,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(server);
  let said = '';
  await new Promise<void>((resolve, reject) => {
    server.once('exit', (code) => reject(new Error(`${line} ended with ${code}: ${said}`)));
    for (const stream of [server.stdout, server.stderr])
      stream.on('data', (chunk) => {
        said += chunk;
        if (/serving MCP|service on/.test(said)) resolve();
      });
  });
  server.removeAllListeners('exit');
}

async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}
