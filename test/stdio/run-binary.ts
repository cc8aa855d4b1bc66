import { execFile } from 'node:child_process';
import { CLI } from '../support/hosts.ts';

/** Runs the binary until it ends, with an empty stdin. */
export const run = (...args: string[]) =>
  new Promise<{ code: number; out: string; said: string }>((resolve) => {
    const child = execFile(process.execPath, [CLI, ...args], (_, out, said) =>
      resolve({ code: child.exitCode ?? -1, out, said }),
    );
    child.stdin?.end();
  });
