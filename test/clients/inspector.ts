import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { expect } from 'vitest';
import { installed } from './installed.ts';
import { resultText, type ThirdParty } from './third-party.ts';

const PROGRAM = installed('@modelcontextprotocol/inspector/clients/launcher/build/index.js');

export interface InspectorOptions {
  /** The server, as an entry of `mcpServers`. */
  readonly server: object;
  /** Where it keeps its tokens. */
  readonly home: string;
  readonly args?: readonly string[];
  /** Answers what it prints on stderr with a line for its stdin. */
  readonly onPrompt?: (printed: string) => string | undefined;
}

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The command line of MCP Inspector: one process for each request. */
export function inspector(options: InspectorOptions): ThirdParty & { run(...args: string[]): Promise<Run> } {
  const run = (...args: string[]) => inspect(options, args);
  const result = async <Result>(...args: string[]) => {
    const { out, err } = await run(...args);
    expect(out, err).not.toBe('');
    return (JSON.parse(out) as { result: Result }).result;
  };
  return {
    run,
    tools: async () =>
      (await result<{ tools: { name: string }[] }>('--method', 'tools/list')).tools.map(({ name }) => name),
    read: async (uri) => {
      const { contents } = await result<{ contents: { text: string }[] }>('--method', 'resources/read', '--uri', uri);
      return contents.map(({ text }) => text).join();
    },
    call: async (name, args) => {
      const call = ['--method', 'tools/call', '--tool-name', name, '--tool-args-json', JSON.stringify(args)];
      const { isError = false, content } = await result<{ isError?: boolean; content: { text?: string }[] }>(...call);
      return { failed: isError, text: resultText({ content }) };
    },
  };
}

async function inspect(
  { server, home, args = [], onPrompt }: InspectorOptions,
  request: readonly string[],
): Promise<Run> {
  mkdirSync(home, { recursive: true });
  const config = join(home, 'servers.json');
  writeFileSync(config, JSON.stringify({ mcpServers: { finspace: server } }));
  const line = ['--cli', '--config', config, '--server', 'finspace', '--format', 'json', ...args, ...request];
  // Nothing in this PATH opens a browser.
  const env = { HOME: home, PATH: '/nowhere', MCP_AUTO_OPEN_ENABLED: 'true', MCP_INSPECTOR_SECRET_STORE: 'file' };
  const child = spawn(process.execPath, [PROGRAM, ...line], { env });
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk;
    const answer = onPrompt?.(err);
    if (answer !== undefined) child.stdin.write(`${answer}\n`);
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const out = await textOf(child.stdout);
  return { code: await ended, out, err };
}
