import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type CallToolResult, Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import type { Step } from './folders.ts';
import type { Setup } from './prepare.ts';

/** `play.ts SETUP STEP …`: one step of an MCP client that plays a task. Prints what the model gets, and logs the step. */
/** A form that is declined sooner counts as declined by the client and not by a person. */
const READING_MS = 1_500;

const STEPS: Readonly<Record<string, (client: Client, ...words: string[]) => Promise<unknown>>> = {
  list: async (client) => {
    const { tools } = await client.listTools();
    const lines = tools.map(({ name, inputSchema: { properties = {}, required = [] }, description }) => {
      const names = Object.keys(properties).map((member) => (required.includes(member) ? `${member}*` : member));
      return `${name}(${names.join(', ')})\n    ${description}`;
    });
    return [...lines, `INSTRUCTIONS: ${client.getInstructions()}`].join('\n');
  },
  schema: async (client, ...names) => (await client.listTools()).tools.filter(({ name }) => names.includes(name)),
  resources: async (client) => (await client.listResources()).resources.map(({ uri, name }) => `${uri}  ${name}`),
  templates: async (client) => (await client.listResourceTemplates()).resourceTemplates.map((each) => each.uriTemplate),
  read: async (client, uri = '') => (await client.readResource({ uri })).contents,
  prompts: async (client) => (await client.listPrompts()).prompts,
  prompt: async (client, name = '', json = '{}') =>
    (await client.getPrompt({ name, arguments: JSON.parse(json) as Record<string, string> })).messages,
};

const [setup = '', step = '', ...words] = process.argv.slice(2);
const { folder, cli, person } = JSON.parse(readFileSync(setup, 'utf8')) as Setup;
const log = (entry: Step) => appendFileSync(join(folder, 'log.jsonl'), `${JSON.stringify(entry)}\n`);

if (step !== 'call' && STEPS[step] === undefined) {
  console.error(`unknown step ${step}; there are: ${[...Object.keys(STEPS), 'call'].join(', ')}`);
  process.exit(2);
}
const client = await connect();
try {
  if (step === 'call') await call(words[0] ?? '', words[1] ?? '{}');
  else await show();
} finally {
  await client.close();
}

/** Prints the output of a step other than a call. */
async function show(): Promise<void> {
  const result = await STEPS[step]?.(client, ...words).catch((error: Error) => `ERROR ${error.message}`);
  console.log(typeof result === 'string' ? result : JSON.stringify(result, null, 1));
  log({ step });
}

/** Calls a tool. A client that rejects the arguments counts as a failed call. */
async function call(tool: string, json: string): Promise<void> {
  const onprogress = ({ message }: { message?: string | undefined }) => console.error(`… ${message ?? ''}`);
  const called = async () =>
    (await client.callTool(
      { name: tool, arguments: JSON.parse(json) as Record<string, unknown> },
      { onprogress, timeout: 120_000 },
    )) as CallToolResult;
  const { content, isError = false } = await called().catch(
    (error: Error): CallToolResult => ({ isError: true, content: [{ type: 'text', text: error.message }] }),
  );
  const text = content.map((block) => (block.type === 'text' ? block.text : JSON.stringify(block))).join('\n');
  console.log(isError ? `ERROR ${text}` : text);
  log({ step: 'call', tool, arguments: json, tokens: countTokens(text), failed: isError });
}

async function connect(): Promise<Client> {
  const capabilities = person === 'none' ? {} : { elicitation: { form: {} } };
  const mode = { pin: '2026-07-28' };
  const player = new Client(
    { name: 'finspace-mcp-evals', version: '1.0.0' },
    { capabilities, versionNegotiation: { mode } },
  );
  if (person !== 'none') {
    player.setRequestHandler('elicitation/create', async ({ params }) => {
      await wait(READING_MS);
      if (person === 'declines' || !('requestedSchema' in params)) return { action: 'decline' };
      const typed = /^Type (.+) to approve\.$/m.exec(params.message)?.[1] ?? '';
      const fields = Object.keys(params.requestedSchema.properties);
      return { action: 'accept', content: Object.fromEntries(fields.map((field) => [field, typed])) };
    });
  }
  const args = [cli, '--state-dir', join(folder, 'state'), '--log-level', 'warn'];
  await player.connect(new StdioClientTransport({ command: process.execPath, args, stderr: 'inherit' }));
  return player;
}
