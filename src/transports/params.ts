import { type JSONRPCRequest, PROTOCOL_VERSION_META_KEY, ProtocolErrorCode } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { isObject } from '../is-object.ts';
import { lazy } from '../operations/operation.ts';
import { issueText } from '../wording.ts';

/** The JSON-RPC error, in words, for a request with wrong params. */
export interface ParamsError {
  readonly jsonrpc: '2.0';
  readonly id: JSONRPCRequest['id'];
  readonly error: { readonly code: number; readonly message: string };
}

/**
 * A message, or each of a batch, in the form that strict parsers accept: null params, and null members of params or `_meta`, are
 * removed, and an `initialize` without capabilities or client information gets placeholders.
 */
export function normalizeParams(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalizeParams);
  if (!isObject(value) || typeof value['method'] !== 'string') return value;
  const { params: given, ...message } = value;
  if (!isObject(given)) return given === null ? message : value;
  const params = withoutNulls(given);
  if (isObject(params['_meta'])) params['_meta'] = withoutNulls(params['_meta']);
  return { ...message, params: value['method'] === 'initialize' ? withClientInfo(params) : params };
}

/** The response to a request with malformed params; undefined when they are well-formed. */
export function paramsError(message: unknown): ParamsError | undefined {
  if (!isObject(message)) return undefined;
  const { id, method, params } = message;
  if (typeof method !== 'string' || (typeof id !== 'string' && typeof id !== 'number')) return undefined;
  // These methods do not exist in 2026-07-28, so the SDK rejects them as unknown, whatever their params are.
  if (METHODS_OF_2025.has(method) && hasEnvelope(params)) return undefined;
  const schema = (Object.hasOwn(SCHEMAS, method) ? SCHEMAS[method as keyof typeof SCHEMAS] : ANY)();
  const issue = schema.safeParse(params ?? {}, { error: issueText, reportInput: true }).error?.issues[0];
  if (issue === undefined) return undefined;
  const text = `Invalid params of ${method}: ${['params', ...issue.path].join('.')}: ${issue.message}`;
  return { jsonrpc: '2.0', id, error: { code: ProtocolErrorCode.InvalidParams, message: text } };
}

const METHODS_OF_2025: ReadonlySet<string> = new Set(['initialize', 'resources/subscribe', 'resources/unsubscribe']);

/** Whether params carry the envelope of 2026-07-28. */
const hasEnvelope = (params: unknown) =>
  isObject(params) && isObject(params['_meta']) && PROTOCOL_VERSION_META_KEY in params['_meta'];

type Members = Record<string, unknown>;

const withoutNulls = (members: Members): Members =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));

function withClientInfo({ capabilities = {}, clientInfo = {}, ...params }: Members): Members {
  const info = isObject(clientInfo) ? { name: 'unnamed', version: 'unknown', ...withoutNulls(clientInfo) } : clientInfo;
  return { ...params, capabilities, clientInfo: info };
}

const requestParams = <S extends z.ZodRawShape>(shape: S) =>
  z.looseObject({
    ...shape,
    _meta: z.looseObject({ progressToken: z.union([z.string(), z.number()]).optional() }).optional(),
  });
const ANY = lazy(() => requestParams({}));
const PAGE = lazy(() => requestParams({ cursor: z.string().optional() }));
const BY_URI = lazy(() => requestParams({ uri: z.string() }));
const Texts = () => z.record(z.string(), z.string());

/** The form of the params of requests. The handlers of tasks check their own. */
const SCHEMAS = {
  initialize: lazy(() =>
    requestParams({
      protocolVersion: z.string(),
      capabilities: z.looseObject({}),
      clientInfo: z.looseObject({ name: z.string(), version: z.string() }),
    }),
  ),
  'tools/list': PAGE,
  'resources/list': PAGE,
  'resources/templates/list': PAGE,
  'prompts/list': PAGE,
  'tools/call': lazy(() => requestParams({ name: z.string(), arguments: z.looseObject({}).optional() })),
  'resources/read': BY_URI,
  'resources/subscribe': BY_URI,
  'resources/unsubscribe': BY_URI,
  'skills/list': PAGE,
  'skills/get': BY_URI,
  'prompts/get': lazy(() => requestParams({ name: z.string(), arguments: Texts().optional() })),
  'completion/complete': lazy(() =>
    requestParams({
      ref: z.discriminatedUnion('type', [
        z.looseObject({ type: z.literal('ref/prompt'), name: z.string() }),
        z.looseObject({ type: z.literal('ref/resource'), uri: z.string() }),
      ]),
      argument: z.looseObject({ name: z.string(), value: z.string() }),
      context: z.looseObject({ arguments: Texts().optional() }).optional(),
    }),
  ),
  'subscriptions/listen': lazy(() =>
    requestParams({
      notifications: z.looseObject({
        toolsListChanged: z.boolean().optional(),
        promptsListChanged: z.boolean().optional(),
        resourcesListChanged: z.boolean().optional(),
        resourceSubscriptions: z.array(z.string()).optional(),
      }),
    }),
  ),
} as const;
