import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished, vi } from 'vitest';

/** A request as it arrived. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Endpoint {
  readonly port: number;
  readonly url: string;
  /** The requests that arrived completely, oldest first. */
  readonly seen: readonly Seen[];
  /** The number of connections so far. */
  accepted(): number;
  close(): Promise<void>;
}

export type Behaviour = (response: ServerResponse, seen: Seen) => void;

/** A FinSpace endpoint on loopback that runs the given behaviour after it has read a request. */
export function endpoint(behave: Behaviour): Promise<Endpoint> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://endpoint');
    const { method = '', headers } = request;
    seen.push({ method, path: pathname, query: searchParams, headers, body });
    behave(response, seen.at(-1) as Seen);
  });
  return listening(server, seen, () => server.closeAllConnections());
}

/** The same for one test. */
export async function serving(behave: Behaviour): Promise<Endpoint> {
  const opened = await endpoint(behave);
  onTestFinished(opened.close);
  return opened;
}

/** Dummy credentials in the environment of this process; `vi.unstubAllEnvs` removes them. */
export function stubCredentials(): void {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY');
}

/** An endpoint that accepts connections and, after a while, resets them without having read a byte. */
export function deafEndpoint(afterMs: number): Promise<Endpoint> {
  const sockets = new Set<Socket>();
  const server = createTcpServer({ pauseOnConnect: true }, (socket) => {
    sockets.add(socket.on('error', () => {}));
    setTimeout(() => socket.resetAndDestroy(), afterMs).unref();
  });
  return listening(server, [], () => {
    for (const socket of sockets) socket.destroy();
  });
}

function listening(server: Server, seen: readonly Seen[], disconnect: () => void): Promise<Endpoint> {
  let accepted = 0;
  server.on('connection', () => {
    accepted += 1;
  });
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      disconnect();
    });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve({ port, url: `http://127.0.0.1:${port}`, seen, accepted: () => accepted, close });
    });
  });
}

/** Answers with a status, a body and the name of the error, if it is one. */
export function answering(status: number, body: string, error?: string): Behaviour {
  return (response) => {
    response.sendDate = false;
    if (error !== undefined) response.setHeader('x-amzn-errortype', error);
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  };
}

/** The `clientToken` of a request, wherever in the request it is. */
export function tokenOf({ query, body }: Seen): string | undefined {
  return query.get('clientToken') ?? (body === '' ? undefined : JSON.parse(body).clientToken);
}
