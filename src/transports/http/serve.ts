import { setTimeout as delay } from 'node:timers/promises';
import type { McpServer, Server, ServerEventBus } from '@modelcontextprotocol/server';
import { type Caller, LOCAL_CALLER } from '../../safety/policy.ts';
import { httpApp } from './app.ts';
import { endpoint } from './endpoint.ts';
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
  const { host, port, serve, settled, onerror, now = Date.now, timeouts, drainMs = DRAIN_MS, bus } = options;
  const limits = { most: options.maxSessions, idleMs: options.sessionIdle, now };
  const mcp = endpoint({ serve, sessions: limits, onerror, bus });
  const gate = load(options.maxInFlight);
  const app = httpApp({
    endpoints: { '/mcp': mcp },
    pages: {},
    guards: guards({ hosts: servedHosts(options), origins: options.allowedOrigins, loopbackOrigins: true }),
    load: gate,
    authenticate: () => LOCAL_CALLER,
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
