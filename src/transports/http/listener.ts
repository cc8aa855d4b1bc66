import { createServer, type Server } from 'node:http';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { listenOn } from '../../listen-on.ts';

export interface ListenOptions {
  readonly host: string;
  /** 0 selects a free port. */
  readonly port: number;
  readonly timeouts?: Partial<Timeouts> | undefined;
}

/** Time limits for one connection, in milliseconds. */
export interface Timeouts {
  readonly headersTimeout: number;
  /** From the first byte of a request to its last. */
  readonly requestTimeout: number;
  readonly keepAliveTimeout: number;
  /** How often `headersTimeout` and `requestTimeout` are checked. */
  readonly connectionsCheckingInterval: number;
}

export interface Listener {
  readonly port: number;
  /** Accepts no further connections and closes idle ones; resolves when none is left. */
  stop(): Promise<void>;
  /** Closes every remaining connection. */
  close(): Promise<void>;
}

const TIMEOUTS: Timeouts = {
  headersTimeout: 60_000,
  requestTimeout: 60_000,
  // Longer than nginx and many other proxies keep idle connections (60 s), so that this server closes none that a proxy is about to use.
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 2_000,
};
const BACKLOG = 4_096;
const MAX_CONNECTIONS = 20_000;

/**
 * Serves a fetch handler over HTTP/1.1. Rejects with `ListenError`, one line for people, when it cannot listen on the address.
 */
export async function listen(
  fetch: (request: Request, env: HttpBindings) => Response | Promise<Response>,
  { host, port, timeouts }: ListenOptions,
): Promise<Listener> {
  const serverOptions = { ...TIMEOUTS, ...timeouts };
  const server = createAdaptorServer({ fetch: fetch as never, createServer, serverOptions }) as Server;
  server.maxConnections = MAX_CONNECTIONS;
  const actualPort = await listenOn(server, { host, port, backlog: BACKLOG });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= new Promise((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    return stopped;
  };
  return {
    port: actualPort,
    stop,
    close: async () => {
      const closed = stop();
      server.closeAllConnections();
      await closed;
    },
  };
}
