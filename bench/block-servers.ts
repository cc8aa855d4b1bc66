import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const MONITOR = path('./event-loop-monitor.mjs');
const CLI = path('../dist/cli.js');
const WORLD = ['--state', ':memory:', '--lifecycle', 'instant', '--log-level', 'info'];
/** The bench stops waiting for a call after this long. */
const PATIENCE_MS = 2_000;
/** How long the bench waits for the error that answers an invalid request. */
const SHORT_MS = 150;

/** A server in a separate process that reports how long its event loop was blocked. */
export interface Watched {
  /** Sends a message and resolves with the reply's text; '' when none came in time. */
  send(message: string, kind?: 'request' | 'other'): Promise<string>;
  /** The longest block since the last time, in milliseconds. */
  longestBlock(): Promise<number>;
  close(): void;
}

function start(command: string, args: readonly string[] = []): ChildProcess {
  return spawn(process.execPath, ['--import', MONITOR, CLI, command, ...WORLD, ...args], {
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
  });
}

async function longestBlock(child: ChildProcess): Promise<number> {
  const answer = once(child, 'message');
  child.send('longest');
  const [longest] = await answer;
  return longest as number;
}

const within = <T>(ms: number, work: Promise<T>, otherwise: T): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(resolve, ms, otherwise);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
};

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 'first',
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'block', version: '1' } },
};

/** A client of the 2025 era over stdio. */
export async function overStdio(): Promise<Watched> {
  const child = start('stdio');
  child.stderr?.resume();
  let waiting: { readonly id: unknown; readonly resolve: (line: string) => void } | undefined;
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    const { id, method } = JSON.parse(line) as { id?: unknown; method?: unknown };
    if (method === undefined && (waiting?.id === undefined || waiting.id === id)) waiting?.resolve(line);
  });
  const send: Watched['send'] = (message, kind = 'request') => {
    const id = kind === 'request' ? (JSON.parse(message) as { id?: unknown }).id : undefined;
    const reply = new Promise<string>((resolve) => {
      waiting = { id, resolve };
    });
    child.stdin?.write(`${message}\n`);
    return within(kind === 'request' ? PATIENCE_MS : SHORT_MS, reply, '');
  };
  await send(JSON.stringify(INITIALIZE));
  await send('{"jsonrpc":"2.0","method":"notifications/initialized"}', 'other');
  return { send, longestBlock: () => longestBlock(child), close: () => void child.kill() };
}

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'block', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};
const BASICS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

async function listeningAt(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stderr as NodeJS.ReadableStream })) {
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (url !== undefined) return url;
  }
  throw new Error('the server ended before it listened');
}

async function post(url: string, headers: Record<string, string>, body: string, ms: number) {
  try {
    const signal = AbortSignal.timeout(ms);
    const response = await fetch(url, { method: 'POST', headers: { ...BASICS, ...headers }, body, signal });
    return { headers: response.headers, text: await response.text() };
  } catch {
    return { headers: new Headers(), text: '' };
  }
}

/** Clients of both eras over HTTP, in turn. */
export async function overHttp(): Promise<Watched> {
  const child = start('http', ['--port', '0', '--access-log=false']);
  const url = `${await listeningAt(child)}/mcp`;
  const session = { 'mcp-protocol-version': '2025-11-25', 'mcp-session-id': '' };
  const opened = await post(url, {}, JSON.stringify(INITIALIZE), PATIENCE_MS);
  session['mcp-session-id'] = opened.headers.get('mcp-session-id') ?? '';
  let sent = 0;
  return {
    send: async (message, kind = 'request') => {
      sent += 1;
      const isModern = sent % 2 === 0 && kind === 'request';
      const headers = isModern ? modernHeaders(message) : session;
      const body = isModern ? withMeta(message) : message;
      return (await post(url, headers, body, kind === 'request' ? PATIENCE_MS : SHORT_MS)).text;
    },
    longestBlock: () => longestBlock(child),
    close: () => void child.kill(),
  };
}

function modernHeaders(message: string): Record<string, string> {
  const { method, params } = JSON.parse(message) as { method: string; params: { name?: unknown; uri?: unknown } };
  const name = params.name ?? params.uri;
  const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': plain(method) };
  return typeof name === 'string' ? { ...headers, 'mcp-name': plain(name) } : headers;
}
const plain = (text: string) => text.slice(0, 500).replace(/[^\x21-\x7e]/g, '_');

function withMeta(message: string): string {
  const { params, ...rest } = JSON.parse(message) as { params: { _meta?: object } };
  return JSON.stringify({ ...rest, params: { ...params, _meta: { ...params._meta, ...META } } });
}

/** The local service; a message is the body of a request to an operation that its first line names as method and path. */
export async function localService(): Promise<Watched> {
  const child = start('local', ['--port', '0']);
  const url = await listeningAt(child);
  return {
    send: async (message) => {
      const end = message.indexOf('\n');
      const [method = 'POST', target = '/'] = message.slice(0, end).split(' ');
      const response = await fetch(`${url}${target}`, {
        method,
        body: message.slice(end + 1),
        headers: { 'content-type': 'application/json', authorization: SIGNED },
        signal: AbortSignal.timeout(PATIENCE_MS),
      }).catch(() => undefined);
      return (await response?.text()) ?? '';
    },
    longestBlock: () => longestBlock(child),
    close: () => void child.kill(),
  };
}

const SIGNED =
  'AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260317/us-east-1/finspace/aws4_request, SignedHeaders=host, Signature=00';
