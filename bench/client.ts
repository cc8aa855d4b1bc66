import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

export interface Answer {
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly ms: number;
}

/** A server over stdio, with a client that makes one call at a time. */
export interface Measured {
  call(name: string, args: object): Promise<Answer>;
  /** The most memory that the process has held so far; not a number where /proc does not show it. */
  peakMegabytes(): number;
  close(): Promise<void>;
}

/** Starts a server with nothing of this process's environment but the path, so that only its own work is measured. */
export async function measured(args: readonly string[], home: string, more: NodeJS.ProcessEnv = {}): Promise<Measured> {
  const env = { PATH: process.env['PATH'], HOME: home, ...more };
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'ignore'], env });
  const waiting = new Map<number, (message: Message) => void>();
  let ids = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = JSON.parse(line) as Message;
    if (message.id !== undefined) waiting.get(message.id)?.(message);
  });
  const request = (method: string, params: object) =>
    new Promise<Message>((resolve, reject) => {
      ids += 1;
      waiting.set(ids, resolve);
      child.once('exit', (code) => reject(new Error(`${args[0]} ended with ${code}`)));
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: ids, method, params })}\n`);
    });
  const clientInfo = { name: 'bench', version: '1' };
  await request('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo });
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`);
  return {
    async call(name, given) {
      const began = performance.now();
      const { result, error } = await request('tools/call', { name, arguments: given });
      const ms = performance.now() - began;
      const text = (result?.content ?? []).map((block) => block.text ?? '').join('\n');
      if (result === undefined || result.isError === true)
        throw new Error(`${name} failed: ${error?.message ?? ''} ${text}`);
      return { text, data: result.structuredContent ?? {}, ms };
    },
    peakMegabytes: () => peakOf(child),
    close: () => ended(child),
  };
}

interface Message {
  readonly id?: number;
  readonly error?: { readonly message: string };
  readonly result?: {
    readonly isError?: boolean;
    readonly content?: readonly { readonly text?: string }[];
    readonly structuredContent?: Readonly<Record<string, unknown>>;
  };
}

function peakOf({ pid }: ChildProcess): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}

const ended = (child: ChildProcess) =>
  new Promise<void>((resolve) => {
    child.removeAllListeners('exit');
    child.once('exit', () => resolve());
    child.stdin?.end();
  });
