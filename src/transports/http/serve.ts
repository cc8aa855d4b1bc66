import { setTimeout as delay } from 'node:timers/promises';
import type { McpServer, Server, ServerEventBus } from '@modelcontextprotocol/server';
import { type Caller, LOCAL_CALLER } from '../../safety/policy.ts';
import { httpApp, type Mount } from './app.ts';
import type { Authorize } from './auth/authorize.ts';
import {
  insufficientScope,
  metadata,
  metadataPath,
  type ProtectedResource,
  protectedResource,
} from './auth/resource.ts';
import { type ScopedCaller, scopesWanting } from './auth/scopes.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { guards } from './guards.ts';
import { listen, type Timeouts } from './listener.ts';
import { load } from './load.ts';
import type { HttpSettings } from './settings.ts';

export interface HttpOptions extends HttpSettings {
  readonly port: number;
  /** Makes the server of one request or session. */
  readonly serve: (caller: Caller) => McpServer | Server;
  /** Resolves when no mutation is on its way to the backend. */
  readonly settled: () => Promise<void>;
  readonly onerror: (error: Error) => void;
  /** Carries change events to subscribers; in this process when left out. */
  readonly bus?: ServerEventBus | undefined;
  /** Finds the caller of a request; without it everybody is the local user. */
  readonly authorize?: Authorize | undefined;
  readonly now?: () => number;
  readonly timeouts?: Partial<Timeouts>;
  /** How long a drain may take, in milliseconds. */
  readonly drainMs?: number;
}

export interface HttpServer {
  readonly port: number;
  /** Answers what was asked, refuses what is new, and closes. */
  close(): Promise<void>;
}

const DRAIN_MS = 10_000;
const SWEEP_MS = 30_000;

/** Serves MCP at `/mcp` in both protocol eras, until it is closed. */
export async function serveOverHttp(options: HttpOptions): Promise<HttpServer> {
  const { host, port, serve, settled, onerror, now = Date.now, timeouts, drainMs = DRAIN_MS, bus, authorize } = options;
  const limits = { most: options.maxSessions, idleMs: options.sessionIdle, now };
  const mcp = endpoint({ serve, sessions: limits, onerror, bus });
  const gate = load(options.maxInFlight);
  const resource = () => protectedResource(options.publicUrl ?? own(host, listener.port), '/mcp', options.authIssuer);
  const app = httpApp({
    mounts: { '/mcp': authorize === undefined ? open(mcp) : guarded(mcp, authorize, resource) },
    pages: options.authIssuer === undefined ? {} : metadataPages(options, '/mcp', resource),
    guards: guards({ hosts: servedHosts(options), origins: options.allowedOrigins, loopbackOrigins: true }),
    load: gate,
    onerror,
  });
  const listener = await listen(app.fetch, { host, port, timeouts });
  const sweeping = setInterval(() => mcp.sweep(), SWEEP_MS).unref();
  const drain = async () => {
    clearInterval(sweeping);
    const closed = listener.stop();
    await within(drainMs, Promise.all([gate.drain(), settled()]));
    await mcp.close();
    await within(200, closed);
    await listener.close();
  };
  let drained: Promise<void> | undefined;
  return {
    port: listener.port,
    close: () => {
      drained ??= drain();
      return drained;
    },
  };
}

const own = (host: string, port: number) => `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
const open = (endpoint: Endpoint): Mount => ({ endpoint, authenticate: () => LOCAL_CALLER });

function guarded(endpoint: Endpoint, authorize: Authorize, resource: () => ProtectedResource): Mount {
  return {
    endpoint,
    authenticate: (request) => authorize(request, resource()),
    authorize: (caller, body) => {
      const wanting = scopesWanting(body, caller as ScopedCaller);
      return wanting === undefined ? undefined : insufficientScope(resource(), wanting);
    },
  };
}

/** The metadata of a resource, at every place where a client may look for it. */
function metadataPages({ publicUrl, authIssuer = '' }: HttpSettings, path: string, resource: () => ProtectedResource) {
  const prefix = publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/$/, '');
  const places = ['', path, `${prefix}${path}`].map(metadataPath);
  return Object.fromEntries(places.map((place) => [place, () => metadata(resource(), authIssuer)]));
}

/** Waits for work, but not longer than `ms`. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  await Promise.race([work, delay(ms, undefined, { signal: over.signal }).catch(() => {})]);
  over.abort();
}

function servedHosts({ allowedHosts, publicUrl, host }: HttpSettings): string[] {
  const own = /^(?:0\.0\.0\.0|\[?::\]?)$/.test(host) ? [] : [host.includes(':') ? `[${host}]` : host.toLowerCase()];
  return [...allowedHosts, ...own, ...(publicUrl === undefined ? [] : [new URL(publicUrl).hostname])];
}
