import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { megabytesOf } from './measure.ts';

/** The command of this build. */
export const BUILT = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

export interface Answer {
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly ms: number;
}

/** A server over stdio, with a client that makes one call at a time. */
export interface StdioServer {
  request(method: string, params: object): Promise<Result>;
  call(name: string, args: object): Promise<Answer>;
  /** The memory of the process: `VmRSS` now, `VmHWM` at most so far. */
  megabytes(which: 'VmRSS' | 'VmHWM'): number;
  close(): Promise<void>;
}

interface Result {
  readonly isError?: boolean;
  readonly content?: readonly { readonly text?: string }[];
  readonly structuredContent?: Readonly<Record<string, unknown>>;
}

interface Message {
  readonly id?: number;
  readonly error?: object;
  readonly result?: Result;
}

interface Waiting {
  readonly resolve: (message: Message) => void;
  readonly reject: (cause: Error) => void;
}

/** Starts and initializes a server whose environment has `env` and PATH only, so that only its own work is measured. */
export async function startStdio(node: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<StdioServer> {
  const child = spawn(node, args, { stdio: ['pipe', 'pipe', 'ignore'], env: { PATH: process.env['PATH'], ...env } });
  const waiting = new Map<number, Waiting>();
  const fail = (cause: Error) => {
    for (const { reject } of waiting.values()) reject(cause);
  };
  child.once('error', fail).once('exit', (code) => fail(new Error(`${args[0]} ended with ${code}`)));
  const exited = new Promise((resolve) => child.once('exit', resolve));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = JSON.parse(line) as Message;
    if (message.id !== undefined) waiting.get(message.id)?.resolve(message);
  });
  const send = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  let id = 0;
  const request = async (method: string, params: object) => {
    id += 1;
    const { result, error } = await new Promise<Message>((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      send({ id, method, params });
    });
    if (result === undefined || result.isError) throw new Error(`${method} failed: ${JSON.stringify(error ?? result)}`);
    return result;
  };
  const clientInfo = { name: 'bench', version: '1' };
  await request('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo });
  send({ method: 'notifications/initialized' });
  return {
    request,
    async call(name, given) {
      const began = performance.now();
      const { content = [], structuredContent = {} } = await request('tools/call', { name, arguments: given });
      const ms = performance.now() - began;
      return { text: content.map(({ text = '' }) => text).join('\n'), data: structuredContent, ms };
    },
    megabytes: (which) => megabytesOf(child.pid, which),
    async close() {
      child.stdin.end();
      await exited;
    },
  };
}

/** A server whose backend is an endpoint of this process, with its own state directory. */
export function startStdioAt(endpoint: string, home: string, cli = BUILT): Promise<StdioServer> {
  const where = ['--backend', 'aws', '--endpoint', endpoint, '--region', 'us-east-1', '--state-dir', home];
  const keys = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'not-a-secret' };
  return startStdio(process.execPath, [cli, ...where], { HOME: home, ...keys });
}
