import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Running {
  readonly port: number;
  readonly child: ChildProcess;
}

/** Starts a server that logs its URL as a line of JSON. */
export function start(args: readonly string[]): Promise<Running> {
  // Certificates from a file cost each process time and memory that are not the server's.
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'], env });
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${args[0]} ended with ${code}`)));
    createInterface({ input: child.stderr as NodeJS.ReadableStream }).on('line', (line) => {
      const url = line.startsWith('{') ? (JSON.parse(line) as { url?: string }).url : undefined;
      if (url !== undefined) resolve({ child, port: Number(new URL(url).port) });
    });
  });
}
