import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InMemoryTransport, type JSONRPCMessage } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { createRuntime } from '../../../src/commands/runtime.ts';
import { configure, type SettingName } from '../../../src/config.ts';
import type { Call } from '../../../src/operations/index.ts';
import { LOCAL_CALLER } from '../../../src/safety/policy.ts';
import { type Clock, type Members, type Spy, spyOn, standingClock } from './backend.ts';

export type Era = '2025-06-18' | '2026-07-28';

/** What a client that speaks raw JSON-RPC gets back. */
export interface Answer {
  readonly result?: Members;
  readonly error?: { readonly code: number; readonly message: string };
}

export interface RawClient {
  request(method: string, params: Members): Promise<Answer>;
  /** Replies to a request of the server, with the error that it rejects with. */
  onServerRequest: (method: string, params: Members) => Members | Promise<Members>;
  close(): Promise<void>;
}

/** The product with all its layers over a fresh local world, without a process and without a network. */
export interface Product {
  readonly spy: () => Spy;
  readonly clock: Clock;
  readonly logged: object[];
  readonly folder: string;
  connect(era: Era, capabilities?: Members): Promise<RawClient>;
  /** Serves the client at the other end. */
  attach(transport: InMemoryTransport): void;
  /** Resolves when no mutation is in progress. */
  mutationsSettled(): Promise<void>;
  close(): Promise<void>;
}

/** With `durable`, the world, the ledger and the journal are files in its folder, which others can open. */
export function openProduct(
  settings: Partial<Record<SettingName, unknown>> = {},
  { durable = false, around }: { readonly durable?: boolean; readonly around?: (call: Call) => Call } = {},
): Product {
  const folder = mkdtempSync(join(tmpdir(), 'safety-'));
  const clock = standingClock();
  const logged: object[] = [];
  const write = (fields: object, message: string) => void logged.push({ ...fields, message });
  const log = { debug: write, info: write, warn: write, error: write };
  const state = durable ? join(folder, 'world.db') : ':memory:';
  const base = { state, world: 'empty', lifecycle: 'instant', stateDir: folder };
  let spy: Spy | undefined;
  const served = createRuntime(configure({ ...base, ...settings }, {}), log, {
    remote: false,
    now: clock.now,
    wrapCall: (call) => {
      spy = spyOn(around?.(call) ?? call);
      return spy.call;
    },
  });
  const attach = (transport: InMemoryTransport) =>
    void serveStdio(() => served.createServer(LOCAL_CALLER), { transport, onerror: () => {} });
  return {
    attach,
    mutationsSettled: served.mutationsSettled,
    spy: () => spy as Spy,
    clock,
    logged,
    folder,
    connect: async (era, capabilities = { elicitation: { form: {} } }) => {
      const [ours, theirs] = InMemoryTransport.createLinkedPair();
      attach(theirs);
      return rawClient(ours, era, capabilities);
    },
    close: async () => {
      await served.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const identity = { name: 'raw', version: '1' };

async function rawClient(transport: InMemoryTransport, era: Era, capabilities: Members): Promise<RawClient> {
  const waiting = new Map<number, (answer: Answer) => void>();
  let id = 0;
  const send = (message: object) => transport.send({ jsonrpc: '2.0', ...message } as JSONRPCMessage);
  const meta = {
    'io.modelcontextprotocol/protocolVersion': era,
    'io.modelcontextprotocol/clientInfo': identity,
    'io.modelcontextprotocol/clientCapabilities': capabilities,
  };
  const modern = era === '2026-07-28';
  const client: RawClient = {
    onServerRequest: () => ({ action: 'cancel' }),
    request: (method, params) =>
      new Promise((resolve, reject) => {
        id += 1;
        waiting.set(id, resolve);
        send({ id, method, params: modern ? { ...params, _meta: meta } : params }).catch(reject);
      }),
    close: () => transport.close(),
  };
  transport.onmessage = (raw) => {
    const message = raw as { id?: number; method?: string; params?: Members } & Answer;
    if (message.method !== undefined && message.id !== undefined)
      void Promise.resolve(client.onServerRequest(message.method, message.params ?? {})).then(
        (result) => send({ id: message.id, result }),
        (error: Answer['error']) => send({ id: message.id, error }),
      );
    else if (message.id !== undefined) waiting.get(message.id)?.(message);
  };
  await transport.start();
  if (!modern) {
    await client.request('initialize', { protocolVersion: era, capabilities, clientInfo: identity });
    await send({ method: 'notifications/initialized' });
  }
  return client;
}

/** The text of a result or the message of an error. */
export const textOf = ({ result, error }: Answer): string =>
  error?.message ?? ((result?.['content'] ?? []) as { text?: string }[]).map(({ text }) => text).join('\n');
