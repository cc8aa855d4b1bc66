import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/free-port.ts';

/** Whether this machine has a Redis to start; without one the tests of the fleet are skipped. */
export const HAS_REDIS = spawnSync('redis-server', ['--version']).status === 0;

export interface TestRedis {
  readonly url: string;
  readonly sealKeys: string;
  /** Holds it still, so that connections stay open and nothing is answered. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends it and starts it again on the same port, with nothing in it. */
  restart(): Promise<void>;
  /** Kills it and starts it again with what it saved last. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** A Redis of its own on a free loopback port, which keeps nothing, and a file with a sealing key. */
export async function startRedis(): Promise<TestRedis> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-redis-'));
  const sealKeys = join(folder, 'keys');
  writeFileSync(sealKeys, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    folder,
    '--repl-diskless-sync-delay',
    '0',
  ];
  let server = await started(args);
  return {
    url: `redis://127.0.0.1:${port}`,
    sealKeys,
    pause: async () => void server.kill('SIGSTOP'),
    resume: async () => void server.kill('SIGCONT'),
    restart: async () => {
      await ended(server);
      server = await started(args);
    },
    kill: async () => {
      await ended(server, 'SIGKILL');
      server = await started(args);
    },
    stop: async () => {
      server.kill('SIGCONT');
      await ended(server);
      rmSync(folder, { recursive: true });
    },
  };
}

function started(args: readonly string[]): Promise<ChildProcess> {
  const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  return new Promise((resolve, reject) => {
    server.stdout.on('data', (chunk) => String(chunk).includes('Ready to accept') && resolve(server));
    server.once('exit', () => reject(new Error('redis-server ended')));
  });
}

function ended(server: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (server.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    server.once('exit', () => resolve());
    server.kill(signal);
  });
}
