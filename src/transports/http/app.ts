import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { APPROVALS, SIGN_IN, type WebPage } from '../../approval-page/web.ts';
import { lazy } from '../../operations/operation.ts';
import type { Caller } from '../../safety/policy.ts';
import { normalizeParams } from '../params.ts';
import type { OperationsCalledBy } from './auth/scopes.ts';
import { readJson } from './body.ts';
import type { Endpoint } from './endpoint.ts';
import { classesIn, firstRequest, type HttpExchange, type Observe } from './exchange.ts';
import { type FormSlots, networkOf } from './form-slots.ts';
import type { Guards } from './guards.ts';
import type { RateLimiter } from './rates.ts';
import { type Rejection, reject } from './rejection.ts';
import type { RequestLimit } from './request-limit.ts';
import { traceRequest } from './tracing.ts';

/** An endpoint, with who may use it and for what. */
export interface Mount {
  readonly endpoint: Endpoint;
  /** The caller, or the response that rejects the request. */
  readonly authenticate: (request: Request) => Caller | Rejection | Promise<Caller | Rejection>;
  /** The response that rejects a request of this caller; undefined when it may be served. */
  readonly authorize?: (caller: Caller, body: unknown) => Rejection | undefined;
}

export interface AppOptions {
  /** The MCP endpoints, by path. */
  readonly mounts: Readonly<Record<string, Mount>>;
  /** Other paths, served to GET; their guards, if any, are their own. */
  readonly pages: Readonly<Record<string, Page>>;
  /** Paths that scripts of every origin may read. */
  readonly documents: Readonly<Record<string, Page>>;
  /** The approval page, which has its own guard against other origins. */
  readonly approvals?: WebPage | undefined;
  readonly guards: Guards;
  readonly requestLimit: RequestLimit;
  /** For forms of people who are not signed in, so that slow senders occupy no slots of `requestLimit`. */
  readonly signIns: FormSlots;
  readonly operationsCalledBy: OperationsCalledBy;
  readonly rateLimiter: RateLimiter;
  /** Maximum size of a request body, in bytes. */
  readonly maxBody: number;
  readonly observe: Observe;
  readonly onerror: (error: Error) => void;
}

type Page = (request: Request) => Response | Promise<Response>;
type Env = { Bindings: Partial<HttpBindings> };

/** The HTTP side of a server. An MCP request passes the guards, the limit of requests, the checks of its caller and the rate limits. */
export function httpApp(options: AppOptions): Hono<Env> {
  const { mounts, pages, documents, onerror } = options;
  const app = new Hono<Env>({ strict: false });
  for (const [path, page] of Object.entries(pages)) app.get(path, (c) => page(c.req.raw));
  for (const [path, page] of Object.entries(documents)) {
    app.get(path, (c) => page(c.req.raw));
    app.options(path, () => new Response(null, { status: 204, headers: PUBLIC_PREFLIGHT }));
  }
  for (const [path, mount] of Object.entries(mounts))
    app.all(path, (c) => handleRequest(options, mount, path, c.req.raw, c.env?.outgoing));
  const { approvals } = options;
  if (approvals !== undefined)
    for (const path of [APPROVALS, `${APPROVALS}/*`])
      app.all(path, (c) =>
        handleVisit(options, approvals, c.req.raw, networkOf(c.env?.incoming?.socket.remoteAddress)),
      );
  app.notFound(() => reject(404, notFoundText(Object.keys(mounts))));
  app.onError((error) => {
    onerror(error);
    return reject(500, 'Internal server error', {}, -32_603);
  });
  return app;
}

/** Answers one request, and cleans up when the response has been sent or the connection is lost. */
async function handleRequest(
  options: AppOptions,
  mount: Mount,
  path: string,
  request: Request,
  outgoing: HttpBindings['outgoing'] | undefined,
): Promise<Response> {
  const { observe, guards } = options;
  const exchange: HttpExchange = { method: request.method, path, startedMs: performance.now() };
  const listeners: (() => void)[] = [];
  let status = 499;
  let isFinished = false;
  // The connection may be lost while the request waits for a check, before later steps add their listeners.
  const onEnd = (listener: () => void) => void (isFinished ? listener() : listeners.push(listener));
  const finish = () => {
    isFinished = true;
    for (const listener of listeners) listener();
    observe(exchange, status, performance.now() - exchange.startedMs);
  };
  outgoing?.once('close', finish);
  try {
    const response = await respond(options, mount, exchange, request, onEnd);
    status = response.status;
    return guards.expose(request.headers, response);
  } catch (error) {
    status = 500;
    throw error;
  } finally {
    if (outgoing === undefined) queueMicrotask(finish);
  }
}

