import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenOn } from '../listen-on.ts';
import type { Service, WireReply, WireRequest } from '../operations/exchange.ts';
import type { WorldClock } from './clock.ts';
import { controlOf, isControl } from './control.ts';
import { ConnectionReset } from './faults/connection-reset.ts';
import { bodyOf, headersOf, targetOf } from './incoming.ts';
import { jsonReply } from './replies.ts';
import { splitTarget } from './routing.ts';
import { type ServedRequest, servedRequest } from './served-request.ts';

export interface ListenOptions {
  /** 0 selects any free port. */
  readonly port: number;
  /** The address to listen on; 127.0.0.1 by default. */
  readonly host?: string | undefined;
  /**
   * Serves every host name, for a service that requires signed requests; by default, only those of this machine and of `host`.
   */
  readonly anyHost?: boolean | undefined;
  /** The clock to serve under /_control; not served if undefined. */
  readonly clock?: WorldClock | undefined;
  /** How long `close` waits for requests in progress, in milliseconds. */
  readonly closeMs?: number | undefined;
  /** Called for each request when its reply is known or a fault breaks its connection; not for health checks and malformed requests. */
  readonly observe?: ((request: ServedRequest) => void) | undefined;
}

export interface Listener {
  readonly port: number;
  /** Finishes requests in progress, within `closeMs`, and closes every connection. */
  close(): Promise<void>;
}

const CLOSE_MS = 5_000;

/** Serves the local service over HTTP, but not to web pages. Rejects with `ListenError` when it cannot listen. */
export async function listen(service: Service, options: ListenOptions): Promise<Listener> {
  const { port, host = '127.0.0.1', anyHost = false, clock, observe, closeMs = CLOSE_MS } = options;
  let servedHosts = new Set<string>();
  const reply = replier(service, clock, (name) => anyHost || servedHosts.has(withoutDefaultPort(name)));
  const server = createServer(handler(reply, observe));
  const actualPort = await listenOn(server, { host, port });
  const names = ['localhost', '127.0.0.1', '[::1]', host.toLowerCase()];
  servedHosts = new Set(names.map((name) => withoutDefaultPort(`${name}:${actualPort}`)));
  return {
    port: actualPort,
    close: () =>
      new Promise((resolve) => {
        // A client may keep an unfinished request open.
        const timer = setTimeout(() => server.closeAllConnections(), closeMs);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

/** Clients omit port 80. */
const withoutDefaultPort = (host: string) => host.replace(/:80$/, '');

type Replier = (incoming: IncomingMessage, request: Omit<WireRequest, 'body'>) => Promise<WireReply>;

/** Replies to requests: those of web pages, and those for hosts that are not served, are rejected. */
function replier(service: Service, clock: WorldClock | undefined, isServed: (host: string) => boolean): Replier {
  const control = clock && controlOf(clock);
  return async (incoming, request) => {
    const { target, headers } = request;
    if (headers['origin'] !== undefined) return errorReply(403, 'Requests from web pages are not served.');
    if (!isServed((headers['host'] ?? '').toLowerCase())) return errorReply(421, 'This host name is not served.');
    const body = await bodyOf(incoming, MAX_BODY_BYTES);
    if (body === undefined) return errorReply(413, 'The request is too large.');
    const serve = control && isControl(splitTarget(target)[0]) ? control : service;
    return serve({ ...request, body });
  };
}

const handler =
  (reply: Replier, observe: ListenOptions['observe']) =>
  async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { method = '', socket } = incoming;
    const target = targetOf(incoming);
    if (target === undefined) return void outgoing.writeHead(400).end();
    if (isHealthCheck(method, target)) return void outgoing.setHeader('Content-Type', TEXT).end('ok\n');
    const start = performance.now();
    const request = { method, target, headers: headersOf(incoming) };
    const log = (status: number | undefined) =>
      observe?.({ ...servedRequest(request), status, ms: performance.now() - start });
    try {
      const wireReply = await reply(incoming, request);
      log(wireReply.broken === undefined ? wireReply.status : undefined);
      send(wireReply, outgoing);
    } catch (error) {
      const isReset = error instanceof ConnectionReset;
      log(isReset ? undefined : 500);
      if (isReset) socket.resetAndDestroy();
      else send(errorReply(500, 'The listener failed.'), outgoing);
    }
  };

const TEXT = 'text/plain; charset=UTF-8';

const isHealthCheck = (method: string, target: string) =>
  (method === 'GET' || method === 'HEAD') && splitTarget(target)[0] === '/healthz';

/** Sends a reply; a broken one ends with the connection. */
function send({ status, headers, body, broken }: WireReply, outgoing: ServerResponse): void {
  outgoing.statusCode = status;
  for (const name in headers) outgoing.setHeader(name, headers[name] as string);
  // Node adds it by itself for HTTP/1.1 only.
  if (!outgoing.useChunkedEncodingByDefault && broken === undefined) outgoing.setHeader('Content-Length', body.length);
  if (broken === undefined) outgoing.end(body);
  else outgoing.write(body, () => outgoing.socket?.destroySoon());
}

/** The largest member of the model, a SAML document, has 10 million characters. */
const MAX_BODY_BYTES = 12 * 1024 * 1024;

const TYPES: Record<number, string> = {
  403: 'AccessDeniedException',
  413: 'RequestEntityTooLargeException',
  500: 'InternalServerException',
};

function errorReply(status: number, message: string): WireReply {
  const type = TYPES[status] ?? 'MisdirectedRequestException';
  return jsonReply(status, { message }, { 'x-amzn-ErrorType': type, connection: 'close' });
}
