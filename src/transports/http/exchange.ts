import { type Needs, scopesOf } from './auth/scopes.ts';

/** One request and its answer, as logs and metrics see it: no arguments, no headers, no bodies. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly startedMs: number;
  principal?: string;
  /** The JSON-RPC method, and the tool of a `tools/call`. */
  rpc?: string;
  tool?: string;
  /** Why the request did not get as far as the protocol. */
  refused?: 'host' | 'load' | 'token' | 'body' | 'scope' | 'rate' | undefined;
  /** The same in words, as the client reads it. */
  reason?: string;
}

export type Observe = (exchange: Exchange, status: number, ms: number) => void;

/** What one JSON-RPC message asks for. */
export interface Asked {
  readonly rpc?: string;
  readonly tool?: string;
}

/** What a JSON-RPC body asks for, one by one where it is a batch; never nothing. */
export function asked(body: unknown, needs: Needs): [Asked, ...Asked[]] {
  const [first, ...rest] = Array.isArray(body) ? (body as unknown[]) : [body];
  return [askedBy(first, needs), ...rest.map((message) => askedBy(message, needs))];
}

function askedBy(message: unknown, needs: Needs): Asked {
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

/** The tools that run another one, which is what counts. */
const DISPATCHERS: ReadonlySet<unknown> = new Set(['call_read_tool', 'call_write_tool']);

/** How hard a call is on the backend and on what it holds; rate limits differ by it. */
export type ToolClass = 'read' | 'write' | 'destroy';

export function toolClass(tool: string | undefined, needs: Needs): ToolClass {
  const scopes = tool === undefined ? [] : scopesOf(tool, needs);
  if (scopes.includes('finspace:destroy')) return 'destroy';
  return scopes.some((scope) => scope !== 'finspace:read') ? 'write' : 'read';
}

/** Names that may become label values; anything else a client sends is counted as `other`. */
const METHODS = new Set([
  'initialize',
  'notifications/initialized',
  'notifications/cancelled',
  'server/discover',
  'ping',
  'tools/list',
  'tools/call',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'prompts/list',
  'prompts/get',
  'completion/complete',
  'subscriptions/listen',
  'logging/setLevel',
]);
