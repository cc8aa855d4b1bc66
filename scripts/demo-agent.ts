import { setTimeout as pause } from 'node:timers/promises';
import { type CallToolResult, Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { PAINT, print, say, showForm } from './demo-screen.ts';

export type Members = Record<string, unknown>;

/** An agent of the demo: an MCP client with a server of its own, which prints what it calls and what that costs. */
export interface Agent {
  /** Calls a tool that must succeed. */
  call(tool: string, args: Members): Promise<Members>;
  /** Calls a tool that will be refused, and prints what the model gets. */
  refused(tool: string, args: Members): Promise<void>;
  read(uri: string): Promise<string>;
  /** The URIs of the resources that begin with this, in the server's order. */
  listed(prefix: string): Promise<string[]>;
  tools(): Promise<{ readonly count: number; readonly tokens: number }>;
  close(): Promise<void>;
}

/** How long the person reads before declining. A faster answer looks as if the client had declined, not a person. */
const READ_MS = 1_500;

/** The calls that the agents of this demo made, and the tokens (o200k) of the answers. */
export const spent = { calls: 0, tokens: 0 };

/**
 * Starts the built server and connects a client. With `typed`, the client shows forms, and the demo plays the person, who types this text
 * into the first form and declines others.
 */
export async function agent(cli: string, stateDir: string, typed?: string): Promise<Agent> {
  const client = new Client(
    { name: 'finspace-mcp-demo', version: '1.0.0' },
    {
      capabilities: typed === undefined ? {} : { elicitation: { form: {} } },
      versionNegotiation: { mode: { pin: '2026-07-28' } },
    },
  );
  if (typed !== undefined) {
    let questions = 0;
    client.setRequestHandler('elicitation/create', async ({ params }) => {
      questions += 1;
      if (questions > 1) {
        print('The person is asked again, and declines.', { painted: PAINT.bold });
        await pause(READ_MS);
        return { action: 'decline' };
      }
      showForm(params.message, `the person (played by this demo) types ${typed}`);
      return { action: 'accept', content: { name: typed } };
    });
  }
  const args = [cli, '--state-dir', stateDir, '--log-level', 'warn'];
  await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: 'inherit' }));

  const ask = async (tool: string, args: Members) => {
    print(`→ ${tool} ${argumentsText(args)}`, { painted: PAINT.dim });
    const onprogress = ({ message = '' }: { message?: string | undefined }) => {
      if (!message.startsWith('Fulfilling')) say(PAINT.dim(`   … ${message}`));
    };
    const result = (await client.callTool({ name: tool, arguments: args }, { onprogress })) as CallToolResult;
    const text = result.content.map((block) => (block.type === 'text' ? block.text : JSON.stringify(block))).join('\n');
    const tokens = countTokens(text);
    spent.calls += 1;
    spent.tokens += tokens;
    say(PAINT.dim(`   ← ${tokens} tokens`));
    return { result, text };
  };
  return {
    call: async (tool, args) => {
      const { result, text } = await ask(tool, args);
      if (result.isError) throw new Error(text);
      return result.structuredContent as Members;
    },
    refused: async (tool, args) => {
      const { result, text } = await ask(tool, args);
      if (!result.isError) throw new Error(`${tool} was not refused`);
      print(text, { painted: PAINT.yellow });
    },
    read: async (uri) => {
      const [content] = (await client.readResource({ uri })).contents;
      return content !== undefined && 'text' in content ? content.text : '';
    },
    listed: async (prefix) => {
      const { resources } = await client.listResources();
      return resources.map(({ uri }) => uri).filter((uri) => uri.startsWith(prefix));
    },
    tools: async () => {
      const { tools } = await client.listTools();
      return { count: tools.length, tokens: countTokens(JSON.stringify({ tools })) };
    },
    close: () => client.close(),
  };
}

/** Arguments as JSON on one line, with spaces at which it can be broken. */
const argumentsText = (args: Members) => JSON.stringify(args, null, 1).replaceAll(/\n */g, ' ');
