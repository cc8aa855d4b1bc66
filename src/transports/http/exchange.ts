import { OF_EXTENSIONS, ON_DEMAND } from '../../methods.ts';
import { type Needs, scopesOf } from './auth/scopes.ts';

/** One request and its response, for logs and metrics: no arguments, headers or bodies. */
export interface HttpExchange {
  readonly method: string;
  readonly path: string;
  readonly startedMs: number;
  principal?: string;
  /** The JSON-RPC method, and the tool of a `tools/call`. */
  rpc?: string;
  tool?: string;
  /** Why the request was rejected before the protocol. */
  refused?: 'host' | 'load' | 'token' | 'body' | 'scope' | 'rate' | undefined;
  /** The same in words, for the client. */
  reason?: string;
}

export type Observe = (exchange: HttpExchange, status: number, ms: number) => void;

/** The request in one JSON-RPC message. */
export interface RpcRequest {
  readonly rpc?: string;
  readonly tool?: string;
}

/** The requests in a JSON-RPC body, one for each message of a batch; never empty. */
export function rpcRequests(body: unknown, needs: Needs): [RpcRequest, ...RpcRequest[]] {
  const [first, ...rest] = Array.isArray(body) ? (body as unknown[]) : [body];
  return [rpcRequestIn(first, needs), ...rest.map((message) => rpcRequestIn(message, needs))];
}

function rpcRequestIn(message: unknown, needs: Needs): RpcRequest {
  const { method, params } = (message ?? {}) as Message;
  if (typeof method !== 'string') return {};
  const rpc = METHODS.has(method) ? method : 'other';
  if (rpc !== 'tools/call') return { rpc };
  const called = params?.name;
  const name = DISPATCHERS.has(called) ? params?.arguments?.tool : called;
  return { rpc, tool: typeof name === 'string' && needs(name) !== undefined ? name : 'other' };
}

interface Message {
  readonly method?: unknown;
  readonly params?: { readonly name?: unknown; readonly arguments?: { readonly tool?: unknown } | null } | null;
}

/** The tools that run another tool, which is the one that counts. */
const DISPATCHERS: ReadonlySet<unknown> = new Set(['call_read_tool', 'call_write_tool']);

/** The load that a call puts on the backend and its data; rate limits differ by it. */
export type ToolClass = 'read' | 'write' | 'destroy';

export function toolClass(tool: string | undefined, needs: Needs): ToolClass {
  const scopes = tool === undefined ? [] : scopesOf(tool, needs);
  if (scopes.includes('finspace:destroy')) return 'destroy';
  return scopes.some((scope) => scope !== 'finspace:read') ? 'write' : 'read';
}

/** Names that may become label values; every other name is counted as `other`. */
const METHODS = new Set<string>([
  'initialize',
  'notifications/initialized',
  'notifications/cancelled',
  'server/discover',
  'ping',
  'tools/list',
  ...ON_DEMAND,
  ...OF_EXTENSIONS,
  'subscriptions/listen',
  'logging/setLevel',
]);
