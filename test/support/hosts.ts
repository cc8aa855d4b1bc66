import { fileURLToPath } from 'node:url';
import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';

/** The built binary. */
export const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** Arguments for a server on a fresh demo world in memory, whose entities take no time. */
export const FRESH_WORLD = ['--state', ':memory:', '--lifecycle', 'instant', '--log-level', 'warn'];

/** What a person does with a form. */
export type FormAnswer =
  | { action: 'accept'; content: Record<string, string> }
  | { action: 'decline' }
  | { action: 'cancel' };
export type Person = (message: string) => FormAnswer | Promise<FormAnswer>;

interface ToolResult {
  isError?: boolean;
  structuredContent?: Record<string, unknown>;
  content: { type: string; text?: string }[];
}

/** The part of a client that the tests use, alike in every SDK and era. */
export interface Session {
  listTools(): Promise<{
    tools: { name: string; description?: string; annotations?: object; inputSchema: object; outputSchema?: object }[];
  }>;
  callTool(request: { name: string; arguments?: Record<string, unknown> }): Promise<ToolResult>;
  listResources(page?: {
    cursor: string;
  }): Promise<{ resources: { uri: string; name: string }[]; nextCursor?: string | undefined }>;
  listResourceTemplates(): Promise<{ resourceTemplates: { uriTemplate: string }[] }>;
  readResource(request: {
    uri: string;
  }): Promise<{ contents: { uri: string; mimeType?: string; text?: string }[]; ttlMs?: number; cacheScope?: string }>;
  listPrompts(): Promise<{ prompts: { name: string }[] }>;
  getPrompt(request: {
    name: string;
    arguments?: Record<string, string>;
  }): Promise<{ messages: { content: { text?: string } }[] }>;
  complete(request: {
    ref: object;
    argument: { name: string; value: string };
    context?: { arguments: Record<string, string> };
  }): Promise<{ completion: { values: string[] } }>;
  close(): Promise<void>;
}

export interface Host {
  readonly name: string;
  /** Starts the binary with these arguments; with a person, the client shows forms. */
  connect(args: readonly string[], person?: Person): Promise<Session>;
}

const server = (args: readonly string[]) => ({
  command: process.execPath,
  args: [CLI, ...args],
  stderr: 'inherit' as const,
});
const capabilities = (person: Person | undefined) => (person === undefined ? {} : { elicitation: { form: {} } });
const identity = { name: 'test-host', version: '1.0.0' };

const sdkV1: Host = {
  name: 'sdk 1.x',
  connect: async (args, person) => {
    const client = new ClientV1(identity, { capabilities: capabilities(person) });
    if (person !== undefined)
      client.setRequestHandler(ElicitRequestSchema, async ({ params }) => person(params.message));
    await client.connect(new StdioV1(server(args)));
    return client as unknown as Session;
  },
};

const sdkV2 = (name: string, mode: 'legacy' | { pin: string }): Host => ({
  name,
  connect: async (args, person) => {
    const client = new ClientV2(identity, { capabilities: capabilities(person), versionNegotiation: { mode } });
    if (person !== undefined)
      client.setRequestHandler('elicitation/create', async ({ params }) => person(params.message));
    await client.connect(new StdioV2(server(args)));
    return client as unknown as Session;
  },
});

/** Every client library and protocol era that the server is tested with. */
export const HOSTS: readonly Host[] = [
  sdkV1,
  sdkV2('client 2.x, 2025 era', 'legacy'),
  sdkV2('client 2.x, 2026-07-28', { pin: '2026-07-28' }),
];
