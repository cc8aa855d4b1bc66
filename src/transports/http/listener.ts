import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { ListenError } from '../../listen-error.ts';

export interface ListenOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly timeouts?: Partial<Timeouts> | undefined;
}

/** Bounds on what one connection may take, in milliseconds. */
export interface Timeouts {
  readonly headersTimeout: number;
  /** From the first byte of a request to its last. */
  readonly requestTimeout: number;
  readonly keepAliveTimeout: number;
  /** How often the two above are looked at. */
  readonly connectionsCheckingInterval: number;
}

export interface Listener {
  readonly port: number;
  /** Takes no further connections and lets go of idle ones; resolves when none is left. */
  stop(): Promise<void>;
  /** Cuts every connection that is left. */
  close(): Promise<void>;
}

/** Longer than the 60 seconds for which proxies keep idle connections, so that it is never we who close one in use. */
const TIMEOUTS: Timeouts = {
  headersTimeout: 60_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 2_000,
};
const BACKLOG = 4_096;
const MOST_CONNECTIONS = 20_000;

/** Serves a fetch handler over HTTP/1.1. Rejects with `ListenError`, one line for people, when the address cannot be had. */
export async function listen(
  fetch: (request: Request, env: HttpBindings) => Response | Promise<Response>,
  { host, port, timeouts }: ListenOptions,
): Promise<Listener> {
  const serverOptions = { ...TIMEOUTS, ...timeouts };
  const server = createAdaptorServer({ fetch: fetch as never, createServer, serverOptions }) as Server;
  server.maxConnections = MOST_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new ListenError(host, port, error)));
    server.listen({ host, port, backlog: BACKLOG }, resolve);
  });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= new Promise((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    return stopped;
  };
  return {
    port: (server.address() as AddressInfo).port,
    stop,
    close: async () => {
      const closed = stop();
      server.closeAllConnections();
      await closed;
    },
  };
}
