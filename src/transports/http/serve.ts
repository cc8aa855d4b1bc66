import { setTimeout as delay } from 'node:timers/promises';
import type { PlanSource } from '../../approval-page/web.ts';
import type { Gauges } from '../../gauge.ts';
import { lazy } from '../../operations/operation.ts';
import { type AppOptions, httpApp } from './app.ts';
import { type ApprovalsOptions, approvals } from './approvals.ts';
import type { Authorization } from './auth/authorize.ts';
import { authorizedMount, metadataPages, openMount } from './auth/mounts.ts';
import { protectedResource } from './auth/resource.ts';
import { type AllowedScopes, type OperationsCalledBy, operationOfTool } from './auth/scopes.ts';
import { type EndpointOptions, endpoint } from './endpoint.ts';
import type { Observe } from './exchange.ts';
import { formSlots } from './form-slots.ts';
import { guards } from './guards.ts';
import { type Listener, listen, type Timeouts } from './listener.ts';
import { type Metrics, metrics } from './metrics.ts';
import { healthy, readiness } from './probes.ts';
import { type RateLimiter, type Rates, rateLimiter } from './rates.ts';
import { requestLimit } from './request-limit.ts';
import { DEFAULT_PORTS, DEFAULT_RATES, type HttpSettings, hostInUrl } from './settings.ts';

export interface ServedEndpoint extends Pick<EndpointOptions, 'createServer' | 'bus' | 'watch'> {
  readonly path: string;
  readonly allowedScopes?: AllowedScopes | undefined;
  /** The open plans at this endpoint; with authorization, they are approved on the page of this server. */
  readonly plans?: PlanSource | undefined;
}

export interface HttpOptions extends HttpSettings {
  readonly port?: number | undefined;
  readonly served: readonly ServedEndpoint[];
  /** Maximum size of a request body, in bytes. */
  readonly maxBody: number;
  /** Resolves when no mutation is in progress. */
  readonly mutationsSettled: () => Promise<void>;
  /** Resolves when this server can serve requests; rejects with `NotReady` for causes that may be shown. */
  readonly ready: () => Promise<unknown>;
  readonly onerror: (error: Error) => void;
  /** Identifies the caller of a request; without it, every caller is the local user. */
  readonly authorization?: Authorization | undefined;
  /** The signature of approvals on the page, which is served only with authorization. */
  readonly approvals?: Pick<ApprovalsOptions, 'signers' | 'pageSignature'> | undefined;
  /** What the tools may call, which decides scopes and rates; the operations by default. */
  readonly operationsCalledBy?: OperationsCalledBy | undefined;
  /** Limits the calls of a principal; within this process by default. */
  readonly limiterFor?: ((rates: Rates) => RateLimiter) | undefined;
  /** More gauges for `/metrics`, by name. */
  readonly gauges?: Gauges | undefined;
  /** Called when a request has ended. */
  readonly observe?: Observe | undefined;
  readonly now?: (() => number) | undefined;
  readonly timeouts?: Partial<Timeouts> | undefined;
  /** Maximum duration of a drain, in milliseconds. */
  readonly drainMs?: number | undefined;
}

export interface HttpServer {
  readonly port: number;
  readonly metrics: Metrics;
  /** Finishes requests in progress, rejects new ones, and closes. */
  close(): Promise<void>;
}

const DRAIN_MS = 10_000;
/** Time for clients to read the last bytes and close their connections. */
const CLOSE_MS = 200;
const SWEEP_MS = 30_000;
/** Maximum sign-in forms that are read at the same time, of all visitors. */
const SIGN_INS_AT_ONCE = 256;

/** Serves MCP in both protocol eras, and the endpoints for operators, until it is closed. */
export async function serveOverHttp(options: HttpOptions): Promise<HttpServer> {
  const parts = partsOf(options);
  let port = options.port ?? DEFAULT_PORTS.http;
  const app = httpApp(appOptions(options, parts, () => baseUrl(options, port)));
  const listener = await listen(app.fetch, { ...options, port });
  port = listener.port;
  const sweeping = setInterval(() => parts.endpoints.map(({ mcp }) => mcp.sweep()), SWEEP_MS).unref();
  const close = lazy(() => {
    clearInterval(sweeping);
    return drain(options, parts, listener);
  });
  return { port, metrics: parts.serverMetrics, close };
}

type Parts = ReturnType<typeof partsOf>;

/** What a server consists of, before it listens. */
function partsOf(options: HttpOptions) {
  const { served, onerror, now = Date.now } = options;
  const limits = { maxSessions: options.maxSessions, idleMs: options.sessionIdle, now };
  const requests = requestLimit(options.maxInFlight);
  const signIns = formSlots(requestLimit(SIGN_INS_AT_ONCE));
  const endpoints = served.map((one) => ({ ...one, mcp: endpoint({ ...one, sessions: limits, onerror }) }));
  const serverMetrics = metrics({
    in_flight_requests: { help: 'HTTP requests in progress', read: () => requests.inFlight + signIns.inFlight },
    sessions: { help: 'Open MCP sessions', read: () => endpoints.reduce((sum, { mcp }) => sum + mcp.sessionCount, 0) },
    ...options.gauges,
  });
  return { requests, signIns, endpoints, serverMetrics };
}

