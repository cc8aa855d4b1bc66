import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { onTestFinished } from 'vitest';
import type { Person, Session } from '../support/hosts.ts';
import { installed } from './installed.ts';

export interface Remote {
  /** Where it keeps its tokens. */
  readonly home: string;
  readonly args?: readonly string[];
  /** Who answers forms; without one, the client shows none. */
  readonly person?: Person;
  /** Gets what it prints on stderr. */
  readonly onPrinted?: (printed: string) => void;
}

/** A client over stdio behind mcp-remote, which connects it to `url`. */
export async function throughMcpRemote(url: string, { home, args = [], person, onPrinted }: Remote): Promise<Session> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [installed('mcp-remote/dist/proxy.js'), url, ...args],
    // Nothing in this PATH opens a browser.
    env: { HOME: home, PATH: '/nowhere' },
    stderr: 'pipe',
  });
  let printed = '';
  transport.stderr?.on('data', (chunk: Buffer) => {
    printed += chunk;
    onPrinted?.(printed);
  });
  const capabilities = person === undefined ? {} : { elicitation: { form: {} } };
  const client = new Client({ name: 'test-host', version: '1.0.0' }, { capabilities });
  if (person !== undefined) client.setRequestHandler(ElicitRequestSchema, async ({ params }) => person(params.message));
  onTestFinished(() => client.close());
  await client.connect(transport);
  return client as unknown as Session;
}
