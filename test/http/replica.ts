import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { CLI } from '../support/hosts.ts';
import { closing } from './support.ts';

/** A server in a separate process, which can be killed. */
export interface Replica {
  readonly url: string;
  readonly child: ChildProcess;
  /** Whether it has ended or is being ended, so that no requests should be sent to it. */
  readonly dead: () => boolean;
  readonly ended: Promise<void>;
  /** What it wrote to stderr. */
  readonly said: () => string;
  /** Kills it, as a crash would. */
  kill(): Promise<void>;
}

/** Starts the built binary as `finspace-mcp http` on a free port. */
export function startReplica(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Replica> {
  const child = spawn(process.execPath, [CLI, 'http', '--port', '0', '--access-log=false', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env,
  });
  const lines: string[] = [];
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let isEnding = false;
  const end = async (signal: NodeJS.Signals) => {
    isEnding = true;
    child.kill(signal);
    await ended;
  };
  closing({ close: () => end('SIGKILL') });
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${lines.join('\n')}`)));
    createInterface({ input: child.stderr as NodeJS.ReadableStream }).on('line', (line) => {
      lines.push(line);
      const url = line.startsWith('{') ? (JSON.parse(line) as { url?: string }).url : undefined;
      if (url === undefined) return;
      resolve({
        url,
        child,
        dead: () => isEnding || child.exitCode !== null || child.signalCode !== null,
        ended,
        said: () => lines.join('\n'),
        kill: () => end('SIGKILL'),
      });
    });
  });
}