/** The paths, guards and limits of a server; `base` is its URL as clients see it. */
function appOptions(options: HttpOptions, parts: Parts, base: () => string): AppOptions {
  const { requests, signIns, endpoints, serverMetrics } = parts;
  const { authorization, authIssuer, onerror, maxBody, operationsCalledBy = operationOfTool, now = Date.now } = options;
  const authenticate = authorization?.authenticate;
  const resourceAt: ResourceAt = (path) => () => protectedResource(base(), path, authIssuer);
  const mounts = endpoints.map(({ path, mcp, allowedScopes }) => [
    path,
    authenticate === undefined
      ? openMount(mcp, allowedScopes)
      : authorizedMount(mcp, authenticate, resourceAt(path), allowedScopes, operationsCalledBy),
  ]);
  const guard = guards({ hosts: servedHosts(options), origins: options.allowedOrigins });
  const showMetrics = async (request: Request) => {
    const refusal = guard.refuse(request.headers) ?? (await authenticate?.(request, resourceAt(METRICS)()));
    return refusal instanceof Response ? refusal : new Response(serverMetrics.text(), { headers: PROMETHEUS });
  };
  return {
    mounts: Object.fromEntries(mounts),
    pages: {
      '/healthz': healthy,
      '/readyz': readiness(options.ready, () => requests.draining, now),
      [METRICS]: showMetrics,
    },
    documents: authIssuer === undefined ? {} : metadataDocuments(options.served, resourceAt, authIssuer),
    approvals: approvalsPage(options, base, resourceAt, now),
    guards: guard,
    requestLimit: requests,
    signIns,
    operationsCalledBy,
    maxBody,
    onerror,
    rateLimiter: (options.limiterFor ?? ((rates) => rateLimiter(rates, now)))(effectiveRates(options)),
    observe: (exchange, status, ms) => {
      serverMetrics.observe(exchange, status, ms);
      options.observe?.(exchange, status, ms);
    },
  };
}

/** Finishes requests in progress within the limit, then closes everything. */
async function drain(
  { drainMs = DRAIN_MS, mutationsSettled }: HttpOptions,
  { requests, signIns, endpoints, serverMetrics }: Parts,
  listener: Listener,
): Promise<void> {
  const closed = listener.stop();
  await within(drainMs, Promise.all([requests.drain(), signIns.drain(), mutationsSettled()]));
  await Promise.all(endpoints.map(({ mcp }) => mcp.close()));
  await within(CLOSE_MS, closed);
  await listener.close();
  serverMetrics.close();
}

type ResourceAt = (path: string) => () => ReturnType<typeof protectedResource>;

/** The page on which people who sign in approve; undefined without authorization. */
function approvalsPage(options: HttpOptions, base: () => string, resourceAt: ResourceAt, now: () => number) {
  const { authorization, publicUrl, onerror, served } = options;
  if (authorization === undefined || options.approvals === undefined) return undefined;
  const endpoints = served.flatMap(({ plans, path, allowedScopes }) =>
    plans === undefined ? [] : [{ ...plans, allowedScopes, url: () => resourceAt(path)().url }],
  );
  const isPublic = publicUrl !== undefined;
  return approvals({
    ...options.approvals,
    endpoints,
    holderOf: authorization.holderOf,
    base,
    isPublic,
    now,
    onerror,
  });
}

const METRICS = '/metrics';
const PROMETHEUS = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' };

function metadataDocuments(served: readonly ServedEndpoint[], resourceAt: ResourceAt, issuer: string) {
  const paths = [...served.map(({ path }) => path), METRICS];
  const pages = paths.map((path) => metadataPages(path, resourceAt(path), issuer));
  const [only] = served;
  const root = served.length === 1 && only !== undefined ? [metadataPages('', resourceAt(only.path), issuer)] : [];
  return Object.assign({}, ...pages, ...root);
}

/** URL of a server as clients see it. */
export const baseUrl = ({ publicUrl, host }: Pick<HttpSettings, 'publicUrl' | 'host'>, port: number) =>
  publicUrl ?? `http://${hostInUrl(host)}:${port}`;

/** Without authorization, the only principal is the local user, who is limited only if a limit is set. */
function effectiveRates({ rateRead, rateWrite, rateDestroy, authorization }: HttpOptions) {
  const usual: Rates = authorization === undefined ? {} : DEFAULT_RATES;
  return {
    read: rateRead ?? usual.read,
    write: rateWrite ?? usual.write,
    destroy: rateDestroy ?? usual.destroy,
  };
}

/** Waits for work, at most `ms`. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  await Promise.race([work, delay(ms, undefined, { signal: timer.signal }).catch(() => {})]);
  timer.abort();
}

function servedHosts({ allowedHosts, publicUrl, host }: HttpSettings): string[] {
  const ownHost = /^(?:0\.0\.0\.0|\[?::\]?)$/.test(host) ? [] : [hostInUrl(host.toLowerCase())];
  return [...allowedHosts, ...ownHost, ...(publicUrl === undefined ? [] : [new URL(publicUrl).hostname])];
}
