import { parseBounded } from '../../../bounded-json.ts';
import { riskOf } from '../../../operations/derive.ts';
import { type OperationName, operationNamed } from '../../../operations/index.ts';
import { operationOf } from '../../../operations/naming.ts';
import type { Risk } from '../../../operations/operation.ts';
import { type Caller, LOCAL_CALLER } from '../../../safety/policy.ts';
import { messagesIn, type RpcMessage, type RpcParams } from '../rpc-messages.ts';

/** The scopes of this server, each with the scopes that it includes. */
export const SCOPES = {
  'finspace:read': [],
  'finspace:write': ['finspace:read'],
  'finspace:destroy': ['finspace:read', 'finspace:write'],
  'finspace:secrets': ['finspace:read'],
  'finspace:approve': [],
} as const satisfies Record<string, readonly string[]>;
export type Scope = keyof typeof SCOPES;

/**
 * The scopes that clients are invited to request. `finspace:approve` is not among them: clients that request all that they are offered
 * would answer their own forms.
 */
export const REQUESTABLE = (Object.keys(SCOPES) as Scope[]).filter((scope) => scope !== 'finspace:approve');

const SCOPE_OF_RISK: Record<Risk, Scope> = {
  read: 'finspace:read',
  reveal: 'finspace:secrets',
  create: 'finspace:write',
  update: 'finspace:write',
  disrupt: 'finspace:write',
  destroy: 'finspace:destroy',
  network: 'finspace:destroy',
};

/** The methods besides `tools/call` that need `finspace:read`. `resources/list` does not: it lists what the caller may read. */
const READING_METHODS: ReadonlySet<unknown> = new Set([
  'resources/read',
  'resources/subscribe',
  'completion/complete',
  'subscriptions/listen',
  'tasks/get',
]);

/** The holder of a token, as this server needs it. */
export interface Holder {
  readonly principal: string;
  /** The scopes of the token; scopes of other servers have no effect. */
  readonly scopes: readonly string[];
  /**
   * Scopes that a later token of this holder may have. Their tools are listed, because clients request a scope when a call lacks
   * it.
   */
  readonly attainable?: readonly string[];
}

/** A caller with the scopes of a token: what `scopes` do not cover is not allowed, and what `attainable` does not cover is not listed. */
export interface ScopedCaller extends Caller {
  readonly scopes: ReadonlySet<Scope>;
  /** `scopes`, and those that the holder can get. */
  readonly attainable: ReadonlySet<Scope>;
}

/**
 * A caller by its scopes. `finspace:approve` means that a person is present at its client; for the local user this is assumed.
 */
export function scopedCaller({ principal, scopes, attainable = [] }: Holder): ScopedCaller {
  const granted = withIncludedScopes(scopes);
  const listed = withIncludedScopes([...scopes, ...attainable]);
  return {
    principal,
    scopes: granted,
    attainable: listed,
    answersForms: principal === LOCAL_CALLER.principal || granted.has('finspace:approve'),
    refusal: (risk) => missingScopeText(granted, SCOPE_OF_RISK[risk]),
    listingRefusal: (risk) => missingScopeText(listed, SCOPE_OF_RISK[risk]),
  };
}

/** Scopes of this server, with those that they include. */
export const withIncludedScopes = (scopes: readonly string[]): ReadonlySet<Scope> =>
  new Set(scopes.filter(isScope).flatMap((scope) => [scope, ...SCOPES[scope]]));

const missingScopeText = (scopes: ReadonlySet<Scope>, scope: Scope) =>
  scopes.has(scope) ? undefined : `It needs the scope ${scope}, which you do not have here.`;

/** The scopes that a target allows a principal; undefined if the principal may not use the target. */
export type AllowedScopes = (principal: string) => readonly string[] | undefined;

/** The operations that a tool may call; undefined for a name that is no tool. */
export type OperationsCalledBy = (tool: string) => readonly OperationName[] | undefined;

/** The operation that a tool is; a server with other tools combines this with theirs. */
export const operationOfTool: OperationsCalledBy = (tool) => {
  const operation = operationOf(tool);
  return operation === undefined ? undefined : [operation];
};

/** The scopes to request for a JSON-RPC body, with those that the caller has; undefined if it lacks none. */
export function scopesToRequest(
  body: unknown,
  { scopes }: ScopedCaller,
  operationsCalledBy: OperationsCalledBy,
): Scope[] | undefined {
  const needed = messagesIn(body).flatMap((message) => scopesFor(message, operationsCalledBy));
  if (needed.every((scope) => scopes.has(scope))) return undefined;
  const all = new Set([...scopes, ...needed.flatMap((scope) => [...SCOPES[scope], scope])]);
  return (Object.keys(SCOPES) as Scope[]).filter((scope) => all.has(scope));
}

function scopesFor({ method, params }: RpcMessage, operationsCalledBy: OperationsCalledBy): Scope[] {
  if (method === 'tools/call') {
    const { name, given } = calledTool(params);
    return typeof name === 'string' ? scopesOf(name, operationsCalledBy, given) : ['finspace:read'];
  }
  return READING_METHODS.has(method) ? ['finspace:read'] : [];
}

/** The tool that a `tools/call` runs, and its arguments. */
export function calledTool(params: RpcParams | null | undefined): { readonly name: unknown; readonly given: unknown } {
  const { name, arguments: given } = params ?? {};
  if (!DISPATCHERS.has(name)) return { name, given };
  const { tool, arguments: inner } = (given ?? {}) as { readonly tool?: unknown; readonly arguments?: unknown };
  return { name: tool, given: inner };
}

/** The tools of `--catalog search` that run another tool, which is the one that counts. */
const DISPATCHERS: ReadonlySet<unknown> = new Set(['call_read_tool', 'call_write_tool']);

/**
 * The scopes that a tool needs, or one call of it as far as its arguments show; the call itself is checked again when it runs. The
 * arguments of a tool that makes several calls are not those of an operation.
 */
export function scopesOf(tool: string, operationsCalledBy: OperationsCalledBy, given?: unknown): Scope[] {
  const operations = operationsCalledBy(tool) ?? [];
  const input = operationOf(tool) === undefined ? {} : membersOf(given);
  const risks = operations.map((name) => riskOf(operationNamed(name), input));
  return [...new Set<Scope>(['finspace:read', ...risks.map((risk) => SCOPE_OF_RISK[risk])])];
}

/** The members of arguments, which may be JSON in a string. */
function membersOf(given: unknown): Record<string, unknown> {
  if (typeof given !== 'string') return (given ?? {}) as Record<string, unknown>;
  try {
    return Object(parseBounded(given));
  } catch {
    return {};
  }
}

export const isScope = (text: string): text is Scope => Object.hasOwn(SCOPES, text);
