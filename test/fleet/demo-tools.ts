import type { CallToolResult } from '@modelcontextprotocol/server';
import { afterAll, beforeAll, vi } from 'vitest';
import { FinspaceError } from '../../src/operations/failure.ts';
import type { Call, OperationName } from '../../src/operations/index.ts';
import { LOCAL_CALLER, type Restrictions } from '../../src/safety/policy.ts';
import { callTool } from '../../src/tools/call.ts';
import type { Exchange, ToolDependencies } from '../../src/tools/dependencies.ts';
import { type Demo, demo, NOW } from '../inventory/demo.ts';
import { UNRESTRICTED } from '../support/unrestricted.ts';

export interface Called {
  readonly isError: boolean;
  readonly text: string;
  readonly data: Record<string, unknown>;
  readonly links: readonly string[];
  readonly progress: readonly string[];
}

/** Calls tools without a transport; no approval is requested. */
export function caller(
  call: Call,
  restrictions: Partial<Restrictions> = {},
  signal = new AbortController().signal,
  more: Partial<ToolDependencies> = {},
) {
  const deps = {
    call,
    restrictions: { ...UNRESTRICTED, ...restrictions },
    caller: LOCAL_CALLER,
    backendLocation: { backend: 'local', region: 'us-east-1' },
    gate: {
      inTurn: (_: unknown, work: () => unknown) => work(),
      authorize: async () => ({ kind: 'run', actor: { principal: 'test' } }),
    },
    secrets: { deliver: async (_: string, __: object, output: object) => ({ output }) },
    ...more,
  } as unknown as ToolDependencies;
  return async (name: string, args: Record<string, unknown> = {}): Promise<Called> => {
    const progress: string[] = [];
    const notify = async ({ params }: { params: { message: string } }) => void progress.push(params.message);
    const requestState = () => undefined;
    const context = { mcpReq: { signal, notify, requestState, _meta: { progressToken: 1 } } };
    const exchange = { context, showsForms: false } as unknown as Exchange;
    const result = (await callTool(deps, { name, arguments: args }, exchange)) as CallToolResult;
    return {
      isError: result.isError === true,
      text: result.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n'),
      data: (result.structuredContent ?? {}) as Record<string, unknown>,
      links: result.content.flatMap((block) => (block.type === 'resource_link' ? [block.uri] : [])),
      progress,
    };
  };
}

/** The same calls; those that are named or selected fail. */
export const failing =
  (
    call: Call,
    fails: OperationName | ((operation: OperationName, input: Record<string, unknown>) => boolean),
    code: 'ResourceNotFound' | 'Throttling' | 'Unreachable' = 'Throttling',
    detail = code === 'Throttling' ? 'Slow down.' : 'No answer.',
  ): Call =>
  async (operation, input, options) => {
    const isMeant =
      typeof fails === 'string' ? operation === fails : fails(operation, input as Record<string, unknown>);
    if (!isMeant) return call(operation, input, options);
    throw new FinspaceError({ operation, code, detail, retryable: true, advice: '' });
  };

/** The demo world for all tests of a file, at a fixed time, and a function that calls tools on it. */
export function demoTools(): { readonly world: () => Demo; readonly use: ReturnType<typeof caller> } {
  let world: Demo;
  beforeAll(async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: NOW });
    world = await demo();
  });
  afterAll(async () => {
    vi.useRealTimers();
    await world.close();
  });
  return { world: () => world, use: (...called) => caller(world.call)(...called) };
}

export type Rows = Record<string, unknown>[];

/** One member of each row of a reply. */
export const names = (rows: unknown, member = 'name') => (rows as Rows).map((row) => row[member]);
