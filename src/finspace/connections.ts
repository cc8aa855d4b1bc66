import type { Socket } from 'node:net';
import type { buildConnector, Client } from 'undici';
import { timedOut } from './diagnosed-error.ts';

/**
 * At most 64 connections, each for one request at a time. The pool of undici is not used: version 7.30.2 keeps cancelled requests in its
 * queue, connects again after each cancelled request, does not stop connecting, and no longer starts requests that wait once a
 * certificate was for another host name.
 */
export interface Connections {
  slot(origin: string): Slot;
  close(): void;
}

/** A connection for one request, or the wait for one. */
export interface Slot {
  /** Calls `use` as soon as there is a connection. */
  whenFree(use: (client: Client) => void): void;
  /** Leaves the connection to the next request. */
  release(): void;
  /** Stops waiting, or ends the request and its connection. */
  abort(error: Error): void;
}

interface Connection {
  readonly origin: string;
  readonly client: Client;
  close(error: Error): void;
}

/** Room for reads in the background and for the calls that go before them. */
const MAX_CONNECTIONS = 64;
/** Unless the endpoint announces another time; long enough for a model to read an answer and make the next call. */
const KEEP_ALIVE_MS = 20_000;

/** Loads undici for the first request, because calls within this process need none of it. */
export async function openConnections(connectMs: number): Promise<Connections> {
  const undici = await import('undici');
  const connect = undici.buildConnector({ timeout: 0 }) as Connect;
  return pool((origin) => newConnection(undici.Client, connect, { origin, connectMs }));
}

/** The connector of undici, which also returns the socket. */
type Connect = (options: buildConnector.Options, callback: buildConnector.Callback) => Socket;

function newConnection(
  ClientClass: typeof Client,
  connect: Connect,
  { origin, connectMs }: { origin: string; connectMs: number },
): Connection {
  let socket: Socket | undefined;
  const client = new ClientClass(origin, {
    connect: (options, callback) => {
      const late = setTimeout(() => socket?.destroy(timedOut('Connecting', connectMs)), connectMs);
      socket = connect(options, (...result) => {
        clearTimeout(late);
        result[1]?.on('error', markAsBroken);
        callback(...result);
      });
    },
    keepAliveTimeout: KEEP_ALIVE_MS,
    // An attempt has a limit of its own.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    origin,
    client,
    close: (error) => {
      void client.destroy(error);
      // A client that is destroyed would go on connecting.
      socket?.destroy(error);
    },
  };
}

/**
 * Marks the error of a connection that the endpoint reset. With this code, undici sends a request that was not sent yet over another
 * connection. With the original code, undici would reject that request, and treat a partly received reply as complete.
 */
function markAsBroken(error: NodeJS.ErrnoException): void {
  if (error.code === 'ECONNRESET' || error.code === 'EPIPE') error.code = 'UND_ERR_SOCKET';
}

function pool(open: (origin: string) => Connection): Connections {
  const idle: Connection[] = [];
  const inUse = new Set<Connection>();
  const waiting = new Set<() => void>();
  const startQueued = () => {
    for (const start of waiting) {
      if (inUse.size >= MAX_CONNECTIONS) return;
      waiting.delete(start);
      start();
    }
  };
  const takeIdle = (origin: string) => {
    const at = idle.findLastIndex((connection) => connection.origin === origin);
    return at === -1 ? undefined : idle.splice(at, 1)[0];
  };
  return {
    slot: (origin) => {
      let start: () => void;
      let used: Connection | undefined;
      /** Frees the connection, and returns it the first time. Requests that end together all leave before others start. */
      const leave = () => {
        waiting.delete(start);
        if (used === undefined || !inUse.delete(used)) return undefined;
        queueMicrotask(startQueued);
        return used;
      };
      return {
        whenFree: (use) => {
          start = () => {
            used = takeIdle(origin) ?? open(origin);
            inUse.add(used);
            use(used.client);
          };
          if (inUse.size < MAX_CONNECTIONS) start();
          else waiting.add(start);
        },
        release: () => {
          const left = leave();
          if (left !== undefined) idle.push(left);
        },
        abort: (error) => leave()?.close(error),
      };
    },
    close: () => {
      for (const connection of [...idle, ...inUse]) connection.close(new Error('The connections were closed.'));
    },
  };
}
