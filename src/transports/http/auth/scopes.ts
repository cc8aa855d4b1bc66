import { operationNamed } from '../../../operations/index.ts';
import { operationOf } from '../../../operations/naming.ts';
import type { Risk } from '../../../operations/operation.ts';
import type { Caller } from '../../../safety/policy.ts';

/** The scopes of this server, each with those that it includes. */
export const SCOPES = {
  'finspace:read': [],
  'finspace:write': ['finspace:read'],
  'finspace:destroy': ['finspace:read', 'finspace:write'],
  'finspace:secrets': ['finspace:read'],
  'finspace:approve': [],
} as const satisfies Record<string, readonly string[]>;
export type Scope = keyof typeof SCOPES;

const OF_RISK: Record<Risk, Scope> = {
  read: 'finspace:read',
  reveal: 'finspace:secrets',
  create: 'finspace:write',
  update: 'finspace:write',
  disrupt: 'finspace:write',
  destroy: 'finspace:destroy',
  network: 'finspace:destroy',
};

/** The methods that touch the backend beside `tools/call`; the rest only tells what this server is. */
const READS = new Set(['resources/read', 'resources/subscribe', 'completion/complete', 'subscriptions/listen']);

/** Who holds a token, as far as this server cares. */
export interface Holder {
  readonly principal: string;
  /** What the token was issued with; scopes of other servers have no effect. */
  readonly scopes: readonly string[];
}

/** A caller with the scopes of a token: what they do not cover is not listed and is refused. */
export interface ScopedCaller extends Caller {
  readonly scopes: ReadonlySet<Scope>;
}

export function scopedCaller({ principal, scopes }: Holder): ScopedCaller {
  const granted = new Set(scopes.filter(isScope).flatMap((scope) => [scope, ...SCOPES[scope]]));
  const refusals = new Map<Scope, string>();
  for (const scope of Object.keys(SCOPES) as Scope[])
    if (!granted.has(scope)) refusals.set(scope, `It needs the scope ${scope}, which your token does not have.`);
  return {
    principal,
    scopes: granted,
    refusal: (name) => refusals.get(OF_RISK[operationNamed(name).risk]),
  };
}

/** All scopes that a caller needs for a JSON-RPC body, those it has included; undefined when it has them. */
export function scopesWanting(body: unknown, { scopes }: ScopedCaller): Scope[] | undefined {
  const needed = (Array.isArray(body) ? body : [body]).flatMap(scopesFor);
  if (needed.every((scope) => scopes.has(scope))) return undefined;
  const all = new Set([...scopes, ...needed.flatMap((scope) => [...SCOPES[scope], scope])]);
  return (Object.keys(SCOPES) as Scope[]).filter((scope) => all.has(scope));
}

function scopesFor(message: unknown): Scope[] {
  const { method, params } = (message ?? {}) as { method?: unknown; params?: { name?: unknown } | null };
  if (method !== 'tools/call') return READS.has(String(method)) ? ['finspace:read'] : [];
  return [scopeOf(String(params?.name))];
}

/** The scope that a tool needs. One that is no operation calls operations, each of which is held to its own. */
export function scopeOf(tool: string | undefined): Scope {
  const operation = tool === undefined ? undefined : operationOf(tool);
  return operation === undefined ? 'finspace:read' : OF_RISK[operationNamed(operation).risk];
}

export const isScope = (text: string): text is Scope => Object.hasOwn(SCOPES, text);
