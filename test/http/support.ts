import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { Server } from '@modelcontextprotocol/server';
import { openHttp } from '../../src/commands/http.ts';
import { configure, type SettingName } from '../../src/config.ts';
import { type HttpOptions, type HttpServer, serveOverHttp } from '../../src/transports/http/serve.ts';
import type { Person, Session } from '../support/hosts.ts';

const opened: { close(): Promise<unknown> }[] = [];

/** Closes what a test opened, the latest first. For `afterEach`. */
export async function closeAll(): Promise<void> {
  for (const one of opened.splice(0).reverse()) await one.close();
}

/** Makes `closeAll` close this, too. */
export function closing<T extends { close(): Promise<unknown> }>(one: T): T {
  opened.push(one);
  return one;
}

export interface Running extends HttpServer {
  readonly url: string;
}

const running = (server: HttpServer): Running =>
  closing({ ...server, url: `http://127.0.0.1:${server.port}/mcp`, close: () => server.close() });
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** The product over HTTP on a fresh world in memory, whose entities take no time. */
export async function product(
  settings: Partial<Record<SettingName, unknown>> = {},
  more: Parameters<typeof openHttp>[2] = {},
): Promise<Running> {
  const config = configure({ state: ':memory:', world: 'empty', lifecycle: 'instant', port: 0, ...settings }, {});
  return running(await openHttp(config, SILENT, more));
}

/** The HTTP stack around a server whose one tool runs `work`. */
export async function stack(work: () => Promise<void>, options: Partial<HttpOptions> = {}): Promise<Running> {
  const createServer = () => {
    const server = new Server({ name: 'stack', version: '1' }, { capabilities: { tools: {} } });
    server.setRequestHandler('tools/list', () => ({ tools: [] }));
    server.setRequestHandler('tools/call', async () => {
      await work();
      return { content: [] };
    });
    return server;
  };
  return running(
    await serveOverHttp({
      ...configure({ port: 0 }, {}),
      served: [{ path: '/mcp', createServer }],
      mutationsSettled: async () => {},
      ready: async () => true,
      onerror: () => {},
      ...options,
    }),
  );
}

export interface Connection {
  readonly person?: Person | undefined;
  readonly headers?: Record<string, string>;
  /** The name that the client sends. */
  readonly client?: string;
}

export interface HttpHost {
  readonly name: string;
  connect(url: string, connection?: Connection): Promise<Session>;
}

const identity = { name: 'test-host', version: '1.0.0' };
const capabilities = (person: Person | undefined) => (person === undefined ? {} : { elicitation: { form: {} } });

const sdkV1: HttpHost = {
  name: 'sdk 1.x',
  connect: async (url, { person, headers = {}, client: name = identity.name } = {}) => {
    const client = new ClientV1({ ...identity, name }, { capabilities: capabilities(person) });
    if (person !== undefined)
      client.setRequestHandler(ElicitRequestSchema, async ({ params }) => person(params.message));
    await client.connect(new HttpV1(new URL(url), { requestInit: { headers } }) as never);
    return closing(client as unknown as Session);
  },
};

const sdkV2 = (name: string, mode: 'legacy' | { pin: string }): HttpHost => ({
  name,
  connect: async (url, { person, headers = {}, client: called = identity.name } = {}) => {
    const client = new ClientV2(
      { ...identity, name: called },
      { capabilities: capabilities(person), versionNegotiation: { mode } },
    );
    if (person !== undefined)
      client.setRequestHandler('elicitation/create', async ({ params }) => person(params.message));
    await client.connect(new HttpV2(new URL(url), { requestInit: { headers } }));
    return closing(client as unknown as Session);
  },
});

/** Every client library and protocol era that the HTTP server is tested with. */
export const HTTP_HOSTS: readonly HttpHost[] = [
  sdkV1,
  sdkV2('client 2.x, 2025 era', 'legacy'),
  sdkV2('client 2.x, 2026-07-28', { pin: '2026-07-28' }),
];

const BASICS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
export const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: identity },
};

/** Posts the given body and headers to an MCP endpoint. */
export const post = (url: string, body: unknown, headers: Record<string, string> = {}, signal?: AbortSignal) =>
  fetch(url, {
    method: 'POST',
    headers: { ...BASICS, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal && { signal }),
  });

/** Posts a 2026-07-28 request. */
export const modern = (url: string, method: string, params: Record<string, unknown> = {}, headers = {}) =>
  post(url, modernBody(method, params), { ...modernHeaders(method, params), ...headers });

export const modernHeaders = (method: string, params: Record<string, unknown> = {}) => ({
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': method,
  ...(typeof params['name'] === 'string' ? { 'mcp-name': params['name'] } : {}),
});

export const modernBody = (method: string, params: Record<string, unknown> = {}, id: number | string = 1) => ({
  jsonrpc: '2.0',
  id,
  method,
  params: {
    ...params,
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': identity,
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
});
