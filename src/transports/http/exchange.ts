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
}

export type Observe = (exchange: Exchange, status: number, ms: number) => void;

/** What a JSON-RPC body asks for; a batch counts as what its first message asks for. */
export function asked(body: unknown, needs: Needs): { rpc?: string; tool?: string } {
  const first = (Array.isArray(body) ? body[0] : body) as Message | null | undefined;
  if (typeof first?.method !== 'string') return {};
  const rpc = METHODS.has(first.method) ? first.method : 'other';
  if (rpc !== 'tools/call') return { rpc };
  const name = String(first.params?.name);
  return { rpc, tool: needs(name) === undefined ? 'other' : name };
}

interface Message {
  readonly method?: unknown;
  readonly params?: { readonly name?: unknown } | null;
}

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
