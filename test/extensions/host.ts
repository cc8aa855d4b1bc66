import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { onTestFinished } from 'vitest';
import { CLI, FRESH_WORLD } from '../support/hosts.ts';

/** The eras of the protocol, as the client negotiates them. */
export const ERAS = [
  { era: '2025-11-25', mode: 'legacy' as const },
  { era: '2026-07-28', mode: { pin: '2026-07-28' } },
];
type Mode = (typeof ERAS)[number]['mode'];

/** A client over stdio that supports extensions of MCP, until the test is over. */
export async function clientWith(extensions: Record<string, object>, mode: Mode) {
  const identity = { name: 'test-host', version: '1.0.0' };
  const client = new Client(identity, { capabilities: { extensions } as object, versionNegotiation: { mode } });
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [CLI, ...FRESH_WORLD], stderr: 'inherit' }),
  );
  onTestFinished(() => client.close());
  return client;
}

/** The extension by which hosts show pages. */
export const APPS = { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html;profile=mcp-app'] } };
