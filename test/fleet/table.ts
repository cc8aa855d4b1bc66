import type { CallToolResult } from '@modelcontextprotocol/server';
import type { Call } from '../../src/operations/index.ts';
import { LOCAL_CALLER, type Restrictions, UNRESTRICTED } from '../../src/safety/policy.ts';
import { callTool } from '../../src/tools/call.ts';
import type { Exchange, ToolEnvironment } from '../../src/tools/environment.ts';

export interface Called {
  readonly isError: boolean;
  readonly text: string;
  readonly data: Record<string, unknown>;
  readonly links: readonly string[];
  readonly progress: readonly string[];
}

/** Calls tools without a transport between; the other half of the environment is not there, because these tools only read. */
export function caller(call: Call, restrictions: Partial<Restrictions> = {}, signal = new AbortController().signal) {
  const environment = {
    call,
    restrictions: { ...UNRESTRICTED, ...restrictions },
    caller: LOCAL_CALLER,
  } as unknown as ToolEnvironment;
  return async (name: string, args: Record<string, unknown> = {}): Promise<Called> => {
    const progress: string[] = [];
    const notify = async ({ params }: { params: { message: string } }) => void progress.push(params.message);
    const context = { mcpReq: { signal, notify, _meta: { progressToken: 1 } } };
    const exchange = { context, showsForms: false } as unknown as Exchange;
    const result = (await callTool(environment, { name, arguments: args }, exchange)) as CallToolResult;
    return {
      isError: result.isError === true,
      text: result.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n'),
      data: (result.structuredContent ?? {}) as Record<string, unknown>,
      links: result.content.flatMap((block) => (block.type === 'resource_link' ? [block.uri] : [])),
      progress,
    };
  };
}