/** Serves a request for the approval page. */
async function handleVisit(options: AppOptions, page: WebPage, request: Request, peer: string) {
  const { guards, observe } = options;
  const isSignIn = request.method === 'POST' && new URL(request.url).pathname === SIGN_IN;
  const startedMs = performance.now();
  const exchange: HttpExchange = { method: request.method, path: APPROVALS, startedMs };
  const observed = (response: Response) => {
    observe(exchange, response.status, performance.now() - startedMs);
    return response;
  };
  const refusal = guards.refuseHost(request.headers);
  if (refusal !== undefined) return observed(refusal);
  const { signIns, requestLimit } = options;
  const slot = isSignIn ? signIns.take(peer) : undefined;
  if (isSignIn && slot === undefined) return observed(busy(signIns, 'sign-ins'));
  if (!isSignIn && !requestLimit.enter()) return observed(busy(requestLimit));
  try {
    const { principal, response } = await page(request, { peer, reading: slot?.reading });
    if (principal !== undefined) exchange.principal = principal;
    return observed(response);
  } finally {
    (slot ?? requestLimit).leave();
  }
}

/** Rejects a request at the first guard or limit that it does not pass, or serves it. */
async function respond(
  { guards, requestLimit, rateLimiter, operationsCalledBy, maxBody }: AppOptions,
  { endpoint, authenticate, authorize }: Mount,
  exchange: HttpExchange,
  request: Request,
  onEnd: (listener: () => void) => void,
): Promise<Response> {
  const { headers, method } = request;
  const refuse = (why: HttpExchange['refused'], response: Rejection) => {
    exchange.refused = why;
    exchange.reason = response.reason;
    return response;
  };
  const refusal = guards.refuse(headers);
  if (refusal !== undefined) return refuse('host', refusal);
  if (method === 'OPTIONS') return guards.preflight(headers) ?? notAllowed();
  if (!ALLOWED.includes(method)) return notAllowed();
  if (!requestLimit.enter()) return refuse('load', busy(requestLimit));
  const leave = lazy(requestLimit.leave);
  onEnd(leave);
  await requestLimit.turn();

  const caller = await authenticate(request);
  if (caller instanceof Response) return refuse('token', caller);
  exchange.principal = caller.principal;
  const read = await readBody(request, maxBody);
  if (read instanceof Response) return refuse('body', read);
  const { body } = read;
  Object.assign(exchange, firstRequest(body, operationsCalledBy));
  const denied = authorize?.(caller, body);
  if (denied !== undefined) return refuse('scope', denied);
  for (const toolClass of method === 'POST' ? classesIn(body, operationsCalledBy) : []) {
    const wait = rateLimiter(caller.principal, toolClass);
    const seconds = typeof wait === 'number' ? wait : await wait;
    if (seconds > 0) return refuse('rate', tooMany(seconds));
  }
  const response = await traceRequest(exchange, body, () => endpoint.handle({ request, body, caller, onEnd }));
  // A stream that stays open for events has its own limit and must not delay a drain.
  if (method === 'GET' || exchange.rpc === 'subscriptions/listen') leave();
  return response;
}

/** The JSON-RPC body of a POST, in the form that strict parsers accept; undefined for other methods. */
async function readBody(request: Request, maxBody: number): Promise<Rejection | { readonly body: unknown }> {
  if (request.method !== 'POST') return { body: undefined };
  const read = await readJson(request, maxBody);
  if (read instanceof Response) return read;
  const body = normalizeParams(read.value);
  return Array.isArray(body) && body.length > MAX_BATCHED
    ? reject(400, `A batch may hold at most ${MAX_BATCHED} messages.`, {}, -32_600)
    : { body };
}

/** Names no target, because not every caller may learn which targets exist. */
const notFoundText = (paths: readonly string[]) =>
  `Not found. MCP is served at ${paths.find((path) => !path.startsWith('/t/')) ?? '/t/<target>/mcp'}.`;
const PUBLIC_PREFLIGHT = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET',
  'access-control-allow-headers': '*',
  'access-control-max-age': '600',
};

/** Clients of 2025-03-26 may send several messages in one body; all of them start at once. */
const MAX_BATCHED = 50;
const ALLOWED = ['GET', 'POST', 'DELETE'];
const notAllowed = () => reject(405, 'Method not allowed.', { allow: ALLOWED.join(', ') });
const busy = ({ draining }: Pick<RequestLimit, 'draining'>, what = 'requests (--max-in-flight)') =>
  draining
    ? reject(503, 'This server is stopping.', { 'retry-after': '5', connection: 'close' })
    : reject(503, `Too many concurrent ${what}.`, { 'retry-after': '1' });
const tooMany = (seconds: number) =>
  reject(429, `Too many calls; try again in ${seconds} s.`, { 'retry-after': String(seconds) });
