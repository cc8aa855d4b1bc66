import { EXTENSION_METHODS, ON_DEMAND_METHODS } from '../../methods.ts';
import { calledTool, type OperationsCalledBy, scopesOf } from './auth/scopes.ts';
import { messagesIn, type RpcMessage } from './rpc-messages.ts';

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
  /** The message of the rejection. */
  reason?: string;
}

export type Observe = (exchange: HttpExchange, status: number, ms: number) => void;

/** The request or notification in one JSON-RPC message. */
interface RpcRequest {
  readonly rpc?: string;
  readonly tool?: string;
}

/** The request or notification in a JSON-RPC body; of a batch, that of the first message. Empty if that is a reply. */
export function firstRequest(body: unknown, operationsCalledBy: OperationsCalledBy): RpcRequest {
  const [{ method, params } = {}] = messagesIn(body);
  if (typeof method !== 'string') return {};
  const rpc = METHODS.has(method) ? method : 'other';
  if (rpc !== 'tools/call') return { rpc };
  const { name } = calledTool(params);
  return { rpc, tool: typeof name === 'string' && operationsCalledBy(name) !== undefined ? name : 'other' };
}

/** The load that a call puts on the backend and its data; rate limits differ by it. */
export type ToolClass = 'read' | 'write' | 'destroy';

/** The class of each message in a JSON-RPC body, as far as the arguments show it. */
export const classesIn = (body: unknown, operationsCalledBy: OperationsCalledBy): ToolClass[] =>
  messagesIn(body).map((message) => classOf(message, operationsCalledBy));

function classOf({ method, params }: RpcMessage, operationsCalledBy: OperationsCalledBy): ToolClass {
  if (method !== 'tools/call') return 'read';
  const { name, given } = calledTool(params);
  const scopes = typeof name === 'string' ? scopesOf(name, operationsCalledBy, given) : [];
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
  ...ON_DEMAND_METHODS,
  ...EXTENSION_METHODS,
  'subscriptions/listen',
  'logging/setLevel',
]);
