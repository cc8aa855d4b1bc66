import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { createRuntime } from '../../src/commands/runtime.ts';
import { configure } from '../../src/config.ts';
import { LOCAL_CALLER } from '../../src/safety/policy.ts';
import { serveOverStdio } from '../../src/transports/stdio.ts';
import { closing, HTTP_HOSTS, product } from '../http/support.ts';
import type { Session } from '../support/hosts.ts';

/** A session that can subscribe, in either era. */
export interface Subscribing extends Session {
  listen?(filter: object): Promise<{ honoredFilter?: object; close(): Promise<void> }>;
  subscribeResource(request: { uri: string }): Promise<unknown>;
  unsubscribeResource(request: { uri: string }): Promise<unknown>;
  /** Over HTTP, a client of the 2025 era ends its session explicitly. */
  readonly transport?: { terminateSession?(): Promise<void> };
  fallbackNotificationHandler?: (notification: { method: string; params?: { uri?: string } }) => Promise<void>;
}

/** Timers that run only when the test says so. */
export interface ManualTimers {
  readonly schedule: (work: () => void, ms: number) => () => void;
  /** The delay of each pending timer, in milliseconds. */
  pending(): number[];
  /** Runs all pending timers. */
  pass(): void;
}

export function manualTimers(): ManualTimers {
  const pending = new Set<{ work: () => void; ms: number }>();
  return {
    schedule: (work, ms) => {
      const one = { work, ms };
      pending.add(one);
      return () => void pending.delete(one);
    },
    pending: () => [...pending].map(({ ms }) => ms),
    pass: () => {
      const due = [...pending];
      pending.clear();
      for (const { work } of due) work();
    },
  };
}

/** A server to connect to, which polls resources when the test says so. */
export interface WatchedServer {
  readonly timers: ManualTimers;
  connect(): Promise<Subscribing>;
}

/** Settings for several servers that share a world, in a folder that is removed after the test. */
export function sharedWorld(): Record<string, unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-watch-'));
  closing({ close: async () => rmSync(folder, { recursive: true, force: true }) });
  return { state: join(folder, 'world.db'), stateDir: folder, world: 'empty', lifecycle: 'instant' };
}

const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function overStdio(connectTo: (transport: object) => Promise<Session>) {
  return async (settings: Record<string, unknown>): Promise<WatchedServer> => {
    const timers = manualTimers();
    const served = createRuntime(configure(settings, {}), SILENT, { remote: false, schedule: timers.schedule });
    closing(served);
    const connect = async () => {
      const [input, output] = [new PassThrough(), new PassThrough()];
      const stop = new AbortController();
      const done = serveOverStdio(served.createServer, LOCAL_CALLER, {
        input,
        output,
        stop: stop.signal,
        onerror: () => {},
        mutationsSettled: served.mutationsSettled,
        parentEnded: () => new Promise(() => {}),
        callMs: 1_000,
        maxBytes: 1_048_576,
        onending: () => {},
        onunanswered: () => {},
      });
      const session = await connectTo(lineTransport(output, input));
      const close = async () => {
        await session.close();
        await done;
      };
      return closing(new Proxy(session, { get: (of, name) => (name === 'close' ? close : bound(of, name)) }));
    };
    return { timers, connect: connect as WatchedServer['connect'] };
  };
}

const bound = (of: object, name: string | symbol) => {
  const value = Reflect.get(of, name) as unknown;
  return typeof value === 'function' && name !== 'fallbackNotificationHandler' ? value.bind(of) : value;
};

/** A client's transport over two streams in this process. */
function lineTransport(input: PassThrough, output: PassThrough) {
  let rest = '';
  const transport = {
    onmessage: undefined as ((message: unknown) => void) | undefined,
    onclose: undefined as (() => void) | undefined,
    start: async () => {
      input.on('data', (chunk) => {
        const parts = (rest + String(chunk)).split('\n');
        rest = parts.pop() ?? '';
        for (const part of parts) transport.onmessage?.(JSON.parse(part));
      });
    },
    send: async (message: unknown) => void output.write(`${JSON.stringify(message)}\n`),
    close: async () => {
      output.end();
      transport.onclose?.();
    },
  };
  return transport;
}

const identity = { name: 'watcher', version: '1.0.0' };
const connectV1 = async (transport: object) => {
  const client = new ClientV1(identity, { capabilities: {} });
  await client.connect(transport as never);
  return client as unknown as Session;
};
const connectV2 = (mode: 'legacy' | { pin: string }) => async (transport: object) => {
  const client = new ClientV2(identity, { capabilities: {}, versionNegotiation: { mode } });
  await client.connect(transport as never);
  return client as unknown as Session;
};

const STDIO = [
  ['sdk 1.x', connectV1],
  ['client 2.x, 2025 era', connectV2('legacy')],
  ['client 2.x, 2026-07-28', connectV2({ pin: '2026-07-28' })],
] as const;

/** Both transports with every client library and era. */
export const WATCHERS = [
  ...STDIO.map(([name, connectTo]) => ({
    name: `stdio, ${name}`,
    modern: name.includes('2026'),
    open: overStdio(connectTo),
  })),
  ...HTTP_HOSTS.map(({ name, connect }) => ({
    name: `HTTP, ${name}`,
    modern: name.includes('2026'),
    open: async (settings: Record<string, unknown>): Promise<WatchedServer> => {
      const timers = manualTimers();
      const { url } = await product(settings, { schedule: timers.schedule });
      return { timers, connect: async () => (await connect(url)) as Subscribing };
    },
  })),
];

/** Subscribes in the way of the era; returns how to stop, and the notifications. */
export async function subscribe(session: Subscribing, modern: boolean, uri: string) {
  const heard: string[] = [];
  session.fallbackNotificationHandler = async ({ method, params }) => void heard.push(`${method} ${params?.uri ?? ''}`);
  if (!modern) {
    await session.subscribeResource({ uri });
    return { heard, stop: async () => void (await session.unsubscribeResource({ uri })) };
  }
  const subscription = await session.listen?.({ resourceSubscriptions: [uri] });
  return { heard, stop: async () => void (await subscription?.close()) };
}
